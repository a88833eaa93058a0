-- What reached a worker by the wage ledger, day by day: a row a payment, since a wage may be paid in
-- parts and each part counts for the cycle of its own day (七). Nothing deletes: what did not arrive
-- after all says so.
create table wage_payment (
    wage text not null references wage (id),
    seq bigint not null,
    day text not null,
    amount_fen bigint not null,
    arrived bigint not null,
    primary key (wage, seq),
    check (amount_fen > 0)
);
insert into wage_payment (wage, seq, day, amount_fen, arrived)
    select id, 1, paid_on, paid, 1 from wage where paid > 0 and paid_on is not null;

-- An income that was declared by mistake stays on record and counts no more.
alter table income add column void_at bigint;
