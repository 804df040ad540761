-- Who may do what. The application appends and reads; nobody changes what is recorded.
do $$
begin
    if not exists (select from pg_roles where rolname = 'bell_lap_app') then
        create role bell_lap_app nologin;
    end if;
exception
    when duplicate_object or unique_violation then
        null; -- another database of the same server was set up at the same moment
end
$$;

grant bell_lap_app to current_user;
grant usage on schema public to bell_lap_app;

grant select, insert on events to bell_lap_app;
grant select, update on log_head to bell_lap_app;
revoke update, delete, truncate on events from bell_lap_app;
grant select, insert on log_secret, signing_keys, checkpoints to bell_lap_app;

-- Displays are no facts: they are named, told and forgotten.
grant select, insert, update, delete on displays to bell_lap_app;

-- Read models are the application's own: it builds them, and may throw them away.
create schema if not exists read_model;
grant usage, create on schema read_model to bell_lap_app;

-- Officials and devices are looked after by the application; they are no part of the record.
grant usage on schema security to bell_lap_app;
grant select, insert, update on all tables in schema security to bell_lap_app;

-- What operators decided is added to, never changed.
grant usage on schema operations to bell_lap_app;
grant select, insert on operations.journal to bell_lap_app;
