"""Those who take their time: half a request, a body that trickles in, answers that nobody reads."""

import asyncio

import aiohttp
import pytest

from tests.support.hostile import address, going_on
from tracker import app
from tracker.api import middleware

HALF = b"GET / HTTP/1.1\r\nHost: rink\r\nX-Slow: "
BODY = (
    b"POST /api/v1/what-if HTTP/1.1\r\nHost: rink\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n"
)
ANSWERED_WITHIN_S = 5.0
"""On a machine that others use as well; alone it takes some milliseconds."""


async def connected(http: aiohttp.ClientSession, said: bytes) -> asyncio.StreamReader:
    """Say something and stay."""
    reader, writer = await asyncio.open_connection(*address(http))
    writer.write(said)
    await writer.drain()
    reader.writer = writer  # type: ignore[attr-defined]  # a stream ends with its last reference
    return reader


async def test_half_requests_hold_nobody_up(
    tracker: app.Tracker, race: aiohttp.ClientSession
) -> None:
    """Two hundred that never end their headers, one letter at a time."""
    async with going_on(race, tracker) as recorder:
        readers = [await connected(race, HALF) for _ in range(200)]
        for _ in range(5):
            for reader in readers:
                reader.writer.write(b"x")  # type: ignore[attr-defined]  # as above
            await asyncio.sleep(0.05)
        async with race.get("/healthz") as answer:
            assert answer.status == 200
    assert recorder.worst_s < ANSWERED_WITHIN_S
    for reader in readers:
        reader.writer.transport.abort()  # type: ignore[attr-defined]  # as above


async def test_a_body_that_trickles_in_is_ended(
    tracker: app.Tracker, race: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """408 for each, while the race goes on."""
    monkeypatch.setattr(middleware, "BODY_WITHIN_S", 0.3)
    async with going_on(race, tracker) as recorder:
        readers = [await connected(race, BODY + b"{") for _ in range(20)]
        async with asyncio.timeout(20):
            heads = [await reader.readuntil(b"\r\n\r\n") for reader in readers]
        assert all(b" 408 " in head.splitlines()[0] for head in heads)
    assert recorder.worst_s < ANSWERED_WITHIN_S
    for reader in readers:
        reader.writer.transport.abort()  # type: ignore[attr-defined]  # as above
