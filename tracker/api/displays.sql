-- name: prune
-- Those that nobody paired within an hour are gone.
delete from displays where code is not null and seen_at < now() - interval '1 hour'

-- name: count
select count(*) from displays

-- name: add
insert into displays (display, secret, code) values ($1, $2, $3) on conflict do nothing
returning display

-- name: alive
update displays
set seen_at = now(), shown = $3, width = $4, height = $5
where display = $1 and secret = $2
returning code, name, page, options, revision

-- name: all
select display, name, page, options, revision, shown, width, height,
       (extract(epoch from now() - seen_at) * 1000)::bigint as silent_ms
from displays where code is null order by name, display

-- name: pair
update displays
set code = null, name = $2, page = $3, options = $4, revision = revision + 1
where code = $1
returning display

-- name: tell
update displays set name = $2, page = $3, options = $4, revision = revision + 1
where display = $1 and code is null
returning display

-- name: refresh
update displays set revision = revision + 1 where display = $1 and code is null returning display

-- name: forget
delete from displays where display = $1 returning display
