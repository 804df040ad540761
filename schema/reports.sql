-- Views for a person at psql.

create or replace view log_by_stream as
select stream, max(version) as version, min(recorded_at) as first_recorded_at,
       max(recorded_at) as last_recorded_at
  from events
 group by stream
 order by stream;

create or replace view log_by_type as
select type, count(*) as events, max(position) as last_position
  from events
 group by type
 order by type;

create or replace view log_recent as
select position, recorded_at, stream, version, type, official, device, data
  from events
 order by position desc
 limit 100;

grant select on log_by_stream, log_by_type, log_recent to bell_lap_app;
