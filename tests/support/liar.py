"""A server of the feed that breaks one promise, and passes on all else that an honest one says."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support.viewer import Json

Lie = Callable[[Json], Iterator[Json]]
"""Turns a message of the server into those that are sent instead."""


def honest(message: Json) -> Iterator[Json]:
    """Say what is true."""
    yield message


def every(kind: str, count: int, lie: Lie) -> Callable[[], Lie]:
    """Return a maker of lies that change every so many messages of a kind."""

    def make() -> Lie:
        seen = 0

        def say(message: Json) -> Iterator[Json]:
            nonlocal seen
            seen += message["t"] == kind
            if message["t"] == kind and seen % count == 0:
                yield from lie(message)
            else:
                yield message

        return say

    return make


class Liar:
    """Stands between viewers and an honest server."""

    def __init__(self, url: str, make: Callable[[], Lie], hello: Callable[[Json], Json]) -> None:
        self.honest_url = url
        self.url = ""
        self._make = make
        self._hello = hello

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Liar"]:
        """Serve for the length of a block."""
        site = web.Application()
        site.router.add_get("/feed", self._serve)
        async with TestServer(site) as server:
            self.url = str(server.make_url("/feed")).replace("http", "ws", 1)
            yield self

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        viewer = web.WebSocketResponse()
        await viewer.prepare(request)
        async with aiohttp.ClientSession() as http, http.ws_connect(self.honest_url) as server:
            back = asyncio.create_task(self._back(server, viewer))
            async for said in viewer:
                message = json.loads(said.data)
                await server.send_json(self._hello(message) if message["t"] == "hello" else message)
            back.cancel()
        return viewer

    async def _back(
        self, server: aiohttp.ClientWebSocketResponse, viewer: web.WebSocketResponse
    ) -> None:
        lie = self._make()
        with contextlib.suppress(ConnectionError):
            async for said in server:
                for message in lie(json.loads(said.data)):
                    await viewer.send_json(message)
            await viewer.close()
