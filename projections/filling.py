"""Folds the log, and writes what it touches into tables that nobody reads yet."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Protocol, TypeAlias

from msgspec import Struct

from projections import partial, store
from projections.book import Book
from projections.changes import Closed, Opened
from projections.partial import PAGE, PartialLog
from projections.shelf import Shelf
from projections.writer import Track
from tracker.errors import ProjectionError
from tracker.log.recorded_event import Recorded

if TYPE_CHECKING:
    from projections.comparison import Compared
    from projections.store import Connection, Generation
    from tracker.domain.events import Event

TURN = 60
"""Events folded before other tasks of the process have a turn."""
COPY_AT = 4_000
"""Rows gathered before they are written."""
MOST_WAITING = 40_000
"""Rows that may wait to be written before the fold waits for them."""
ROWS_KEPT = 3_000
"""Rows of one projection that stay in memory until they hold no more, by scopes."""
QUIET = 150_000
"""Events without a change after which the rows of a scope leave memory."""


class Log(partial.Log, Protocol):
    """What a rebuild needs of the event log."""

    @property
    def epoch(self) -> str:
        """Return the identity of the store."""
        ...

    async def head(self) -> int:
        """Return the last position."""
        ...


class Progress(Struct, frozen=True):
    """How far a process is."""

    names: tuple[str, ...]
    position: int
    of: int
    seconds: float
    """Since it began."""
    process: int = 0
    """Which one of those that share the work; the first has all of it swapped in."""


OnProgress: TypeAlias = Callable[[Progress], None]


class Filling:
    """Fills the tables of some projections, of all competitions or of some.

    What it has folded stays in memory as long as this is there.
    """

    def __init__(
        self,
        log: Log,
        connection: "Connection",
        tracks: Sequence[Track],
        on_progress: OnProgress | None = None,
        *,
        competitions: Collection[str] | None = None,
        process: int = 0,
    ) -> None:
        self._log = log
        self._connection = connection
        self._rows = store.Rows(connection)
        self._waiting: deque[tuple[Generation, Sequence[Opened]]] = deque()
        """Rows that are to be written while the fold goes on."""
        self._writing: asyncio.Task[None] | None = None
        self._tracks = tracks
        self._book = Book.begun_for(notes=any(track.projection.reads_notes for track in tracks))
        self._partial = PartialLog(log, self._book, competitions)
        self._shelf = Shelf(self._book, log)
        self._compared: dict[str, Compared] = {}
        """What was compared before anybody had to wait, by projection."""
        self._elsewhere: frozenset[str] = frozenset()
        """Competitions whose own documents are rendered by other processes."""
        self._heeding: dict[tuple[type[Event], bool], list[Track]] = {}
        """Who has to look at which events; of competitions that are elsewhere, or not."""
        self._on_progress = on_progress
        self._process = process
        self._began = time.monotonic()

    async def fill(self, up_to: int) -> None:
        """Fold up to a position, and write all there is."""
        await store.write_fast(self._connection)
        await self._fold(up_to)
        for track in self._tracks:
            await self._write(track, *track.changes.take())
        await self._settled()

    async def _fold(self, target: int) -> None:
        """Fold and render up to a position; write what holds no more."""
        async with aclosing(self._pages(target)) as pages:
            async for page, start, end in pages:
                await self._shelf.take_down(page)
                async with aclosing(self._partial.facts(page, start, end)) as facts:
                    await self._fold_facts(facts)
                self._put_back(page)
                self._book.position = end
                for track in self._tracks:
                    changes = track.changes
                    full = changes.over >= COPY_AT or changes.held > 2 * ROWS_KEPT
                    if full or changes.quiet(end - QUIET):
                        await self._copy(track)
                self._tell(target)

    def _put_back(self, page: Sequence[Recorded]) -> None:
        """Let go of seasons that are over, and of what is known of them beside the book."""
        races = self._shelf.put_back(page)
        if races:
            self._partial.forget(races)
            competitions = {race.split("/", 1)[0] for race in races}
            for track in self._tracks:
                track.let_go(competitions)

    async def _fold_facts(self, facts: AsyncGenerator[Recorded, None]) -> None:
        count = 0
        async for event in facts:
            touched = self._book.fold(event)
            if not self._book.quiet:
                await self._observe(touched)
            count += 1
            if count % TURN == 0:
                await asyncio.sleep(0)

    async def _pages(
        self, target: int
    ) -> AsyncGenerator[tuple[Sequence[Recorded], int, int], None]:
        """Yield the events up to a position; the next ones are read while some are folded."""
        start = self._book.position
        reading = self._read(start, target)
        while reading is not None:
            page, end = await reading, min(start + PAGE, target)
            reading = self._read(end, target)
            yield page, start, end
            start = end

    def _read(self, start: int, target: int) -> asyncio.Task[Sequence[Recorded]] | None:
        """Begin to read the events after a position, as far as there are any to be folded."""
        if start >= target:
            return None
        return asyncio.create_task(self._partial.read(start, min(start + PAGE, target)))

    async def _observe(self, touched: frozenset[tuple[str, str]]) -> None:
        """Let every projection render what an event touched."""
        for track in self._heed():
            scopes = track.scopes(touched, self._book)
            if not scopes:
                continue
            if track.spilled:
                await self._learn(track, scopes)
            if self._compared and (so_far := self._compared.get(track.projection.name)):
                so_far.scopes.update(scopes)
            track.render(scopes, self._book)
            if track.failure is not None:
                raise ProjectionError(f"{track.projection.name} stops at {track.failure}")

    def _heed(self) -> list[Track]:
        """Return who has to look at the last event here."""
        kind, elsewhere = type(self._book.event), False
        if self._elsewhere:
            name = self._book.stream.partition("-")[2].partition("/")[0]
            elsewhere = name in self._elsewhere
        heeding = self._heeding.get((kind, elsewhere))
        if heeding is None:
            heeding = self._heeding[kind, elsewhere] = [
                track
                for track in self._tracks
                if track.heeds(kind) and not (elsewhere and track.projection.of_a_competition)
            ]
        return heeding

    def _tell(self, target: int) -> None:
        if self._on_progress is not None:
            names = tuple(track.projection.name for track in self._tracks)
            seconds = time.monotonic() - self._began
            progress = Progress(names, self._book.position, target, seconds, self._process)
            self._on_progress(progress)

    async def _learn(self, track: Track, scopes: Sequence[str]) -> None:
        """Read the rows of scopes that were let go; from then on, rows can be closed."""
        for scope in track.lacked(scopes):
            if not track.complete:
                await self._complete([track])
            await self._settled()
            track.learn(scope, await self._rows.held(track.generation, scope))

    async def _copy(self, track: Track) -> None:
        """Write what holds no more, and what was not changed for long; keep the rest."""
        closed, opened = track.changes.take_over()
        scopes, unwritten = track.changes.spill(ROWS_KEPT, self._book.position - QUIET)
        track.spill(scopes)
        await self._write(track, closed, [*opened, *unwritten])

    async def _write(
        self, track: Track, closed: Sequence[Closed], opened: Sequence[Opened]
    ) -> None:
        """Write rows; new ones while the fold goes on."""
        if closed:
            await self._settled()
            await self._rows.write(track.generation, closed, ())
        if opened:
            if sum(len(rows) for _, rows in self._waiting) > MOST_WAITING:
                await self._settled()
            self._waiting.append((track.stored, opened))
            if self._writing is not None and self._writing.done():
                await self._writing
                self._writing = None
            if self._writing is None:
                self._writing = asyncio.create_task(self._write_waiting())

    async def _write_waiting(self) -> None:
        while self._waiting:
            await self._rows.copy(*self._waiting.popleft())

    async def _settled(self) -> None:
        """Wait until nothing more is to be written."""
        if self._writing is not None:
            await self._writing
            self._writing = None
        assert not self._waiting, "who writes does not stop before all is written"

    async def _complete(self, tracks: Sequence[Track]) -> None:
        """Write what holds now, and make what the rows are found by."""
        waiting = [track for track in tracks if not track.complete]
        await self._settled()
        await self._finish_tables(waiting)
        for track in waiting:
            await store.attach(self._connection, track.generation)
            track.complete = True

    async def _finish_tables(self, tracks: Sequence[Track]) -> None:
        for track in tracks:
            await self._finish_table(track, self._connection)

    async def _finish_table(self, track: Track, connection: "Connection") -> None:
        """Write the rows of a table that are in memory alone, and what it is searched by."""
        closed, opened = track.changes.take()
        assert not closed, "what is written changes only once it can be found"
        rows = self._rows if connection is self._connection else store.Rows(connection)
        if opened:
            await rows.copy(track.stored, opened)
        await store.index(connection, track.generation)
