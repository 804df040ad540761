"""Several processes share a rebuild, and one that fails says why."""

import shutil
import sys
from collections.abc import Mapping

import asyncpg
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from projections import ALL, filling, shelf, store
from projections.filling import Progress
from projections.rebuild_processes import Other, Others, parts, rebuild_in_processes
from projections.rebuild_share import Share
from tests.integration.projections.conftest import Running
from tests.integration.projections.test_live_and_rebuilt import assert_the_same, official
from tests.support.recorded import append_of, fill, recorded, renamed
from tracker.domain.events import Event
from tracker.errors import ProjectionError
from tracker.log.codec import decode
from tracker.log.event_log import EventLog
from tracker.log.recorded_event import NewEvent

CUPS = ("cup", "bowl", "trophy", "plate", "shield")

Fact = tuple[str, int, Event]


def several() -> tuple[list[Fact], list[Fact]]:
    """Return the same day as that of several competitions of two series, and the ends of all."""
    facts: list[Fact] = []
    ends: list[Fact] = []
    for number, cup in enumerate(CUPS):
        day = [
            renamed(each, cup, "season" if number % 2 else "league")
            for each in recorded(official().log)
            if number < 2 or not each.stream.startswith("series-")
        ]
        *begun, one, other, last = ((each.stream, each.version, decode(each)) for each in day)
        facts += begun
        ends = [one, other, last, *ends]
    return facts, ends


def ignored(_: Progress) -> None:
    """Take no note of how far it is."""


@given(
    races=st.dictionaries(st.text("abc", min_size=1), st.integers(1, 300)),
    others=st.integers(0, 4),
    events=st.integers(1, 10**7),
)
def test_every_competition_is_filled_once(
    races: Mapping[str, int], others: int, events: int
) -> None:
    """However many there are, each is filled by one process."""
    found = parts(ALL, races, others, events)

    assert len(found) == others
    named = [name for part in found for name in part]
    assert len(named) == len({*named})
    assert {*named} <= {*races}


def test_the_work_is_even() -> None:
    """Of a season's six competitions, one process beside takes four: this one does the rest."""
    season = dict.fromkeys("abcdef", 236)
    assert [len(part) for part in parts(ALL, season, 1, 130_000)] == [4]
    assert [len(part) for part in parts(ALL, season, 2, 130_000)] == [3, 3]
    standings = [each for each in ALL if each.name == "standings"]
    assert parts(standings, season, 2, 130_000) == [(), ()]
    assert parts(ALL, season, 1, 2_000) == [()], "a process takes longer to begin"


@pytest.mark.parametrize("processes", [2, 3])
async def test_several_processes_come_to_the_rows_that_were_written_live(
    event_log: EventLog,
    database_url: str,
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    processes: int,
) -> None:
    """Whoever fills a competition, its rows are those of before, and all tell how far they are."""
    monkeypatch.setattr("projections.rebuild_processes._BEGINNING", 0)
    async with running() as runner:
        facts, ends = several()
        await runner.reached(await fill(event_log, [*facts, *ends]), 20)
        told: list[Progress] = []
        found = await rebuild_in_processes(
            database_url, processes=processes, on_progress=told.append
        )
        assert_the_same(found)
        assert all(each.compared for each in found)
        assert {each.process for each in told} == set(range(processes))
        [one] = await rebuild_in_processes(
            database_url, "classification", processes=processes, on_progress=told.append
        )
        assert (one.differences, one.compared) == (0, True)


@pytest.mark.parametrize("tiny", [False, True])
async def test_what_happens_meanwhile_is_rendered_here(
    event_log: EventLog,
    database_url: str,
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    *,
    tiny: bool,
) -> None:
    """Facts come in before the swap, whoever has filled their competition, kept or not."""
    monkeypatch.setattr("projections.rebuild_processes._BEGINNING", 0)
    monkeypatch.setattr("projections.rebuild.CLOSE_ENOUGH", 0)
    if tiny:
        for name, value in {"PAGE": 7, "COPY_AT": 2, "ROWS_KEPT": 1, "QUIET": 3}.items():
            monkeypatch.setattr(filling, name, value)
        monkeypatch.setattr(shelf, "RACES_KEPT", 0)
    facts, ends = several()
    filled = Others.filled

    async with running() as runner:
        await runner.reached(await fill(event_log, facts), 20)

        async def filled_and_more(others: Others) -> None:
            await filled(others)
            await runner.reached(await fill(event_log, ends), 20)

        monkeypatch.setattr(Others, "filled", filled_and_more)
        told: list[Progress] = []
        found = await rebuild_in_processes(database_url, processes=2, on_progress=told.append)
    assert_the_same(found)
    assert {each.process for each in told} == {0, 1}
    assert {each.position for each in found} == {len(facts) + len(ends)}


async def test_a_process_that_dies_is_told_of(
    event_log: EventLog, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a process that ends without an answer, whoever waits for it learns the status."""
    monkeypatch.setattr("projections.rebuild_processes._BEGINNING", 0)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    await fill(event_log, official().log)

    with pytest.raises(ProjectionError, match="filled cup ended with status 1"):
        await rebuild_in_processes(database_url, "medals", processes=2, on_progress=ignored)


async def test_why_a_process_fails_is_known_here(event_log: EventLog, database_url: str) -> None:
    """An event that cannot be decoded stops the process, which passes on why."""
    position = await fill(event_log, official().log)
    strange = NewEvent("NeverHeardOf", b'{"type":"NeverHeardOf"}')
    append = replace(append_of("competition-strange", 1), events=(strange,))
    assert (await event_log.append(append)).position == position + 1
    other = await Other.begin(1)
    try:
        other.fill(Share(database_url, 1, (), ("strange",), position + 1), ignored)
        with pytest.raises(ProjectionError, match="NeverHeardOf"):
            await other.filled()
        with pytest.raises(ProjectionError, match="NeverHeardOf"):
            other.check()
    finally:
        await other.end()


async def test_nothing_is_left_of_a_rebuild_that_failed(
    event_log: EventLog, database_url: str
) -> None:
    """What was filled is thrown away, and whoever has no share is gone too."""
    await fill(event_log, official().log)
    strange = NewEvent("NeverHeardOf", b'{"type":"NeverHeardOf"}')
    await event_log.append(replace(append_of("competition-strange", 1), events=(strange,)))

    with pytest.raises((ProjectionError, msgspec.ValidationError), match="NeverHeardOf"):
        await rebuild_in_processes(database_url, processes=2, on_progress=ignored)

    connection = await asyncpg.connect(database_url)
    try:
        assert await store.generations(connection) == []
    finally:
        await connection.close()
