"""Keeps seasons that are over out of memory, until somebody records more of them."""

from collections.abc import Sequence
from typing import Protocol

from projections.book import Book
from tracker.domain import best_times
from tracker.domain import events as e
from tracker.log.codec import decode
from tracker.log.recorded_event import Recorded, RecordedEvent

RACES_KEPT = 4_000
"""Races that may be in memory besides those of the season in which something happened last."""
_JOINING = (e.CompetitionCreated, e.DistanceAdded)
"""Facts by which a competition becomes part of a season."""
_JOINING_NAMES = frozenset(each.__name__ for each in _JOINING)


class Log(Protocol):
    """What is read of the event log to have races in memory again."""

    async def read_whole(self, streams: Sequence[str], *, up_to: int) -> Sequence[RecordedEvent]:
        """Return all events of some streams up to a position, in commit order."""
        ...


class Shelf:
    """The seasons of a book: those in memory, and those that are brought back when needed."""

    def __init__(self, book: Book, log: Log, limit: int | None = None) -> None:
        self._book = book
        self._log = log
        self._limit = RACES_KEPT if limit is None else limit
        self._in_memory: dict[str, None] = {}
        """Seasons, the one in which nothing happened for longest first."""

    async def take_down(self, page: Sequence[Recorded]) -> None:
        """Have in memory what some events may be about."""
        for season in self._seasons(page):
            races = [r for each in self._book.away(season) for r in self._book.bring_back(each)]
            if races:
                streams = [f"race-{race}" for race in races]
                events = await self._log.read_whole(streams, up_to=self._book.position)
                self._book.restore(events)

    def put_back(self, page: Sequence[Recorded]) -> list[str]:
        """Release the seasons in which nothing happened for longest, if there are many races.

        Return the races that are in memory no more.
        """
        for season in self._seasons(page):
            self._in_memory.pop(season, None)
            self._in_memory[season] = None
        gone = [race for each in self._book.half_back() for race in self._book.put_away(each)]
        while self._book.in_memory > self._limit and len(self._in_memory) > 1:
            oldest = next(iter(self._in_memory))
            del self._in_memory[oldest]
            gone += self._book.release(oldest)
        return gone

    def _seasons(self, page: Sequence[Recorded]) -> set[str]:
        names = {event.stream.partition("/")[0] for event in page}
        joining = [decode(event) for event in page if event.type in _JOINING_NAMES]
        found: set[str] = set()
        for kind, _, name in (each.partition("-") for each in names):
            found.update([_series(name)] if kind == "series" else self._book.seasons_of(name))
        for event in joining:
            if isinstance(event, _JOINING) and event.series is not None:
                found.add(_series(event.series))
        return found


def _series(name: str) -> str:
    """Return what a series is called as a season."""
    return best_times.season_of("", name)
