-- Who is at a station on a day (到场), with the crew of that day: whom dispatch plans for.
create table presence (
    station text not null references station (id),
    day text not null,
    worker text not null references worker (id),
    crew bigint,
    at bigint not null,
    primary key (station, day, worker)
);
