-- How sure the classifier is of a posting's occupation, in hundredths; null where a person named it.
alter table job add column occupation_percent bigint;
-- Occupations that the words of a worker's skills stand for, as JSON.
alter table worker add column skill_occupations text not null default '[]';
-- Certificates that a worker has shown, by the keys of data/trades.toml, as JSON.
alter table worker add column certificates text not null default '[]';
