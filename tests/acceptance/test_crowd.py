"""A demo with a crowd before it, whose feed is checked over a bad network and rebuilt beside."""

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.support import process
from tests.support.proxy import Proxy

VIEWERS = 200
SECONDS = float(os.environ.get("BELL_LAP_FEED_CHECK_S", "10"))
"""How long the feed is checked; a minute, to be thorough."""
TOPICS = ["current/dresden-2024", "medals/dresden-2024"]


@contextlib.asynccontextmanager
async def demonstrated(data: Path, port: int) -> AsyncIterator[None]:
    """Run the demo weekend for the length of a block, from when its first race is on."""
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tracker", "demo", "--speed", "30"),
        *("--port", str(port), "--data", str(data)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert demo.stdout is not None
    while not (line := await demo.stdout.readline()).startswith(b"Open "):
        assert line, "the demo ended before it began"
    reading = asyncio.create_task(demo.stdout.read())
    try:
        await _begun(f"http://127.0.0.1:{port}/api/v1/competitions/dresden-2024")
        yield
    finally:
        demo.terminate()
        await demo.wait()
        await reading


async def _begun(url: str) -> None:
    """Wait until the weekend has a race that can be followed."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(process.READY_WITHIN_S):
        while True:
            async with http.get(url) as answer:
                if answer.ok and (await answer.json())["current"]:
                    return
            await asyncio.sleep(0.2)


class Watcher:
    """One of many: it keeps revisions alone, and takes nothing that does not follow."""

    def __init__(self, url: str) -> None:
        self.deltas = 0
        self._url = url
        self._revs: dict[str, int] = {}

    async def watch(self, http: aiohttp.ClientSession) -> None:
        """Read until cancelled; an end of the connection is a fault."""
        async with http.ws_connect(self._url) as socket:
            await socket.send_json({"t": "hello", "v": 1, "client": "watcher", "topics": TOPICS})
            async for received in socket:
                self._take(json.loads(received.data))
        raise AssertionError(f"the feed ended with {socket.close_code}")

    def _take(self, message: dict[str, object]) -> None:
        topic = str(message.get("topic"))
        if message["t"] == "snap":
            assert topic not in self._revs, f"a second snapshot of {topic} tells of something lost"
        elif message["t"] == "delta":
            assert message["prev"] == self._revs[topic], f"something of {topic} was lost"
            self.deltas += 1
        else:
            return
        revision = message["rev"]
        assert isinstance(revision, int)
        self._revs[topic] = revision


@pytest.fixture
async def crowd() -> AsyncIterator[tuple[int, list[Watcher], "list[asyncio.Task[None]]"]]:
    """Return a port, and who will watch it."""
    port = process.free_port()
    watchers = [Watcher(f"ws://127.0.0.1:{port}/feed") for _ in range(VIEWERS)]
    watching: list[asyncio.Task[None]] = []
    yield port, watchers, watching
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)


async def test_the_feed_keeps_its_promises_before_a_crowd(
    crowd: tuple[int, list[Watcher], "list[asyncio.Task[None]]"], tmp_path: Path
) -> None:
    """Over a bad proxy and through a rebuild nothing is lost, doubled or said too early."""
    port, watchers, watching = crowd
    data = tmp_path / "data"
    every_one = aiohttp.TCPConnector(limit=0)
    async with (
        demonstrated(data, port),
        aiohttp.ClientSession(connector=every_one) as http,
        Proxy(port, life_s=(0.2, 4.0)).open() as proxy,
    ):
        watching += [asyncio.create_task(each.watch(http)) for each in watchers]
        url = f"ws://127.0.0.1:{proxy.port}/feed"
        checking = asyncio.create_task(process.run("feed", "check", url, "--seconds", str(SECONDS)))
        await asyncio.sleep(SECONDS / 3)
        status, out, err = await process.run("projections", "rebuild", "--all", "--data", str(data))
        assert status == 0, (out, err)
        status, out, err = await checking
        assert status == 0, (out, err)
        ended = [task.exception() for task in watching if task.done()]
        assert not ended, ended[:3]
    found = re.search(r"(\d+) deltas of \d+ topics, (\d+) cuts", out)
    assert found, out
    assert int(found[1]) > 0
    assert int(found[2]) > 0
    assert all(each.deltas for each in watchers), "everybody was told of the race"
