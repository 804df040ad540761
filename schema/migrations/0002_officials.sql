-- Who may write: officials, the one-time codes that pair their devices, and the devices.
-- Codes and tokens are kept as hashes: whoever reads this table can use none of them.
create schema security;

create table security.officials (
    name text primary key check (length(name) between 1 and 64),
    roles text [] not null,
    added_at timestamptz not null default now(),
    removed_at timestamptz
);

create table security.codes (
    hash bytea primary key,
    official text not null references security.officials (name),
    expires_at timestamptz not null,
    used_at timestamptz
);

create table security.devices (
    token_hash bytea primary key,
    official text not null references security.officials (name),
    device text not null check (length(device) between 1 and 64),
    paired_at timestamptz not null default now(),
    last_seen_at timestamptz,
    last_wrote_at timestamptz,
    revoked_at timestamptz
);

-- A device is one official's: whoever takes it over pairs it again, which ends the old token.
create unique index devices_in_use on security.devices (device) where revoked_at is null;
