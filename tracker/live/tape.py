"""The last minutes of the log, each event with the moment at which the feed told it."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import asyncpg
import structlog

from projections.book import Book, Scope
from tracker.errors import LogError
from tracker.live.limits import Limits
from tracker.log.recorded_event import RecordedEvent

PAGE = 500
"""Events read and folded before others have a turn."""
RETRY_S = 1.0
"""Pause before a log that cannot be read is tried again."""
SLACK_MS = 10_000
"""How much longer than the longest delay events are kept."""
LOST = (
    OSError,
    LogError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What becomes of a read when the database goes away."""
_log = structlog.get_logger("bell_lap.feed")


class Log(Protocol):
    """What is needed of the event log."""

    async def read_after(
        self, position: int, *, limit: int = ..., up_to: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return events after a position in commit order."""
        ...

    async def position_at(self, when: datetime) -> int:
        """Return the last position recorded at or before a moment."""
        ...


class Tape:
    """A book as it was some minutes ago, and every event since.

    A delay counts from the later of two moments: when the event was recorded, and when this
    process told it to those who follow without a delay.
    """

    def __init__(self, limits: Limits | None = None, wall: Callable[[], float] = time.time) -> None:
        self._keep_ms = (limits or Limits()).delay_most_ms + SLACK_MS
        self._wall = wall
        self._before: Book | None = None
        self._events: list[RecordedEvent] = []
        self._told_ms: list[int] = []
        self._heard: deque[tuple[int, int]] = deque()
        self._news = asyncio.Event()

    @property
    def ready(self) -> bool:
        """Return whether the last minutes are known."""
        return self._before is not None

    @property
    def position(self) -> int:
        """Return the position of the last event."""
        return self._book().position + len(self._events)

    def begin(self, book: Book) -> None:
        """Take a book that nobody changes any more as what was before all events."""
        self._before = book

    def add(self, event: RecordedEvent, told_ms: int) -> None:
        """Add the next event, told at a time of the day."""
        recorded_ms = int(event.recorded_at.timestamp() * 1000)
        last = self._told_ms[-1] if self._told_ms else 0
        self._events.append(event)
        self._told_ms.append(max(told_ms, recorded_ms, last))

    def book_at(self, moment_ms: float) -> Book:
        """Return a book of its own with everything that had been told at a moment."""
        book = self._book().copy()
        for event in self.told(book.position, moment_ms):
            book.fold(event)
        return book

    def told(self, position: int, moment_ms: float) -> list[RecordedEvent]:
        """Return the events after a position that had been told at a moment."""
        start = stop = position - self._book().position
        while stop < len(self._events) and self._told_ms[stop] <= moment_ms:
            stop += 1
        return self._events[start:stop]

    def next_ms(self, position: int) -> int | None:
        """Return when the first event after a position was told, if there is one."""
        at = position - self._book().position
        return self._told_ms[at] if at < len(self._told_ms) else None

    def trim(self) -> None:
        """Fold what no delay reaches any more into the book before it."""
        book = self._book()
        gone = self.told(book.position, self._wall() * 1000 - self._keep_ms)
        for event in gone:
            book.fold(event)
        del self._events[: len(gone)]
        del self._told_ms[: len(gone)]

    def _book(self) -> Book:
        assert self._before is not None, "nobody is served a delay before the tape is ready"
        return self._before

    # --- following the log -------------------------------------------------------------------

    def heard(self, position: int, _: frozenset[Scope], __: Book) -> None:
        """Note that everything up to a position has just been told; the runner calls it."""
        self._heard.append((position, int(self._wall() * 1000)))
        self._news.set()

    async def follow(self, log: Log, now: Book) -> None:
        """Keep the tape until cancelled; `now` is the book when it was first listened to."""
        while True:
            try:
                if self._before is None:
                    await self._load(log, now)
                await self._news.wait()
                self._news.clear()
                while self._heard:
                    position, told_ms = self._heard[0]
                    await self._extend(log, position, told_ms)
                    self._heard.popleft()
            except LOST as error:
                _log.warning("tape_interrupted", error=str(error), pause_s=RETRY_S)
                self._news.set()
                await asyncio.sleep(RETRY_S)

    async def _load(self, log: Log, now: Book) -> None:
        """Read what led to the book of now; the whole log only when it grew a moment ago."""
        cutoff = datetime.fromtimestamp(self._wall() - self._keep_ms / 1000, UTC)
        start = await log.position_at(cutoff)
        if start >= now.position:
            self.begin(now)
            return
        book = Book()
        while book.position < start:
            for event in await log.read_after(book.position, limit=PAGE, up_to=start):
                book.fold(event)
            await asyncio.sleep(0)
        recent: list[RecordedEvent] = []
        while (last := book.position + len(recent)) < now.position:
            recent += await log.read_after(last, limit=PAGE, up_to=now.position)
        for event in recent:
            self.add(event, 0)
        self.begin(book)

    async def _extend(self, log: Log, position: int, told_ms: int) -> None:
        while self.position < position:
            for event in await log.read_after(self.position, limit=PAGE, up_to=position):
                self.add(event, told_ms)
