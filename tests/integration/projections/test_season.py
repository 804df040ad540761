"""A simulated season: rows as of each official result are a fold of the log cut there."""

from itertools import groupby

import pytest

from projections import ALL
from projections.medals import TABLES
from projections.read_models import ReadModels
from projections.standings import scope_of, table_names
from tests.integration.projections.conftest import Running
from tests.support import simulated
from tests.support.documents import as_read
from tests.unit.projections.worlds import book_of
from tracker.errors import NotFound
from tracker.log.event_log import EventLog
from tracker.log.recorded_event import Append, NewEvent, RecordedEvent
from tracker.simulation.day import season

OFFICIAL = ("ResultDeclaredOfficial", "ResultCorrected")
PROJECTIONS = {projection.name: projection for projection in ALL}


async def filled(log: EventLog) -> list[RecordedEvent]:
    """Put a season of small competitions in a log, and return it as it was recorded."""
    simulation = await simulated.logged(
        season(seed=11, competitions=3, entries=9, distances=("men-500", "mixed-2000-relay"))
    )
    for (stream, official, device), run in groupby(
        await simulation.read_after(0), key=lambda each: (each.stream, each.official, each.device)
    ):
        events = tuple(run)
        await log.append(
            Append(
                stream=stream,
                events=tuple(NewEvent(each.type, each.data) for each in events),
                occurred_at=events[-1].occurred_at,
                official=official,
                device=device,
            )
        )
    return await log.read_after(0)


async def test_as_of_every_official_result_is_a_fold_of_the_log_cut_there(
    event_log: EventLog, running: Running, read_models: ReadModels
) -> None:
    """Standings, medals and classifications, at each official result and just before it."""
    events = await filled(event_log)
    official = [each for each in events if each.type in OFFICIAL]
    assert len({each.stream.split("/")[0] for each in official}) == 3
    assert len(official) > 15
    async with running() as runner:
        await runner.reached(events[-1].position, 60)
    leaders = set()
    for moment in {each.position - back for each in official for back in (0, 1)}:
        book = book_of([each for each in events if each.position <= moment])
        scopes = [("classification", each) for each in book.distances]
        for competition in book.competitions:
            scopes += [("medals", f"{competition}:{table}") for table in TABLES]
        for series in book.series:
            scopes += [("standings", scope_of(series, name)) for name in table_names(book, series)]
        assert any(name == "standings" for name, _ in scopes)
        for name, scope in scopes:
            cut = as_read(PROJECTIONS[name], book, scope)
            if cut is None:
                with pytest.raises(NotFound):
                    await read_models.read(name, scope, as_of=moment)
                continue
            found = await read_models.read(name, scope, as_of=moment)
            assert found.api() == {**cut.api(), "position": moment}, (name, scope, moment)
            if name == "standings" and found.order:
                leaders.add((scope, found.order[0], found.entries[found.order[0]]["points"]))
    assert len(leaders) > 5, "the standings changed hands or grew during the season"
