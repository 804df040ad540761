"""A projection that fails names the event, and goes on without it when an operator says so."""

import asyncio
from typing import Any

import asyncpg
import pytest

from projections import ALL, operations, store
from projections.read_models import ReadModels
from projections.rebuild import rebuild, status
from projections.runner import Runner
from tests.integration.projections.conftest import Running
from tests.integration.projections.test_exactly_once import Broken, Medley, NewMedley
from tests.integration.projections.test_live_and_rebuilt import official
from tests.support.race_day import RACE
from tests.support.recorded import fill
from tracker.domain import events as e
from tracker.errors import BadRequest, NotFound, ProjectionError
from tracker.log.event_log import EventLog

LATER_S = 20
DAY = official()
STARTED = next(i for i, (*_, event) in enumerate(DAY.log, 1) if isinstance(event, e.RaceStarted))
PROJECTIONS = (*ALL, Broken())


async def skip(pool: "asyncpg.Pool[Any]", position: int, name: str = "broken") -> str:
    """Decide that a projection leaves out an event."""
    return await operations.skip(
        pool, PROJECTIONS, name, position, official="Kim Chief", reason="A start without laps"
    )


async def gone_on(runner: Runner) -> None:
    """Wait until no projection has stopped any more, or is behind the log."""
    async with asyncio.timeout(LATER_S):
        while {(each.state, each.lag) for each in await runner.status()} != {("live", 0)}:  # noqa: ASYNC110 - the database says so, not an event
            await asyncio.sleep(0.02)


async def test_a_running_tracker_goes_on_without_the_event(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """The others never stop; the broken one goes on after the decision, without the event."""
    async with running(PROJECTIONS) as runner:
        await runner.reached(await fill(event_log, DAY.log), LATER_S)
        why = await skip(pool, STARTED)
        assert why.startswith(f"position {STARTED} (RaceStarted in race-{RACE}): ")
        await gone_on(runner)
    found = await read_models.read("broken", "all")
    assert found.header["position"] == len(DAY.log)
    [known] = [each for each in await status(event_log, pool, PROJECTIONS) if each.name == "broken"]
    assert (known.state, known.failure, known.skipped) == ("live", None, (STARTED,))


async def test_a_rebuild_leaves_out_the_same_event(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running
) -> None:
    """Before the decision the rebuild stops there, too; after it, it comes to the live rows."""
    async with running(PROJECTIONS) as runner:
        await runner.reached(await fill(event_log, DAY.log), LATER_S)
        with pytest.raises(ProjectionError, match=f"broken stops at position {STARTED} .RaceSta"):
            await rebuild(event_log, pool, PROJECTIONS, "broken")
        await skip(pool, STARTED)
        await gone_on(runner)
        [done] = await rebuild(event_log, pool, PROJECTIONS, "broken")
    assert (done.differences, done.compared, done.skipped) == (0, True, (STARTED,))
    async with pool.acquire() as connection:
        decided, rebuilt = await operations.journal(connection)
    assert (decided.operation, decided.projection, decided.position) == ("skip", "broken", STARTED)
    assert (decided.official, decided.reason) == ("Kim Chief", "A start without laps")
    assert "ZeroDivisionError: no laps" in decided.outcome["failure"]
    assert (rebuilt.operation, rebuilt.outcome["differences"]) == ("rebuild", 0)


async def test_only_what_has_stopped_can_be_left_out(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running
) -> None:
    """Nothing is left out in advance, elsewhere, or of a projection that nobody knows."""
    async with running(PROJECTIONS) as runner:
        await runner.reached(await fill(event_log, DAY.log), LATER_S)
    with pytest.raises(BadRequest, match="medals has not stopped at position 3: it goes on"):
        await skip(pool, 3, "medals")
    with pytest.raises(BadRequest, match=f"it has stopped before position {STARTED}"):
        await skip(pool, STARTED + 1)
    with pytest.raises(NotFound, match="programme, classification"):
        await skip(pool, STARTED, "weather")
    async with pool.acquire() as connection:
        assert await operations.journal(connection) == []


async def test_a_decision_is_about_one_event_of_one_log(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, database_url: str
) -> None:
    """The same position of another history is another event: it is not left out."""
    async with running(PROJECTIONS) as runner:
        await runner.reached(await fill(event_log, DAY.log), LATER_S)
    await skip(pool, STARTED)
    owner = await asyncpg.connect(database_url)
    assert await operations.skips(owner) == {"broken": frozenset({STARTED})}
    await owner.execute("update operations.journal set hash = 'of another event'")
    assert await operations.skips(owner) == {}
    await owner.close()


async def test_what_was_decided_is_not_changed(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running
) -> None:
    """The application may add to the journal of operations, and nothing else."""
    async with running((Medley(),)) as runner:
        await runner.reached(await fill(event_log, DAY.log[:3]), LATER_S)
        await rebuild(event_log, pool, (Medley(),))
    for statement in (
        "delete from operations.journal",
        "update operations.journal set reason = ''",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


async def test_a_new_version_is_swapped_in_by_a_rebuild(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """The old version is read until the swap, at which its rows are gone; nothing had to agree."""
    async with running((Medley(),)) as runner:
        await runner.reached(await fill(event_log, DAY.log), LATER_S)
    seen: list[str] = []
    promote = store.promote

    async def promote_watched(*what: Any) -> None:
        seen.append((await read_models.read("medley", "all")).header["text"])
        await promote(*what)
        seen.append((await read_models.read("medley", "all")).header["text"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "promote", promote_watched)
        [done] = await rebuild(event_log, pool, (NewMedley(),))
    assert seen == ["old", "old"], "until the transaction ends, others read the old version"
    assert (done.replaced, done.version, done.compared) == (1, 2, False)
    assert (await read_models.read("medley", "all")).header["text"] == "new"
    async with pool.acquire() as connection:
        [only] = await store.generations(connection)
    assert (only.version, only.live) == (2, True)
