"""Whether the tracker lives, can be used, and what it is."""

from collections.abc import Awaitable, Callable

import asyncpg
import msgspec
from aiohttp import web
from msgspec import Struct

from tracker import __version__
from tracker.errors import TrackerError

LAG_LIMIT = 1000
"""Events that the read models may be behind and still be called ready."""


class Condition(Struct, frozen=True):
    """How far the read models are, and which of them have stopped."""

    head: int
    position: int
    caught_up: bool
    """Whether they have reached the log's head since the process started."""
    failed: tuple[str, ...]
    """Each with the position it stopped at and why."""


class Ready(Struct, frozen=True):
    """The answer of `/readyz`."""

    status: str
    faults: tuple[str, ...]
    position: int | None = None
    lag: int | None = None


class Health:
    """Answers who looks after the process."""

    def __init__(self, condition: Callable[[], Awaitable[Condition]], epoch: str) -> None:
        self._condition = condition
        self._epoch = epoch

    def routes(self) -> list[web.RouteDef]:
        """Return where health is asked for."""
        return [
            web.get("/healthz", self.healthz),
            web.get("/readyz", self.readyz),
            web.get("/version", self.version),
        ]

    async def healthz(self, _: web.Request) -> web.Response:
        """Say that the loop runs."""
        return _json({"status": "ok"})

    async def readyz(self, _: web.Request) -> web.Response:
        """Say whether officials and viewers are served, or what is in the way."""
        try:
            found = await self._condition()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TrackerError) as error:
            ready = Ready("fail", (f"the database does not answer: {error}",))
            return _json(ready, status=503)
        lag = max(0, found.head - found.position)
        faults = [f"a projection has stopped: {failed}" for failed in found.failed]
        if lag > LAG_LIMIT or not found.caught_up:
            faults.append(f"the read models are {lag} events behind")
        ready = Ready("fail" if faults else "ok", tuple(faults), found.position, lag)
        return _json(ready, status=503 if faults else 200)

    async def version(self, _: web.Request) -> web.Response:
        """Say what runs here, on which store."""
        return _json({"name": "bell-lap", "version": __version__, "epoch": self._epoch})


def _json(document: object, *, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(document),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
