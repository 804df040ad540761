-- Events are never changed: not by the application, not by the owner of the table.
create or replace function refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception 'events are never changed: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege',
              hint = 'Record a correction as a new event.';
end
$$;

drop trigger if exists events_are_never_changed on events;
create trigger events_are_never_changed
    before update or delete on events
    for each row execute function refuse_change();

drop trigger if exists events_are_never_truncated on events;
create trigger events_are_never_truncated
    before truncate on events
    for each statement execute function refuse_change();
