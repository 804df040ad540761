"""Fills a projection's rows anew beside the old ones, compares, and swaps them."""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import msgspec
from msgspec import Struct

from projections import operations, partial, store
from projections.book import Book
from projections.changes import Closed, Opened
from projections.comparison import Compared, compared, verdict
from projections.partial import PAGE, PartialLog
from projections.projection import Projection
from projections.shelf import Shelf
from projections.store import Difference, Generation
from projections.writer import Status, Track, state_of
from tracker.errors import NotFound, ProjectionError
from tracker.log.recorded_event import Recorded

if TYPE_CHECKING:
    import asyncpg

    from projections.store import Connection
    from tracker.domain.events import Event

TURN = 60
"""Events folded before other tasks of the process have a turn."""
COPY_AT = 4_000
"""Rows gathered before they are written."""
CLOSE_ENOUGH = 20
"""Events that may be left to fold while the writer is kept waiting."""
COLLECT_AFTER = 10_000_000
"""Objects made before cycles are looked for; Python by itself does so after 700."""
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


class Rebuilt(Struct, frozen=True):
    """What a rebuild did; no difference means that live rows and log agreed in everything."""

    name: str
    version: int
    position: int
    rows: int
    differences: int
    shown: tuple[Difference, ...]
    replaced: int | None
    """The version that was live before; None when there was none."""
    compared: bool
    """Whether the rows before were of the same version and position, so that they had to agree."""
    skipped: tuple[int, ...] = ()
    """Positions that an operator had the projection leave out."""


class Progress(Struct, frozen=True):
    """How far a rebuild is."""

    names: tuple[str, ...]
    position: int
    of: int
    seconds: float
    """Since it began."""


OnProgress: TypeAlias = Callable[[Progress], None]


async def status(
    log: Log, pool: "asyncpg.Pool[Any]", projections: Sequence[Projection]
) -> list[Status]:
    """Return how far every projection is, as the database has it."""
    head = await log.head()
    async with pool.acquire() as connection:
        await store.install(connection)
        known = await store.generations(connection)
        skips = await operations.skips(connection)
    found = [
        Status(
            each.projection,
            each.version,
            each.position,
            max(head - each.position, 0),
            state_of(live=each.live, failure=each.failure),
            each.failure,
            tuple(sorted(skips.get(each.projection, ()))),
        )
        for each in known
    ]
    names = {each.name for each in found}
    found += [
        Status(p.name, p.version, 0, head, "empty") for p in projections if p.name not in names
    ]
    return sorted(found, key=lambda each: (each.name, each.state, each.version))


def named(projections: Sequence[Projection], name: str) -> list[Projection]:
    """Return the projections that a name means, `all` being every one.

    Raises NotFound for an unknown name.
    """
    chosen = [p for p in projections if name in ("all", p.name)]
    if not chosen:
        names = ", ".join(p.name for p in projections)
        raise NotFound(f"no projection is called {name}: there are {names}, or all")
    return chosen


async def rebuild(
    log: Log,
    pool: "asyncpg.Pool[Any]",
    projections: Sequence[Projection],
    name: str = "all",
    *,
    on_progress: OnProgress | None = None,
) -> list[Rebuilt]:
    """Fill the rows of one projection, or all, anew from the log, and swap them in.

    Officials and the runner go on meanwhile; the runner is kept waiting for the last few events,
    and for comparing what they touched. Raises NotFound for an unknown name, ProjectionError while
    another rebuild runs, or when a projection cannot fold an event.
    """
    chosen = named(projections, name)
    async with pool.acquire() as connection:
        await prepare(connection)
        try:
            with collecting_rarely():
                return await Rebuilding(log, connection, chosen, on_progress).run()
        finally:
            await store.unlock(connection, "rebuild")


