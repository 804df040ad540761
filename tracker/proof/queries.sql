-- name: secret
select secret from log_secret order by number desc limit 1;

-- name: last_checkpoint
select position, first, digest, hash, epoch, recorded_at, signed_at, key, signature
  from checkpoints
 order by position desc
 limit 1;

-- name: checkpoints_after
-- Checkpoints after a position with the keys that signed them, the oldest first.
select c.position, c.first, c.digest, c.hash, c.epoch, c.recorded_at, c.signed_at, c.key,
       c.signature, k.public_key
  from checkpoints as c
  join signing_keys as k on k.id = c.key
 where c.position > $1 and c.position <= $2
 order by c.position
 limit $3;

-- name: add_checkpoint
insert into checkpoints (position, first, digest, hash, epoch, recorded_at, signed_at, key,
                         signature)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (position) do nothing;

-- name: hash_of_checkpoint
select hash from checkpoints where position = $1;

-- name: keys
select id, public_key, since_position, added_at, replaces, endorsement
  from signing_keys
 order by since_position, added_at, id;

-- name: add_key
insert into signing_keys (id, public_key, since_position, replaces, endorsement)
values ($1, $2, $3, $4, $5)
on conflict (id) do nothing;
