-- What the store has signed about its own history, so that a later change of it is evident.

-- A leaf of a checkpoint is hashed with a salt of this secret: without it, somebody could try out
-- what a decision under embargo says until a published checkpoint fits. The last one counts; there
-- is a second one only where a whole archive came into an empty log, with the secret it had.
create table log_secret (
    number smallint not null primary key check (number between 1 and 2),
    secret bytea    not null
);

insert into log_secret (number, secret)
values (
    1,
    decode(
        replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
        'hex'
    )
);

create table signing_keys (
    id             text        not null primary key,
    public_key     bytea       not null,
    since_position bigint      not null,
    added_at       timestamptz not null default now(),
    replaces       text        references signing_keys (id),
    endorsement    bytea
);

comment on table signing_keys is 'Every key that has signed for this store, in order.';
comment on column signing_keys.endorsement is 'Signature of the replaced key over the new one.';

create table checkpoints (
    position    bigint      not null primary key,
    first       bigint      not null,
    digest      bytea       not null,
    hash        bytea       not null,
    epoch       text        not null,
    recorded_at timestamptz not null,
    signed_at   timestamptz not null,
    key         text        not null references signing_keys (id),
    signature   bytea       not null
);

comment on table checkpoints is 'Signed commitments to the log up to each official result.';
comment on column checkpoints.first is 'The first position after the checkpoint before.';
comment on column checkpoints.digest is 'Commits to the events from `first` to `position`.';
comment on column checkpoints.hash is 'SHA-256 over the checkpoint before and `digest`.';
