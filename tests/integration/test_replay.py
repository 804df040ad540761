"""A race or a whole competition again, in a fresh log."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from projections.projection import Document
from tests.integration.projections.test_live_and_rebuilt import official
from tests.support import postgres
from tests.support.race_day import RACE
from tests.support.recorded import fill
from tests.unit.projections.worlds import book_of, stored
from tracker import replay
from tracker.errors import ArchiveDamaged, NotFound
from tracker.log.event_log import EventLog, connect, open_event_log
from tracker.log.recorded_event import RecordedEvent
from tracker.log.verification import verify

DAY = official()


@pytest.fixture
async def fresh(server_url: str, template: str) -> AsyncIterator[str]:
    """Give a test another empty database."""
    async with postgres.database(server_url, template) as url:
        yield url


async def skate(log: EventLog) -> None:
    """Record the day in several commits, so that time passes between its events."""
    for start in range(0, len(DAY.log), 10):
        await fill(log, DAY.log[start : start + 10])


async def again(source: str, target: str, name: str, **how: Any) -> list[RecordedEvent]:
    """Replay from one database into another, and return what that holds."""
    original, copy = await connect(source), await connect(target)
    try:
        events = await replay.lines(original, name)
        await replay.replay(events, copy, **{"speed": None, **how})
    finally:
        await original.close()
        await copy.close()
    async with open_event_log(target) as log:
        assert (await verify(log)).position == len(events)
        return await log.read_after(0)


def documents(events: list[RecordedEvent]) -> dict[tuple[str, str], Document | None]:
    """Return every stored document that follows from events."""
    return stored(book_of(events))


@pytest.mark.parametrize("speed", [None, 0.01, 0.1])
async def test_a_competition_is_the_same_at_any_speed(
    speed: float | None, event_log: EventLog, database_url: str, fresh: str
) -> None:
    """Events, instants and documents equal the original's; nobody waits for the days between."""
    await skate(event_log)
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    found = await again(database_url, fresh, "cup", speed=speed, pause=pause)

    original = await event_log.read_after(0)
    assert found == original
    assert documents(found) == documents(original)
    assert bool(waited) == (speed is not None)


async def test_the_pace_is_that_of_the_day(
    event_log: EventLog, database_url: str, fresh: str
) -> None:
    """A pause lasts as long as it did, divided by the speed, and never longer than ten seconds."""
    await skate(event_log)
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    await again(database_url, fresh, "cup", speed=0.001, pause=pause)

    moments = sorted({each.recorded_at for each in await event_log.read_after(0)})
    lasted = [(b - a).total_seconds() * 1_000 for a, b in itertools.pairwise(moments)]
    assert len(waited) == len(lasted)
    assert max(waited) <= replay.LONGEST_PAUSE_S
    assert sum(waited) <= sum(min(each, replay.LONGEST_PAUSE_S) for each in lasted)
    assert sum(waited) > sum(min(each, replay.LONGEST_PAUSE_S) for each in lasted) / 4


async def test_a_race_comes_with_what_it_hangs_on(
    event_log: EventLog, database_url: str, fresh: str
) -> None:
    """Its own documents are the original's; other races are not there."""
    await fill(event_log, DAY.log)
    found = await again(database_url, fresh, RACE)
    races = {each.stream for each in found if each.stream.startswith("race-")}
    assert races == {f"race-{RACE}"}
    original = await event_log.read_after(0)
    assert book_of(found).races[RACE] == book_of(original).races[RACE]
    mine, its = documents(found), documents(original)
    key = ("classification", RACE.rpartition("/")[0])
    assert mine[key] == its[key]


async def test_the_log_must_be_fresh(event_log: EventLog, database_url: str, fresh: str) -> None:
    """Nothing is copied over what is there, and a name that the log lacks is said."""
    await fill(event_log, DAY.log)
    await again(database_url, fresh, "cup")
    with pytest.raises(ArchiveDamaged, match="name a fresh one"):
        await again(database_url, fresh, "cup")
    for name in ("nowhere", "cup/women-500/final-z"):
        with pytest.raises(NotFound, match=name):
            await again(database_url, fresh, name)


async def test_who_writes_in_between_is_noticed(
    event_log: EventLog, database_url: str, fresh: str
) -> None:
    """A replay stops where somebody else appends to its log, and overwrites nothing."""
    await skate(event_log)

    async def meddle(_seconds: float) -> None:
        connection = await asyncpg.connect(fresh)
        await connection.execute("update log_head set hash = 'other'")
        await connection.close()

    with pytest.raises(ArchiveDamaged, match="somebody else"):
        await again(database_url, fresh, "cup", speed=1.0, pause=meddle)
