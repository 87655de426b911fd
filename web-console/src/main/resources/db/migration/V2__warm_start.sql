-- What a sweep took over from earlier ones: where each such trial ran, in words, and how many there are.

alter table trial add column imported_from varchar(4000);
alter table sweep add column imported int default 0 not null;
