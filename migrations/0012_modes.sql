-- How a worker gets to work (walk, ebike, bus), as JSON.
alter table worker add column modes text not null default '["walk","ebike","bus"]';
