"""Seasons that are over leave memory, and no row is another for it."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from projections import ALL
from projections.book import Book
from projections.changes import Changes, Opened
from projections.shelf import Shelf
from tests.support.race_day import RaceDay
from tests.support.recorded import recorded
from tests.unit.projections.worlds import days
from tracker.log.recorded_event import RecordedEvent


class LogOf:
    """A log in memory, which counts how often it is read again."""

    def __init__(self, events: Sequence[RecordedEvent]) -> None:
        self._events = events
        self.read = 0

    async def read_whole(self, streams: Sequence[str], *, up_to: int) -> list[RecordedEvent]:
        """Return the events of some streams."""
        self.read += 1
        return [each for each in self._events if each.stream in streams and each.position <= up_to]


def elsewhere(event: RecordedEvent) -> RecordedEvent:
    """Return an event as one of another competition of another series."""
    data = event.data.replace(b'"cup', b'"bowl').replace(b'"series":"season"', b'"series":"league"')
    stream = event.stream.replace("cup", "bowl").replace("series-season", "series-league")
    return replace(event, stream=stream, data=data)


async def rows_of(
    events: Sequence[RecordedEvent], page: int, limit: int
) -> tuple[dict[str, list[Opened]], int]:
    """Return the rows of every projection, and how often a season was read again."""
    book, log = Book(), LogOf(events)
    shelf = Shelf(book, log, limit)
    changes = {p.name: Changes() for p in ALL}
    for start in range(0, len(events), page):
        some = events[start : start + page]
        await shelf.take_down(some)
        for event in some:
            touched = book.fold(event)
            for projection in ALL:
                mine = changes[projection.name]
                for scope in projection.scopes(book.event, touched, book):
                    mine.apply(mine.compare(scope, projection.render(book, scope)), event.position)
        shelf.put_back(some)
    rows = {
        name: sorted(mine.take()[1], key=lambda row: (row.since, row.scope, row.key))
        for name, mine in changes.items()
    }
    return rows, log.read


@given(one=days(), other=days(), run=st.integers(5, 40), page=st.integers(1, 7))
@settings(max_examples=25, deadline=None)
def test_rows_are_the_same_when_seasons_are_released(
    one: RaceDay, other: RaceDay, run: int, page: int
) -> None:
    """Two seasons by turns, of which only one is in memory, come to the rows of both in memory."""
    mine, theirs = recorded(one.log), [elsewhere(each) for each in recorded(other.log)]
    mixed: list[RecordedEvent] = []
    while mine or theirs:
        mixed += [*mine[:run], *theirs[:run]]
        mine, theirs = mine[run:], theirs[run:]
    events = [replace(each, position=number) for number, each in enumerate(mixed, 1)]

    whole, never = asyncio.run(rows_of(events, page, limit=1_000))
    again, often = asyncio.run(rows_of(events, page, limit=0))

    assert (never, often > 0) == (0, True)
    assert again == whole
