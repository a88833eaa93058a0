-- A screen with a token of its own (an account of role device) and what was last heard of it; calls
-- for staff from a kiosk.
create table screen (
    account text primary key references account (id),
    station text not null references station (id),
    name text not null,
    kind text not null,
    code_hash text unique,
    code_until bigint not null,
    revoked bigint not null,
    issued_at bigint not null,
    seen_at bigint,
    version text not null,
    seq bigint not null,
    lag bigint not null,
    agrees bigint,
    errors bigint not null,
    last_error text not null
);

create table help_call (
    id text primary key,
    station text not null references station (id),
    at bigint not null,
    answered_at bigint
);
create index help_call_open on help_call (station, answered_at);
