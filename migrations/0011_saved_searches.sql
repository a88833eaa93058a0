-- Searches that somebody who is signed in wants to have again.
create table saved_search (
    id text primary key,
    account text not null references account (id),
    name text not null,
    query text not null,
    created_at bigint not null
);
create index saved_search_account on saved_search (account, id);
