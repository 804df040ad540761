-- name: lock
-- One process migrates at a time.
select pg_advisory_xact_lock(7240115)

-- name: create_table
create table if not exists schema_migrations (
    name       text        not null primary key,
    sha256     text        not null,
    applied_at timestamptz not null default now()
)

-- name: applied
select name, sha256 from schema_migrations

-- name: record
insert into schema_migrations (name, sha256) values ($1, $2)
