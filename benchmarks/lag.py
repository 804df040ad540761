"""From an official's command to every viewer's socket, beside the bare commit, in one run.

    python -m benchmarks.lag [--quick] [--database URL]

A real server is started. Crossings of running races go in over HTTP at a steady rate; raw sockets
follow `current/…` and note when the delta with each of them arrives. The clock starts when a
command is sent, so its commit is part of every figure. Before and after, one connection inserts
single rows into the same database at the same rate: the bare commit.
"""

import argparse
import asyncio
import base64
import contextlib
import gc
import itertools
import json
import os
import platform
import re
import signal
import socket
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import aiohttp
import asyncpg
import uvloop

from tracker import postgres

EVENTS_PER_S = 50
VIEWERS = 200
MARGIN_MS = 10.0
"""The target: the 99th percentile to the viewers is at most the commit's and this."""
SKATERS = 6
ROWS = 14
"""Lap rows of 1500 m."""
READY_WITHIN_S = 60.0
LATE_S = 5.0
"""How long after the last command its delta may arrive."""
DATA = "x" * 250
REV = re.compile(rb'"t":"delta".{1,120}?"rev":(\d+)')
Command = dict[str, Any]


class Eye(asyncio.Protocol):
    """One viewer: a raw WebSocket that notes which revision arrived when."""

    def __init__(self, host: str, topic: str) -> None:
        self.revs: list[int] = []
        self.at: list[float] = []
        self.transport: asyncio.Transport | None = None
        self._host = host
        self._topic = topic
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade, and say hello behind it."""
        self.transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        hello = json.dumps({"t": "hello", "v": 1, "topics": [self._topic]}).encode()
        self.transport.write(
            f"GET /feed HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
            + bytes((0x81, 0x80 | len(hello), 0, 0, 0, 0))
            + hello
        )

    def data_received(self, data: bytes) -> None:
        """Note the revisions in what has arrived."""
        now = time.perf_counter()
        text = self._tail + data
        end = 0
        for found in REV.finditer(text):
            self.revs.append(int(found[1]))
            self.at.append(now)
            end = found.end()
        self._tail = text[end:][-200:]

    def saw(self, position: int) -> float | None:
        """Return when the viewer was told of a position."""
        place = bisect_left(self.revs, position)
        return self.at[place] if place < len(self.at) else None


def programme(competition: str, races: int) -> list[Command]:
    """Return the commands that set up a competition with so many races of 1500 m."""
    distance = f"{competition}/men-1500"
    skaters = [f"skater-{n}" for n in range(SKATERS)]
    return [
        {
            "type": "CreateCompetition",
            "competition": competition,
            "name": "Bench",
            "city": "Dresden",
            "country": "GER",
            "starts_on": "2024-02-10",
            "ends_on": "2024-02-11",
        },
        {"type": "AdoptRuleset", "competition": competition, "ruleset": "isu-2023-24"},
        *(
            {
                "type": "EnterSkater",
                "competition": competition,
                "skater": skater,
                "name": f"Skater {number}",
                "noc": "GER",
                "gender": "men",
                "helmet_number": number,
            }
            for number, skater in enumerate(skaters, 1)
        ),
        {
            "type": "AddDistance",
            "distance": distance,
            "name": "Men 1500 m",
            "gender": "men",
            "metres": 1500,
        },
        *itertools.chain.from_iterable(
            (
                {
                    "type": "ScheduleRace",
                    "race": f"{distance}/heat-{n}",
                    "round": "HEAT",
                    "round_name": f"Heat {n}",
                    "number": (n - 1) % 99 + 1,
                    "order": n,
                },
                {
                    "type": "PublishStartList",
                    "race": f"{distance}/heat-{n}",
                    "starters": [
                        {"competitor": skater, "start_position": place}
                        for place, skater in enumerate(skaters, 1)
                    ],
                },
            )
            for n in range(1, races + 1)
        ),
    ]


def skated(competition: str, races: int) -> list[Command]:
    """Return a gun and all crossings of each race, in order."""
    found: list[Command] = []
    for n in range(1, races + 1):
        race = f"{competition}/men-1500/heat-{n}"
        found.append({"type": "StartRace", "race": race})
        found += [
            {
                "type": "RecordCrossing",
                "race": race,
                "helmet_number": number,
                "elapsed_ms": 10_000 * row + 150 * number,
            }
            for row in range(1, ROWS + 1)
            for number in range(1, SKATERS + 1)
        ]
    return found


async def post(http: aiohttp.ClientSession, url: str, body: object) -> Any:
    """Post to the commands and return the answer; anything refused is a fault of this script."""
    async with http.post(f"{url}/api/v1/commands", json=body) as answer:
        receipt = await answer.json()
        items = receipt if isinstance(receipt, list) else [receipt]
        assert answer.ok, receipt
        assert not any("error" in item for item in items), receipt
        return receipt


async def steadily(count: int, do: Callable[[int], Awaitable[None]]) -> None:
    """Begin one thing after another at the rate, whether or not those before have ended."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for n in range(count):
            await asyncio.sleep(max(0.0, began + n / EVENTS_PER_S - time.perf_counter()))
            group.create_task(_await(do(n)))


async def _await(doing: Awaitable[None]) -> None:
    await doing


