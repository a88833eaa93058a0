-- What workers are told: at a kiosk, on their page, by text message. A thing is told once.
create table message (
    id text primary key,
    worker text not null references worker (id),
    kind text not null,
    subject text not null,
    job text not null references job (id),
    body text not null,
    created_at bigint not null,
    read_at bigint,
    sent_at bigint,
    claimed_until bigint not null,
    tries bigint not null,
    unique (worker, kind, subject)
);
create index message_unsent on message (claimed_until) where sent_at is null;
create index message_worker on message (worker, created_at);
