"""Those who take their time: half a request, a body that trickles in, answers that nobody reads."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.support.hostile import address, going_on
from tracker import app
from tracker.api import heads, middleware
from tracker.api.heads import PatientSite

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


HEAD_WITHIN_S = 0.6
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: rink\r\n\r\n"
CLOSED_WITHIN_S = HEAD_WITHIN_S + ANSWERED_WITHIN_S


@contextlib.asynccontextmanager
async def patient(tracker: app.Tracker) -> AsyncIterator[aiohttp.ClientSession]:
    """Listen as the process does, with little patience."""
    front = web.AppRunner(tracker.site, access_log=None)
    await front.setup()
    try:
        await PatientSite(front, "127.0.0.1", 0, head_within_s=HEAD_WITHIN_S).start()
        port = front.addresses[0][1]
        async with aiohttp.ClientSession(base_url=f"http://127.0.0.1:{port}/") as session:
            yield session
    finally:
        await front.cleanup()


async def trickle(writer: asyncio.StreamWriter) -> None:
    """Say a letter now and then, as long as it is taken."""
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)


async def closed(reader: asyncio.StreamReader) -> float:
    """Return how long it took until the connection was closed."""
    since = time.monotonic()
    async with asyncio.timeout(CLOSED_WITHIN_S):
        with contextlib.suppress(ConnectionError):
            while await reader.read(4096):
                pass
    return time.monotonic() - since


@pytest.mark.parametrize("said", [b"", b"GET /", HALF])
async def test_a_head_that_does_not_come_is_not_waited_for(
    tracker: app.Tracker, said: bytes
) -> None:
    """Nothing said, or letters that never end the header: the connection is closed in time."""
    async with patient(tracker) as http:
        reader, writer = await asyncio.open_connection(*address(http))
        writer.write(said)
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(trickle(writer) if said else asyncio.sleep(0))
            took = await closed(reader)
            telling.cancel()
        assert took > HEAD_WITHIN_S / 2
        writer.transport.abort()


async def test_the_second_head_has_no_more_time_than_the_first(tracker: app.Tracker) -> None:
    """Whoever was answered once, and then begins a header without an end, is closed likewise."""
    async with patient(tracker) as http:
        reader, writer = await asyncio.open_connection(*address(http))
        writer.write(WHOLE)
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.1)
        async with asyncio.TaskGroup() as tasks:
            writer.write(HALF)
            telling = tasks.create_task(trickle(writer))
            await closed(reader)
            telling.cancel()
        writer.transport.abort()


async def test_half_a_head_behind_a_whole_one_waits_no_longer_than_an_unused_connection(
    tracker: app.Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header and a half in one piece: what is left is closed with the idle connections."""
    monkeypatch.setattr(heads, "IDLE_WITHIN_S", 1.0)
    async with patient(tracker) as http:
        reader, writer = await asyncio.open_connection(*address(http))
        writer.write(WHOLE + HALF)
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        await closed(reader)
        writer.transport.abort()


async def test_patience_ends_for_heads_alone(tracker: app.Tracker) -> None:
    """A slow body, a connection kept alive and a viewer go on, longer than a head may take."""
    body = json.dumps({"races": []}).encode()
    async with patient(tracker) as http:
        reader, writer = await asyncio.open_connection(*address(http))
        slow, upload = await asyncio.open_connection(*address(http))
        async with http.ws_connect("/feed") as viewer:
            await viewer.send_json({"t": "hello", "v": 1, "client": "test", "topics": []})
            assert (await viewer.receive_json(timeout=5))["t"] == "welcome"
            writer.write(WHOLE)
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            upload.write(BODY.replace(b"1000", str(len(body)).encode()))
            for letter in body:
                upload.write(bytes((letter,)))
                await asyncio.sleep(HEAD_WITHIN_S * 2.5 / len(body))
            answer = await slow.readuntil(b"\r\n\r\n")
            assert b" 408 " not in answer.splitlines()[0]
            assert answer.startswith(b"HTTP/1.1 ")
            writer.write(WHOLE)
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                rest = b""
                while b"HTTP/1.1 200 " not in rest:
                    rest += await reader.read(4096)
                    assert not reader.at_eof()
            await viewer.send_json({"t": "sync", "id": 1, "t0": 1})
            assert not viewer.closed
            assert (await viewer.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT
        for each in (writer, upload):
            each.transport.abort()


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
