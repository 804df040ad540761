"""The servers that benchmarks/fan_out compares, one in a process: `python -m … KIND`.

Each says its port, then for every line `COUNT PAUSE_US` sends so many broadcasts, one in a turn of
its event loop, and says what processor time that took and what memory it holds.
"""

import asyncio
import atexit
import contextlib
import gc
import json
import logging
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import picows
import psutil
import structlog
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
NATS = "NATS"


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
            with contextlib.suppress(ConnectionError):
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


async def picows_loop() -> tuple[int, Broadcast]:
    """Serve with picows, framing for each."""
    viewers: set[picows.WSTransport] = set()

    class Feed(picows.WSListener):  # type: ignore[misc]  # it has no types
        def on_ws_connected(self, transport: Any) -> None:
            viewers.add(transport)

        def on_ws_disconnected(self, transport: Any) -> None:
            viewers.discard(transport)

    async def broadcast(number: int) -> None:
        data = message(number).encode()
        for transport in list(viewers):
            transport.send(picows.WSMsgType.TEXT, data)

    server = await picows.ws_create_server(lambda _: Feed(), "127.0.0.1", 0, backlog=4096)
    return server.sockets[0].getsockname()[1], broadcast


async def nats() -> tuple[int, Broadcast]:
    """Serve with a NATS server beside this process; one message is in flight at a time."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    ports = [_free_port(), _free_port()]
    settings = Path(folder) / "nats.conf"
    settings.write_text(
        f'listen: "127.0.0.1:{ports[0]}"\n'
        f'websocket {{ host: "127.0.0.1", port: {ports[1]}, no_tls: true }}\n'
    )
    server = subprocess.Popen(  # noqa: ASYNC220 - before there is anything to wait for
        ["nats-server", "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    atexit.register(server.kill)
    measured.append(server.pid)
    for _ in range(100):
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", ports[0])
            break
        await asyncio.sleep(0.05)
    writer.write(b'CONNECT {"verbose":false}\r\nSUB bench 1\r\n')

    async def broadcast(number: int) -> None:
        data = message(number).encode()
        writer.write(b"PUB bench %d\r\n%s\r\n" % (len(data), data))
        while not (await reader.readuntil(b"\r\n")).startswith(b"MSG"):
            pass

    return ports[1], broadcast


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
    "picows": picows_loop,
    NATS: nats,
}
measured: list[int] = []
"""The processes that serve, where it is not this one."""


async def serve(kind: str) -> None:
    """Serve until stdin ends."""
    # What is said on stdout is answers alone.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    port, broadcast = await KINDS[kind]()
    process = psutil.Process(*measured)
    print(port, flush=True)
    loop = asyncio.get_running_loop()
    number = 0
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        count, pause_us = map(int, line.split())
        began = _cpu_s(process)
        for _ in range(count):
            number += 1
            await broadcast(number)
            await asyncio.sleep(pause_us / 1e6)
        cpu_s = _cpu_s(process) - began
        gc.collect()
        print(json.dumps({"cpu_s": cpu_s, "rss": process.memory_info().rss}), flush=True)


def _cpu_s(process: psutil.Process) -> float:
    """Return the processor time of a process; of another one, summed over its threads."""
    if not measured:
        return time.process_time()
    tasks = Path(f"/proc/{process.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
