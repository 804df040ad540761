-- Appends a group of commands in one transaction, or nothing.
--
-- The caller has numbered and chained the events after the head it knows. Two heads that agree in
-- position and hash have the same log behind them, so everything else the caller knows of the log
-- (the versions of streams) holds as well; if the head has moved, nothing is written and the answer
-- is false. A device's number that is taken already, or a version that exists, breaks a unique
-- index and with it the whole group: the caller finds out which command it was.
--
-- Columns come as text, one line an event, and hashes as 32 bytes an event: a driver encodes a text
-- several times faster than an array. An absent number is an empty line, an absent digest 32 zeros.
create or replace function append_events(
    known_position    bigint,
    known_hash        bytea,
    size              integer,
    event_streams     text,
    event_versions    text,
    event_types       text,
    event_data        text,
    event_occurred_us text,
    group_recorded_at timestamptz,
    event_officials   text,
    event_devices     text,
    event_device_seqs text,
    event_causations  text,
    event_digests     bytea,
    event_hashes      bytea
) returns boolean
language plpgsql
as $$
begin
    -- The lock: whoever holds this row appends; the others wait here, and then find a moved head.
    update log_head
       set position = known_position + size,
           hash = substring(event_hashes from size * 32 - 31 for 32),
           recorded_at = group_recorded_at
     where position = known_position and hash = known_hash;

    if not found then
        return false;
    end if;

    insert into events (position, stream, version, type, data, occurred_at, recorded_at, official,
                        device, device_seq, causation, digest, hash)
    select known_position + n.number, n.stream, n.version::integer, n.type, n.data::json,
           'epoch'::timestamptz + n.occurred_us::bigint * interval '1 microsecond',
           group_recorded_at, n.official, n.device, n.device_seq::bigint, n.causation::bigint,
           nullif(substring(event_digests from n.number::integer * 32 - 31 for 32),
                  decode(repeat('00', 32), 'hex')),
           substring(event_hashes from n.number::integer * 32 - 31 for 32)
      from unnest(string_to_array(event_streams, e'\n'),
                  string_to_array(event_versions, e'\n'),
                  string_to_array(event_types, e'\n'),
                  string_to_array(event_data, e'\n'),
                  string_to_array(event_occurred_us, e'\n'),
                  string_to_array(event_officials, e'\n'),
                  string_to_array(event_devices, e'\n'),
                  string_to_array(event_device_seqs, e'\n', ''),
                  string_to_array(event_causations, e'\n', ''))
           with ordinality as n (stream, version, type, data, occurred_us, official, device,
                                 device_seq, causation, number);

    perform pg_notify('bell_lap_log', (known_position + size)::text);
    return true;
end
$$;
