-- name: append
-- A group of events after the known head; see schema/functions/append.sql.
select append_events(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
)

-- name: commands_known
-- Which of the numbers ($1 devices, $2 their counts) are in the log: counted from 1.
select n.number::integer
  from unnest($1::text[], $2::bigint[]) with ordinality as n (device, device_seq, number)
 cross join lateral (
        select 1
          from events e
         where e.device = n.device and e.device_seq = n.device_seq and e.digest is not null
         limit 1
       ) known

-- name: head
select epoch, position, hash, recorded_at from log_head

-- name: versions_after
-- The streams that went on after position $1, with their versions.
select stream, max(version) as version from events where position > $1 group by stream

-- name: versions_of
-- The versions of those of the streams $1 that exist.
select s.stream, e.version
  from unnest($1::text[]) as s (stream)
 cross join lateral (
        select version from events where stream = s.stream order by version desc limit 1
       ) e

-- name: hash_at
select hash from events where position = $1

-- name: receipt
-- What became of number $2 of device $1.
select first.position as first_position, last.position, last.version, last.recorded_at,
       first.digest
  from events first
  join lateral (
        select position, version, recorded_at
          from events
         where position >= first.position
           and position < first.position + 64
           and (position = first.position or causation = first.position)
         order by position desc
         limit 1
       ) last on true
 where first.device = $1 and first.device_seq = $2 and first.digest is not null

-- name: stream
-- The events of stream $1 after version $2, up to position $3.
select position, stream, version, type, data, occurred_at, recorded_at, official, device,
       device_seq, causation, hash
  from events
 where stream = $1 and version > $2 and position <= $3
 order by version

-- name: after
-- At most $2 events after position $1, up to position $3.
select position, stream, version, type, data, occurred_at, recorded_at, official, device,
       device_seq, causation, hash
  from events
 where position > $1 and position <= $3
 order by position
 limit $2

-- name: facts
-- What is folded of the events after position $1, up to position $2, but for the types $3.
select position, stream, version, type, data, occurred_at, recorded_at, official, device
  from events
 where position > $1 and position <= $2 and type <> all($3::text[])
 order by position

-- name: facts_of
-- The same of the competitions $4 alone, with their distances and races.
select position, stream, version, type, data, occurred_at, recorded_at, official, device
  from events
 where position > $1 and position <= $2 and type <> all($3::text[])
   and split_part(substr(stream, strpos(stream, '-') + 1), '/', 1) = any($4::text[])
   and stream not like 'series-%'
 order by position

-- name: races_started
-- How many races of each competition were started.
select split_part(substr(stream, 6), '/', 1) as competition, count(distinct stream) as races
  from events where type = 'RaceStarted'
 group by 1 order by 1

-- name: some_facts
-- What is folded of the events of the streams $1 after position $2, up to $3, of the types $4.
select position, stream, version, type, data, occurred_at, recorded_at, official, device
  from events
 where stream = any($1::text[]) and position > $2 and position <= $3 and type = any($4::text[])
 order by position

-- name: position_at
select position_at($1)

-- name: ever_held
-- The streams of races whose public board was held up to position $1; by an index of such events.
select distinct stream from events where type = 'PublicBoardHeld' and position <= $1

-- name: whole_streams
-- Every event of the streams $1 up to position $2; found by stream, however long the log is.
with wanted as materialized (
    select position, stream, version, type, data, occurred_at, recorded_at, official, device,
           device_seq, causation, hash
      from events
     where stream = any($1::text[]) and position <= $2
)

select * from wanted order by position;

-- name: of_streams
-- At most $2 events after position $1 of the streams $3.
select position, stream, version, type, data, occurred_at, recorded_at, official, device,
       device_seq, causation, hash
  from events
 where position > $1 and stream = any($3::text[])
 order by position
 limit $2
