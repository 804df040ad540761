-- name: anybody
select exists (select from security.officials where removed_at is null);

-- name: add
-- $1 name, $2 roles: a known official gets these roles instead, and comes back if removed.
insert into security.officials (name, roles) values ($1, $2)
on conflict (name) do update set roles = excluded.roles, removed_at = null;

-- name: roles_of
select roles from security.officials where name = $1 and removed_at is null;

-- name: put_code
-- $1 hash, $2 official, $3 seconds that it is good for.
insert into security.codes (hash, official, expires_at)
values ($1, $2, now() + make_interval(secs => $3));

-- name: take_code
-- $1 hash: a code is good once.
update security.codes set used_at = now()
where hash = $1 and used_at is null and expires_at > now()
returning official;

-- name: end_device
-- $1 device: whoever had it before has it no more.
update security.devices set revoked_at = now() where device = $1 and revoked_at is null;

-- name: put_device
insert into security.devices (token_hash, official, device) values ($1, $2, $3);

-- name: principal
-- $1 token's hash.
select devices.official, devices.device, officials.roles
from security.devices
join security.officials on officials.name = devices.official
where devices.token_hash = $1 and devices.revoked_at is null and officials.removed_at is null;

-- name: seen
-- $1 token's hash, $2 whether it wrote.
update security.devices
set last_seen_at = now(), last_wrote_at = case when $2 then now() else last_wrote_at end
where token_hash = $1;

-- name: remove_official
update security.officials set removed_at = now() where name = $1 and removed_at is null
returning name;

-- name: end_devices_of
update security.devices set revoked_at = now() where official = $1 and revoked_at is null
returning device;

-- name: end_one_device
update security.devices set revoked_at = now() where device = $1 and revoked_at is null
returning device;

-- name: end_codes_of
update security.codes set used_at = now() where official = $1 and used_at is null;

-- name: listed
select officials.name, officials.roles, devices.device, devices.paired_at,
       devices.last_seen_at, devices.last_wrote_at
from security.officials
left join security.devices
    on devices.official = officials.name and devices.revoked_at is null
where officials.removed_at is null
order by officials.name, devices.device;
