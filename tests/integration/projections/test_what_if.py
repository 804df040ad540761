"""What-if from PostgreSQL: without the penalty it tells what a log without it would show."""

import asyncio
from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings

from projections import ALL
from projections.differences import between_books
from projections.read_models import ReadModels
from projections.runner import Runner
from projections.what_if import Asked, WhatIf
from tests.support import postgres, random_penalties
from tests.support.random_penalties import Twice
from tests.support.recorded import fill, recorded
from tests.unit.projections.worlds import book_of
from tracker.log.event_log import open_event_log, open_pool

DISTANCE = "cup/women-500"


def test_dropping_the_penalty_equals_a_log_without_it(server_url: str, template: str) -> None:
    """Every difference down to the season's standings, asked by officials and by the public."""
    seen: Counter[str] = Counter()

    async def check(twice: Twice) -> None:
        whole, plain = (book_of(recorded(day.log)) for day in (twice.whole, twice.plain))
        expected = list(between_books(whole, plain, DISTANCE))
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
