"""Fills a projection's rows anew beside the old ones, compares, and swaps them."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from projections import store
from projections.book import Book
from projections.projection import Projection
from projections.store import Difference, Generation
from projections.writer import Status, Track, state_of
from tracker.errors import NotFound, ProjectionError
from tracker.log.recorded_event import RecordedEvent

if TYPE_CHECKING:
    import asyncpg

    from projections.store import Connection

PAGE = 5_000
"""Events read at a time."""
COPY_AT = 20_000
"""Finished rows gathered before they are copied."""
CLOSE_ENOUGH = 500
"""Events that may be left to fold while the writer is kept waiting."""
SHOWN = 20
"""Differences that are reported one by one."""


class Log(Protocol):
    """What a rebuild needs of the event log."""

    @property
    def epoch(self) -> str:
        """Return the identity of the store."""
        ...

    async def read_after(
        self, position: int, *, limit: int = ..., up_to: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return events after a position in commit order."""
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


async def status(
    log: Log, pool: "asyncpg.Pool[Any]", projections: Sequence[Projection]
) -> list[Status]:
    """Return how far every projection is, as the database has it."""
    head = await log.head()
    async with pool.acquire() as connection:
        await store.install(connection)
        known = await store.generations(connection)
    found = [
        Status(
            each.projection,
            each.version,
            each.position,
            max(head - each.position, 0),
            state_of(live=each.live, failure=each.failure),
            each.failure,
        )
        for each in known
    ]
    names = {each.name for each in found}
    found += [
        Status(p.name, p.version, 0, head, "empty") for p in projections if p.name not in names
    ]
    return sorted(found, key=lambda each: (each.name, each.state, each.version))


async def rebuild(
    log: Log, pool: "asyncpg.Pool[Any]", projections: Sequence[Projection], name: str = "all"
) -> list[Rebuilt]:
    """Fill the rows of one projection, or all, anew from the log, and swap them in.

    Officials and the runner go on meanwhile; the runner is kept waiting for the last events and
    the comparison only. Raises NotFound for an unknown name, ProjectionError while another rebuild
    runs, or when a projection cannot fold an event.
    """
    chosen = [p for p in projections if name in ("all", p.name)]
    if not chosen:
        names = ", ".join(p.name for p in projections)
        raise NotFound(f"no projection is called {name}: there are {names}, or all")
    async with pool.acquire() as connection:
        await store.install(connection)
        await store.write_fast(connection)
        if not await store.try_lock(connection, "rebuild"):
            raise ProjectionError("another rebuild is running: wait for its end")
        try:
            for left_over in await store.generations(connection):
                if left_over.filled_by == "rebuild" and not left_over.live:
                    await store.drop(connection, left_over.number)
            rebuilding = _Rebuilding(log, connection)
            return await rebuilding.run(chosen)
        finally:
            await store.unlock(connection, "rebuild")


class _Rebuilding:
    """Rebuilds some projections together, reading the log once."""

    def __init__(self, log: Log, connection: "Connection") -> None:
        self._log = log
        self._connection = connection
        self._rows = store.Rows(connection)
        self._book = Book()

    async def run(self, projections: Sequence[Projection]) -> list[Rebuilt]:
        """Fill, catch up, compare and swap."""
        tracks = [await self._begin(projection) for projection in projections]
        try:
            while True:
                target = await self._target(tracks)
                if target - self._book.position <= CLOSE_ENOUGH:
                    break
                await self._fold(tracks, target, copy=True)
            for track in tracks:
                await self._copy(track)
            return await self._swap(tracks)
        except BaseException:
            await asyncio.shield(self._abandon(tracks))
            raise

    async def _begin(self, projection: Projection) -> Track:
        generation = await store.begin(
            self._connection,
            projection.name,
            projection.version,
            live=False,
            filled_by="rebuild",
            epoch=self._log.epoch,
        )
        return Track(projection, generation)

    async def _abandon(self, tracks: Sequence[Track]) -> None:
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

    async def _fold(self, tracks: Sequence[Track], target: int, *, copy: bool) -> None:
        """Fold and render up to a position; copy what is finished when it has become much."""
        while self._book.position < target:
            page = await self._log.read_after(self._book.position, limit=PAGE, up_to=target)
            if not page:
                raise ProjectionError(
                    f"the log ends at position {self._book.position}, before {target}: "
                    "is this the database that the read models were filled from?"
                )
            for event in page:
                touched = self._book.fold(event)
                for track in tracks:
                    track.render(track.scopes(touched, self._book), self._book)
                    if track.failure is not None:
                        raise ProjectionError(f"{track.projection.name} stops at {track.failure}")
                    if copy and track.changes.finished >= COPY_AT:
                        finished = track.changes.take_finished()
                        await self._rows.copy(track.generation, finished)
            await asyncio.sleep(0)

    async def _copy(self, track: Track) -> None:
        closed, opened = track.changes.take()
        assert not closed, "nothing was written that could have been closed"
        await self._rows.copy(track.generation, opened)
        await self._rows.advance([store.Advance(track.generation, 0, self._book.position)])
        track.position = self._book.position

    async def _swap(self, tracks: Sequence[Track]) -> list[Rebuilt]:
        """Go exactly as far as the live rows are, compare, and let the new ones be read."""
        async with self._connection.transaction():
            live = await self._live(tracks)
            for each in sorted(live.values(), key=lambda g: g.number):
                await store.hold(self._connection, each.number)
            live = await self._live(tracks)
            await self._fold(tracks, await self._target(tracks), copy=False)
            done = [await self._finish(track, live.get(track.projection.name)) for track in tracks]
        for each in live.values():
            await store.drop(self._connection, each.number)
        return done

    async def _finish(self, track: Track, live: Generation | None) -> Rebuilt:
        await self._rows.write(track.generation, *track.changes.take())
        await self._rows.advance(
            [store.Advance(track.generation, track.position, self._book.position)]
        )
        total = 0
        shown: tuple[Difference, ...] = ()
        if live is not None and live.position == self._book.position:
            total, shown = await store.differences(
                self._connection, live.number, track.generation, SHOWN
            )
        await store.promote(self._connection, track.generation, live)
        return Rebuilt(
            name=track.projection.name,
            version=track.projection.version,
            position=self._book.position,
            rows=await store.count_rows(self._connection, track.generation),
            differences=total,
            shown=shown,
            replaced=live.version if live is not None else None,
        )


def _goes_on(generation: Generation, epoch: str) -> bool:
    """Say whether a live generation is of this log and has not stopped."""
    return generation.failure is None and generation.epoch == epoch
