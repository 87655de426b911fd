-- Who steered a sweep, how, and what it was before and after; written with the event that says the same.
create table audit (
    sweep    uuid         not null references sweep (id),
    pos      bigint       not null,
    at       timestamp(6) with time zone not null,
    who      varchar(400) not null,
    action   varchar(32)  not null,
    -- -1: about no trial
    trial    int          not null,
    was      clob         not null,
    became   clob         not null,
    primary key (sweep, pos)
);

-- When a sweep that had completed went on; its wall time counts from then.
alter table sweep add column extended_at timestamp(6) with time zone;
