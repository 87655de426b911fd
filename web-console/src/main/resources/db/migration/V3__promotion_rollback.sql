-- What the alias pointed to before the promotion moved it: empty, it pointed to nothing; null, not known or not moved.
alter table promotion add column previous varchar(40);
