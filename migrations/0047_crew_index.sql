-- A leader's crews of the day are asked for at the door.

create index crew_leader on crew (leader);
create index booking_crew on booking (crew) where crew is not null;
