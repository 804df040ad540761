-- The last position recorded at or before a moment, 0 if none.
--
-- recorded_at never decreases with position, so the primary key is searched by halves: no index on
-- recorded_at has to be kept up at every append.
create or replace function position_at(moment timestamptz) returns bigint
language plpgsql stable
as $$
declare
    low  bigint := 0;
    high bigint;
    mid  bigint;
    mid_time timestamptz;
begin
    select coalesce(max(position), 0) into high from events;
    while low < high loop
        mid := (low + high + 1) / 2;
        select recorded_at into mid_time from events where position = mid;
        if mid_time <= moment then
            low := mid;
        else
            high := mid - 1;
        end if;
    end loop;
    return low;
end
$$;
