-- Events are never changed: not by the application, not by the owner of the table.
create or replace function refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception 'rows of % are never changed: % is refused', tg_table_name, tg_op
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

-- What was signed stays as it was signed.
do $$
declare
    signed text;
begin
    foreach signed in array array['log_secret', 'signing_keys', 'checkpoints'] loop
        execute format('drop trigger if exists never_changed on %I', signed);
        execute format(
            'create trigger never_changed before update or delete on %I '
            'for each row execute function refuse_change()', signed);
        execute format('drop trigger if exists never_truncated on %I', signed);
        execute format(
            'create trigger never_truncated before truncate on %I '
            'for each statement execute function refuse_change()', signed);
    end loop;
end
$$;
