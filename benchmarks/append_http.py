"""Commands per second over HTTP, beside a bare HTTP handler, in one run.

    python -m benchmarks.append_http [--quick] [--database URL]

A real server decides and appends crossings of running races; each official sends one command after
another on a connection of their own, or a whole race as one array. The limit is aiohttp with a
handler that reads the same bodies and answers at once, asked by the same officials.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import platform
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import uvloop
from aiohttp import web

from benchmarks.lag import ROWS, SKATERS, percentile, post, programme, served, skated
from tracker import postgres

PER_RACE = ROWS * SKATERS + 1
OFFICIALS = (1, 8, 32, 128)
READY_WITHIN_S = 20.0


def bare(port: int) -> None:
    """Serve a handler that only reads what was sent."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"position": 1, "events": [], "repeated": False})

    app = web.Application(client_max_size=2**22)
    app.router.add_post("/api/v1/commands", answer)
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=port, print=None, handle_signals=False)


@contextlib.asynccontextmanager
async def bare_server() -> AsyncIterator[str]:
    """Run the bare handler in a process of its own and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=bare, args=(port,), daemon=True)
    process.start()
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


class Day:
    """Races that have not been skated yet; every measurement takes some."""

    def __init__(self, races: int) -> None:
        self.races = races
        self._plan = skated(races)
        self._next = 0
        self._sent = 0

    def envelopes(self) -> list[dict[str, Any]]:
        """Return the next race's commands, from a device of their own."""
        start = self._next * PER_RACE
        self._next += 1
        device = f"recorder-{self._next}"
        return [
            {"command": command, "official": "bench", "device": device, "device_seq": n + 1}
            for n, command in enumerate(self._plan[start : start + PER_RACE])
        ]


async def measure(url: str, races: list[list[dict[str, Any]]], officials: int, batch: int) -> Any:
    """Return (events per second, latencies in ms) of so many officials skating these races."""
    took: list[float] = []
    waiting = list(races)

    async def one(http: aiohttp.ClientSession) -> None:
        while waiting:
            envelopes = waiting.pop()
            for at in range(0, len(envelopes), batch):
                body = envelopes[at : at + batch] if batch > 1 else envelopes[at]
                began = time.perf_counter()
                await post(http, url, body)
                took.append((time.perf_counter() - began) * 1000)

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        began = time.perf_counter()
        await asyncio.gather(*(one(http) for _ in range(officials)))
        return sum(map(len, races)) / (time.perf_counter() - began), took


async def main(options: argparse.Namespace) -> bool:
    """Run every case on the real server and on the bare one, in turn."""
    share = 1 if options.quick else 4
    plan = [(n, batch, max(n, 8) * share) for n in OFFICIALS for batch in (1, PER_RACE)]
    day = Day(sum(count for _, _, count in plan))
    rows: list[str] = []
    async with postgres.running(data=options.data, database=options.database) as database:
        connection = await asyncpg.connect(database)
        server = await connection.fetchval("select split_part(version(), ' on ', 1)")
        await connection.close()
        async with served(database) as url, bare_server() as limit:
            async with aiohttp.ClientSession() as http:
                setup = [
                    {"command": c, "official": "bench", "device": "desk", "device_seq": n + 1}
                    for n, c in enumerate(programme(day.races))
                ]
                for start in range(0, len(setup), 100):
                    await post(http, url, setup[start : start + 100])
            for officials, batch, count in plan:
                races = [day.envelopes() for _ in range(count)]
                at_most, _ = await measure(limit, races, officials, batch)
                rate, took = await measure(url, races, officials, batch)
                what = "one command a request" if batch == 1 else f"arrays of {batch}"
                rows.append(
                    f"| {officials} | {what} | {rate:,.0f} | {rate / at_most:.2f} "
                    f"| {percentile(took, 0.5):.1f} | {percentile(took, 0.99):.1f} |"
                )
    print(f"{server}; {os.cpu_count()} cores; Python {platform.python_version()}\n")
    print("| officials | requests | events/s | x bare handler | p50 ms | p99 ms |")
    print("|---:|---|---:|---:|---:|---:|", *rows, sep="\n")
    return True


def arguments(directory: str) -> argparse.Namespace:
    """Return what was asked for; without a database, an embedded one in a directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of the races")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database of your own")
    parser.set_defaults(data=Path(directory))
    return parser.parse_args()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        Path(room).chmod(0o755)
        sys.exit(0 if uvloop.run(main(arguments(room))) else 1)
