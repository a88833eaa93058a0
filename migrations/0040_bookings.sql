-- Bookings by application (shortlist, offer, answer in time), why one ended, and crews.

alter table booking add column crew text;
alter table booking add column due_at bigint;
alter table booking add column ended text;
alter table booking add column reason text;
-- When the last of its shifts ends.
alter table booking add column ends_at bigint;
create index booking_due on booking (due_at) where due_at is not null;
create index booking_job_status on booking (job, status);

-- Whom a crew leader (班组长) may take along; joined_at is missing until the person agrees.
create table crew_member (
    leader text not null references account (id),
    worker text not null references worker (id),
    invited_at bigint not null,
    joined_at bigint,
    primary key (leader, worker)
);
create index crew_member_worker on crew_member (worker);

-- Places that a crew took together; each member's booking names it.
create table crew (
    id text primary key,
    job text not null references job (id),
    leader text not null references account (id),
    created_at bigint not null
);
