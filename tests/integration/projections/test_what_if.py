"""What-if from PostgreSQL: without the penalty it tells what a log without it would show."""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings

from projections import ALL
from projections.read_models import ReadModels
from projections.runner import Runner
from projections.what_if import Asked, WhatIf
from tests.integration.projections.conftest import Running
from tests.support import postgres, random_penalties
from tests.support.documents import differences
from tests.support.race_day import RaceDay, add_distance, competition, scheduled, skated
from tests.support.random_penalties import Twice
from tests.support.recorded import fill, recorded
from tests.unit.projections.worlds import book_of
from tracker.domain import commands as c
from tracker.log.event_log import EventLog, open_event_log, open_pool

if TYPE_CHECKING:
    import asyncpg

DISTANCE = "cup/women-500"


def test_dropping_the_penalty_equals_a_log_without_it(server_url: str, template: str) -> None:
    """Every difference down to the season's standings, asked by officials and by the public."""
    seen: Counter[str] = Counter()

    async def check(twice: Twice) -> None:
        whole, plain = (book_of(recorded(day.log)) for day in (twice.whole, twice.plain))
        expected = differences(whole, plain, (DISTANCE,))
        seen.update(each.document for each in expected)
        async with postgres.database(server_url, template) as url, open_event_log(url) as log:
            pool = await open_pool(url)
            runner = Runner(log, pool, ALL)
            task = asyncio.create_task(runner.run())
            try:
                last = await fill(log, twice.whole.log)
                await runner.reached(last, 60)
                question = [Asked(race=twice.race, drop=(twice.position,))]
                asking = WhatIf(ReadModels(log, pool))
                for public in (True, False):
                    assert await asking.ask(question, None, as_of=last, public=public) == expected
                assert await log.head() == last, "nothing was written"
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await pool.close()

    @given(random_penalties.days())
    @settings(
        max_examples=12,
        deadline=None,
        phases=(Phase.reuse, Phase.generate),  # the unit test finds small examples
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def asked(twice: Twice) -> None:
        asyncio.run(check(twice))

    asked()
    assert {"result", "classification", "medals", "standings"} <= set(seen)


def season(*, penalised: bool) -> RaceDay:
    """Return two distances of one competition, each with a final and a penalty in it, or none."""
    day = competition()
    for distance, metres in (("women-500", 500), ("women-1000", 1000)):
        race = f"cup/{distance}/final-a"
        if metres != 500:
            add_distance(day, distance, metres, order=1)
        scheduled(day, race)
        skated(day, ("ann-one", "bea-two", "cia-three", "dee-four"), race)
        if penalised:
            day.when(c.CallPenalty(race=race, competitor="ann-one", reason="Impeding"))
        day.when(c.DeclareResultOfficial(race=race))
    return day


async def test_races_of_several_distances_are_supposed_at_once(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", running: Running
) -> None:
    """Without both penalties it is the log in which nobody called them, the season's total too."""
    whole, plain = season(penalised=True), season(penalised=False)
    distances = ("cup/women-1000", "cup/women-500")
    async with running() as runner:
        last = await fill(event_log, whole.log)
        await runner.reached(last, 20)
        asking = WhatIf(ReadModels(event_log, pool))
        asked = [Asked(race=f"{each}/final-a", drop=("penalty",)) for each in distances]
        found = await asking.ask(asked, None, as_of=last)
    books = [book_of(recorded(day.log)) for day in (whole, plain)]
    assert found == differences(*books, distances)
    total = {(row.scope, row.id, row.field): (row.before, row.after) for row in found}
    assert total["season:women", "ann-one", "points"] == (120, 200)
    assert total["cup:noc-all", "CAN", "gold"] == (None, 2)
