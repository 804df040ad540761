"""Every event is in the read models exactly once, whatever is killed when."""

import asyncio
from typing import Any, ClassVar

import asyncpg
import pytest

from projections import ALL, store
from projections.book import Book, Scope
from projections.projection import Document
from projections.read_models import ReadModels
from projections.rebuild import rebuild, status
from tests.integration.projections.conftest import Killing, Running
from tests.integration.projections.test_live_and_rebuilt import assert_the_same, official
from tests.support.race_day import RACE
from tests.support.recorded import append_of, fill
from tracker.domain import events as e
from tracker.errors import NotYet
from tracker.log.event_log import EventLog
from tracker.log.recorded_event import Append, NewEvent

LATER_S = 20


class Medley:
    """A projection of one row: how many races were scheduled, in the words of its version."""

    name: ClassVar[str] = "medley"
    version: ClassVar[int] = 1
    ignored: ClassVar[tuple[type[e.Event], ...]] = ()
    reads_notes: ClassVar[bool] = False
    of_a_competition: ClassVar[bool] = False
    text: ClassVar[str] = "old"

    def scopes(self, event: e.Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the one scope there is."""
        del event, touched, book
        return ("all",)

    def render(self, book: Book, scope: str) -> Document | None:
        """Return the count."""
        return Document({"races": len(book.races), "text": self.text, "scope": scope})


class NewMedley(Medley):
    """The same in other words."""

    version: ClassVar[int] = 2
    text: ClassVar[str] = "new"


class Broken(Medley):
    """A projection that cannot stand a false start."""

    name: ClassVar[str] = "broken"

    def render(self, book: Book, scope: str) -> Document | None:
        """Return the count, unless the last event was a start."""
        if isinstance(book.event, e.RaceStarted):
            raise ZeroDivisionError("no laps")
        return super().render(book, scope)


@pytest.mark.parametrize("moment", ["before the rows", "before the checkpoint", "after the commit"])
async def test_a_connection_killed_between_fold_and_commit(
    moment: str,
    event_log: EventLog,
    pool: "asyncpg.Pool[Any]",
    running: Running,
    kill_the_writer: Killing,
) -> None:
    """Rows and checkpoint are there together or not at all, and are written once in the end."""
    day = official()
    killed = 0
    write, advance = store.Rows.write, store.Rows.advance

    async def kill() -> None:
        nonlocal killed
        killed += 1
        await kill_the_writer()

    async def killing_write(rows: store.Rows, *what: Any) -> None:
        if moment == "before the rows" and killed < 3:
            await kill()
        await write(rows, *what)

    async def killing_advance(rows: store.Rows, moves: list[store.Advance]) -> None:
        if moment == "before the checkpoint" and killed < 3:
            await kill()
        await advance(rows, moves)
        if moment == "after the commit" and killed < 3:
            # The commit itself goes through; its answer does not arrive.
            tasks.append(asyncio.create_task(kill()))

    tasks: list[asyncio.Task[None]] = []
    async with running() as runner:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store.Rows, "write", killing_write)
            patch.setattr(store.Rows, "advance", killing_advance)
            for start in range(0, len(day.log), 10):
                position = await fill(event_log, day.log[start : start + 10])
                await runner.reached(position, LATER_S)
            await asyncio.gather(*tasks)
        assert killed >= 3
        assert_the_same(await rebuild(event_log, pool, ALL))


async def test_a_cancelled_runner_leaves_nothing_half_done(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running
) -> None:
    """A runner that is cancelled anywhere, again and again, is followed by one that goes on."""
    day = official()
    await fill(event_log, day.log)
    for after_ms in range(0, 120, 8):
        async with running():
            await asyncio.sleep(after_ms / 1000)
    async with running() as runner:
        await runner.reached(len(day.log), LATER_S)
        assert_the_same(await rebuild(event_log, pool, ALL))


async def test_a_standby_follows_and_takes_over(
    event_log: EventLog,
    pool: "asyncpg.Pool[Any]",
    running: Running,
    kill_the_writer: Killing,
) -> None:
    """Of two runners one writes; the other publishes from its own book, and writes after it."""
    day = official()
    told: list[tuple[int, int]] = []
    async with running() as first:
        await first.reached(await fill(event_log, day.log[:15]), LATER_S)
        async with running() as second:
            await second.caught_up.wait()
            second.subscribe(lambda position, _, book: told.append((position, book.position)))
            await second.reached(await fill(event_log, day.log[15:20]), LATER_S)
            assert first.active
            assert not second.active
            assert told[-1] == (20, 20)
            await kill_the_writer()
            position = await fill(event_log, day.log[20:])
            await second.reached(position, LATER_S)
            await first.reached(position, LATER_S)
            assert first.active != second.active
            positions = [told_of for told_of, _ in told]
            assert positions == sorted(set(positions))
            assert all(told_of == book for told_of, book in told)
            assert positions[-1] == position
    assert_the_same(await rebuild(event_log, pool, ALL))


async def test_a_projection_that_raises_stops_alone(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """The others go on; the broken one says where it stopped, and goes on once it is mended."""
    day = official()
    started = next(
        i for i, (_, _, event) in enumerate(day.log, start=1) if isinstance(event, e.RaceStarted)
    )
    async with running((*ALL, Broken())) as runner:
        await runner.reached(await fill(event_log, day.log), LATER_S)
        [stopped] = [each for each in await runner.status() if each.name == "broken"]
        assert (await read_models.read("programme", "cup")).header["position"] == len(day.log)
    assert (stopped.state, stopped.position) == ("stopped", started - 1)
    assert (
        stopped.failure
        == f"position {started} (RaceStarted in race-{RACE}): ZeroDivisionError: no laps"
    )
    [known] = [each for each in await status(event_log, pool, ALL) if each.name == "broken"]
    assert (known.state, known.position, known.failure) == (
        "stopped",
        started - 1,
        stopped.failure,
    )
    old = await read_models.read("broken", "all")
    assert old.header == {"races": 1, "text": "old", "scope": "all", "position": started - 1}
    with pytest.raises(NotYet, match=str(started)):
        await read_models.read("broken", "all", as_of=started)

    class Mended(Medley):
        name: ClassVar[str] = "broken"

    async with running((*ALL, Mended())) as runner:
        await runner.caught_up.wait()
        assert {each.state for each in await runner.status()} == {"live"}
    assert (await read_models.read("broken", "all")).header["position"] == len(day.log)


async def test_a_new_version_is_filled_beside_the_old_one(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """The old rows are read until the new ones have caught up; then they are gone."""
    day = official()
    async with running((Medley(),)) as runner:
        await runner.reached(await fill(event_log, day.log), LATER_S)
        assert (await read_models.read("medley", "all")).header["text"] == "old"
    async with running((NewMedley(),)) as runner:
        await runner.caught_up.wait()
        found = await read_models.read("medley", "all")
        assert (found.header["text"], found.header["position"]) == ("new", len(day.log))
        early = await read_models.read("medley", "all", as_of=1)
        assert (early.header["text"], early.header["races"]) == ("new", 0)
        async with pool.acquire() as connection:
            [only] = await store.generations(connection)
        assert (only.version, only.live) == (2, True)


async def test_rows_of_another_log_are_thrown_away(
    event_log: EventLog,
    pool: "asyncpg.Pool[Any]",
    running: Running,
    read_models: ReadModels,
) -> None:
    """A store with another identity starts from nothing."""
    async with running((Medley(),)) as runner:
        await runner.reached(await fill(event_log, official().log), LATER_S)
    await pool.execute("""update read_model.generations set epoch = 'of yesterday'""")
    await pool.execute("""update read_model.rows set data = '{}'""")

    async with running((Medley(),)) as runner:
        await runner.caught_up.wait()
        assert (await read_models.read("medley", "all")).header["races"] == 1


async def test_an_event_that_cannot_be_read_stops_all_and_blocks_nobody(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """What stands before it is written; officials go on recording; nothing is shown after it."""
    day = official()
    position = await fill(event_log, day.log)
    last = append_of(f"race-{RACE}", day.race(RACE).version + 1)
    strange = Append(
        stream=last.stream,
        events=(NewEvent("LaserShown", b'{"type": "LaserShown"}'),),
        occurred_at=last.occurred_at,
        official="referee",
        device="tablet-9",
    )
    async with running() as runner:
        await event_log.append(strange)
        await runner.reached(position, LATER_S)
        async with asyncio.timeout(LATER_S):
            while runner.failure is None:  # noqa: ASYNC110 - nobody is woken by a failure
                await asyncio.sleep(0.01)
        assert f"position {position + 1} (LaserShown" in runner.failure
        await event_log.append(append_of("series-next", 1, day.log[0][2]))
    assert {each.state for each in await status(event_log, pool, ALL)} == {"stopped"}
    assert (await read_models.read("programme", "cup")).header["position"] == position


async def test_subscribers_hear_of_each_position_once_and_in_order(
    event_log: EventLog, running: Running
) -> None:
    """A subscriber that raises does not keep the others from hearing, nor the runner from going."""
    day = official()
    told: list[tuple[int, frozenset[Scope]]] = []

    def faulty(position: int, touched: frozenset[Scope], book: Book) -> None:
        raise ValueError(position, touched, book)

    async with running() as runner:
        await runner.caught_up.wait()
        runner.subscribe(faulty)
        runner.subscribe(lambda position, touched, _book: told.append((position, touched)))
        for fact in day.log:
            await runner.reached(await fill(event_log, [fact]), LATER_S)
    assert [position for position, _ in told] == list(range(1, len(day.log) + 1))
    crossings = [i for i, fact in enumerate(day.log) if isinstance(fact[2], e.CrossingRecorded)]
    assert {told[i][1] for i in crossings} == {frozenset({("race", RACE)})}


async def test_crossings_write_no_row(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running
) -> None:
    """The rows before and after a lap are the same rows, but the checkpoint has moved."""
    day = official()
    first = next(i for i, fact in enumerate(day.log) if isinstance(fact[2], e.CrossingRecorded))
    async with running() as runner:
        await runner.reached(await fill(event_log, day.log[:first]), LATER_S)
        rows = await pool.fetch("select xmin, ctid, * from read_model.rows order by ctid")
        position = await fill(event_log, day.log[first : first + 8])
        await runner.reached(position, LATER_S)
        assert position == first + 8
        after = await pool.fetch("select xmin, ctid, * from read_model.rows order by ctid")
        assert [dict(row) for row in after] == [dict(row) for row in rows]


async def test_waiting_for_a_position_that_does_not_come(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """Whoever waits is told how far the read models are."""
    async with running() as runner:
        await runner.reached(await fill(event_log, official().log[:4]), LATER_S)
        with pytest.raises(NotYet, match="at position 4"):
            await runner.reached(99, 0.05)
        for reader in (read_models, ReadModels(event_log, pool, runner)):
            await reader.wait_for(4, 1)
            with pytest.raises(NotYet, match="at position 4, not yet at 99"):
                await reader.wait_for(99, 0.05)
