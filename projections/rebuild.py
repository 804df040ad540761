"""Fills a projection's rows anew beside the old ones, compares, and swaps them."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from msgspec import Struct

from projections import operations, store
from projections.comparison import compared, verdict
from projections.filling import Filling, Log, OnProgress
from projections.projection import Projection
from projections.store import Difference, Generation
from projections.writer import Status, Track, state_of
from tracker.errors import NotFound, ProjectionError

if TYPE_CHECKING:
    import asyncpg

    from projections.store import Connection

CLOSE_ENOUGH = 20
"""Events that may be left to fold while the writer is kept waiting."""
COLLECT_AFTER = 10_000_000
"""Objects made before cycles are looked for; Python by itself does so after 700."""


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


class Beside(Protocol):
    """Processes that fill rows of some competitions, while this one does the rest."""

    def begin(self, tracks: Sequence[Track], up_to: int) -> frozenset[str]:
        """Have the own documents of some competitions filled up to a position; return which."""
        ...

    def check(self) -> None:
        """Raise ProjectionError where one has failed."""
        ...

    async def filled(self) -> None:
        """Return when all have done their part. Raises ProjectionError where one has failed."""
        ...


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
                return await rebuild_on(log, [connection], chosen, on_progress)
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


async def rebuild_on(
    log: Log,
    connections: Sequence["Connection"],
    projections: Sequence[Projection],
    on_progress: OnProgress | None = None,
    beside: Beside | None = None,
) -> list[Rebuilt]:
    """Rebuild some projections together; the lock is held by who asks for it.

    On further connections, several tables are indexed and compared at once.
    """
    for connection in connections:
        await store.write_fast(connection)
    skips = await operations.skips(connections[0])
    tracks = [
        Track(
            each,
            await store.begin(
                connections[0],
                each.name,
                each.version,
                live=False,
                filled_by="rebuild",
                epoch=log.epoch,
            ),
            skips.get(each.name, frozenset()),
        )
        for each in projections
    ]
    return await _Rebuilding(log, connections, tracks, on_progress, beside).run()


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


class _Rebuilding(Filling):
    """Fills tables, and has them read in place of those before."""

    def __init__(
        self,
        log: Log,
        connections: Sequence["Connection"],
        tracks: Sequence[Track],
        on_progress: OnProgress | None,
        beside: Beside | None,
    ) -> None:
        super().__init__(log, connections[0], tracks, on_progress)
        self._connections = connections
        self._beside = beside
        self._looked_at: dict[tuple[int, int], store.Digest] = {}
        """What live generations hold at a position, by number and position."""

    async def run(self) -> list[Rebuilt]:
        """Fill, catch up, index, compare and swap."""
        try:
            await self._fill_with_others()
            await self._come_close()
            await self._complete(self._tracks)
            await self._compare()
            await self._come_close()
            return await self._swap()
        except BaseException:
            await asyncio.shield(self._abandon())
            raise

    async def _fill_with_others(self) -> None:
        """Fill up to where the log, or a writer that goes on, is now."""
        target = await self._target()
        if self._beside is not None:
            self._elsewhere = self._beside.begin(self._tracks, target)
        self._writing = asyncio.create_task(self._look_at_live(target))
        await self._fold(target)
        if self._beside is not None and self._elsewhere:
            # While others fill theirs, what is only filled here is finished.
            for track in self._tracks:
                await self._write(track, *track.changes.take())
            await self._complete([t for t in self._tracks if not t.projection.of_a_competition])
            await self._beside.filled()
            # Rows that are written can be found before any of them ceases to hold.
            await self._complete(self._tracks)
            for track in self._tracks:
                if track.projection.of_a_competition:
                    track.let_go(self._elsewhere)
            self._elsewhere = frozenset()

    async def _come_close(self) -> None:
        """Fold until little is left."""
        while True:
            await self._settled()
            target = await self._target()
            if target - self._book.position <= CLOSE_ENOUGH:
                return
            await self._fold(target)

    def _tell(self, target: int) -> None:
        super()._tell(target)
        if self._elsewhere and self._beside is not None:
            self._beside.check()

    async def _abandon(self) -> None:
        self._waiting.clear()
        if self._writing is not None:
            await asyncio.wait([self._writing])
        for track in self._tracks:
            await store.drop(self._connection, track.generation)

    async def _live(self) -> dict[str, Generation]:
        known = await store.generations(self._connection)
        names = {track.projection.name for track in self._tracks}
        return {each.projection: each for each in known if each.live and each.projection in names}

    async def _target(self) -> int:
        """Return how far to go: no further than a live generation that goes on by itself."""
        head = await self._log.head()
        live = (await self._live()).values()
        return min([head, *(each.position for each in live if _goes_on(each, self._log.epoch))])

    async def _at_once(self, work: Sequence[Callable[["Connection"], Awaitable[None]]]) -> None:
        """Do some work on all connections, each piece on one that is free."""
        left = list(reversed(work))

        async def do(connection: "Connection") -> None:
            while left:
                await left.pop()(connection)

        doing = (do(connection) for connection in self._connections)
        # Nothing is thrown away while a connection is still at it.
        for outcome in await asyncio.gather(*doing, return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def _finish_tables(self, tracks: Sequence[Track]) -> None:
        def finishing(track: Track) -> Callable[["Connection"], Awaitable[None]]:
            return lambda connection: self._finish_table(track, connection)

        await self._at_once([finishing(track) for track in tracks])

    async def _look_at_live(self, target: int) -> None:
        """Read the rows of writers that go on, as they stand where this will likely come to.

        Rows that are filled meanwhile wait for that.
        """
        for each in (await self._live()).values():
            if _goes_on(each, self._log.epoch):
                digest = await store.digest_at(self._connection, each.number, target)
                self._looked_at[each.number, target] = digest
        await self._write_waiting()

    async def _compare(self) -> None:
        """Write what there is, and compare it with the rows of writers that go on meanwhile."""
        for track in self._tracks:
            await self._write(track, *track.changes.take())
        await self._settled()
        live, position = await self._live(), self._book.position

        def comparing(
            track: Track, before: Generation
        ) -> Callable[["Connection"], Awaitable[None]]:
            async def compare(on: "Connection") -> None:
                known = self._looked_at.get((before.number, position))
                found = await compared(on, track.generation, before, position, known)
                self._compared[track.projection.name] = found

            return compare

        await self._at_once(
            [
                comparing(track, before)
                for track in self._tracks
                if (before := live.get(track.projection.name)) is not None
                and _goes_on(before, self._log.epoch)
            ]
        )

    async def _swap(self) -> list[Rebuilt]:
        """Go exactly as far as the live rows are, compare, and let the new ones be read."""
        async with self._connection.transaction():
            live = await self._live()
            for each in sorted(live.values(), key=lambda g: g.number):
                await store.hold(self._connection, each.number)
            live = await self._live()
            await self._fold(await self._target())
            done = [
                await self._finish(track, live.get(track.projection.name)) for track in self._tracks
            ]
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
