"""The servers that benchmarks/fan_out compares, one in a process: `python -m … KIND`.

Each says its port, then for every line `COUNT PAUSE_US` sends so many broadcasts, one in a turn of
its event loop, and says what processor time that took.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop
import websockets
from aiohttp import web
from websockets.asyncio import server as websockets_server

from projections.book import Book
from tracker.api.live import Live
from tracker.live.hub import Hub

TOPIC = "race/bench/men-1500/heat-1"
PAYLOAD = 900
Broadcast = Callable[[int], Awaitable[None]]


def document(number: int) -> dict[str, Any]:
    """Return a document of which everything changes each time."""
    return {"at": time.monotonic_ns(), "n": number, "text": f"{number:07}" * 111}


def message(number: int) -> str:
    """Return the delta to that document as a server would write it."""
    return json.dumps(
        {
            "t": "delta",
            "topic": TOPIC,
            "pos": number,
            "rev": number,
            "prev": number - 1,
            "patch": document(number),
        },
        separators=(",", ":"),
    )


async def ours() -> tuple[int, Broadcast]:
    """Serve with this project's hub."""
    book = Book()
    shown = [document(0)]
    hub = Hub("bench", lambda _, __: shown[0])
    live = Live(hub)
    site = web.Application()
    site.add_routes(live.routes())
    hub.publish(0, frozenset(), book)
    opened = contextlib.AsyncExitStack()
    await opened.enter_async_context(live.running())

    async def broadcast(number: int) -> None:
        assert opened, "it runs as long as the process"
        shown[0] = document(number)
        book.position = number
        hub.publish(number, frozenset({("race", TOPIC.removeprefix("race/"))}), book)

    return await _listen(site), broadcast


async def aiohttp_loop(*, compress: bool = False) -> tuple[int, Broadcast]:
    """Serve with aiohttp's own send_str in a loop."""
    viewers: set[web.WebSocketResponse] = set()

    async def feed(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(compress=compress)
        await ws.prepare(request)
        viewers.add(ws)
        async for _ in ws:
            pass
        viewers.discard(ws)
        return ws

    async def broadcast(number: int) -> None:
        text = message(number)
        for ws in list(viewers):
            await ws.send_str(text)

    site = web.Application()
    site.router.add_get("/feed", feed)
    return await _listen(site), broadcast


async def websockets_broadcast() -> tuple[int, Broadcast]:
    """Serve with the broadcast of the websockets library."""
    viewers: set[websockets_server.ServerConnection] = set()

    async def feed(connection: websockets_server.ServerConnection) -> None:
        viewers.add(connection)
        await connection.wait_closed()
        viewers.discard(connection)

    async def broadcast(number: int) -> None:
        websockets.broadcast(viewers, message(number))

    listening = await websockets_server.serve(
        feed, "127.0.0.1", 0, compression=None, ping_interval=None
    )
    return next(iter(listening.sockets)).getsockname()[1], broadcast


async def _listen(site: web.Application) -> int:
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    port: int = runner.addresses[0][1]
    return port


KINDS: dict[str, Callable[[], Awaitable[tuple[int, Broadcast]]]] = {
    "bell-lap": ours,
    "bell-lap deflate": ours,
    "aiohttp send_str": aiohttp_loop,
    "aiohttp deflate": lambda: aiohttp_loop(compress=True),
    "websockets.broadcast": websockets_broadcast,
}


async def serve(kind: str) -> None:
    """Serve until stdin ends."""
    port, broadcast = await KINDS[kind]()
    print(port, flush=True)
    loop = asyncio.get_running_loop()
    number = 0
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        count, pause_us = map(int, line.split())
        began = time.process_time()
        for _ in range(count):
            number += 1
            await broadcast(number)
            await asyncio.sleep(pause_us / 1e6)
        cpu_s = time.process_time() - began
        print(json.dumps({"cpu_s": cpu_s}), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
