-- name: page
-- At most $2 events after position $1, of the streams $3 or of all when it is null, up to
-- position $4 or all when it is null.
select e.position, e.stream, e.version, e.type, e.data, e.occurred_at, e.recorded_at, e.official,
       e.device, e.device_seq, e.causation, e.digest, e.hash,
       coalesce(p.hash, decode(repeat('00', 32), 'hex')) as previous
  from events e
  left join events p on p.position = e.position - 1
 where e.position > $1 and ($3::text[] is null or e.stream = any($3::text[]))
   and e.position <= coalesce($4::bigint, 9223372036854775807)
 order by e.position
 limit $2

-- name: lock_head
select position, hash, recorded_at from log_head for update

-- name: existing_streams
-- Which of the streams $1 the log had up to position $2.
select distinct stream from events where stream = any($1::text[]) and position <= $2

-- name: move_head
update log_head set epoch = $1, position = $2, hash = $3, recorded_at = $4

-- name: notify
select pg_notify('bell_lap_log', $1)

-- name: streams_of_competition
-- The streams of competition $1, and of the series it belongs to, up to position $2 or all.
select distinct stream
  from events
 where position <= coalesce($2::bigint, 9223372036854775807)
   and (stream = 'competition-' || $1
    or starts_with(stream, 'distance-' || $1 || '/')
    or starts_with(stream, 'race-' || $1 || '/')
    or stream = 'series-' || (
        select data ->> 'series'
          from events
         where stream = 'competition-' || $1 and type = 'CompetitionCreated'
       ))

-- name: secret
select secret from log_secret order by number desc limit 1;

-- name: keep_secret
-- The secret that a log had elsewhere, for a log that has signed nothing yet.
insert into log_secret (number, secret) values (2, $1) on conflict (number) do nothing;
