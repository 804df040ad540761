-- The displays of a venue: what each is called and told to show. Not a fact of a race, so not an event.

create table displays (
    display    text        not null primary key,
    secret     bytea       not null,
    code       text        unique,
    name       text        not null default '',
    page       text        not null default '',
    options    text        not null default '',
    revision   integer     not null default 0,
    shown      integer     not null default 0,
    width      integer     not null default 0,
    height     integer     not null default 0,
    made_at    timestamptz not null default now(),
    seen_at    timestamptz not null default now()
);

comment on table displays is 'Screens that are told what to show; may be emptied: each pairs anew.';
comment on column displays.secret is 'SHA-256 of what the display alone knows.';
comment on column displays.code is 'What the display shows until it is paired; null from then on.';
comment on column displays.revision is 'Goes up by one whenever the display is told something.';
comment on column displays.shown is 'The revision that the display says it shows.';
