"""A rebuild that leaves out facts on the ice comes to the rows of one that reads everything."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from projections import ALL
from projections.book import Book
from projections.changes import Changes, Opened
from projections.partial import ICE, PartialLog
from tests.support.race_day import RACE, RaceDay, competition, scheduled, skated
from tests.support.recorded import recorded
from tests.unit.projections.worlds import days
from tracker.domain import commands as c
from tracker.domain.values import FinishTime
from tracker.log.recorded_event import RecordedEvent

ORDER = ("bea-two", "ann-one", "cia-three", "dee-four")


class LogOf:
    """A log in memory, which keeps what was read of facts on the ice."""

    def __init__(self, events: Sequence[RecordedEvent]) -> None:
        self._events = events
        self.ice: set[int] = set()

    async def read_facts(
        self, after: int, up_to: int, *, without: Sequence[str], of: Sequence[str] | None = None
    ) -> list[RecordedEvent]:
        """Return a stretch without some types."""
        assert of is None, "all competitions are read"
        return [each for each in self._events[after:up_to] if each.type not in without]

    async def read_some(
        self, streams: Sequence[str], after: int, up_to: int, *, types: Sequence[str]
    ) -> list[RecordedEvent]:
        """Return a stretch of some streams and types."""
        stretch = self._events[after:up_to]
        return self._noted([e for e in stretch if e.stream in streams and e.type in types])

    async def read_whole(self, streams: Sequence[str], *, up_to: int) -> list[RecordedEvent]:
        """Return the events of some streams."""
        return self._noted([e for e in self._events[:up_to] if e.stream in streams])

    def _noted(self, events: list[RecordedEvent]) -> list[RecordedEvent]:
        self.ice |= {each.position for each in events if each.type in ICE}
        return events


async def rows_of(log: LogOf, count: int, page: int) -> dict[str, list[Opened]]:
    """Return the rows of every projection by a log that is read in parts."""
    book = Book()
    reading = PartialLog(log, book)
    changes = {p.name: Changes() for p in ALL}
    for start in range(0, count, page):
        end = min(start + page, count)
        async for event in reading.facts(await reading.read(start, end), start, end):
            rendered(book, event, changes)
        book.position = end
    return taken(changes)


def rendered(book: Book, event: RecordedEvent, changes: dict[str, Changes]) -> None:
    """Fold an event, and render what it touched."""
    touched = book.fold(event)
    for projection in ALL if not book.quiet else ():
        mine = changes[projection.name]
        for scope in dict.fromkeys(projection.scopes(book.event, touched, book)):
            mine.apply(mine.compare(scope, projection.render(book, scope)), event.position)


def taken(changes: dict[str, Changes]) -> dict[str, list[Opened]]:
    """Return all rows in one order."""
    return {
        name: sorted(mine.take()[1], key=lambda row: (row.since, row.scope, row.key))
        for name, mine in changes.items()
    }


@given(day=days(), page=st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_rows_are_those_of_the_whole_log(day: RaceDay, page: int) -> None:
    """Whatever is retracted, missed, corrected or recorded late, in pages of any size."""
    events = recorded(day.log)
    changes = {p.name: Changes() for p in ALL}
    book = Book()
    for event in events:
        rendered(book, event, changes)

    assert asyncio.run(rows_of(LogOf(events), len(events), page)) == taken(changes)


def test_crossings_of_a_race_with_order_and_times_are_not_read() -> None:
    """The photo finish said all that the result says."""
    day = skated(scheduled(competition()), ORDER)
    times = tuple(FinishTime(who, 45_000 + i) for i, who in enumerate(ORDER))
    timed = (
        c.RecordFinishOrder(race=RACE, groups=tuple((who,) for who in ORDER)),
        c.RecordFinishTimes(race=RACE, times=times, time_source="photo"),
    )
    shown = (c.PublishResult(race=RACE), c.DeclareResultOfficial(race=RACE))
    by_photo = LogOf(recorded(day.given(*timed, *shown).log))
    other = skated(scheduled(competition()), ORDER).given(*shown)
    by_crossings = LogOf(recorded(other.log))
    timed_by_hand = (timed[0], c.RecordFinishTimes(race=RACE, times=times, time_source="hand"))
    hand = skated(scheduled(competition()), ORDER).given(*timed_by_hand, *shown)
    by_hand = LogOf(recorded(hand.log))

    first = asyncio.run(rows_of(by_photo, len(day.log), 1_000))
    second = asyncio.run(rows_of(by_crossings, len(other.log), 1_000))

    asyncio.run(rows_of(by_hand, len(hand.log), 1_000))

    assert by_photo.ice == set()
    assert by_hand.ice, "a transponder may have measured a crossing, which outranks a hand"
    assert len(by_crossings.ice) >= 20, "five lap rows of four skaters"
    assert len(first["classification"]) == len(second["classification"]) > 4
