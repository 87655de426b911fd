-- What a person should hear of, written with what set it off. About the service itself where there is no sweep.
create table alert (
    id      uuid primary key,
    sweep   uuid references sweep (id),
    -- -1: none
    trial   int           not null,
    attempt int           not null,
    rule    varchar(40)   not null,
    message varchar(4000) not null,
    -- null: every webhook's; else for this one alone
    webhook varchar(100),
    at      timestamp(6) with time zone not null
);
create index alert_by_sweep on alert (sweep, id desc);

-- Who is to hear of it, and what came of that.
create table delivery (
    alert    uuid         not null references alert (id) on delete cascade,
    webhook  varchar(100) not null,
    state    varchar(16)  not null,
    tries    int          not null,
    next_at  timestamp(6) with time zone,
    ended_at timestamp(6) with time zone,
    -- the HTTP status of the last answer, and its beginning, or why there was none
    status   int,
    answer   varchar(2000),
    primary key (alert, webhook)
);
create index delivery_by_state on delivery (webhook, state, next_at);
