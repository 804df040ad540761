"""The event log in PostgreSQL: append, read, wait."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from tracker import sql
from tracker.log.appender import Appender, receipt_of
from tracker.log.recorded_event import Append, Appended, NewEvent, Recorded, RecordedEvent
from tracker.log.wakeup import Listener, Wakeup

__all__ = [
    "Append",
    "Appended",
    "EventLog",
    "NewEvent",
    "RecordedEvent",
    "connect",
    "open_event_log",
    "open_pool",
]

QUERIES = sql.load(Path(__file__).with_name("queries.sql"))
PAGE = 5_000
"""Events read at a time."""
ROLE = "bell_lap_app"
"""The role that may append and read, and nothing else."""
_READERS = 8
_LAST_POSITION = 2**62


async def connect(url: str) -> "asyncpg.Connection[Any]":
    """Connect as the application's role, with commits that are durable when acknowledged."""
    return await asyncpg.connect(
        url, server_settings={"role": ROLE, "synchronous_commit": "on"}, timeout=10
    )


async def open_pool(url: str, *, size: int = _READERS) -> "asyncpg.Pool[Any]":
    """Open a pool of connections as the application's role."""
    return await asyncpg.create_pool(
        url, min_size=1, max_size=size, server_settings={"role": ROLE}, timeout=10
    )


class EventLog:
    """The log of one store; `epoch` is that store's identity."""

    def __init__(self, appender: Appender, pool: "asyncpg.Pool[Any]", wakeup: Wakeup) -> None:
        self._appender = appender
        self._pool = pool
        self.wakeup = wakeup

    @property
    def epoch(self) -> str:
        """Return the identity of the store: another one after a restore or an import."""
        return self._appender.head.epoch

    async def append(self, append: Append) -> Appended:
        """Append a command's events; return where they went once that is durable.

        Raises VersionConflict, DeviceSequenceReused or LogUnavailable.
        """
        return await self._appender.append(append)

    async def receipt(self, device: str, device_seq: int) -> tuple[Appended, bytes] | None:
        """Return what a device's number was answered, with the digest of its command."""
        row = await self._pool.fetchrow(QUERIES["receipt"], device, device_seq)
        return None if row is None else (receipt_of(row), row["digest"])

    async def read_stream(
        self, stream: str, *, after_version: int = 0, up_to: int | None = None
    ) -> list[RecordedEvent]:
        """Return a stream's events in order, up to a position of the log."""
        last = _LAST_POSITION if up_to is None else up_to
        rows = await self._pool.fetch(QUERIES["stream"], stream, after_version, last)
        return [recorded(row) for row in rows]

    async def read_after(
        self, position: int, *, limit: int = PAGE, up_to: int | None = None
    ) -> list[RecordedEvent]:
        """Return at most `limit` events after a position, in commit order."""
        last = _LAST_POSITION if up_to is None else up_to
        rows = await self._pool.fetch(QUERIES["after"], position, limit, last)
        return [recorded(row) for row in rows]

    async def read_facts(
        self,
        after: int,
        up_to: int,
        *,
        without: Sequence[str] = (),
        of: Sequence[str] | None = None,
    ) -> list[Recorded]:
        """Return the events of a stretch but for some types, without what no fold reads.

        With `of`, only those about these competitions, their distances and races.
        """
        query, given = "facts", [after, up_to, list(without)]
        if of is not None:
            query, given = "facts_of", [*given, list(of)]
        rows = await self._pool.fetch(QUERIES[query], *given)
        return [_fact(row) for row in rows]

    async def races_started(self) -> dict[str, int]:
        """Return how many races of each competition were started."""
        rows = await self._pool.fetch(QUERIES["races_started"])
        return {row["competition"]: row["races"] for row in rows}

    async def read_some(
        self, streams: Sequence[str], after: int, up_to: int, *, types: Sequence[str]
    ) -> list[Recorded]:
        """Return the events of some types of some streams, without what no fold reads."""
        rows = await self._pool.fetch(
            QUERIES["some_facts"], list(streams), after, up_to, list(types)
        )
        return [_fact(row) for row in rows]

    async def read_streams(
        self, streams: Sequence[str], after: int, *, limit: int = PAGE
    ) -> list[RecordedEvent]:
        """Return at most `limit` events of some streams after a position, in commit order."""
        rows = await self._pool.fetch(QUERIES["of_streams"], after, limit, list(streams))
        return [recorded(row) for row in rows]

    async def read_whole(self, streams: Sequence[str], *, up_to: int) -> list[RecordedEvent]:
        """Return all events of some streams up to a position, in commit order."""
        rows = await self._pool.fetch(QUERIES["whole_streams"], list(streams), up_to)
        return [recorded(row) for row in rows]

    async def ever_held(self, *, up_to: int) -> frozenset[str]:
        """Return the streams of races whose public board was held before or at a position."""
        rows = await self._pool.fetch(QUERIES["ever_held"], up_to)
        return frozenset(row["stream"] for row in rows)

    async def head(self) -> int:
        """Return the last position."""
        row = await self._pool.fetchrow(QUERIES["head"])
        assert row is not None
        return int(row["position"])

    async def end(self) -> tuple[int, bytes]:
        """Return the last position and the hash the chain ends with."""
        row = await self._pool.fetchrow(QUERIES["head"])
        assert row is not None
        return row["position"], row["hash"]

    async def position_at(self, when: datetime) -> int:
        """Return the last position recorded at or before a moment; 0 if none."""
        return int(await self._pool.fetchval(QUERIES["position_at"], when))


def _fact(row: "asyncpg.Record") -> Recorded:
    position, stream, version, type_, data, *rest = row
    return Recorded(position, stream, version, type_, data.encode(), *rest)


def recorded(row: "asyncpg.Record") -> RecordedEvent:
    """Return a row as the event it is."""
    return RecordedEvent(
        row["position"],
        row["stream"],
        row["version"],
        row["type"],
        row["data"].encode(),
        row["occurred_at"],
        row["recorded_at"],
        row["official"],
        row["device"],
        row["device_seq"],
        row["causation"],
        row["hash"],
    )


@asynccontextmanager
async def open_event_log(url: str) -> AsyncIterator[EventLog]:
    """Yield the log of a migrated database, with its writer and listener running."""
    wakeup = Wakeup()
    appender = Appender(lambda: connect(url), QUERIES, wakeup.signal)
    pool = await open_pool(url)
    try:
        await appender.open()
        wakeup.signal(appender.head.position)
        log = EventLog(appender, pool, wakeup)
        listener = Listener(wakeup, lambda: connect(url), log.head)
        tasks = [
            asyncio.create_task(appender.run(), name="log-appender"),
            asyncio.create_task(listener.run(), name="log-listener"),
        ]
        try:
            yield log
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
    finally:
        await appender.close()
        await pool.close()
