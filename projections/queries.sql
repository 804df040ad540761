-- The statements of the read models' store.

-- name: lock_installation
-- Two processes that start at once do not create the same schema twice.
select pg_advisory_xact_lock(hashtextextended('bell-lap read_model installation', 0));

-- name: try_lock
-- $1 what is locked, until the connection ends: 'runner' or 'rebuild'.
select pg_try_advisory_lock(hashtextextended('bell-lap read_model ' || $1::text, 0));

-- name: unlock
-- $1 as for try_lock.
select pg_advisory_unlock(hashtextextended('bell-lap read_model ' || $1::text, 0));

-- name: generations
select generation, projection, version, live, filled_by, position, failure, epoch
from read_model.generations
order by generation;

-- name: begin_generation
-- $1 projection, $2 version, $3 live, $4 filled by, $5 epoch.
select read_model.begin_generation($1, $2, $3, $4, $5);

-- name: index_generation
-- $1 a generation that is filled.
select read_model.index_generation($1);

-- name: attach_generation
-- $1 a generation that is indexed.
select read_model.attach_generation($1);

-- name: retire
-- $1 a generation that is read no more; its writer finds it nowhere where it left it.
update read_model.generations set live = false, position = -1 where generation = $1;

-- name: promote
-- $1 the generation that is read from now on.
select read_model.promote_generation($1);

-- name: hold_generation
-- $1 generation: keeps its writer waiting until this transaction ends.
select position, failure from read_model.generations where generation = $1 for update;

-- name: drop_generation
-- $1 generation.
select read_model.drop_generation($1);

-- name: name_scopes
-- $1 scopes that may be new.
insert into read_model.scopes (scope)
select unnest($1::text[]) on conflict (scope) do nothing;

-- name: scope_numbers
-- $1 scopes.
select scope, number from read_model.scopes where scope = any($1::text[]);

-- name: rows_held
-- $1 generation, $2 scope number: what holds now.
select key, ord, since, data
from read_model.rows
where generation = $1 and scope = $2 and until is null;

-- name: digest_at
-- $1 generation, $2 position: how many rows it has of those that began by then, and what says
-- whether another one has the same, as they were then.
select rows, digest from read_model.digest_at($1, $2);

-- name: digest_since
-- $1 generation, $2 position, $3 scopes: of the rows that held then or later, how many began later,
-- and what says whether another one has the same.
select
    count(*) filter (where held.since > $2) as rows,
    coalesce(sum(read_model.hash_of(
        held.scope, held.key, held.ord, held.since, held.until, held.data
    )), 0)::text as digest
from read_model.scopes named
join read_model.rows held
    on held.generation = $1
    and read_model.span(held.scope, held.since, held.until)
    && int8range(read_model.spot(named.number, $2), read_model.spot(named.number + 1, 0))
where named.scope = any($3::text []);

-- name: close_rows
-- $1 generation; for each row $2 scope number, $3 key, $4 the position at which it ceased to hold.
with closed as (
    update read_model.rows held
    set until = gone.until
    from unnest($2::bigint[], $3::text[], $4::bigint[]) gone (scope, key, until)
    where held.generation = $1
        and held.scope = gone.scope
        and held.key = gone.key
        and held.until is null
    returning 1
)
select count(*) from closed;

-- name: open_rows
-- $1 generation; for each row $2 scope number, $3 key, $4 ord, $5 since, $6 until, $7 data.
insert into read_model.rows (generation, scope, key, ord, since, until, data)
select $1, scope, key, ord, since, until, data
from unnest(
    $2::bigint[], $3::text[], $4::int[], $5::bigint[], $6::bigint[], $7::text[]
) as opened (scope, key, ord, since, until, data);

-- name: write_fast
set synchronous_commit = off;

-- name: advance
-- For each generation $1, $2 the position it is at, $3 the one it reaches, $4 why it stops there.
with moved as (
    update read_model.generations stood
    set position = move.reached, failure = move.failure
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])
        move (generation, left_at, reached, failure)
    where stood.generation = move.generation and stood.position = move.left_at
    returning 1
)
select count(*) from moved;

