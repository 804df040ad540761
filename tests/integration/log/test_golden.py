"""A golden log in a database: brought in, verified, and signed for like any other."""

import asyncpg
import pytest

from tests.support import golden
from tracker import archive
from tracker.log.event_log import EventLog, connect, open_event_log
from tracker.log.verification import verify


@pytest.mark.parametrize("version", golden.versions())
async def test_a_golden_archive_comes_in_and_holds(
    database_url: str, event_log: EventLog, version: str
) -> None:
    """Every released version's archive can be imported, with the positions and hashes it had."""
    lines = (golden.GOLDEN / f"{version}.ndjson").read_bytes().splitlines()
    connection: asyncpg.Connection[asyncpg.Record] = await connect(database_url)
    try:
        count = await archive.bring_in(connection, lines)
    finally:
        await connection.close()
    assert count == len(lines) - 1
    async with open_event_log(database_url) as log:
        assert await log.read_after(0) == golden.read(version)
        assert (await verify(log)).position == count
    assert await event_log.head() == count
