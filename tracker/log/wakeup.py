"""Tells readers that the log has grown: a signal, with LISTEN and a poll behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

from tracker.logger import late_logger

_logger = late_logger(__name__)
_CHANNEL = "bell_lap_log"
_LOST = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_POLL_S = 1.0
"""How late a reader is when every notification is lost."""


class Wakeup:
    """The last position known to be in the log, and a way to wait for a higher one."""

    def __init__(self) -> None:
        self.position = 0
        self._waiters: set[asyncio.Future[None]] = set()

    def signal(self, position: int) -> None:
        """Wake those who wait, when the position is news."""
        if position <= self.position:
            return
        self.position = position
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, after: int, timeout: float) -> int:  # noqa: ASYNC109 - a bound on waiting, not on work
        """Return the known head as soon as it is beyond `after`, or when the time is up."""
        if self.position > after:
            return self.position
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(waiter, timeout)
        finally:
            self._waiters.discard(waiter)
        return self.position


class Listener:
    """Keeps a wakeup informed from PostgreSQL: one connection for the whole process."""

    def __init__(
        self,
        wakeup: Wakeup,
        connect: Callable[[], Awaitable["asyncpg.Connection[Any]"]],
        head: Callable[[], Awaitable[int]],
    ) -> None:
        self._wakeup = wakeup
        self._connect = connect
        self._head = head

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made again, and the poll goes on."""
        connection: asyncpg.Connection[Any] | None = None
        try:
            while True:
                try:
                    if connection is None or connection.is_closed():
                        connection = await self._connect()
                        await connection.add_listener(_CHANNEL, self._notified)
                    self._wakeup.signal(await self._head())
                except _LOST as error:
                    _logger.warning("log_listener_lost", error=str(error))
                    connection = None
                await asyncio.sleep(_POLL_S)
        finally:
            if connection is not None and not connection.is_closed():
                with suppress(*_LOST):
                    await connection.close(timeout=2)

    def _notified(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        if isinstance(payload, str) and payload.isdigit():
            self._wakeup.signal(int(payload))
