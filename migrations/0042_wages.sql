-- The wage ledger (保障农民工工资支付条例 §15), kept: nothing deletes from it.
create table wage (
    id text primary key,
    attendance text not null unique references attendance (id),
    booking text not null references booking (id),
    job text not null references job (id),
    worker text not null references worker (id),
    payer text not null,
    cycle_first text not null,
    cycle_last text not null,
    day text not null,
    minutes bigint not null,
    pieces bigint,
    promised bigint not null,
    extra bigint not null,
    deduction bigint not null,
    why text,
    paid bigint not null,
    pay_on text not null,
    paid_on text,
    method text,
    voucher_sealed text,
    status text not null,
    overdue_since text,
    created_at bigint not null,
    updated_at bigint not null,
    check (promised >= 0 and extra >= 0 and deduction >= 0 and paid >= 0)
);
create index wage_status on wage (status, pay_on);
create index wage_job on wage (job, day);
create index wage_worker on wage (worker, day);
create index wage_arrears on wage (payer, overdue_since) where overdue_since is not null;

-- Who may not publish until staff lift it.
create table bar (
    id text primary key,
    payer text not null,
    reason text not null,
    since bigint not null,
    lifted_at bigint,
    lifted_by text,
    lifted_why text
);
create unique index bar_standing on bar (payer) where lifted_at is null;
