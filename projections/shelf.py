"""Keeps the races of seasons that are over out of memory, until somebody records more of them."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from projections.book import Book
from tracker.log.recorded_event import Recorded, RecordedEvent

RACES_KEPT = 4_000
"""Races that may be in memory besides those of the season in which something happened last."""


class Log(Protocol):
    """What is read of the event log to have races in memory again."""

    async def read_whole(self, streams: Sequence[str], *, up_to: int) -> Sequence[RecordedEvent]:
        """Return all events of some streams up to a position, in commit order."""
        ...


class Shelf:
    """The seasons of a book: those in memory, and those that are read again when needed."""

    def __init__(self, book: Book, log: Log, limit: int = RACES_KEPT) -> None:
        self._book = book
        self._log = log
        self._limit = limit
        self._in_memory: dict[str, None] = {}
        """Seasons, the one in which nothing happened for longest first."""

    async def take_down(self, page: Iterable[Recorded]) -> None:
        """Have the races in memory that some events may be about."""
        for season in self._seasons(page):
            if season in self._in_memory:
                continue
            streams = [f"race-{race}" for race in self._book.released(season)]
            if streams:
                events = await self._log.read_whole(streams, up_to=self._book.position)
                self._book.restore(events)

    def put_back(self, page: Iterable[Recorded]) -> None:
        """Release the seasons in which nothing happened for longest, if there are many races."""
        for season in self._seasons(page):
            self._in_memory.pop(season, None)
            self._in_memory[season] = None
        while self._book.in_memory > self._limit and len(self._in_memory) > 1:
            oldest = next(iter(self._in_memory))
            del self._in_memory[oldest]
            self._book.release(oldest)

    def _seasons(self, page: Iterable[Recorded]) -> set[str]:
        streams = {event.stream for event in page}
        names = {stream.partition("-") for stream in streams}
        return {
            f"series {name}" if kind == "series" else self._book.season_of(name.split("/", 1)[0])
            for kind, _, name in names
        }
