"""Rows that were written live, whatever happened, are those that a rebuild writes."""

import asyncio
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from projections import ALL, filling, shelf, store
from projections.read_models import ReadModels
from projections.rebuild import Rebuilt, rebuild, status
from projections.runner import Runner
from tests.integration.projections.conftest import Running
from tests.support import postgres
from tests.support.race_day import RACE, RaceDay, competition, scheduled, skated
from tests.support.recorded import fill, recorded, renamed
from tests.unit.projections.worlds import book_of, days, stored
from tracker.domain import commands as c
from tracker.errors import NotFound, ProjectionError
from tracker.log.codec import decode
from tracker.log.event_log import EventLog, open_event_log, open_pool

ORDER = ("bea-two", "ann-one", "cia-three", "dee-four")


def official(day: RaceDay | None = None) -> RaceDay:
    """Return a day with one official race."""
    return skated(day or scheduled(competition()), ORDER).given(
        c.PublishResult(race=RACE), c.DeclareResultOfficial(race=RACE)
    )


def assert_the_same(rebuilt: list[Rebuilt]) -> None:
    """No row of any projection differs, in nothing."""
    assert [each.name for each in rebuilt] == [projection.name for projection in ALL]
    for each in rebuilt:
        assert each.differences == 0, (each.name, each.shown)
        assert each.rows > 0


@given(day=days())
@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.reuse, Phase.generate),  # the unit tests find small examples
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_random_days_are_the_same_live_and_rebuilt(
    day: RaceDay, server_url: str, template: str
) -> None:
    """Live rows equal rebuilt rows, and every document as of every position is the one it was."""

    async def check() -> None:
        async with postgres.database(server_url, template) as url, open_event_log(url) as log:
            pool = await open_pool(url)
            runner = Runner(log, pool, ALL)
            task = asyncio.create_task(runner.run())
            try:
                await runner.reached(await fill(log, day.log), 20)
                assert_the_same(await rebuild(log, pool, ALL))
                await documents_are_those_of_the_log(ReadModels(log, pool), day)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await pool.close()

    asyncio.run(check())


