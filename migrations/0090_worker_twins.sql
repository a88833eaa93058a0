-- The same person registered twice: found by a keyed blind index of the name beside phone and village,
-- told apart by staff for good, or merged.

alter table worker add column name_index text;
create index worker_name on worker (name_index);
create index worker_station on worker (station, id);

-- Staff looked and found two people; one < other.
create table worker_apart (
    one text not null,
    other text not null,
    made_by text not null,
    at bigint not null,
    primary key (one, other)
);

-- A record that became part of another: its id leads to the one that was kept, and so does its
-- identity in a foreign list.
create table worker_merged (
    id text primary key,
    kept text not null references worker (id),
    source text,
    external_id text,
    made_by text not null,
    at bigint not null,
    record_sealed text not null
);
create index worker_merged_kept on worker_merged (kept);
create unique index worker_merged_external on worker_merged (source, external_id);
