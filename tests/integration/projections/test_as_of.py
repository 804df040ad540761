"""Any moment can be asked for, and costs the size of its answer."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from projections import ALL, store
from projections.moments import BadMoment
from projections.projection import Document
from projections.read_models import ReadModels
from projections.store import QUERIES, SCHEMA
from tests.integration.projections.conftest import Running
from tests.integration.projections.test_live_and_rebuilt import official
from tests.support.race_day import RACE
from tests.support.recorded import fill
from tracker.domain import events as e
from tracker.errors import NotFound, NotYet
from tracker.log.event_log import EventLog

SCOPES, KEYS, TIMES = 40, 50, 25
"""A made-up history: each of these rows held this often."""


async def plan_of(connection: Any, name: str, *arguments: object) -> str:
    """Return how PostgreSQL answers a named query, with what it really read."""
    lines = await connection.fetch(
        f"explain (analyze, costs off, timing off) {QUERIES[name]}", *arguments
    )
    return "\n".join(line[0] for line in lines)


async def history(connection: Any) -> int:
    """Fill a generation with a long history and return the last position."""
    generation = await store.begin(
        connection, "medals", 1, live=True, filled_by="runner", epoch="e"
    )
    await connection.execute(
        """
        insert into read_model.scopes (scope) select 's' || n from generate_series(1, $1) n
        """,
        SCOPES,
    )
    await connection.execute(
        """
        insert into read_model.rows (generation, scope, key, ord, since, until, data)
        select
            $1, scopes.number, 'k' || key, key, time * 100 + 1,
            case when time < $4 - 1 then time * 100 + 101 end, '{}'
        from read_model.scopes scopes, generate_series(1, $2) key, generate_series(0, $3) time
        """,
        generation.number,
        KEYS,
        TIMES - 1,
        TIMES,
    )
    position = TIMES * 100
    await store.Rows(connection).advance([store.Advance(generation.number, 0, position)])
    # Beside the live generation lies another, which is never read.
    await store.begin(connection, "medals", 2, live=False, filled_by="rebuild", epoch="e")
    await connection.execute("analyze")
    return position


async def test_a_query_reads_the_rows_of_its_answer_and_no_others(database_url: str) -> None:
    """As of any position, an index leads to the rows that held; the history is not walked."""
    connection = await asyncpg.connect(database_url)
    try:
        await store.install(connection)
        last = await history(connection)
        for name, moment in (
            ("read_as_of", (1,)),
            ("read_as_of", (last // 2,)),
            ("read_as_of", (last,)),
            ("read_now", ()),
        ):
            plan = await plan_of(connection, name, "medals", "s7", *moment)
            plan = re.sub(r".*never executed.*\n(\s+Index Cond.*\n)?", "", plan)
            assert "Seq Scan on medals" not in plan, plan
            read = [int(rows) for rows in re.findall(r"Scan.* on medals\S* held.*rows=(\d+)", plan)]
            assert sum(read) == KEYS, plan
            removed = [int(rows) for rows in re.findall(r"Rows Removed.*: (\d+)", plan)]
            assert sum(removed) <= SCOPES + 2, plan
            index = "span" if name == "read_as_of" else "scope_key"
            assert index in plan, plan
    finally:
        await connection.close()


async def test_a_list_of_scopes_reads_their_headers_and_nothing_else(database_url: str) -> None:
    """As of any position and now, the headers that held are found by an index."""
    connection = await asyncpg.connect(database_url)
    try:
        await store.install(connection)
        last = await history(connection)
        await connection.execute("update read_model.rows set key = '' where key = 'k7'")
        await connection.execute("analyze")
        for moment in (None, 1, last // 2, last):
            plan = await plan_of(connection, "headers", "medals", moment)
            plan = re.sub(r".*never executed.*\n(\s+Index Cond.*\n)?", "", plan)
            assert "Seq Scan on medals" not in plan, plan
            read = [int(rows) for rows in re.findall(r"Scan.* on medals\S* held.*rows=(\d+)", plan)]
            assert sum(read) == SCOPES, plan
    finally:
        await connection.close()


async def test_every_statement_prepares(database_url: str) -> None:
    """Names, columns and types of all statements exist."""
    connection = await asyncpg.connect(database_url)
    try:
        await store.install(connection)
        for statement in (*QUERIES.values(), SCHEMA["layout"]):
            await connection.prepare(statement)
    finally:
        await connection.close()


async def test_installing_at_once_and_again(pool: "asyncpg.Pool[Any]") -> None:
    """Processes that start together install once; another layout is replaced."""

    async def install() -> None:
        async with pool.acquire() as connection:
            await store.install(connection)

    await asyncio.gather(*(install() for _ in range(4)))
    await pool.execute("comment on table read_model.rows is 'layout 0'")
    await asyncio.gather(*(install() for _ in range(4)))

    async with pool.acquire() as connection:
        assert await store.generations(connection) == []
        assert await connection.fetchval(SCHEMA["layout"]) == store.LAYOUT


async def test_moments_in_every_notation(
    event_log: EventLog, running: Running, read_models: ReadModels
) -> None:
    """A position, a time, before and after a race: the same answer by any name."""
    day = official()
    async with running() as runner:
        last = await fill(event_log, day.log)
        await runner.reached(last, 10)
    declared = next(
        i
        for i, fact in enumerate(day.log, start=1)
        if isinstance(fact[2], e.ResultDeclaredOfficial)
    )

    assert await read_models.resolve_as_of("0") == 0
    assert await read_models.resolve_as_of(str(last)) == last
    assert await read_models.resolve_as_of(f"after:{RACE}") == declared
    assert await read_models.resolve_as_of(f"before:{RACE}") == declared - 1
    [event] = await event_log.read_after(9, limit=1)
    at = event.recorded_at
    assert await read_models.resolve_as_of(at.isoformat()) >= 10
    assert await read_models.resolve_as_of((at - timedelta(days=1)).isoformat()) == 0
    later = datetime.now(UTC) + timedelta(days=1)
    assert await read_models.resolve_as_of(later.isoformat().replace("+00:00", "Z")) == last

    before = await read_models.read("programme", "cup", as_of=declared - 1)
    after = await read_models.read("programme", "cup", as_of=declared)
    assert before.entries[RACE]["state"] == "UNOFFICIAL"
    assert before.entries[RACE]["podium"] == []
    assert after.entries[RACE]["podium"][0] == {"rank": 1, "name": "Bea Two", "noc": "KOR"}
    standings = await read_models.read("standings", "season:women", as_of=declared)
    assert standings.entries["bea-two"]["points"] == 100
    provisional = await read_models.read("classification", "cup/women-500", as_of=declared - 1)
    assert not provisional.header["official"]
    assert {(r["medal"], r["points"]) for r in provisional.entries.values()} == {(None, None)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("9999", "beyond the last position, which is 4"),
        ("9" * 40, "beyond the last position"),
        ("-1", "is no moment"),
        ("tomorrow", "is no moment"),
        ("2024-02-11T14:31:07", "is no moment"),
        ("during:cup/women-500/final-a", "is no moment"),
    ],
)
async def test_a_moment_that_is_none(
    event_log: EventLog, read_models: ReadModels, text: str, sentence: str
) -> None:
    """The answer says what would be right."""
    await fill(event_log, official().log[:4])

    with pytest.raises(BadMoment, match=sentence):
        await read_models.resolve_as_of(text)


async def test_a_race_that_is_not_official_or_not_known(
    event_log: EventLog, read_models: ReadModels
) -> None:
    """A race still to be decided is told apart from one that nobody knows."""
    await fill(event_log, official().log[:-1])

    with pytest.raises(BadMoment, match="is not official yet"):
        await read_models.resolve_as_of(f"after:{RACE}")
    with pytest.raises(NotFound, match="no race cup/women-500/final-x"):
        await read_models.resolve_as_of("before:cup/women-500/final-x")


async def test_races_are_the_same_with_and_without_a_runner(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running, read_models: ReadModels
) -> None:
    """A race's documents come from the book or from its stream, as of any position alike."""
    day = official()
    names = ("start-list", "board", "lap-chart", "result")
    async with running() as runner:
        last = await fill(event_log, day.log)
        await runner.reached(last, 10)
        await runner.caught_up.wait()
        beside = ReadModels(event_log, pool, runner)
        scheduled = next(
            i for i, fact in enumerate(day.log, start=1) if isinstance(fact[2], e.RaceScheduled)
        )
        for moment in (None, last, last - 1, last - 1, scheduled + 4, scheduled):
            assert await beside.race(RACE, as_of=moment) == await read_models.race(
                RACE, as_of=moment
            )
            for name in names:
                one = await beside.race_document(name, RACE, as_of=moment)
                assert one == await read_models.race_document(name, RACE, as_of=moment)
                assert one.header["position"] == (moment or last)
        for models in (beside, read_models):
            with pytest.raises(NotFound, match="final-x"):
                await models.race("cup/women-500/final-x")
            with pytest.raises(NotFound, match=RACE):
                await models.race(RACE, as_of=scheduled - 1)
            with pytest.raises(NotFound, match="it has start-list, board"):
                await models.race_document("weather", RACE)
            with pytest.raises(NotYet, match=str(last + 1)):
                await models.race(RACE, as_of=last + 1)


