"""What every event log promises, in PostgreSQL and in memory alike."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest

from tests.support import postgres
from tracker.errors import DeviceSequenceReused, VersionConflict
from tracker.log.chain import Verifier
from tracker.log.event_log import EventLog, open_event_log
from tracker.log.memory import MemoryLog
from tracker.log.recorded_event import Append, NewEvent

Log: TypeAlias = EventLog | MemoryLog
NOON = datetime(2024, 2, 11, 12, tzinfo=UTC)


@pytest.fixture(params=["postgres", "memory"])
async def log(request: pytest.FixtureRequest, server_url: str, template: str) -> AsyncIterator[Log]:
    """Return each kind of log in turn."""
    if request.param == "memory":
        yield MemoryLog()
        return
    async with (
        postgres.database(server_url, template) as url,
        open_event_log(url) as event_log,
    ):
        yield event_log


def command(
    stream: str = "race-a",
    *data: str,
    seq: int | None = None,
    expected: int | None = None,
    digest: bytes = b"d" * 32,
) -> Append:
    """Return a command's events."""
    events = tuple(NewEvent("Happened", f'{{"n":"{d}"}}'.encode()) for d in data or ("x",))
    return Append(stream, events, NOON, "referee", "tablet", seq, expected, None, digest)


async def everything(log: Log) -> list[tuple[int, str, int]]:
    """Return position, stream and version of all events."""
    return [(e.position, e.stream, e.version) for e in await log.read_after(0)]


async def test_positions_and_versions_have_no_gaps(log: Log) -> None:
    """Positions count through the log, versions through each stream."""
    first = await log.append(command("race-a", "1", "2"))
    await log.append(command("race-b"))
    last = await log.append(command("race-a"))
    assert (first.first_position, first.position, first.version) == (1, 2, 2)
    assert (last.first_position, last.position, last.version) == (4, 4, 3)
    assert await everything(log) == [
        (1, "race-a", 1),
        (2, "race-a", 2),
        (3, "race-b", 1),
        (4, "race-a", 3),
    ]


async def test_expected_version_is_checked(log: Log) -> None:
    """Who decided on an old state is told what the stream is at."""
    await log.append(command(expected=0))
    with pytest.raises(VersionConflict) as error:
        await log.append(command(expected=0))
    assert error.value.actual == 1
    await log.append(command(expected=1))
    assert await log.head() == 2


async def test_same_number_same_body_is_answered_again(log: Log) -> None:
    """A device may send again whatever it is unsure of."""
    first = await log.append(command("race-a", "1", "2", seq=7))
    await log.append(command("race-b", seq=8))
    again = await log.append(command("race-a", "1", "2", seq=7))
    assert again.repeated
    assert (again.first_position, again.position, again.version) == (1, 2, 2)
    assert again.recorded_at == first.recorded_at
    assert await log.head() == 3
    assert await log.receipt("tablet", 7) == (again, b"d" * 32)
    assert await log.receipt("tablet", 9) is None


async def test_same_number_other_body_is_refused(log: Log) -> None:
    """A number that was used for something else is no repetition."""
    await log.append(command(seq=7))
    with pytest.raises(DeviceSequenceReused):
        await log.append(command(seq=7, digest=b"other".ljust(32)))
    assert await log.head() == 1


async def test_a_number_sent_twice_at_once_is_recorded_once(log: Log) -> None:
    """Two copies of one command, waiting together, give one event and two equal answers."""
    answers = await asyncio.gather(*(log.append(command(seq=1)) for _ in range(5)))
    assert [a.position for a in answers] == [1] * 5
    assert sorted(a.repeated for a in answers) == [False, True, True, True, True]


async def test_the_bad_one_of_a_group_harms_nobody(log: Log) -> None:
    """Among commands that wait together, each has its own verdict."""
    await log.append(command("race-a", seq=1))
    found = await asyncio.gather(
        log.append(command("race-b")),
        log.append(command("race-a", expected=9)),
        log.append(command("race-a", seq=1)),
        log.append(command("race-a", seq=1, digest=b"other".ljust(32))),
        log.append(command("race-b")),
        return_exceptions=True,
    )
    assert [type(f).__name__ for f in found] == [
        "Appended",
        "VersionConflict",
        "Appended",
        "DeviceSequenceReused",
        "Appended",
    ]
    assert await everything(log) == [(1, "race-a", 1), (2, "race-b", 1), (3, "race-b", 2)]


async def test_reading_stops_at_a_position(log: Log) -> None:
    """Any moment can be read: a stream, or the log, up to a position."""
    for _ in range(3):
        await log.append(command("race-a"))
        await log.append(command("race-b"))
    assert [e.version for e in await log.read_stream("race-a", up_to=3)] == [1, 2]
    assert [e.version for e in await log.read_stream("race-b", after_version=1)] == [2, 3]
    assert [e.position for e in await log.read_after(1, limit=2)] == [2, 3]
    assert [e.position for e in await log.read_after(1, up_to=2)] == [2]


async def test_position_at_a_time(log: Log) -> None:
    """A moment is the last position recorded by then."""
    assert await log.position_at(datetime.now(UTC)) == 0
    moments = []
    for _ in range(5):
        moments.append((await log.append(command())).recorded_at)
        await asyncio.sleep(0.002)
    assert [await log.position_at(m) for m in moments] == [1, 2, 3, 4, 5]
    assert await log.position_at(moments[0] - timedelta(seconds=1)) == 0


async def test_the_chain_holds(log: Log) -> None:
    """Every event carries the hash of all that came before."""
    for n in range(20):
        await log.append(command(f"race-{n % 3}", "ä", "ö", seq=n + 1))
    verifier = Verifier()
    for event in await log.read_after(0):
        verifier.check(event)
    assert verifier.position == 40


async def test_a_reader_is_woken_by_an_append(log: Log) -> None:
    """Waiting ends with the commit, long before the poll."""
    waiting = asyncio.create_task(log.wakeup.wait(0, 5))
    await asyncio.sleep(0.01)
    await log.append(command())
    assert await asyncio.wait_for(waiting, 1) == 1
    assert await log.wakeup.wait(1, 0.01) == 1
