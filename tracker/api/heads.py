"""Closes connections that take their time over the head of a request, or are not used again."""

import asyncio
from typing import Any

from aiohttp import web

IDLE_WITHIN_S = 75.0
"""How long a connection is kept between two requests; proxies keep theirs for a minute."""


class PatientHandler(web.RequestHandler):
    """One connection: from its first byte, and from that of each request, a head has so long.

    A request whose head has arrived is left alone, whatever it does: a body has a limit of its own,
    and a viewer stays.
    """

    __slots__ = ("_head_within_s", "_late")

    def __init__(
        self, manager: web.Server, *, loop: asyncio.AbstractEventLoop, head_within_s: float
    ) -> None:
        # No access log is what the runner says as well; its type does not know of it.
        options: dict[str, Any] = {"access_log": None, "keepalive_timeout": IDLE_WITHIN_S}
        super().__init__(manager, loop=loop, **options)
        self._head_within_s = head_within_s
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait no longer once a head is whole; wait where this began another."""
        heads = self._request_count
        super().data_received(data)
        if self._request_count != heads:
            self._wait_no_longer()
        elif self._late is None and self._between_requests():
            self._wait()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Wait no longer."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def _between_requests(self) -> bool:
        """Return whether no request is being answered, so that what arrives belongs to a head."""
        return self._waiter is not None and not self._waiter.done() and not self._upgraded

    def _wait(self) -> None:
        self._late = self._loop.call_later(self._head_within_s, self._too_late)

    def _wait_no_longer(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self._late = None
        self.force_close()


class PatientSite(web.TCPSite):
    """Listens at an address, with patience for `head_within_s` seconds."""

    __slots__ = ("_head_within_s",)

    def __init__(
        self, runner: web.BaseRunner, host: str, port: int, *, head_within_s: float
    ) -> None:
        super().__init__(runner, host, port)
        self._head_within_s = head_within_s

    async def start(self) -> None:
        """Start to listen."""
        await web.BaseSite.start(self)
        loop, server = asyncio.get_running_loop(), self._runner.server
        assert server is not None, "a runner has a server once it is set up"

        def connection() -> PatientHandler:
            return PatientHandler(server, loop=loop, head_within_s=self._head_within_s)

        self._server = await loop.create_server(
            connection, self._host, self._port, backlog=self._backlog
        )