async def test_a_version_of_a_race_is_read_and_rendered_once(
    event_log: EventLog,
    pool: "asyncpg.Pool[Any]",
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Many readers of one moment cost one fold and one render."""
    day = official()
    reads: list[str] = []
    read_stream = EventLog.read_stream

    async def counted(log: EventLog, stream: str, **moment: Any) -> Any:
        reads.append(stream)
        return await read_stream(log, stream, **moment)

    async with running() as runner:
        await runner.reached(await fill(event_log, day.log), 10)
        await runner.caught_up.wait()
        models = ReadModels(event_log, pool, runner)
        monkeypatch.setattr(EventLog, "read_stream", counted)
        now = [await models.race_document("board", RACE) for _ in range(20)]
        assert reads == []
        then = [
            await models.race_document("board", RACE, as_of=len(day.log) - 3) for _ in range(20)
        ]
        assert reads == [f"race-{RACE}"]
    for documents in (now, then):
        assert all(each.entries is documents[0].entries for each in documents)


async def test_what_there_never_was(
    event_log: EventLog, running: Running, read_models: ReadModels
) -> None:
    """An unknown scope, and one that was not there yet, are told by name."""
    day = official()
    async with running() as runner:
        await runner.reached(await fill(event_log, day.log), 10)

    with pytest.raises(NotFound, match="no medals of competition atlantis:noc-all"):
        await read_models.read("medals", "atlantis:noc-all")
    with pytest.raises(NotFound, match="as of position 1"):
        await read_models.read("programme", "cup", as_of=1)
    with pytest.raises(NotYet, match="not yet at 999"):
        await read_models.read("programme", "cup", as_of=999)


async def test_headers_of_all_scopes(
    event_log: EventLog, running: Running, read_models: ReadModels
) -> None:
    """The list of competitions is the headers of their programmes, as of any position."""
    day = official()
    async with running() as runner:
        await runner.reached(await fill(event_log, day.log), 10)

    now: Document = await read_models.headers("programme")
    assert now.entries["cup"]["name"] == "Cup"
    assert (await read_models.headers("programme", as_of=1)).entries == {}
    assert (await read_models.headers("programme", as_of=2)).order == ("cup",)
    assert ALL[0].name == "programme"