async def prepare(connection: "Connection") -> None:
    """Take the lock of the only rebuild, and throw away what an interrupted one left."""
    await store.install(connection)
    if not await store.try_lock(connection, "rebuild"):
        raise ProjectionError("another rebuild is running: wait for its end")
    for left_over in await store.generations(connection):
        if left_over.filled_by == "rebuild" and not left_over.live:
            await store.drop(connection, left_over.number)


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Look for cycles now and then only: what a rebuild makes is kept, or freed without them.

    What was made has to be gone at the end, else all of it is looked through at once.
    """
    before = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Rebuilding:
    """Rebuilds some projections together, reading the log once; the lock is held by who asks.

    What it has folded stays in memory as long as this is there.
    """

    def __init__(
        self,
        log: Log,
        connection: "Connection",
        projections: Sequence[Projection],
        on_progress: OnProgress | None = None,
    ) -> None:
        self._projections = projections
        self._log = log
        self._connection = connection
        self._rows = store.Rows(self._connection)
        self._writing: asyncio.Task[None] | None = None
        """Rows that are on their way while the fold goes on."""
        self._book = Book.begun_for(notes=any(each.reads_notes for each in projections))
        self._partial = PartialLog(log, self._book)
        self._shelf = Shelf(self._book, log)
        self._compared: dict[str, Compared] = {}
        """What was compared before anybody had to wait, by projection."""
        self._looked_at: dict[tuple[int, int], store.Digest] = {}
        """What live generations hold at a position, by number and position."""
        self._heeding: dict[type[Event], list[Track]] = {}
        """Who has to look at which events."""
        self._on_progress = on_progress
        self._began = time.monotonic()

    async def run(self) -> list[Rebuilt]:
        """Fill, index, catch up, compare and swap."""
        await store.write_fast(self._connection)
        skips = await operations.skips(self._connection)
        tracks = [
            await self._begin(each, skips.get(each.name, frozenset())) for each in self._projections
        ]
        try:
            await self._come_close(tracks)
            await self._complete(tracks)
            await self._compare(tracks)
            await self._come_close(tracks)
            return await self._swap(tracks)
        except BaseException:
            await asyncio.shield(self._abandon(tracks))
            raise

    async def _come_close(self, tracks: Sequence[Track]) -> None:
        """Fold until little is left."""
        while True:
            await self._settled()
            target = await self._target(tracks)
            if target - self._book.position <= CLOSE_ENOUGH:
                return
            if not self._book.position:
                self._writing = asyncio.create_task(self._look_at_live(tracks, target))
            await self._fold(tracks, target)

    async def _begin(self, projection: Projection, skipped: frozenset[int]) -> Track:
        generation = await store.begin(
            self._connection,
            projection.name,
            projection.version,
            live=False,
            filled_by="rebuild",
            epoch=self._log.epoch,
        )
        return Track(projection, generation, skipped)

    async def _abandon(self, tracks: Sequence[Track]) -> None:
        if self._writing is not None:
            await asyncio.wait([self._writing])
        for track in tracks:
            await store.drop(self._connection, track.generation)

    async def _live(self, tracks: Sequence[Track]) -> dict[str, Generation]:
        known = await store.generations(self._connection)
        names = {track.projection.name for track in tracks}
        return {each.projection: each for each in known if each.live and each.projection in names}

    async def _target(self, tracks: Sequence[Track]) -> int:
        """Return how far to go: no further than a live generation that goes on by itself."""
        head = await self._log.head()
        live = (await self._live(tracks)).values()
        return min([head, *(each.position for each in live if _goes_on(each, self._log.epoch))])

    async def _fold(self, tracks: Sequence[Track], target: int) -> None:
        """Fold and render up to a position; write what holds no more."""
        async with aclosing(self._pages(target)) as pages:
            async for page, start, end in pages:
                await self._shelf.take_down(page)
                async with aclosing(self._partial.facts(page, start, end)) as facts:
                    await self._fold_facts(tracks, facts)
                self._put_back(tracks, page)
                self._book.position = end
                for track in tracks:
                    changes = track.changes
                    full = changes.over >= COPY_AT or changes.held > 2 * ROWS_KEPT
                    if full or changes.quiet(end - QUIET):
                        await self._copy(track)
                self._tell(tracks, target)

    def _put_back(self, tracks: Sequence[Track], page: Sequence[Recorded]) -> None:
        """Let go of seasons that are over, and of what is known of them beside the book."""
        races = self._shelf.put_back(page)
        if races:
            self._partial.forget(races)
            competitions = {race.split("/", 1)[0] for race in races}
            for track in tracks:
                track.let_go(competitions)

    async def _fold_facts(
        self, tracks: Sequence[Track], facts: AsyncGenerator[Recorded, None]
    ) -> None:
        count = 0
        async for event in facts:
            touched = self._book.fold(event)
            if not self._book.quiet:
                await self._observe(tracks, touched)
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

    async def _observe(self, tracks: Sequence[Track], touched: frozenset[tuple[str, str]]) -> None:
        """Let every projection render what an event touched."""
        kind = type(self._book.event)
        heeding = self._heeding.get(kind)
        if heeding is None:
            heeding = self._heeding[kind] = [track for track in tracks if track.heeds(kind)]
        for track in heeding:
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

    def _tell(self, tracks: Sequence[Track], target: int) -> None:
        if self._on_progress is not None:
            names = tuple(track.projection.name for track in tracks)
            seconds = time.monotonic() - self._began
            self._on_progress(Progress(names, self._book.position, target, seconds))

    async def _learn(self, track: Track, scopes: Sequence[str]) -> None:
        """Read the rows of scopes that were let go; from then on, rows can be closed."""
        for scope in track.lacked(scopes):
            if not track.complete:
                await self._write(track, *track.changes.take())
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
        await self._settled()
        if closed:
            await self._rows.write(track.generation, closed, ())
        if opened:
            self._writing = asyncio.create_task(self._rows.copy(track.stored, opened))

    async def _settled(self) -> None:
        """Wait until the rows that were on their way are written."""
        if self._writing is not None:
            await self._writing
            self._writing = None

    async def _complete(self, tracks: Sequence[Track]) -> None:
        """Write what holds now, and make what the rows are found by."""
        waiting = [track for track in tracks if not track.complete]
        for track in waiting:
            await self._write(track, *track.changes.take())
        await self._settled()
        for track in waiting:
            await store.index(self._connection, track.generation)
            await store.attach(self._connection, track.generation)
            track.complete = True

    async def _look_at_live(self, tracks: Sequence[Track], target: int) -> None:
        """Read the rows of writers that go on, as they stand where this will likely come to."""
        for each in (await self._live(tracks)).values():
            if _goes_on(each, self._log.epoch):
                digest = await store.digest_at(self._connection, each.number, target)
                self._looked_at[each.number, target] = digest

    async def _compare(self, tracks: Sequence[Track]) -> None:
        """Write what there is, and compare it with the rows of writers that go on meanwhile."""
        for track in tracks:
            await self._write(track, *track.changes.take())
        await self._settled()
        live = await self._live(tracks)
        for track in tracks:
            before = live.get(track.projection.name)
            if before is not None and _goes_on(before, self._log.epoch):
                self._compared[track.projection.name] = await compared(
                    self._connection,
                    track.generation,
                    before,
                    self._book.position,
                    self._looked_at.get((before.number, self._book.position)),
                )

    async def _swap(self, tracks: Sequence[Track]) -> list[Rebuilt]:
        """Go exactly as far as the live rows are, compare, and let the new ones be read."""
        async with self._connection.transaction():
            live = await self._live(tracks)
            for each in sorted(live.values(), key=lambda g: g.number):
                await store.hold(self._connection, each.number)
            live = await self._live(tracks)
            await self._fold(tracks, await self._target(tracks))
            done = [await self._finish(track, live.get(track.projection.name)) for track in tracks]
        for each in live.values():
            await store.drop(self._connection, each.number)
        return done

    async def _finish(self, track: Track, live: Generation | None) -> Rebuilt:
        await self._rows.write(track.generation, *track.changes.take())
        await self._rows.advance(
            [store.Advance(track.generation, track.position, self._book.position)]
        )
        found = await verdict(
            self._connection,
            track.generation,
            live,
            self._book.position,
            self._compared.get(track.projection.name),
        )
        await store.promote(self._connection, track.generation, live)
        done = Rebuilt(
            name=track.projection.name,
            version=track.projection.version,
            position=self._book.position,
            rows=found.rows,
            differences=found.differences,
            shown=found.shown,
            replaced=live.version if live is not None else None,
            compared=live is not None
            and live.position == self._book.position
            and live.version == track.projection.version,
            skipped=tuple(sorted(each for each in track.skipped if each <= self._book.position)),
        )
        outcome = msgspec.structs.asdict(done) | {"shown": len(found.shown)}
        await operations.note_rebuild(self._connection, done.name, done.position, outcome)
        return done


def _goes_on(generation: Generation, epoch: str) -> bool:
    """Say whether a live generation is of this log and has not stopped."""
    return generation.failure is None and generation.epoch == epoch
