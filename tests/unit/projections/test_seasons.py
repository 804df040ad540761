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
from tests.support.best_times import ANN, official, race_id, read
from tests.support.race_day import RaceDay, competition
from tests.support.recorded import recorded, renamed
from tests.unit.projections.worlds import book_of, days
from tracker.domain import commands as c
from tracker.log.recorded_event import RecordedEvent

ONE = race_id(1)


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
    return renamed(event, "bowl", "league")


Shown = dict[str, set[tuple[str, str, int, bytes]]]
"""What holds, by projection: scope, key, place and data."""


def held(rows: dict[str, list[Opened]]) -> Shown:
    """Return the rows that hold at the end."""
    return {
        name: {(row.scope, row.key, row.ord, row.data) for row in mine if row.until is None}
        for name, mine in rows.items()
    }


def rendered_anew(events: Sequence[RecordedEvent], rows: dict[str, list[Opened]]) -> Shown:
    """Return what the documents of some rows hold, by a book that was asked nothing before."""
    book = book_of(events)
    found: Shown = {}
    for projection in ALL:
        scopes = {row.scope for row in rows[projection.name]}
        plans = [Changes().compare(scope, projection.render(book, scope)) for scope in scopes]
        found[projection.name] = {
            (plan.scope, key, order, data) for plan in plans for key, order, _, data in plan.fresh
        }
    return found


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
    assert held(again) == rendered_anew(events, whole)


def test_a_late_correction_changes_the_bests_of_later_seasons() -> None:
    """A result of a season on disk is corrected: what a later season beat is another."""
    first = official(competition(), ONE, winner_ms=42_000)
    later = official(competition(), ONE, winner_ms=41_800)
    skated = recorded(first.log)
    first.given(read(ONE, {ANN: 41_700}), c.CorrectResult(race=ONE, reason="Photo read again"))
    correction = recorded(first.log)[len(skated) :]
    mixed = [*skated, *(elsewhere(each) for each in recorded(later.log)), *correction]
    events = [replace(each, position=number) for number, each in enumerate(mixed, 1)]

    whole, _ = asyncio.run(rows_of(events, 5, limit=1_000))
    again, _ = asyncio.run(rows_of(events, 5, limit=0))

    assert again == whole
    assert held(again) == rendered_anew(events, whole)
    lost = [row for row in again["best-times"] if row.scope == "bowl" and row.until is not None]
    assert f"personal/women-500/{ANN}" in {row.key for row in lost if row.until == len(events)}


@given(one=days(), other=days(), late=days(), page=st.integers(1, 7))
@settings(max_examples=10, deadline=None)
def test_personal_bests_follow_from_the_whole_log(
    one: RaceDay, other: RaceDay, late: RaceDay, page: int
) -> None:
    """Whatever is on disk counts, in the order in which results became official."""
    last = [renamed(each, "trophy", "tour") for each in recorded(late.log)]
    mixed = [*recorded(one.log), *(elsewhere(each) for each in recorded(other.log)), *last]
    events = [replace(each, position=number) for number, each in enumerate(mixed, 1)]
    book = Book()
    shelf = Shelf(book, LogOf(events), limit=0)

    async def fold() -> None:
        for start in range(0, len(events), page):
            await shelf.take_down(events[start : start + page])
            for event in events[start : start + page]:
                book.fold(event)
            shelf.put_back(events[start : start + page])

    asyncio.run(fold())
    kept, whole = book.own_bests(), book_of(events).own_bests()
    assert kept.personal == whole.personal
    assert book.in_memory == len(book_of(last).races)
    assert all(whole.left[competition] == left for competition, left in kept.left.items())
