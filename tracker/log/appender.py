"""Group commit: commands that arrive while a commit is in flight go out together in the next.

One task numbers, chains and sends whatever is waiting, as one statement, and answers each command
when the commit is durable. Serialising costs nothing then, and position is commit order.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import asyncpg
from msgspec import Struct

from tracker.errors import DeviceSequenceReused, LogUnavailable, VersionConflict
from tracker.log import chain
from tracker.log.recorded_event import Append, Appended
from tracker.logger import late_logger

_logger = late_logger(__name__)

QUEUE_LIMIT = 10_000
"""Commands that may wait; more wait at the door."""
GROUP_EVENTS_LIMIT = 2_000
"""Events in one commit; a command is never split."""
VERSIONS_LIMIT = 100_000
"""Streams whose versions are remembered."""
RECONNECT_S = 20.0
"""How long commands wait for a lost database before they are refused."""
_NO_DIGEST = bytes(32)

_LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.CannotConnectNowError,
)
"""What a lost connection looks like: cut, shut down, confused, or not yet there again."""


class Head(Struct):
    """Where the log ends, as far as this process knows."""

    epoch: str
    position: int
    hash: bytes
    recorded_at: datetime


class _Waiting(Struct, eq=False):
    """A command and who waits for its answer."""

    append: Append
    answer: "asyncio.Future[Appended]"


class _Group(Struct):
    """What goes out in one commit: the commands, and one column of values for each argument."""

    waiting: list[_Waiting]
    base: int
    """The position it comes after."""
    recorded_at: datetime
    belief: dict[str, int] = {}
    """The versions that the streams of the group are believed to have before it …"""
    versions: dict[str, int] = {}
    """… and will have after it."""
    streams: list[str] = []
    numbers: list[str] = []
    types: list[str] = []
    data: list[bytes] = []
    occurred_us: list[str] = []
    officials: list[str] = []
    devices: list[str] = []
    device_seqs: list[str] = []
    causations: list[str] = []
    digests: list[bytes] = []
    hashes: list[bytes] = []


class Appender:
    """The only writer of a process."""

    def __init__(
        self,
        connect: Callable[[], Awaitable["asyncpg.Connection[Any]"]],
        sql: dict[str, str],
        appended: Callable[[int], None],
    ) -> None:
        self._connect = connect
        self._sql = sql
        self._appended = appended
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(QUEUE_LIMIT)
        self._held: list[_Waiting] = []
        self._versions: dict[str, int] = {}
        self._connection: asyncpg.Connection[Any] | None = None
        self.head = Head("", 0, chain.GENESIS, datetime.fromtimestamp(0, UTC))

    async def open(self) -> None:
        """Connect, and learn where the log ends."""
        self._connection = await self._connect()
        await self._learn_head()

    async def close(self) -> None:
        """Close the connection; whoever still waits is told."""
        for waiting in [*self._held, *self._drain(QUEUE_LIMIT)]:
            if not waiting.answer.done():
                waiting.answer.set_exception(LogUnavailable("the log was closed: send it again"))
        if self._connection is not None:
            with suppress(*_LOST):
                await self._connection.close(timeout=5)

    async def append(self, append: Append) -> Appended:
        """Append a command's events and return where they went, once that is durable."""
        check(append)
        answer: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        await self._queue.put(_Waiting(append, answer))
        return await answer

    async def run(self) -> None:
        """Send groups until cancelled."""
        while True:
            waiting = self._held or [await self._queue.get()]
            self._held = []
            # Callers just answered are about to send their next command: let them in.
            await asyncio.sleep(0)
            waiting += self._drain(GROUP_EVENTS_LIMIT - len(waiting))
            try:
                await self._send(waiting)
            except LogUnavailable as error:
                _fail(waiting, error)
            except Exception as error:  # the edge: nobody may wait for ever
                _logger.exception("append_failed", commands=len(waiting))
                _fail(waiting, LogUnavailable(f"the append failed, send it again: {error!r}"))

    def _drain(self, limit: int) -> list[_Waiting]:
        found = []
        while limit > 0 and not self._queue.empty():
            found.append(self._queue.get_nowait())
            limit -= 1
        return found

    async def _send(self, waiting: list[_Waiting]) -> None:
        """Append what waits; put right whatever the database says is otherwise, and ask again."""
        while waiting := await self._admit(waiting):
            group = self._group(waiting)
            try:
                appended = await self._commit(group)
            except asyncpg.UniqueViolationError:
                waiting = await self._without_repeated(waiting)
                continue
            if appended:
                self._answer(group)
                return
            await self._catch_up()

    async def _without_repeated(self, waiting: list[_Waiting]) -> list[_Waiting]:
        """Answer the commands that the log has already, and return the others."""
        counted = [one for one in waiting if one.append.device_seq is not None]
        rows = await self._fetch(
            "commands_known",
            [one.append.device for one in counted],
            [one.append.device_seq for one in counted],
        )
        repeated = [counted[row["number"] - 1] for row in rows]
        for one in repeated:
            await self._answer_again(one)
        if not repeated:
            # No number is taken: another process appended to a stream that we believed we knew.
            self._versions.clear()
            await self._learn_head()
        return [one for one in waiting if one not in repeated]

    async def _admit(self, waiting: list[_Waiting]) -> list[_Waiting]:
        """Return who goes into the next commit; refuse who expects another version.

        A number that stands twice in the group is held for the commit after it.
        """
        streams = {one.append.stream for one in waiting}
        unknown = [stream for stream in streams if stream not in self._versions]
        if unknown:
            rows = await self._fetch("versions_of", unknown)
            self._versions.update(dict.fromkeys(unknown, 0))
            self._versions.update((row["stream"], row["version"]) for row in rows)
        while True:
            admitted, conflicts, held = self._sort(waiting)
            if not conflicts or not await self._catch_up():
                break
        for one, actual in conflicts:
            append = one.append
            assert append.expected_version is not None
            _fail([one], VersionConflict(append.stream, append.expected_version, actual))
        self._held += held
        return admitted

    def _sort(
        self, waiting: list[_Waiting]
    ) -> tuple[list[_Waiting], list[tuple[_Waiting, int]], list[_Waiting]]:
        """Return who can go, who expects another version (and the actual one), who must wait."""
        admitted, conflicts, held = [], [], []
        versions: dict[str, int] = {}
        numbers: set[tuple[str, int]] = set()
        for one in waiting:
            append = one.append
            key = (append.device, append.device_seq or 0)
            actual = versions.get(append.stream, self._versions[append.stream])
            if append.device_seq is not None and key in numbers:
                held.append(one)
            elif append.expected_version is not None and append.expected_version != actual:
                conflicts.append((one, actual))
            else:
                admitted.append(one)
                numbers.add(key)
                versions[append.stream] = actual + len(append.events)
        return admitted, conflicts, held

    def _group(self, waiting: list[_Waiting]) -> _Group:
        """Return the commands' events, numbered and chained after the known head."""
        recorded_at = max(datetime.now(UTC), self.head.recorded_at)
        group = _Group(waiting, self.head.position, recorded_at)
        recorded_us = chain.microseconds(recorded_at)
        previous = self.head.hash
        position = self.head.position
        for one in waiting:
            append = one.append
            version = group.versions.get(append.stream, self._versions[append.stream])
            group.belief.setdefault(append.stream, version)
            occurred_us = chain.microseconds(append.occurred_at)
            counted = append.device_seq is not None
            first = position + 1
            seq = "" if append.device_seq is None else str(append.device_seq)
            for event in append.events:
                position += 1
                version += 1
                cause = append.causation if position == first else first
                body = chain.canonical(
                    position=position,
                    stream=append.stream,
                    version=version,
                    type_=event.type,
                    occurred_us=occurred_us,
                    recorded_us=recorded_us,
                    official=append.official,
                    device=append.device,
                    device_seq=append.device_seq,
                    causation=cause,
                    data=event.data,
                )
                previous = chain.link(previous, body)
                group.numbers.append(str(version))
                group.types.append(event.type)
                group.data.append(event.data)
                group.causations.append("" if cause is None else str(cause))
                group.hashes.append(previous)
            size = len(append.events)
            group.streams += [append.stream] * size
            group.occurred_us += [str(occurred_us)] * size
            group.officials += [append.official] * size
            group.devices += [append.device] * size
            group.device_seqs += [seq] * size
            group.digests += [append.digest if counted else _NO_DIGEST]
            group.digests += [_NO_DIGEST] * (size - 1)
            group.versions[append.stream] = version
        return group

    async def _commit(self, group: _Group) -> bool:
        """Send a group; return whether it is in the log, which it is not when the head has moved.

        When the connection is lost meanwhile, nobody knows whether the commit took place: the hash
        at the group's last position tells.
        """
        arguments = (
            self.head.position,
            self.head.hash,
            len(group.hashes),
            "\n".join(group.streams),
            "\n".join(group.numbers),
            "\n".join(group.types),
            b"\n".join(group.data).decode(),
            "\n".join(group.occurred_us),
            group.recorded_at,
            "\n".join(group.officials),
            "\n".join(group.devices),
            "\n".join(group.device_seqs),
            "\n".join(group.causations),
            b"".join(group.digests),
            b"".join(group.hashes),
        )
        deadline = asyncio.get_running_loop().time() + RECONNECT_S
        while True:
            try:
                connection = await self._connected()
                return bool(await connection.fetchval(self._sql["append"], *arguments))
            except _LOST as error:
                _logger.warning("append_connection_lost", error=str(error))
                await self._reconnect(deadline)
                last = group.base + len(group.hashes)
                if await self._fetch_value("hash_at", last) == group.hashes[-1]:
                    return True

    def _answer(self, group: _Group) -> None:
        """Tell every command where its events are; the log ends after the group now."""
        self.head.position = group.base + len(group.hashes)
        self.head.hash = group.hashes[-1]
        self.head.recorded_at = group.recorded_at
        if len(self._versions) > VERSIONS_LIMIT:
            self._versions.clear()
        self._versions.update(group.versions)
        self._appended(self.head.position)
        position = group.base
        version = dict(group.belief)
        for one in group.waiting:
            size = len(one.append.events)
            version[one.append.stream] += size
            if not one.answer.done():
                one.answer.set_result(
                    Appended(
                        position + 1,
                        position + size,
                        version[one.append.stream],
                        group.recorded_at,
                    )
                )
            position += size

    async def _answer_again(self, one: _Waiting) -> None:
        """Give the first answer again, if the command is the same."""
        append = one.append
        assert append.device_seq is not None
        rows = await self._fetch("receipt", append.device, append.device_seq)
        if one.answer.done():
            return
        if not rows or rows[0]["digest"] != append.digest:
            _fail([one], DeviceSequenceReused(append.device, append.device_seq))
        else:
            one.answer.set_result(receipt_of(rows[0]))

    async def _catch_up(self) -> bool:
        """Learn what other processes appended; return whether they did."""
        before = self.head.position
        moved = (before, self.head.hash) != await self._learn_head()
        if moved:
            for row in await self._fetch("versions_after", before):
                self._versions[row["stream"]] = row["version"]
        return moved

    async def _learn_head(self) -> tuple[int, bytes]:
        (row,) = await self._fetch("head")
        if row["epoch"] != self.head.epoch:
            self._versions.clear()
        self.head = Head(row["epoch"], row["position"], row["hash"], row["recorded_at"])
        return row["position"], row["hash"]

    async def _fetch(self, name: str, *arguments: object) -> "list[asyncpg.Record]":
        deadline = asyncio.get_running_loop().time() + RECONNECT_S
        while True:
            try:
                connection = await self._connected()
                return await connection.fetch(self._sql[name], *arguments)
            except _LOST as error:
                _logger.warning("log_connection_lost", error=str(error))
                await self._reconnect(deadline)

    async def _fetch_value(self, name: str, *arguments: object) -> object:
        rows = await self._fetch(name, *arguments)
        return rows[0][0] if rows else None

    async def _connected(self) -> "asyncpg.Connection[Any]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    async def _reconnect(self, deadline: float) -> None:
        """Connect again.

        Raises LogUnavailable when the deadline passes first.
        """
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
        pause = 0.05
        while True:
            try:
                self._connection = await self._connect()
            except (*_LOST, asyncpg.PostgresError) as error:
                if asyncio.get_running_loop().time() > deadline:
                    raise LogUnavailable(
                        f"the database cannot be reached, nothing was recorded: {error}"
                    ) from error
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)
            else:
                return


def check(append: Append) -> None:
    """Check that a command can be stored and chained without ambiguity.

    Raises ValueError for no events, a control character where a name stands, a raw line end in the
    data, or a counted command without the SHA-256 of its body.
    """
    if not append.events:
        raise ValueError("a command appends at least one event")
    names = (append.stream, append.official, append.device, *(e.type for e in append.events))
    if not all(name.isprintable() and name for name in names):
        raise ValueError(f"streams, types, officials and devices are printable: {names}")
    if any(b"\n" in event.data for event in append.events):
        raise ValueError("data is one line of JSON")
    if append.device_seq is not None and len(append.digest) != len(_NO_DIGEST):
        raise ValueError("a counted command comes with the SHA-256 of its body")


def receipt_of(row: "asyncpg.Record") -> Appended:
    """Return what a repeated command was answered the first time."""
    return Appended(
        row["first_position"], row["position"], row["version"], row["recorded_at"], repeated=True
    )


def _fail(waiting: list[_Waiting], error: Exception) -> None:
    for one in waiting:
        if not one.answer.done():
            one.answer.set_exception(error)