async def documents_are_those_of_the_log(read_models: ReadModels, day: RaceDay) -> None:
    """Compare what is read as of some positions with what the log folds to."""
    events = recorded(day.log)
    for position in {len(events), len(events) - 1, len(events) // 2, 12, 5, 1}:
        for (name, scope), document in stored(book_of(events[:position])).items():
            if name == "journal":
                continue  # its rows hold the times at which this log recorded them
            if document is None:
                with pytest.raises(NotFound, match=name):
                    await read_models.read(name, scope, as_of=position)
                continue
            found = await read_models.read(name, scope, as_of=position)
            assert found.api() == {**document.api(), "position": position}, (name, scope)


async def test_rows_are_written_at_each_event_not_at_each_batch(
    event_log: EventLog, running: Running, read_models: ReadModels
) -> None:
    """A runner that starts late leaves the same rows as one that was always there."""
    day = official()
    await fill(event_log, day.log)
    async with running() as runner:
        await runner.reached(len(day.log), 10)

    await documents_are_those_of_the_log(read_models, day)


async def test_rebuilding_goes_on_beside_officials(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """Officials post and the runner writes while all projections are rebuilt, twice."""
    day = official()
    async with running() as runner:
        await runner.reached(await fill(event_log, day.log[:12]), 10)
        filling = asyncio.create_task(fill(event_log, day.log[12:]))
        first = await rebuild(event_log, pool, ALL)
        await rebuild(event_log, pool, ALL, "medals")
        await runner.reached(await filling, 10)
        assert_the_same(first)
        assert_the_same(await rebuild(event_log, pool, ALL))
    found = await read_models.read("medals", "cup:noc-all")
    assert found.api()["rows"][0]["id"] == "KOR"
    async with pool.acquire() as connection:
        assert all(each.live for each in await store.generations(connection))
        # What may stay away from a table while it is filled comes back once it is read.
        set_apart = "select relname from pg_class where reloptions::text like '%vacuum%'"
        assert await connection.fetch(set_apart) == []


async def test_a_rebuild_that_keeps_nothing_in_memory(
    event_log: EventLog,
    pool: "asyncpg.Pool[Any]",
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rows and seasons that leave memory at once, and are read again, are those of before."""
    tiny = {"PAGE": 7, "COPY_AT": 2, "ROWS_KEPT": 1, "QUIET": 3}
    for name, value in tiny.items():
        monkeypatch.setattr(filling, name, value)
    monkeypatch.setattr(shelf, "RACES_KEPT", 0)
    one, other = recorded(official().log), recorded(official().log)
    half = len(one) // 2
    mixed = [*one[:half], *(renamed(each, "bowl", "league") for each in other), *one[half:]]
    async with running() as runner:
        facts = [(each.stream, each.version, decode(each)) for each in mixed]
        await runner.reached(await fill(event_log, facts), 20)
        assert_the_same(await rebuild(event_log, pool, ALL))


async def test_the_runner_goes_on_in_the_rows_that_were_swapped_in(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """What is recorded after a swap is written to the new rows, and only there."""
    day = official()
    async with running() as runner:
        await runner.reached(await fill(event_log, day.log[:-1]), 10)
        await rebuild(event_log, pool, ALL)
        position = await fill(event_log, day.log[-1:])
        await runner.reached(position, 10)
        found = await read_models.read("programme", "cup")
        assert found.header["position"] == position
        assert found.entries[RACE]["state"] == "OFFICIAL"
        assert_the_same(await rebuild(event_log, pool, ALL))


async def test_a_rebuild_tells_what_was_wrong_and_puts_it_right(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """Rows that somebody tampered with are reported one by one, and gone afterwards."""
    async with running() as runner:
        await runner.reached(await fill(event_log, official().log), 10)
    await pool.execute(
        """update read_model.rows set data = '{"name": "forged"}' where key = 'KOR'"""
    )
    assert (await read_models.read("medals", "cup:noc-all")).entries["KOR"] == {"name": "forged"}

    [report] = await rebuild(event_log, pool, ALL, "medals")

    assert report.differences == len(report.shown) > 0
    assert {(each.side, each.key) for each in report.shown} == {
        ("live", "KOR"),
        ("rebuilt", "KOR"),
    }
    assert (await read_models.read("medals", "cup:noc-all")).entries["KOR"]["gold"] == 1


async def test_only_one_rebuild_runs(event_log: EventLog, pool: "asyncpg.Pool[Any]") -> None:
    """A second rebuild is refused while the first one runs."""
    async with pool.acquire() as connection:
        await store.install(connection)
        assert await store.try_lock(connection, "rebuild")
        with pytest.raises(ProjectionError, match="another rebuild"):
            await rebuild(event_log, pool, ALL)
        await store.unlock(connection, "rebuild")


async def test_an_unknown_projection_is_named(
    event_log: EventLog, pool: "asyncpg.Pool[Any]"
) -> None:
    """The refusal lists what can be rebuilt."""
    with pytest.raises(NotFound, match="programme, classification"):
        await rebuild(event_log, pool, ALL, "weather")


async def test_status_says_how_far_each_projection_is(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running
) -> None:
    """Before anything ran there is nothing; behind a runner, the lag is counted."""
    assert {each.state for each in await status(event_log, pool, ALL)} == {"empty"}
    day = official()
    async with running() as runner:
        await runner.reached(await fill(event_log, day.log[:10]), 10)
    await fill(event_log, day.log[10:])

    found = await status(event_log, pool, ALL)

    assert {each.name for each in found} == {projection.name for projection in ALL}
    assert {(each.position, each.lag, each.state) for each in found} == {
        (10, len(day.log) - 10, "live")
    }