-- name: written_to
-- The position that every projection which has not stopped has reached.
select min(position) from read_model.generations where live and failure is null;

-- name: read_now
-- $1 projection, $2 scope. Generation and scope are looked up first: one table is read, no other.
select live.position, held.key, held.data
from read_model.generations live
left join read_model.rows held
    on held.generation = (
        select generation from read_model.generations where projection = $1 and live
    )
    and held.scope = (select number from read_model.scopes where scope = $2)
    and held.until is null
where live.projection = $1 and live.live
order by held.ord;

-- name: read_as_of
-- $1 projection, $2 scope, $3 position.
select live.position, held.key, held.data
from read_model.generations live
left join read_model.rows held
    on held.generation = (
        select generation from read_model.generations where projection = $1 and live
    )
    and read_model.span(held.scope, held.since, held.until) @> read_model.spot(
        (select number from read_model.scopes where scope = $2), $3
    )
where live.projection = $1 and live.live
order by held.ord;

-- name: read_row
-- $1 projection, $2 scope, $3 key, $4 position: one row as of then.
select held.data
from read_model.rows held
where held.generation = (
    select generation from read_model.generations where projection = $1 and live
)
and read_model.span(held.scope, held.since, held.until) @> read_model.spot(
    (select number from read_model.scopes where scope = $2), $4
)
and held.key = $3;

-- name: read_many
-- $1 projection, $2 scopes, $3 position: the documents of several scopes as of then.
select named.scope, held.key, held.data
from read_model.scopes named
join read_model.rows held
    on held.generation = (
        select generation from read_model.generations where projection = $1 and live
    )
    and read_model.span(held.scope, held.since, held.until)
    @> read_model.spot(named.number, $3)
where named.scope = any($2::text [])
order by named.scope, held.ord;

-- name: read_last
-- $1 projection, $2 scopes, $3 position, $4 types, $5 how many: the last of the rows that are of
-- these types and have positions as keys.
select held.key, held.data
from read_model.scopes named
join read_model.rows held
    on held.generation = (
        select generation from read_model.generations where projection = $1 and live
    )
    and read_model.span(held.scope, held.since, held.until)
    @> read_model.spot(named.number, $3)
where named.scope = any($2::text [])
    and held.key <> ''
    and held.data::json ->> 'type' = any($4::text [])
order by lpad(held.key, 19, '0') desc
limit $5;

-- name: read_keys
-- $1 projection, $2 scopes, $3 position, $4 keys: these rows of several scopes as of then.
select held.key, held.data
from read_model.scopes named
join read_model.rows held
    on held.generation = (
        select generation from read_model.generations where projection = $1 and live
    )
    and read_model.span(held.scope, held.since, held.until)
    @> read_model.spot(named.number, $3)
where named.scope = any($2::text [])
    and held.key = any($4::text []);

-- name: headers
-- $1 projection, $2 position, or null for now: the header of every scope.
with asked as (
    select generation, position, coalesce($2, position) as moment
    from read_model.generations where projection = $1 and live
)

select asked.position, named.scope, held.data
from asked
left join (read_model.rows held join read_model.scopes named on named.number = held.scope)
    on held.generation = (select generation from asked)
    and held.key = ''
    and int8range(held.since, held.until) @> (select moment from asked)
order by named.scope;

-- name: differences
-- $1 a generation, $2 another: rows that only one of them holds, at most $3 of them.
with here as (
    select scope, key, ord, since, until, data::text as data
    from read_model.rows where generation = $1
),

there as (
    select scope, key, ord, since, until, data::text as data
    from read_model.rows where generation = $2
),

unmatched as (
    (select 1 as side, gone.* from (select * from here except all select * from there) gone)
    union all
    (select 2 as side, new.* from (select * from there except all select * from here) new)
)

select
    each.side, named.scope, each.key, each.ord, each.since, each.until, each.data,
    count(*) over () as total
from unmatched each
join read_model.scopes named on named.number = each.scope
order by each.since, named.scope, each.key, each.side
limit $3;
