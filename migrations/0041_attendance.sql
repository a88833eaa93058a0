-- A row for each shift of a booking that has a place.
create table attendance (
    id text primary key,
    booking text not null references booking (id),
    job text not null references job (id),
    worker text not null references worker (id),
    shift_start bigint not null,
    shift_end bigint not null,
    status text not null,
    check_in bigint,
    in_by text,
    check_out bigint,
    out_by text,
    tries bigint not null,
    updated_at bigint not null,
    unique (booking, shift_start)
);
create index attendance_job on attendance (job, shift_start);
create index attendance_worker on attendance (worker, shift_start);
create index attendance_open on attendance (shift_start) where status in ('expected', 'present');

create table correction (
    id text primary key,
    attendance text not null references attendance (id),
    side text not null,
    actor text not null,
    check_in bigint not null,
    check_out bigint not null,
    reason text not null,
    status text not null,
    created_at bigint not null,
    decided_at bigint
);
-- One question at a time.
create unique index correction_open on correction (attendance) where status = 'proposed';
create index correction_attendance on correction (attendance);
