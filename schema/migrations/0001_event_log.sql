-- The event log: the one thing that must never be lost.

create table events (
    position     bigint      not null primary key,
    stream       text        not null,
    version      integer     not null,
    type         text        not null,
    data         json        not null,
    occurred_at  timestamptz not null,
    recorded_at  timestamptz not null,
    official     text        not null,
    device       text        not null,
    device_seq   bigint,
    causation    bigint,
    digest       bytea,
    hash         bytea       not null,
    constraint events_version_once_per_stream unique (stream, version)
);

comment on table events is 'Every recorded fact, in commit order. Never updated, never deleted.';
comment on column events.position is 'Commit order, without gaps, from 1.';
comment on column events.version is 'Order within the stream, without gaps, from 1.';
comment on column events.data is 'The fact, byte for byte as it was hashed.';
comment on column events.occurred_at is 'When it happened at the rink.';
comment on column events.recorded_at is 'When the server recorded it; never decreases with position.';
comment on column events.device_seq is 'The device''s own count: a command is recorded once.';
comment on column events.causation is 'For the second and later events of a command: its first.';
comment on column events.digest is 'On the first event of a counted command: SHA-256 of its body.';
comment on column events.hash is 'SHA-256 over the previous hash and this event''s canonical bytes.';

-- One command of a device is recorded once: its first event carries the digest.
create unique index events_command_once
    on events (device, device_seq) where digest is not null;

-- The end of the log, and the lock that makes positions commit order.
create table log_head (
    only_row    boolean     not null primary key default true check (only_row),
    epoch       text        not null,
    position    bigint      not null,
    hash        bytea       not null,
    recorded_at timestamptz not null
);

comment on table log_head is 'Where the log ends; updating this row is the lock of an append.';
comment on column log_head.epoch is 'The identity of this store: another after a restore or import.';

insert into log_head (epoch, position, hash, recorded_at)
values (
    replace(gen_random_uuid()::text, '-', ''),
    0,
    decode(repeat('00', 32), 'hex'),
    'epoch'
);
