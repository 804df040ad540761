"""The schema: applied once, append-only for everybody, statements that prepare."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from tests.support import postgres
from tracker import migrations
from tracker.errors import ChainBroken, SettingsError
from tracker.log.chain import Verifier
from tracker.log.event_log import QUERIES, EventLog, connect
from tracker.log.recorded_event import Append, NewEvent

FORBIDDEN = (
    "update events set type = 'Other'",
    "delete from events",
    "truncate events",
)


async def fill(log: EventLog) -> None:
    """Append something to be changed."""
    event = NewEvent("Happened", b'{"n": 1}')
    await log.append(Append("race-a", (event, event), datetime.now(UTC), "o", "d"))


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_application_may_not_change_events(
    event_log: EventLog, database_url: str, statement: str
) -> None:
    """The application's role has no right to change what is recorded."""
    await fill(event_log)
    connection = await connect(database_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_owner_may_not_change_events_either(
    event_log: EventLog, database_url: str, statement: str
) -> None:
    """A trigger refuses what a privilege cannot: the owner is refused, too."""
    await fill(event_log)
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_change_behind_the_back_shows(event_log: EventLog, database_url: str) -> None:
    """Who disables the trigger still cannot make the chain hold."""
    await fill(event_log)
    await postgres.execute(
        database_url,
        "alter table events disable trigger all",
        "update events set data = '{\"n\": 2}' where position = 1",
    )
    changed, *_ = await event_log.read_after(0)
    with pytest.raises(ChainBroken, match="position 1"):
        Verifier().check(changed)


async def test_hash_is_what_psql_computes(event_log: EventLog, database_url: str) -> None:
    """The recipe of schema/README.md gives the stored hashes, without any of our code."""
    await fill(event_log)
    connection = await asyncpg.connect(database_url)
    try:
        wrong = await connection.fetchval(
            """
            select count(*) from (
              select hash, sha256(
                coalesce(lag(hash) over (order by position), decode(repeat('00', 32), 'hex'))
                || convert_to(concat_ws(e'\\n', position, stream, version, type,
                     (extract(epoch from occurred_at) * 1000000)::bigint,
                     (extract(epoch from recorded_at) * 1000000)::bigint,
                     official, device, coalesce(device_seq::text, ''),
                     coalesce(causation::text, ''), data::text), 'UTF8')) as expected
              from events) as chain
            where hash <> expected
            """
        )
        assert wrong == 0
    finally:
        await connection.close()


async def test_every_statement_prepares(database_url: str) -> None:
    """No statement names a column or function that is not there."""
    connection = await connect(database_url)
    try:
        for name, statement in QUERIES.items():
            prepared = await connection.prepare(statement)
            assert prepared is not None, name
    finally:
        await connection.close()


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    """A second start finds everything in place, also two at once."""
    await asyncio.gather(migrations.migrate(database_url), migrations.migrate(database_url))


async def test_an_edited_migration_is_noticed(database_url: str) -> None:
    """History of the schema is not rewritten either."""
    await postgres.execute(database_url, "update schema_migrations set sha256 = 'other'")
    with pytest.raises(SettingsError, match="edited"):
        await migrations.migrate(database_url)


async def test_an_unreachable_database_is_named(server_url: str) -> None:
    """The sentence says what is wrong."""
    with pytest.raises(SettingsError, match="does not exist"):
        await migrations.migrate(postgres.with_database(server_url, "no_such_database"))
