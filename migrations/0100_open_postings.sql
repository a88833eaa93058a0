-- The postings of a state are read page by page in order of id: by the index of their ends each page
-- would sort all that are left.

create index job_status_id on job (status, id);