async def commits(url: str, count: int) -> list[float]:
    """Return how long single inserts take, at the rate, in milliseconds."""
    connection = await asyncpg.connect(url)
    await connection.execute("create table if not exists lag_raw (id bigserial, data text)")
    insert = await connection.prepare("insert into lag_raw (data) values ($1)")
    took: list[float] = []
    turn = asyncio.Lock()  # one connection does one thing at a time

    async def one(_: int) -> None:
        async with turn:
            began = time.perf_counter()
            await insert.fetch(DATA)
            took.append((time.perf_counter() - began) * 1000)

    await steadily(count, one)
    await connection.execute("drop table lag_raw")
    await connection.close()
    return took


async def lag(url: str, events: int, competition: str = "bench") -> dict[str, list[float]]:
    """Skate a competition before the viewers and return what each step took, in milliseconds."""
    races = events // (ROWS * SKATERS + 1) + 1
    loop = asyncio.get_running_loop()
    host, port = url.removeprefix("http://").split(":")
    async with aiohttp.ClientSession() as http:
        setup = [
            _envelope(command, f"{competition}-desk", n)
            for n, command in enumerate(programme(competition, races))
        ]
        for start in range(0, len(setup), 100):
            await post(http, url, setup[start : start + 100])
        eyes = []
        for _ in range(VIEWERS):
            _, eye = await loop.create_connection(
                lambda: Eye(host, f"current/{competition}"), host, int(port)
            )
            eyes.append(eye)
        await asyncio.sleep(1.0)
        sent: dict[int, tuple[float, float]] = {}
        plan = skated(competition, races)[:events]

        async def one(n: int) -> None:
            body = _envelope(plan[n], f"{competition}-recorder-{n % 8}", n)
            began = time.perf_counter()
            receipt = await post(http, url, body)
            sent[receipt["position"]] = (began, time.perf_counter())

        gc.collect()
        gc.disable()
        await steadily(events, one)
        last = max(sent)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LATE_S):
                while any(eye.saw(last) is None for eye in eyes):  # noqa: ASYNC110 - eyes only see
                    await asyncio.sleep(0.01)
        gc.enable()
        for eye in eyes:
            assert eye.transport is not None
            eye.transport.abort()
    return _figures(sent, eyes)


def _envelope(command: Command, device: str, number: int) -> Command:
    return {"command": command, "official": "bench", "device": device, "device_seq": number + 1}


def _figures(sent: dict[int, tuple[float, float]], eyes: list[Eye]) -> dict[str, list[float]]:
    """Return the steps' times; a command that a viewer never saw is a fault, not a gap."""
    found: dict[str, list[float]] = {
        "command sent → answer": [],
        "command sent → delta, every viewer": [],
        "command sent → delta, last viewer": [],
        "first viewer → last viewer": [],
    }
    for position, (began, answered) in sent.items():
        seen = [eye.saw(position) for eye in eyes]
        times = [at for at in seen if at is not None]
        assert len(times) == len(eyes), f"{len(eyes) - len(times)} viewers never saw {position}"
        found["command sent → answer"].append((answered - began) * 1000)
        found["command sent → delta, every viewer"] += [(at - began) * 1000 for at in times]
        found["command sent → delta, last viewer"].append((max(times) - began) * 1000)
        found["first viewer → last viewer"].append((max(times) - min(times)) * 1000)
    return found


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@contextlib.asynccontextmanager
async def served(database: str) -> AsyncIterator[str]:
    """Run the real server for the length of a block and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tracker", "serve", "--database", database, "--port", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as http, asyncio.timeout(READY_WITHIN_S):
            while not await _is_ready(http, url):
                assert process.returncode is None, "the server did not start"
                await asyncio.sleep(0.1)
        yield url
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _is_ready(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(f"{url}/readyz") as answer:
            return answer.ok
    except aiohttp.ClientError:
        return False


def report(bare: list[float], found: dict[str, list[float]], server: str) -> bool:
    """Print the table and the target; return whether it is met."""
    print(f"{server}; {os.cpu_count()} cores; Python {platform.python_version()}")
    print(f"{EVENTS_PER_S} events/s, {VIEWERS} viewers, {len(bare)} commits")
    print("\n| step | p50 ms | p99 ms | max ms |\n|---|---:|---:|---:|")
    for name, values in {"bare commit": bare, **found}.items():
        print(
            f"| {name} | {percentile(values, 0.5):.1f} | {percentile(values, 0.99):.1f} "
            f"| {max(values):.1f} |"
        )
    above = percentile(found["command sent → delta, every viewer"], 0.99) - percentile(bare, 0.99)
    met = above <= MARGIN_MS
    print(
        f"\np99 to every viewer is {above:.1f} ms above the commit's; target {MARGIN_MS:g}: ",
        end="",
    )
    print("met" if met else "NOT MET")
    return met


def arguments(directory: str) -> argparse.Namespace:
    """Return what was asked for; without a database, an embedded one in a directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database of your own")
    parser.set_defaults(data=Path(directory))
    return parser.parse_args()


async def main(options: argparse.Namespace) -> bool:
    """Run the benchmark on an embedded or a given server."""
    events = EVENTS_PER_S * (6 if options.quick else 40)
    async with postgres.running(data=options.data, database=options.database) as database:
        connection = await asyncpg.connect(database)
        server = await connection.fetchval("select split_part(version(), ' on ', 1)")
        await connection.close()
        bare = await commits(database, events // 2)
        async with served(database) as url:
            found = await lag(url, events)
        bare += await commits(database, events // 2)
        return report(bare, found, server)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        Path(room).chmod(0o755)
        sys.exit(0 if uvloop.run(main(arguments(room))) else 1)
