create table complaint (
    id text primary key,
    kind text not null,
    job text references job (id),
    worker text references worker (id),
    station text references station (id),
    text_sealed text not null,
    channel text not null,
    status text not null,
    handler text,
    due_at bigint not null,
    outcome text,
    created_at bigint not null,
    updated_at bigint not null
);
create index complaint_status on complaint (status, due_at);
create index complaint_worker on complaint (worker, created_at);
