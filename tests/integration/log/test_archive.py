"""A log out to NDJSON and in again."""

from datetime import UTC, datetime

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import postgres
from tracker import archive
from tracker.errors import ArchiveDamaged, ChainBroken, NotFound
from tracker.log.event_log import EventLog, connect, open_event_log
from tracker.log.recorded_event import Append, NewEvent
from tracker.log.verification import verify


async def fill(log: EventLog) -> None:
    """Append two competitions of one series, and a command of several events."""

    async def append(stream: str, type_: str, *data: str, seq: int | None = None) -> None:
        events = tuple(NewEvent(type_, d.encode()) for d in data)
        await log.append(
            Append(stream, events, datetime.now(UTC), "ö", "d", seq, None, None, b"x" * 32)
        )

    await append("series-s", "SeriesCreated", '{"a": 1}')
    await append("competition-one", "CompetitionCreated", '{"series": "s"}')
    await append("competition-two", "CompetitionCreated", '{"series": "s"}')
    await append("race-two/a/b", "RaceScheduled", '{"n":  1}', '{"n": 2}', seq=1)
    await append("race-one/a/b", "RaceScheduled", '{"name": "Łukasz"}', '{"n": 2}', seq=2)


async def exported(
    url: str, competition: str | None = None, up_to: int | None = None
) -> list[bytes]:
    """Return an archive's lines."""
    connection = await connect(url)
    try:
        return [line async for line in archive.export(connection, competition, up_to=up_to)]
    finally:
        await connection.close()


async def brought_in(url: str, lines: list[bytes]) -> int:
    """Bring an archive into a database."""
    connection = await connect(url)
    try:
        return await archive.bring_in(connection, lines)
    finally:
        await connection.close()


async def test_whole_log_comes_back_as_it_was(
    event_log: EventLog, database_url: str, server_url: str, template: str
) -> None:
    """Positions, times, hashes and the answers to devices are the same; the epoch is another."""
    await fill(event_log)
    lines = await exported(database_url)
    async with postgres.database(server_url, template) as url:
        assert await brought_in(url, lines) == 7
        async with open_event_log(url) as other:
            assert await other.read_after(0) == await event_log.read_after(0)
            assert await verify(other) == await verify(event_log)
            assert await other.receipt("d", 2) == await event_log.receipt("d", 2)
            assert other.epoch != event_log.epoch


async def test_a_log_is_exported_as_it_was(event_log: EventLog, database_url: str) -> None:
    """Up to a position it is the archive's beginning; what was not there then is not found."""
    await fill(event_log)
    whole = await exported(database_url)
    assert await exported(database_url, up_to=4) == whole[:5]
    assert await exported(database_url, up_to=0) == whole[:1]
    two = await exported(database_url, "two")
    assert await exported(database_url, "two", up_to=4) == two[:-1]
    with pytest.raises(NotFound):
        await exported(database_url, "two", up_to=2)


async def test_one_competition_gets_new_positions_and_a_chain_that_holds(
    event_log: EventLog, database_url: str, server_url: str, template: str
) -> None:
    """A part of a log is a log: versions, times and data stay, what caused what is kept."""
    await fill(event_log)
    lines = await exported(database_url, "one")
    async with postgres.database(server_url, template) as url:
        assert await brought_in(url, lines) == 4
        async with open_event_log(url) as other:
            events = await other.read_after(0)
            assert [e.stream for e in events] == [
                "series-s",
                "competition-one",
                "race-one/a/b",
                "race-one/a/b",
            ]
            assert events[3].causation == events[2].position == 3
            assert events[2].data == b'{"name": "\xc5\x81ukasz"}'
            before = await event_log.read_stream("race-one/a/b")
            assert [e.recorded_at for e in events[2:]] == [e.recorded_at for e in before]
            assert (await verify(other)).position == 4
    with pytest.raises(NotFound):
        await exported(database_url, "three")


async def test_what_the_log_has_already_is_refused_whole(
    event_log: EventLog, database_url: str
) -> None:
    """An archive goes into a fresh log; nothing is written half."""
    await fill(event_log)
    lines = await exported(database_url)
    with pytest.raises(ArchiveDamaged, match="fresh log"):
        await brought_in(database_url, lines)
    assert await event_log.head() == 7


async def test_events_cut_off_at_the_end_are_noticed(
    event_log: EventLog, database_url: str
) -> None:
    """The head remembers where the log ended."""
    await fill(event_log)
    await postgres.execute(
        database_url,
        "alter table events disable trigger all",
        "delete from events where position > 5",
    )
    with pytest.raises(ChainBroken, match="removed or changed"):
        await verify(event_log)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(line=st.integers(0, 7), place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_any_damaged_byte_is_found(
    archive_lines: list[bytes], line: int, place: float, byte: int
) -> None:
    """Whatever byte is changed, the archive is refused or means the same."""
    original = list(archive.read(archive_lines))
    damaged = list(archive_lines)
    text = bytearray(damaged[line])
    text[int(place * len(text))] = byte
    damaged[line] = bytes(text)
    try:
        found = list(archive.read(damaged))
    except ArchiveDamaged:
        return
    for was, now in zip(original, found, strict=True):
        assert (was.hash, was.position, bytes(was.data)) == (
            now.hash,
            now.position,
            bytes(now.data),
        )


@pytest.fixture
async def archive_lines(event_log: EventLog, database_url: str) -> list[bytes]:
    """Return a good archive."""
    await fill(event_log)
    return await exported(database_url)


async def test_missing_line_is_named(
    archive_lines: list[bytes], server_url: str, template: str
) -> None:
    """A line cut out of the middle shows as events missing from a stream."""
    del archive_lines[-2]
    async with postgres.database(server_url, template) as url:
        with pytest.raises(ArchiveDamaged, match="events are missing"):
            await brought_in(url, archive_lines)
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("select count(*) from events") == 0
        await connection.close()
