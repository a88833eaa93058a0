-- Stable employment, its evidence, and the claims to public money that rest on it. Days are text
-- YYYY-MM-DD, money is fen.

-- Who lives together, as a keyed blind index of the household's number.
alter table worker add column household_index text;
create index worker_household on worker (household_index);

create table placement (
    id text primary key,
    worker text not null references worker (id),
    organiser text references org (id),
    employer_name text not null,
    employer_uscc text,
    employer_kind text not null,
    employer_key text not null,
    division text not null,
    hukou text not null,
    start_day text not null,
    end_day text,
    end_reason text,
    contract_signed text,
    insured text not null,
    proofs text not null,
    booking text unique references booking (id),
    status text not null,
    station text references station (id),
    version bigint not null,
    demo bigint not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index placement_worker on placement (worker);
create index placement_organiser on placement (organiser, start_day);
create index placement_station on placement (station, start_day);

create table evidence (
    id text primary key,
    placement text references placement (id),
    worker text references worker (id),
    paper text not null,
    media text not null,
    size_bytes bigint not null,
    sha256 text not null,
    added_by text references account (id),
    created_at bigint not null
);
create index evidence_placement on evidence (placement);
create index evidence_worker on evidence (worker);

-- Apart, so that lists do not carry the files.
create table evidence_content (
    evidence text primary key references evidence (id),
    content_sealed text not null
);

create table income (
    id text primary key,
    worker text not null references worker (id),
    day text not null,
    amount_fen bigint not null,
    division text not null,
    kind text not null,
    created_at bigint not null,
    check (amount_fen > 0)
);
create index income_worker on income (worker, day);

create table claim (
    id text primary key,
    policy text not null,
    rule text not null,
    organiser text references org (id),
    worker text references worker (id),
    placement text references placement (id),
    entity text,
    payee text not null,
    arises_on text not null,
    as_of text not null,
    amount_fen bigint,
    low_fen bigint,
    high_fen bigint,
    keys text not null,
    stage text not null,
    notice text,
    notice_from text,
    notice_to text,
    reason text,
    bureau text not null,
    station text references station (id),
    village text,
    filed_by text not null,
    version bigint not null,
    demo bigint not null,
    created_at bigint not null,
    staged_at bigint not null
);
create index claim_stage on claim (stage, staged_at);
create index claim_worker on claim (worker);
create index claim_placement on claim (placement);
create index claim_organiser on claim (organiser);

-- What approved and paid claims use up: a key, at what had been drawn on it before, exists once.
create table claim_key (
    name text not null,
    after_fen bigint not null,
    claim text not null references claim (id),
    primary key (name, after_fen)
);
create index claim_key_claim on claim_key (claim);

-- One transaction at a time decides what is drawn: the row is locked by changing it.
create table claim_gate (
    id bigint primary key,
    turns bigint not null
);
insert into claim_gate (id, turns) values (1, 0);

create table payment (
    claim text not null references claim (id),
    kind text not null,
    amount_fen bigint not null,
    day text not null,
    batch text not null,
    at bigint not null,
    primary key (claim, kind)
);

create table objection (
    id text primary key,
    claim text not null references claim (id),
    objection_sealed text not null,
    created_at bigint not null
);
create index objection_claim on objection (claim);

create table budget (
    rule text not null,
    year bigint not null,
    amount_fen bigint not null,
    primary key (rule, year),
    check (amount_fen >= 0)
);
