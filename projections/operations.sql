-- The statements of the journal of operations.

-- name: journal
select number, at, operation, projection, position, official, reason, outcome
from operations.journal
order by number;

-- name: skips
select noted.projection, noted.position
from operations.journal noted
join events event on event.position = noted.position and event.hash = noted.hash
where noted.operation = 'skip';

-- name: skip
-- $1 projection, $2 position, $3 official, $4 reason, $5 outcome.
insert into operations.journal (operation, projection, position, official, reason, outcome, hash)
select 'skip', $1, $2, $3, $4, $5::json, hash from events where position = $2
on conflict do nothing;

-- name: go_on
-- $1 generations that have stopped.
update read_model.generations set failure = null where generation = any($1::bigint []);

-- name: rebuild
-- $1 projection, $2 position, $3 outcome.
insert into operations.journal (operation, projection, position, outcome)
values ('rebuild', $1, $2, $3::json);
