-- Who may post: what staff said of an organisation, until when its licence runs, who answers for it.
-- Whatever is here already was entered by the operator, who vouched for it.

alter table org add column status text not null default 'verified';
alter table org add column decided_by text;
alter table org add column decided_at bigint;
alter table org add column reason text;
-- YYYY-MM-DD; none is open-ended.
alter table org add column licence_until text;
alter table org add column contact_sealed text;
alter table org add column id_index text;
alter table org add column version bigint not null default 1;
alter table org add column updated_at bigint not null default 0;
update org set decided_by = '平台', decided_at = created_at, updated_at = created_at;
create unique index org_id_number on org (id_index);
create index org_status on org (status, updated_at);

alter table evidence add column org text references org (id);
create index evidence_org on evidence (org);

-- An employer lets a broker recruit for it; days are text YYYY-MM-DD, both included.
create table mandate (
    id text primary key,
    broker text not null references org (id),
    employer_name text not null,
    employer_sealed text,
    employer_uscc text,
    employer_kind text not null,
    from_day text not null,
    to_day text not null,
    evidence text not null references evidence (id),
    status text not null,
    decided_by text,
    decided_at bigint,
    reason text,
    version bigint not null,
    created_at bigint not null
);
create index mandate_broker on mandate (broker, status);
create index mandate_status on mandate (status, created_at);

-- The office that published a posting.
alter table job add column verified_by text;
