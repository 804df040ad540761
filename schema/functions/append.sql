-- Appends a group of commands in one transaction, or nothing.
--
-- The caller has numbered and chained the events after the head it knows. Two heads that agree in
-- position and hash have the same log behind them, so everything else the caller knows of the log
-- (the versions of streams) holds as well; if the head has moved, nothing is written and the answer
-- is false. A device's number that is taken already, or a version that exists, breaks a unique
-- index and with it the whole group: the caller finds out which command it was.
create or replace function append_events(
    known_position    bigint,
    known_hash        bytea,
    event_streams     text[],
    event_versions    integer[],
    event_types       text[],
    event_data        json[],
    event_occurred_at timestamptz[],
    group_recorded_at timestamptz,
    event_officials   text[],
    event_devices     text[],
    event_device_seqs bigint[],
    event_causations  bigint[],
    event_digests     bytea[],
    event_hashes      bytea[]
) returns boolean
language plpgsql
as $$
declare
    size integer := cardinality(event_streams);
begin
    -- The lock: whoever holds this row appends; the others wait here, and then find a moved head.
    update log_head
       set position = known_position + size,
           hash = event_hashes[size],
           recorded_at = group_recorded_at
     where position = known_position and hash = known_hash;

    if not found then
        return false;
    end if;

    insert into events (position, stream, version, type, data, occurred_at, recorded_at, official,
                        device, device_seq, causation, digest, hash)
    select known_position + n.number, n.stream, n.version, n.type, n.data, n.occurred_at,
           group_recorded_at, n.official, n.device, n.device_seq, n.causation, n.digest, n.hash
      from unnest(event_streams, event_versions, event_types, event_data, event_occurred_at,
                  event_officials, event_devices, event_device_seqs, event_causations,
                  event_digests, event_hashes)
           with ordinality as n (stream, version, type, data, occurred_at, official, device,
                                 device_seq, causation, digest, hash, number);

    perform pg_notify('bell_lap_log', (known_position + size)::text);
    return true;
end
$$;
