"""Renders what events touch and writes the differences, each projection at its own checkpoint."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from projections import operations, store
from projections.book import Book, Scope
from projections.changes import Changes, Held
from projections.projection import Projection
from projections.store import FilledBy, Generation
from tracker.logger import late_logger

if TYPE_CHECKING:
    from projections.store import Connection
    from tracker.domain.events import Event

SCOPES_KEPT = 4096
"""Scopes of one projection whose rows stay in memory between batches."""
_logger = late_logger(__name__)


class Status(Struct, frozen=True):
    """How far a projection is, and whether it goes on."""

    name: str
    version: int
    position: int
    lag: int
    state: str
    """`live`, `filling` beside the live one, or `stopped`."""
    failure: str | None = None
    skipped: tuple[int, ...] = ()
    """Positions that an operator had the projection leave out."""


class Track:
    """One projection on its way through the log, into one generation."""

    def __init__(
        self,
        projection: Projection,
        generation: Generation,
        skipped: frozenset[int] = frozenset(),
    ) -> None:
        self.projection = projection
        self.skipped = skipped
        """Positions at which nothing is rendered, by an operator's decision."""
        self._ignored = frozenset(projection.ignored)
        self.stored = generation
        self.generation = generation.number
        self.live = generation.live
        self.position = generation.position
        """Written up to here."""
        self.changes = Changes()
        self.failure: str | None = None
        self.failed_at = 0
        self._spilled: set[str] = set()
        """Scopes with rows that a rebuild has written and does not keep in memory."""
        self._gone: set[str] = set()
        """Competitions of which that may be so for any scope that is not in memory."""
        self.complete = False
        """Whether the rows that a rebuild has filled can be found."""
        self.reported = False
        """Whether the failure stands in the database."""

    @property
    def spilled(self) -> bool:
        """Return whether rows of any scope are not in memory."""
        return bool(self._spilled or self._gone)

    def spill(self, scopes: Iterable[str]) -> None:
        """Note that the rows of scopes have left memory."""
        self._spilled.update(scopes)

    def let_go(self, competitions: Iterable[str]) -> None:
        """Note the same of all scopes of competitions that are not in memory, without a list."""
        self._gone.update(competitions)
        self._spilled = {each for each in self._spilled if _owner(each) not in self._gone}

    def lacked(self, scopes: Iterable[str]) -> list[str]:
        """Return those of some scopes that may have rows which are not in memory."""
        return [
            each
            for each in dict.fromkeys(scopes)
            if each in self._spilled
            or (_owner(each) in self._gone and not self.changes.knows(each))
        ]

    def learn(self, scope: str, rows: dict[str, Held]) -> None:
        """Have the rows of a scope in memory again."""
        self.changes.learn(scope, rows)
        self._spilled.discard(scope)

    def heeds(self, kind: "type[Event]") -> bool:
        """Say whether a document may be another after such an event."""
        return kind not in self._ignored

    def scopes(self, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the scopes that the book's last event may have changed."""
        if not self.heeds(type(book.event)) or book.position in self.skipped:
            return ()
        try:
            found = self.projection.scopes(book.event, touched, book)
            return found if len(found) < 2 else tuple(dict.fromkeys(found))  # noqa: PLR2004 - one is no double
        except Exception as error:  # noqa: BLE001 - whatever it is, this projection stops alone
            self._stop(book, error)
            return ()

    def render(self, scopes: Sequence[str], book: Book) -> None:
        """Render scopes as the book stands; what differs holds from its position on."""
        try:
            plans = [
                self.changes.compare(scope, self.projection.render(book, scope)) for scope in scopes
            ]
        except Exception as error:  # noqa: BLE001 - whatever it is, this projection stops alone
            self._stop(book, error)
            return
        for plan in plans:
            self.changes.apply(plan, book.position)

    def stop(self, position: int, why: str) -> None:
        """Go no further than to before a position."""
        self.failure = why
        self.failed_at = position

    def _stop(self, book: Book, error: Exception) -> None:
        """Stop at an event, loudly."""
        position, event = book.position, type(book.event).__name__
        what = f"{type(error).__name__}: {error}"
        self.stop(position, f"position {position} ({event} in {book.stream}): {what}")
        _logger.error(
            "projection_stopped",
            projection=self.projection.name,
            position=position,
            stream=book.stream,
            exc_info=error,
        )


class Writer:
    """The one writer of all generations, on the connection that holds the runner's lock."""

    def __init__(self, connection: "Connection", tracks: Sequence[Track]) -> None:
        self._connection = connection
        self._rows = store.Rows(connection)
        self.tracks = list(tracks)

    @classmethod
    async def open(
        cls, connection: "Connection", projections: Sequence[Projection], *, epoch: str, head: int
    ) -> "Writer":
        """Find every projection's generation, or begin one.

        Rows of another store, or from beyond its head, are thrown away. Rows of another version
        are read on until the new version's generation has caught up.
        """
        known = await store.generations(connection)
        skips = await operations.skips(connection)
        tracks = []
        for projection in projections:
            mine = [g for g in known if g.projection == projection.name]
            async with connection.transaction():
                generation = await _generation(connection, projection, mine, epoch=epoch, head=head)
                skipped = skips.get(projection.name, frozenset())
                tracks.append(Track(projection, generation, skipped))
        return cls(connection, tracks)

    @property
    def position(self) -> int:
        """Return the lowest position from which a projection goes on."""
        return min((t.position for t in self.tracks if t.failure is None), default=0)

    async def observe(self, touched: frozenset[Scope], book: Book) -> None:
        """Let every projection that is not further already render what an event touched."""
        if book.quiet:
            return
        for track in self.tracks:
            if track.failure is not None or track.position >= book.position:
                continue
            scopes = track.scopes(touched, book)
            for scope in scopes:
                if not track.changes.knows(scope):
                    track.changes.learn(scope, await self._rows.held(track.generation, scope))
            track.render(scopes, book)

    def stop(self, position: int, why: str) -> None:
        """Stop all projections before an event that cannot be folded."""
        for track in self.tracks:
            if track.failure is None:
                track.stop(position, why)

    @property
    def changed(self) -> bool:
        """Return whether there are rows to be written, or failures to be told."""
        return any(
            len(track.changes) or (track.failure is not None and not track.reported)
            for track in self.tracks
        )

    async def commit(self, position: int) -> None:
        """Write what changed, and every checkpoint, in one transaction.

        After an exception this writer must not be used again: open another.
        """
        moves = [move for track in self.tracks if (move := _move(track, position)) is not None]
        if not moves:
            return
        async with self._connection.transaction():
            for track, _ in moves:
                await self._rows.write(track.generation, *track.changes.take())
            await self._rows.advance(
                [
                    store.Advance(track.generation, track.position, reached, track.failure)
                    for track, reached in moves
                ]
            )
        for track, reached in moves:
            track.position = reached
            track.reported = track.failure is not None
            track.changes.forget(SCOPES_KEPT)

    async def check(self) -> None:
        """Raise Moved when a projection that had stopped can go on.

        Somebody has filled it anew, or had it leave out the event that it stopped at.
        """
        stopped = {track.generation for track in self.tracks if track.reported}
        if stopped:
            known = await store.generations(self._connection)
            if not stopped.issubset(each.number for each in known if each.failure is not None):
                raise store.Moved("a stopped projection was filled anew, or goes on")

    async def promote(self, head: int) -> None:
        """Let new versions that have caught up be read in place of the old ones."""
        for track in self.tracks:
            if track.live or track.failure is not None or track.position < head:
                continue
            known = await store.generations(self._connection)
            old = next((g for g in known if g.projection == track.projection.name and g.live), None)
            async with self._connection.transaction():
                await store.promote(self._connection, track.generation, old)
            if old is not None:
                await store.drop(self._connection, old.number)
            track.live = True

    def status(self, head: int) -> list[Status]:
        """Return how far every projection is."""
        return [
            Status(
                track.projection.name,
                track.projection.version,
                track.position,
                max(head - track.position, 0),
                state_of(live=track.live, failure=track.failure),
                track.failure,
                tuple(sorted(track.skipped)),
            )
            for track in self.tracks
        ]


def _owner(scope: str) -> str:
    """Return the competition of a scope that is one, a part of one, or a table of one."""
    return scope.partition("/")[0].partition(":")[0]


def _move(track: Track, position: int) -> tuple[Track, int] | None:
    """Return how far a projection's checkpoint goes with this commit, if it goes."""
    if track.failure is not None:
        return None if track.reported else (track, track.failed_at - 1)
    return (track, position) if position > track.position else None


def state_of(*, live: bool, failure: str | None) -> str:
    """Return a projection's state in one word."""
    if failure is not None:
        return "stopped"
    return "live" if live else "filling"


async def _generation(
    connection: "Connection",
    projection: Projection,
    mine: Sequence[Generation],
    *,
    epoch: str,
    head: int,
) -> Generation:
    live = next((g for g in mine if g.live), None)
    usable = [
        g
        for g in mine
        if g.version == projection.version
        and g.epoch == epoch
        and g.position <= head
        and (g.live or g.filled_by == "runner")
    ]
    chosen = next((g for g in usable if g.live), usable[0] if usable else None)
    for other in mine:
        if other is not chosen and not other.live and other.filled_by == "runner":
            await store.drop(connection, other.number)
    if chosen is None:
        of_this_log = live is not None and live.epoch == epoch and live.position <= head
        filled_by: FilledBy = "runner"
        chosen = await store.begin(
            connection,
            projection.name,
            projection.version,
            live=False,
            filled_by=filled_by,
            epoch=epoch,
        )
        if not of_this_log:
            await store.promote(connection, chosen.number, live)
            chosen = Generation(
                chosen.number, projection.name, projection.version, True, filled_by, 0, None, epoch
            )
            if live is not None:
                await store.drop(connection, live.number)
    return chosen
