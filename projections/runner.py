"""Follows the log, folds it, writes the read models, then tells who publishes."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import asyncpg
import structlog

from projections import store
from projections.book import Book, Scope
from projections.projection import Projection
from projections.writer import Status, Writer
from tracker.errors import LogError, NotYet, ProjectionError
from tracker.log.recorded_event import RecordedEvent

if TYPE_CHECKING:
    from projections.store import Connection

BATCH = 2_000
"""Events folded before they are committed together."""
TURN = 100
"""Events folded before other tasks of the process have a turn."""
POLL_S = 1.0
"""How often the log is looked at when nothing wakes this runner."""
TAKEOVER_S = 0.5
"""How often a standby asks for the lock."""
BEHIND_S = 0.02
"""How often a standby asks how far the writer is, while that is behind the log."""
RETRY_S = (0.1, 2.0)
"""First and longest pause before the database is tried again."""

_LOST = (
    OSError,
    LogError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # A connection that dies while a query is on its way may leave the driver in this state.
    asyncpg.InternalClientError,
)
"""What becomes of a connection when its server goes away."""

OnChange: TypeAlias = Callable[[int, frozenset[Scope], Book], None]
_logger = structlog.get_logger(__name__)


class Waking(Protocol):
    """What is needed of a log's wakeup."""

    async def wait(self, after: int, timeout: float) -> int:  # noqa: ASYNC109 - as the log has it
        """Return the known head as soon as it is beyond `after`, or when the time is up."""
        ...


