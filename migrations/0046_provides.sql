-- What a posting provides beside the pay (用工条件): meals, lodging, tools, insurance, the ride to work.

alter table job add column provides text not null default '{}';
