-- Times are UTC. JSON travels as text: it is read whole and never queried inside.

create table sweep (
    id              uuid primary key,
    name            varchar(400)  not null,
    state           varchar(16)   not null,
    -- what STOPPING leads to: COMPLETED, CANCELLED or FAILED
    target          varchar(16),
    reason          varchar(4000),
    specification   clob          not null,
    idempotency_key varchar(400) unique,
    request_hash    varchar(64),
    created_at      timestamp(6) with time zone not null,
    ended_at        timestamp(6) with time zone,
    -- the position of the newest event; what clients call the revision
    revision        bigint        not null,
    queued          int           not null,
    running         int           not null,
    complete        int           not null,
    pruned          int           not null,
    infeasible      int           not null,
    failed          int           not null,
    cancelled       int           not null,
    best_trial      int,
    -- all of its runs are in MLflow and closed
    tracked         boolean       not null
);
create index sweep_by_age on sweep (created_at desc, id desc);
create index sweep_by_name on sweep (name, created_at desc);

create table trial (
    id            uuid primary key,
    sweep         uuid          not null references sweep (id),
    number        int           not null,
    state         varchar(16)   not null,
    params        clob          not null,
    objectives    clob          not null,
    step          bigint        not null,
    reason        varchar(4000),
    suggested_by  varchar(4000) not null,
    seed          bigint        not null,
    attempt       int           not null,
    queued_at     timestamp(6) with time zone not null,
    started_at    timestamp(6) with time zone,
    ended_at      timestamp(6) with time zone,
    revision      bigint        not null,
    constraint trial_number unique (sweep, number)
);
create index trial_by_state on trial (sweep, state);
create index trial_by_revision on trial (sweep, revision);

-- One launch of a trial. Its id is the lease's id and the fencing token: a late report of an ended attempt changes nothing.
create table attempt (
    id          uuid primary key,
    sweep       uuid        not null references sweep (id),
    trial       uuid        not null references trial (id),
    trial_number int        not null,
    number      int         not null,
    worker      varchar(400) not null,
    state       varchar(16) not null,
    resume_from varchar(4000),
    started_at  timestamp(6) with time zone not null,
    expires_at  timestamp(6) with time zone,
    ended_at    timestamp(6) with time zone,
    reason      varchar(4000),
    -- the newest report that was taken, and what was answered: a replay gets the same answer
    last_seq    bigint      not null,
    directive   varchar(16) not null,
    directive_reason varchar(4000) not null,
    stop_reason varchar(4000),
    reported    boolean     not null,
    completed   boolean     not null,
    launch      clob,
    constraint attempt_number unique (trial, number)
);
create index attempt_by_state on attempt (sweep, state);

-- The truth: what happened to a sweep, in order, without gaps. The key fences out a second writer.
create table event (
    sweep   uuid        not null references sweep (id),
    pos     bigint      not null,
    kind    varchar(32) not null,
    trial   int         not null,
    at      timestamp(6) with time zone not null,
    payload clob        not null,
    primary key (sweep, pos)
);
create index event_by_trial on event (sweep, trial, pos);

create table promotion (
    id         uuid primary key,
    sweep      uuid          not null references sweep (id),
    trial      uuid,
    model      varchar(400)  not null,
    alias      varchar(400),
    automatic  boolean       not null,
    state      varchar(16)   not null,
    version    varchar(40),
    reason     varchar(4000),
    created_at timestamp(6) with time zone not null,
    ended_at   timestamp(6) with time zone
);
create index promotion_by_sweep on promotion (sweep, created_at);
