-- What a station must show its visitors (人力资源市场暂行条例 §32), and what its staff tell them.

create table station_disclosure (
    station text primary key references station (id),
    operator text not null,
    licence text not null,
    services text not null,
    charges text not null,
    supervisor text not null,
    supervisor_phone text not null,
    complaint_phone text not null,
    updated_at bigint not null
);

create table notice (
    id text primary key,
    station text not null references station (id),
    kind text not null,
    words text not null,
    starts_at bigint not null,
    ends_at bigint not null,
    withdrawn_at bigint,
    created_at bigint not null
);
create index notice_station on notice (station, ends_at);
