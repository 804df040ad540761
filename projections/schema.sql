-- The tables of the read models: dropped and filled anew at any time, from the log alone.

-- name: layout
-- The layout that is installed, or null.
select obj_description(to_regclass('read_model.rows'), 'pg_class');

-- name: drop
-- Another layout's tables: their rows are filled anew.
drop table if exists read_model.rows, read_model.scopes, read_model.generations cascade;

-- name: install
do $$
begin
    -- Asked first: a role that may not create schemas may find this one made for it.
    if to_regnamespace('read_model') is null then
        create schema read_model;
    end if;
end
$$;

-- A generation is one complete set of a projection's rows: as filled by one version of its render,
-- once. The live one is read; another may be filled beside it.
create table if not exists read_model.generations (
    generation bigint generated always as identity primary key,
    projection text not null,
    version int not null,
    live boolean not null,
    filled_by text not null check (filled_by in ('runner', 'rebuild')),
    position bigint not null,
    failure text,
    epoch text not null,
    begun_at timestamptz not null default now()
);

create unique index if not exists generations_live
    on read_model.generations (projection) where live;

-- Scopes by number: a competition, a distance, a series' table.
create table if not exists read_model.scopes (
    number bigint generated always as identity primary key,
    scope text not null unique,
    check (number < 8388608)
);

-- One row of a document, and the positions between which it held: since <= P < until.
-- Key '' is the document's header. The data is JSON, as text: it is written by one encoder, and
-- PostgreSQL would read each row through to find that out.
create table if not exists read_model.rows (
    generation bigint not null,
    scope bigint not null,
    key text not null,
    ord int not null,
    since bigint not null,
    until bigint,
    data text not null,
    check (until > since)
) partition by list (generation);

-- One row at most holds now: a batch that is written twice is refused.
create unique index if not exists rows_now
    on read_model.rows (generation, scope, key) where until is null;

-- A scope and a stretch of positions as one stretch of numbers: 2^40 positions for each scope.
create or replace function read_model.span(scope bigint, since bigint, until bigint)
returns int8range
language sql immutable parallel safe
return int8range((scope << 40) + since, (scope << 40) + coalesce(until, (1::bigint << 40) - 1));

create or replace function read_model.spot(scope bigint, "position" bigint)
returns bigint
language sql immutable parallel safe
return (scope << 40) + "position";

-- What held at a position is what this index finds, and nothing else, however long the history.
create index if not exists rows_as_of
    on read_model.rows using gist (read_model.span(scope, since, until));

-- The same for headers alone: the list of all scopes at a position.
create index if not exists rows_headers
    on read_model.rows using gist (int8range(since, until)) where key = '';

create or replace function read_model.begin_generation(
    _projection text, _version int, _live boolean, _filled_by text, _epoch text
)
returns bigint
language plpgsql as $$
declare
    _generation bigint;
    _table text;
begin
    insert into read_model.generations (projection, version, live, filled_by, position, epoch)
    values (_projection, _version, _live, _filled_by, 0, _epoch)
    returning generation into _generation;
    _table := read_model.table_of(_generation);
    if _filled_by = 'rebuild' then
        -- Nobody reads it before it is complete: what it is found by is made then, at once, and
        -- until it is read, nothing is gained by looking it through again and again.
        execute format(
            'create table read_model.%I'
            ' (like read_model.rows including constraints, check (generation = %s))'
            ' with (autovacuum_enabled = false)',
            _table, _generation
        );
    else
        -- Attached, not created as a partition: readers of the others are not kept waiting.
        execute format('create table read_model.%I (like read_model.rows including all)', _table);
        perform read_model.attach_generation(_generation);
    end if;
    return _generation;
end
$$;

create or replace function read_model.table_of(_generation bigint)
returns text
language sql stable
return (
    select format('%s_v%s_%s', projection, version, generation)
    from read_model.generations where generation = _generation
);

-- What the rows of a filled generation are found by. That costs the same whatever is known of the
-- values: a small sample will do.
create or replace function read_model.index_generation(_generation bigint)
returns void
language plpgsql
set default_statistics_target = 10
as $$
declare
    _table text := read_model.table_of(_generation);
begin
    -- Of several processes that fill a table, any may be the one that needs to find its rows.
    perform pg_advisory_xact_lock(hashtextextended('read_model ' || _table, 0));
    execute format(
        'create unique index if not exists %I'
        ' on read_model.%I (generation, scope, key) where until is null',
        _table || '_now', _table
    );
    execute format(
        'create index if not exists %I'
        ' on read_model.%I using gist (read_model.span(scope, since, until))',
        _table || '_as_of', _table
    );
    execute format(
        'create index if not exists %I'
        ' on read_model.%I using gist (int8range(since, until)) where key = %L',
        _table || '_headers', _table, ''
    );
    execute format('analyze read_model.%I', _table);
end
$$;

-- Sums of these say whether rows are the same, in whatever order.
create or replace function read_model.hash_of(
    scope bigint, key text, ord int, since bigint, until bigint, data text
)
returns bigint
language sql immutable parallel safe
return hash_record_extended(row(scope, key, ord, since, until, data), 0);

-- Reads the generation's own table: what is done to the others meanwhile does not wait for it.
create or replace function read_model.digest_at(_generation bigint, _position bigint)
returns table (rows bigint, digest text)
language plpgsql as $$
begin
    return query execute format(
        $digest$
            select
                count(*),
                coalesce(sum(read_model.hash_of(
                    scope, key, ord, since, case when until <= $1 then until end, data
                )), 0)::text
            from read_model.%I
            where since <= $1
        $digest$, read_model.table_of(_generation)
    ) using _position;
end
$$;

create or replace function read_model.attach_generation(_generation bigint)
returns void
language plpgsql as $$
declare
    _table text := read_model.table_of(_generation);
begin
    perform pg_advisory_xact_lock(hashtextextended('read_model ' || _table, 0));
    if not exists (
        select from pg_inherits where inhrelid = format('read_model.%I', _table)::regclass
    ) then
        execute format(
            'alter table read_model.rows attach partition read_model.%I for values in (%s)',
            _table, _generation
        );
    end if;
end
$$;

create or replace function read_model.promote_generation(_generation bigint)
returns void
language plpgsql as $$
declare
    _table text := read_model.table_of(_generation);
begin
    if exists (
        select from pg_class
        where oid = format('read_model.%I', _table)::regclass and reloptions is not null
    ) then
        execute format('alter table read_model.%I reset (autovacuum_enabled)', _table);
    end if;
    update read_model.generations set live = true where generation = _generation;
end
$$;

create or replace function read_model.drop_generation(_generation bigint)
returns void
language plpgsql as $$
declare
    _table text;
begin
    select read_model.table_of(generation) into _table
    from read_model.generations where generation = _generation and not live;
    if _table is not null then
        -- The rows first: a writer that is in them still has to find out from its checkpoint.
        execute format('drop table if exists read_model.%I', _table);
        delete from read_model.generations where generation = _generation;
    end if;
end
$$;

comment on table read_model.rows is 'layout 8';
