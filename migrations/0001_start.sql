-- One text for SQLite and PostgreSQL. Flags are bigint 0 or 1, times bigint microseconds UTC,
-- lists and documents JSON in text, sealed values base64 in text.

create table meta (
    name text primary key,
    value text not null
);

-- The log: audit trail and outbox in one. seq is contiguous in commit order; hash chains the rows.
create table log_head (
    id bigint primary key,
    seq bigint not null,
    hash text not null
);
insert into log_head (id, seq, hash) values (1, 0, '');

create table log (
    seq bigint primary key,
    at bigint not null,
    actor text not null,
    verb text not null,
    kind text not null,
    entity text not null,
    detail text not null,
    hash text not null
);
create index log_entity on log (kind, entity, seq);

create table station (
    id text primary key,
    name text not null,
    lat double precision not null,
    lon double precision not null,
    radius_m double precision not null,
    public bigint not null,
    created_at bigint not null
);

-- What each station shows, and the contiguous stream of its changes.
create table station_seq (
    station text primary key,
    seq bigint not null
);
create table shown (
    station text not null,
    job text not null,
    version bigint not null,
    payload text not null,
    primary key (station, job)
);
create index shown_job on shown (job);
create table feed_event (
    station text not null,
    seq bigint not null,
    at bigint not null,
    message text not null,
    primary key (station, seq)
);
create index feed_event_at on feed_event (at);

create table org (
    id text primary key,
    name text not null,
    uscc text unique,
    kind text not null,
    created_at bigint not null
);

create table account (
    id text primary key,
    login text not null unique,
    role text not null,
    org text references org (id),
    station text references station (id),
    worker text,
    password_hash text not null,
    failures bigint not null,
    locked_until bigint not null,
    created_at bigint not null
);

create table session (
    token_hash text primary key,
    account text not null references account (id),
    created_at bigint not null,
    expires_at bigint not null
);
create index session_expires on session (expires_at);

create table job (
    id text primary key,
    source text,
    external_id text,
    org text references org (id),
    poster text references account (id),
    title text not null,
    description text not null,
    occupation text,
    skills text not null,
    employer_name text not null,
    employer_sealed text,
    employer_uscc text,
    employer_kind text not null,
    via_broker text references org (id),
    label text not null,
    address text not null,
    division text,
    lat double precision,
    lon double precision,
    wage_min bigint not null,
    wage_max bigint not null,
    wage_unit text not null,
    settlement text not null,
    headcount bigint not null,
    taken bigint not null,
    shifts text not null,
    benefits text not null,
    requirements text not null,
    instant bigint not null,
    stations text not null,
    valid_until bigint not null,
    expires_at bigint not null,
    status text not null,
    reason text,
    version bigint not null,
    demo bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    published_at bigint,
    check (taken >= 0 and taken <= headcount),
    unique (source, external_id)
);
create index job_status on job (status, expires_at);
create index job_org on job (org, updated_at);

create table worker (
    id text primary key,
    source text,
    external_id text,
    account text references account (id),
    station text references station (id),
    person_sealed text not null,
    phone_index text,
    id_index text,
    village text,
    lat double precision,
    lon double precision,
    radius_m double precision not null,
    skills text not null,
    occupations text not null,
    day_wage_wish bigint,
    available text not null,
    consents text not null,
    version bigint not null,
    demo bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (source, external_id)
);
create index worker_phone on worker (phone_index);
create unique index worker_id_number on worker (id_index);
create unique index worker_account on worker (account);

create table booking (
    id text primary key,
    job text not null references job (id),
    worker text not null references worker (id),
    shifts text not null,
    status text not null,
    created_at bigint not null,
    updated_at bigint not null
);
-- One live booking of a worker for a posting.
create unique index booking_live on booking (job, worker) where status <> 'cancelled';
create index booking_worker on booking (worker, status);

create table idempotency (
    account text not null,
    name text not null,
    request_hash text not null,
    entity text not null,
    at bigint not null,
    primary key (account, name)
);
