-- What operators did with the read models, and why: decisions here must outlive every rebuild.
create schema operations;

create table operations.journal (
    number bigint generated always as identity primary key,
    at timestamptz not null default now(),
    operation text not null check (operation in ('skip', 'rebuild')),
    projection text not null,
    position bigint not null,
    official text,
    reason text,
    outcome json not null,
    -- A skipped event is named by its hash too: in another log, its position is another event's.
    hash bytea,
    check (operation <> 'skip' or (official is not null and reason is not null and hash is not null))
);

comment on table operations.journal is 'Rebuilds, and events that a projection leaves out.';

create unique index journal_skips_once
    on operations.journal (projection, position, hash) where operation = 'skip';
