"""An official who goes on with a race while somebody attacks, and proof that nothing was lost."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from tests.support import officials
from tracker import app
from tracker.log.verification import verify

KEY_EVERY_S = 0.05
Http = aiohttp.ClientSession


def address(http: Http) -> tuple[str, int]:
    """Return host and port of the server that a session speaks to."""
    base = http._base_url
    assert base is not None
    assert base.host is not None
    assert base.port is not None
    return base.host, base.port


async def paired(http: Http, tracker: app.Tracker, name: str, role: str, device: str) -> str:
    """Add an official, pair a device, and return its token."""
    await tracker.officials.add(name, [role])
    body = {"code": await tracker.officials.code(name), "device": device}
    async with http.post("/api/v1/pair", json=body) as answer:
        assert answer.status == 201
        token: str = (await answer.json())["token"]
    return token


def crossing(number: int, *, official: str = "Kim", device: str = "d1") -> dict[str, Any]:
    """Return the envelope of a crossing."""
    skater = officials.SKATERS[number % len(officials.SKATERS)][0]
    return {
        "command": {"type": "RecordCrossing", "race": officials.RACE, "competitor": skater},
        "official": official,
        "device": device,
        "device_seq": number + 1,
    }


async def send(http: Http, body: Any, token: str | None, **headers: str) -> tuple[int, Any]:
    """Send an envelope and return status and answer."""
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    async with http.post("/api/v1/commands", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


class Recorder:
    """Sends one crossing after another, on a connection of its own."""

    def __init__(self, url: str, token: str) -> None:
        self.positions: list[int] = []
        self.worst_s = 0.0
        self._url = url
        self._token = token

    async def skate(self) -> None:
        """Go on until cancelled; a crossing that is refused ends the test."""
        async with aiohttp.ClientSession(self._url) as http:
            while True:
                began = time.monotonic()
                status, answer = await send(http, crossing(len(self.positions)), self._token)
                assert status == 201, answer
                self.positions.append(answer["position"])
                self.worst_s = max(self.worst_s, time.monotonic() - began)
                await asyncio.sleep(KEY_EVERY_S)


@contextlib.asynccontextmanager
async def going_on(http: Http, tracker: app.Tracker) -> AsyncIterator[Recorder]:
    """Record crossings for the length of a block; then every one of them is in the log, once.

    The race must have its start list; the gun is fired here.
    """
    await officials.post_all(http, "", [{"type": "StartRace", "race": officials.RACE}])
    token = await paired(http, tracker, "Kim", "lap-recorder", "d1")
    recorder = Recorder(str(http._base_url), token)
    skating = asyncio.create_task(recorder.skate())
    try:
        while len(recorder.positions) < 3:
            assert not skating.done(), skating.exception()
            await asyncio.sleep(0.01)
        before = len(recorder.positions)
        yield recorder
        async with asyncio.timeout(30):
            while len(recorder.positions) < before + 3:
                assert not skating.done(), skating.exception()
                await asyncio.sleep(0.01)
    finally:
        skating.cancel()
        await asyncio.gather(skating, return_exceptions=True)
    await verify(tracker.log)
    events = await tracker.log.read_stream(f"race-{officials.RACE}")
    crossings = [event for event in events if event.type == "CrossingRecorded"]
    kept = [event.position for event in crossings]
    # A crossing may be in the log whose answer the end of the block cut off.
    assert kept[: len(recorder.positions)] == recorder.positions
    assert len(kept) <= len(recorder.positions) + 1