class Log(Protocol):
    """What the runner needs of the event log."""

    @property
    def epoch(self) -> str:
        """Return the identity of the store."""
        ...

    @property
    def wakeup(self) -> Waking:
        """Return what tells that the log has grown."""
        ...

    async def read_after(
        self, position: int, *, limit: int = ..., up_to: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return events after a position in commit order."""
        ...

    async def head(self) -> int:
        """Return the last position."""
        ...


class Runner:
    """Keeps a book in every process, and the stored read models in one of them.

    One runner holds the lock and writes; the others follow, publish from their own books, and take
    over when the lock is free. Subscribers are called in the order of positions, each position
    once, in the event loop: they must not block.
    """

    def __init__(
        self, log: Log, pool: "asyncpg.Pool[Any]", projections: Sequence[Projection]
    ) -> None:
        self._log = log
        self._pool = pool
        self._projections = tuple(projections)
        self._subscribers: list[OnChange] = []
        self._working = Book()
        self._published = 0
        self._writer: Writer | None = None
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self.book = self._working
        """As far as this process has folded; never goes back."""
        self.committed = 0
        """The position that the stored read models have reached, as far as is known here."""
        self.caught_up = asyncio.Event()
        """Set when the book has reached what was the log's head."""
        self.failure: str | None = None
        """Why nothing is folded any more, when an event cannot be."""

    @property
    def active(self) -> bool:
        """Return whether this is the runner that writes."""
        return self._writer is not None

    def subscribe(self, on_change: OnChange) -> None:
        """Have a function called after every commit, in the order of subscription."""
        self._subscribers.append(on_change)

    async def status(self) -> list[Status]:
        """Return how far the projections are that this runner writes; none on standby."""
        return [] if self._writer is None else self._writer.status(await self._log.head())

    async def reached(self, position: int, timeout_s: float) -> None:
        """Return when the stored read models hold a position.

        Raises NotYet when they do not in time.
        """
        if self.committed >= position:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((position, waiter))
        try:
            await asyncio.wait_for(waiter, timeout_s)
        except TimeoutError:
            raise NotYet(
                f"the read models are at position {self.committed}, not yet at {position}: "
                "ask again in a moment"
            ) from None
        finally:
            self._waiting = [each for each in self._waiting if each[1] is not waiter]

    async def run(self) -> None:
        """Follow the log until cancelled, whatever becomes of the database in between."""
        pause = RETRY_S[0]
        while True:
            try:
                async with self._pool.acquire() as connection:
                    await store.install(connection)
                    await store.write_fast(connection)
                    pause = RETRY_S[0]
                    try:
                        await self._follow(connection)
                    finally:
                        self._writer = None
            except store.Moved as moved:
                _logger.info("projections_reopened", reason=moved.message)
            except ProjectionError as error:
                await self._stop(error)
            except _LOST as error:
                _logger.warning("projections_interrupted", error=str(error), pause_s=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, RETRY_S[1])

    async def _stop(self, error: ProjectionError) -> None:
        """Fold nothing more: a state with a hole in it would show what never was."""
        self.failure = error.message
        await asyncio.Event().wait()

    async def _follow(self, connection: "Connection") -> None:
        loop = asyncio.get_running_loop()
        ask_again = 0.0
        while True:
            if self._writer is None and loop.time() >= ask_again:
                ask_again = loop.time() + TAKEOVER_S
                if await store.try_lock(connection, "runner"):
                    await self._take_over(connection)
            events = await self._log.read_after(self._working.position, limit=BATCH)
            if events:
                await self._batch(events)
            else:
                await self._idle(connection)

    async def _take_over(self, connection: "Connection") -> None:
        """Become the writer; a book that is ahead of what is written is folded again."""
        head = await self._log.head()
        self._writer = await Writer.open(
            connection, self._projections, epoch=self._log.epoch, head=head
        )
        if self._working.position > self._writer.position:
            self._working = Book()
        _logger.info("projections_written_here", position=self._writer.position, head=head)

    async def _idle(self, connection: "Connection") -> None:
        """Wait for the log to grow; a standby also asks how far the writer is."""
        position = self._working.position
        if self._writer is not None:
            await self._writer.check()
            await self._writer.promote(position)
            self._advance(position)
            pause = POLL_S
        else:
            self._advance(await store.written_to(connection) or 0)
            pause = TAKEOVER_S if self.committed >= position else BEHIND_S
        self.caught_up.set()
        await self._log.wakeup.wait(position, pause)

    async def _batch(self, events: Sequence[RecordedEvent]) -> None:
        """Fold events, commit what they changed, then tell the subscribers.

        When nothing stored has changed, which is so for every crossing, they are told first.
        """
        before = self._working.copy()
        touched: set[Scope] = set()
        fault: ProjectionError | None = None
        try:
            for count, event in enumerate(events, start=1):
                try:
                    scopes = self._working.fold(event)
                except Exception as error:  # noqa: BLE001 - whatever it is, the log says where
                    fault = _unfoldable(event, error)
                    if self._writer is not None:
                        self._writer.stop(event.position, fault.message)
                    break
                touched |= scopes
                if self._writer is not None:
                    await self._writer.observe(scopes, self._working)
                if count % TURN == 0:
                    await asyncio.sleep(0)
            position = self._working.position
            if self._writer is None:
                self._publish(position, touched)
            elif self._writer.changed:
                await self._writer.commit(position)
                self._publish(position, touched)
            else:
                self._publish(position, touched)
                await self._writer.commit(position)
        except BaseException:
            # What is not committed is folded and rendered again.
            self._working = before
            raise
        if self._writer is not None:
            self._advance(position)
        if fault is not None:
            raise fault

    def _publish(self, position: int, touched: set[Scope]) -> None:
        """Tell the subscribers about a position that they have not been told of."""
        if position <= self._published:
            return
        self._published = position
        if position >= self.book.position:
            self.book = self._working
        for on_change in self._subscribers:
            try:
                on_change(position, frozenset(touched), self.book)
            except Exception:
                _logger.exception("subscriber_failed", position=position)

    def _advance(self, position: int) -> None:
        """Wake those who wait for the stored read models."""
        self.committed = max(self.committed, position)
        for wanted, waiter in self._waiting:
            if wanted <= self.committed and not waiter.done():
                waiter.set_result(None)


def _unfoldable(event: RecordedEvent, error: Exception) -> ProjectionError:
    _logger.error(
        "log_not_foldable", position=event.position, stream=event.stream, error=str(error)
    )
    return ProjectionError(
        f"position {event.position} ({event.type} in {event.stream}) cannot be folded: {error}: "
        "a newer version of Bell Lap may have written it"
    )
