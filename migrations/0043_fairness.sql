-- Marks against either side, ratings by both, and who does not want whom.
create table mark (
    id text primary key,
    side text not null,
    subject text not null,
    kind text not null,
    booking text not null references booking (id),
    job text not null references job (id),
    status text not null,
    appeal_until bigint not null,
    plea_sealed text,
    ruling text,
    created_at bigint not null,
    updated_at bigint not null,
    unique (booking, kind)
);
create index mark_subject on mark (subject, status, created_at);
create index mark_status on mark (status, created_at);

create table rating (
    booking text not null references booking (id),
    side text not null,
    worker text not null references worker (id),
    payer text not null,
    stars bigint not null,
    created_at bigint not null,
    primary key (booking, side),
    check (stars between 1 and 5)
);
create index rating_worker on rating (worker, side);
create index rating_payer on rating (payer, side);

create table block (
    worker text not null references worker (id),
    payer text not null,
    side text not null,
    created_at bigint not null,
    primary key (worker, payer, side)
);
