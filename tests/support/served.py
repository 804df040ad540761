"""A feed over real sockets, whose documents a test sets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from projections.book import Book
from tests.support.feed import MEDALS, RACE, scope_of
from tests.support.viewer import Json
from tracker import resources
from tracker.api import middleware
from tracker.api.live import Live
from tracker.live.hub import Hub
from tracker.live.limits import Limits
from tracker.live.stages import Stages
from tracker.live.tape import Tape
from tracker.log.recorded_event import RecordedEvent


async def _blank(_: web.Request) -> web.Response:
    """Return a page with nothing on it."""
    page = '<!doctype html><title>Rink</title><link rel="icon" href="data:,">'
    return web.Response(text=page, content_type="text/html")


class CountingBook(Book):
    """A book that knows nothing but how far it is."""

    def fold(self, recorded: RecordedEvent) -> frozenset[tuple[str, str]]:
        """Take an event for a change of everything."""
        self.position = recorded.position
        return frozenset(scope_of(topic) for topic in (RACE, MEDALS))

    def copy(self) -> "CountingBook":
        """Return another one as far."""
        twin = CountingBook()
        twin.position = self.position
        return twin


class Served:
    """A server with a feed whose documents a test sets."""

    def __init__(self, *, epoch: str = "e1", **limits: Any) -> None:
        self.history: list[dict[str, Json]] = [{}]
        self.book = CountingBook()
        self.hub = Hub(epoch, self._render, limits=Limits(**limits))
        self.tape = Tape(self.hub.limits)
        self.tape.begin(CountingBook())
        self.stages = Stages(self.hub, self.tape)
        self.live = Live(self.hub, self.stages)
        self.url = ""
        self.port = 0

    def _render(self, topic: str, book: Book) -> Json | None:
        return self.history[book.position].get(topic)

    @property
    def documents(self) -> dict[str, Json]:
        """Return everything as it is now."""
        return self.history[-1]

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Served"]:
        """Serve for the length of a block."""
        site = web.Application(middlewares=[middleware.observe, middleware.translate])
        site.add_routes(self.live.routes())
        site.router.add_get("/", _blank)
        site.router.add_static("/modules", resources.web() / "modules")
        site.on_response_prepare.append(middleware.harden)
        self.change({RACE: {"lap": 0}, MEDALS: {"gold": 0}})
        async with self.live.running(), TestServer(site) as server:
            self.url = str(server.make_url("/feed")).replace("http", "ws", 1)
            self.port = server.port or 0
            yield self
            await self.live.close()

    def change(self, documents: dict[str, Json]) -> int:
        """Publish documents at the next position."""
        self.history.append({**self.documents, **documents})
        self.book.position += 1
        touched = frozenset(scope_of(topic) for topic in documents)
        self.hub.publish(self.book.position, touched, self.book)
        now = datetime.now(UTC)
        event = RecordedEvent(
            self.book.position, "race-x", 1, "X", b"", now, now, "x", "x", None, None, b""
        )
        self.tape.add(event, int(now.timestamp() * 1000))
        return self.book.position

    async def skate(self, *, every_s: float = 0.02) -> None:
        """Change something again and again until cancelled."""
        lap = 0
        while True:
            lap += 1
            documents: dict[str, Json] = {RACE: {"lap": lap, "entries": {str(lap % 7): {"n": lap}}}}
            if lap % 5 == 0:
                documents[MEDALS] = {"gold": lap}
            self.change(documents)
            await asyncio.sleep(every_s)

    async def emptied(self) -> None:
        """Wait until nobody is left."""
        async with asyncio.timeout(5):
            while self.live._sinks:  # noqa: ASYNC110 - connections end by themselves
                await asyncio.sleep(0.01)
