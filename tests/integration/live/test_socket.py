"""The feed over real sockets: in order, bounded, and gone with a goodbye."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from projections.book import Book
from tests.support.feed import MEDALS, RACE, scope_of
from tests.support.viewer import Json, SocketViewer
from tracker.api import middleware
from tracker.api.live import Live
from tracker.live.hub import Hub
from tracker.live.limits import Limits

LONG = {f"skater-{n}": {"name": "n" * 40, "rank": n} for n in range(300)}


class Rink:
    """A server with a feed whose documents a test sets."""

    def __init__(self, **limits: Any) -> None:
        self.documents: dict[str, Json] = {}
        self.book = Book()
        self.hub = Hub("e1", lambda topic, _: self.documents.get(topic), limits=Limits(**limits))
        self.live = Live(self.hub)
        self.url = ""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Rink"]:
        """Serve for the length of a block."""
        site = web.Application(middlewares=[middleware.observe, middleware.translate])
        site.add_routes(self.live.routes())
        site.on_response_prepare.append(middleware.harden)
        self.change({RACE: {"lap": 0}, MEDALS: {"gold": 0}})
        async with self.live.running(), TestServer(site) as server:
            self.url = str(server.make_url("/feed"))
            yield self
            await self.live.close()

    def change(self, documents: dict[str, Json]) -> int:
        """Publish documents at the next position."""
        self.documents.update(documents)
        self.book.position += 1
        touched = frozenset(scope_of(topic) for topic in documents)
        self.hub.publish(self.book.position, touched, self.book)
        return self.book.position

    async def emptied(self, *, to: int = 0) -> None:
        """Wait until so many connections are left."""
        async with asyncio.timeout(5):
            while len(self.live._sinks) > to:  # noqa: ASYNC110 - connections end by themselves
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def watching(rink: Rink, *topics: str, **fields: Any) -> AsyncIterator[SocketViewer]:
    """Hold a viewer that has its snapshots for the length of a block."""
    viewer = SocketViewer()
    async with viewer.connected(rink.url):
        await viewer.say(viewer.hello(topics, **fields))
        await viewer.read_until("welcome")
        while viewer.documents.keys() != set(topics):
            await viewer.read()
        yield viewer


async def test_snapshot_then_deltas() -> None:
    """A viewer holds what the hub holds after every change, with nothing missing."""
    async with Rink().open() as rink, watching(rink, RACE, MEDALS) as viewer:
        for lap in range(1, 51):
            position = rink.change({RACE: {"lap": lap, **LONG}, MEDALS: {"gold": lap}})
        await viewer.read_to(position)
        assert viewer.documents == rink.documents
        assert viewer.kinds().count("delta") == 100
        assert viewer.repeated == 0


async def test_changes_during_the_handshake_are_not_lost() -> None:
    """What happens between connection, hello and snapshot is in the snapshot or follows it."""
    async with Rink().open() as rink:
        stop = asyncio.Event()

        async def skate() -> None:
            lap = 0
            while not stop.is_set():
                lap += 1
                rink.change({RACE: {"lap": lap}})
                await asyncio.sleep(0)

        skating = asyncio.create_task(skate())
        viewers = [SocketViewer() for _ in range(20)]
        async with contextlib.AsyncExitStack() as stack:
            for viewer in viewers:
                await stack.enter_async_context(viewer.connected(rink.url))
                await viewer.say(viewer.hello([RACE]))
            for viewer in viewers:
                await viewer.read_until("delta")
            stop.set()
            await skating
            for viewer in viewers:
                await viewer.read_to(rink.book.position)
                assert viewer.documents[RACE] == rink.documents[RACE]


async def test_a_viewer_resumes_on_a_new_connection() -> None:
    """What was missed in between comes as deltas, each once."""
    async with Rink().open() as rink:
        async with watching(rink, RACE) as viewer:
            await viewer.read_to(rink.change({RACE: {"lap": 1}}))
        await rink.emptied()
        rink.change({RACE: {"lap": 2}})
        position = rink.change({RACE: {"lap": 3}})
        async with viewer.connected(rink.url):
            await viewer.say(viewer.hello([RACE]))
            assert (await viewer.read_until("welcome"))["mode"] == "resumed"
            await viewer.read_to(position)
        assert viewer.documents[RACE] == {"lap": 3}
        assert viewer.kinds().count("snap") == 1
        assert viewer.repeated == 0


async def test_heartbeats_and_clock() -> None:
    """The server says that it lives, and what time it has."""
    async with Rink(heartbeat_ms=100).open() as rink, watching(rink, RACE) as viewer:
        beat = await viewer.read_until("hb")
        assert beat["pos"] == 1
        before = int(time.time() * 1000)
        await viewer.say({"t": "sync", "t0": before})
        answer = await viewer.read_until("sync")
        assert before <= answer["t1"] <= answer["t2"] <= int(time.time() * 1000)


async def test_pauses_are_kept() -> None:
    """Who asks for a pause gets the latest state, in fewer messages."""
    async with Rink().open() as rink, watching(rink, RACE, conflateMs=200) as viewer:
        for lap in range(1, 21):
            position = rink.change({RACE: {"lap": lap}})
            await asyncio.sleep(0.005)
        await viewer.read_to(position)
        assert viewer.documents[RACE] == {"lap": 20}
        assert viewer.kinds().count("delta") <= 3


# --- the edges -----------------------------------------------------------------------------------


async def ends(rink: Rink, *said: str | bytes) -> tuple[list[Json], int | None]:
    """Say things, and return what is answered until the server closes, and its close code."""
    async with aiohttp.ClientSession() as http, http.ws_connect(rink.url) as ws:
        for text in said:
            await (ws.send_bytes(text) if isinstance(text, bytes) else ws.send_str(text))
        async with asyncio.timeout(5):
            answers = [json.loads(message.data) async for message in ws]
        return answers, ws.close_code


@pytest.mark.parametrize(
    ("said", "code", "close"),
    [
        ("what?", "malformed", 1007),
        (b"\x00", "not-text", 1003),
        ('{"t":"hello","v":9,"topics":[]}', "unsupported-version", 1008),
        ('{"t":"hello","v":1,"topics":[' + " " * 20_000 + "]}", "too-big", 1009),
    ],
)
async def test_what_makes_no_sense_is_answered_and_closed(
    said: str | bytes, code: str, close: int
) -> None:
    """First why, then the close code, and the place is free again."""
    async with Rink().open() as rink:
        answers, closed = await ends(rink, said)
        assert ([m["code"] for m in answers], closed) == ([code], close)
        await rink.emptied()


async def test_a_huge_message_is_not_read() -> None:
    """Beyond the hard limit there is a close code and no answer."""
    async with Rink().open() as rink:
        assert await ends(rink, "x" * 200_000) == ([], 1009)
        await rink.emptied()


async def test_silence_instead_of_a_hello_is_closed() -> None:
    """A connection that says nothing does not stay."""
    async with Rink(hello_within_ms=100).open() as rink:
        answers, closed = await ends(rink)
        assert ([m["code"] for m in answers], closed) == (["hello-late"], 1008)


async def test_an_unknown_topic_keeps_the_connection() -> None:
    """The rest of the hello holds."""
    async with Rink().open() as rink:
        viewer = SocketViewer()
        async with viewer.connected(rink.url):
            await viewer.say(viewer.hello([RACE, "race/cup/women-500/final-z"]))
            assert (await viewer.read_until("err"))["code"] == "unknown-topic"
            await viewer.read_to(rink.change({RACE: {"lap": 1}}))
            assert viewer.documents == {RACE: {"lap": 1}}


async def test_a_full_process_says_so() -> None:
    """Who finds no place is told to come again, with a pause."""
    async with Rink(viewers=1).open() as rink, watching(rink, RACE):
        answers, closed = await ends(rink)
        assert [(m["t"], m["code"], m["retry"]) for m in answers] == [("bye", "full", True)]
        assert answers[0]["afterMs"] >= 500
        assert closed == 1013


async def test_goodbye_at_shutdown() -> None:
    """Every viewer hears bye and 1012, quickly, whether or not it has said hello."""
    async with Rink().open() as rink:
        async with watching(rink, RACE) as viewer, watching(rink, MEDALS):
            silent = SocketViewer()
            async with silent.connected(rink.url):
                began = time.monotonic()
                closing = asyncio.create_task(rink.live.close())
                for each in (viewer, silent):
                    bye = await each.read_until("bye")
                    assert (bye["code"], bye["retry"]) == ("shutdown", True)
                    with pytest.raises(EOFError):
                        await each.read()
                    assert each.closed == 1012
                await closing
                assert time.monotonic() - began < 3
        assert rink.hub.viewers == 0


async def test_pings_are_answered() -> None:
    """A proxy that pings hears a pong between the feed's messages."""
    async with (
        Rink().open() as rink,
        aiohttp.ClientSession() as http,
        http.ws_connect(rink.url, autoping=False) as ws,
    ):
        await ws.ping(b"still there?")
        answer = await ws.receive(timeout=5)
        assert (answer.type, answer.data) == (aiohttp.WSMsgType.PONG, b"still there?")


async def test_a_flood_of_pings_is_not_answered() -> None:
    """Who sends more than anybody has to say, and reads nothing, goes; nothing piles up."""
    async with Rink(slow_ms=300, heartbeat_ms=200).open() as rink, watching(rink, RACE) as other:
        _, writer = await frozen_viewer(rink.url)
        most = 0
        async with asyncio.timeout(10):
            while rink.hub.viewers == 2:
                writer.write(b"\x89\xfd" + bytes(4) + b"x" * 125)
                most = max(most, waiting(rink))
                await asyncio.sleep(0)
        assert most < 100_000
        await other.read_to(rink.change({RACE: {"lap": 1}}))
        writer.transport.abort()


async def test_what_no_client_may_send_ends_the_connection() -> None:
    """A frame without a mask: close code 1002, and the place is free again."""
    async with Rink().open() as rink:
        reader, writer = await frozen_viewer(rink.url)
        writer.write(b"\x81\x02hi")
        async with asyncio.timeout(5):
            assert b"\x88\x02\x03\xea" in await reader.read(-1)
        await rink.emptied()
        writer.transport.abort()


async def test_an_ordinary_request_is_refused() -> None:
    """The feed is no page."""
    async with (
        Rink().open() as rink,
        aiohttp.ClientSession() as http,
        http.get(rink.url) as answer,
    ):
        assert answer.status == 400


# --- one viewer that stops reading ---------------------------------------------------------------


HELLO = json.dumps({"t": "hello", "v": 1, "topics": [RACE]}).encode()
HELLO_FRAME = bytes((0x81, 0x80 | len(HELLO))) + bytes(4) + HELLO


async def frozen_viewer(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection that takes little, says hello and reads nothing more."""
    address = URL(url)
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (address.host, address.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
    writer.write(
        f"GET {address.path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    writer.write(HELLO_FRAME)
    await reader.readexactly(10)
    return reader, writer


def waiting(rink: Rink) -> int:
    """Return how many bytes wait in this process for all its viewers."""
    return sum(sink.pending() for sink in rink.live._sinks)


async def test_a_viewer_that_stops_reading_disturbs_nobody_and_is_dropped() -> None:
    """The others get every change; what waits for it stays small; then it is cut off."""
    async with Rink(slow_ms=1500).open() as rink, watching(rink, RACE) as other:
        _, writer = await frozen_viewer(rink.url)
        most = 0
        slowest_s = 0.0
        began = time.monotonic()
        lap = 0
        while rink.hub.viewers == 2:
            assert time.monotonic() - began < 15, "the frozen viewer was not dropped"
            lap += 1
            sent = time.monotonic()
            await other.read_to(rink.change({RACE: {"lap": lap, "text": f"{lap:06}" * 500}}))
            slowest_s = max(slowest_s, time.monotonic() - sent)
            most = max(most, waiting(rink))
            await asyncio.sleep(0.002)
        assert lap > 100
        assert other.kinds().count("delta") == lap
        assert 0 < most < 20_000
        assert slowest_s < 1.0
        await rink.emptied(to=1)
        writer.transport.abort()


async def test_a_viewer_that_reads_again_is_current_at_once() -> None:
    """After what was in the kernel comes one message with the present."""
    async with Rink(slow_ms=60_000).open() as rink:
        reader, writer = await frozen_viewer(rink.url)
        lap = 0
        while not waiting(rink):
            lap += 1
            rink.change({RACE: {"lap": lap, "text": f"{lap:06}" * 500}})
            await asyncio.sleep(0)
        for _ in range(500):
            lap += 1
            rink.change({RACE: {"lap": lap, "text": f"{lap:06}" * 500}})
        received = 0
        present = f'"pos":{rink.book.position},'.encode()
        tail = b""
        async with asyncio.timeout(10):
            while present not in tail:
                chunk = await reader.read(65_536)
                assert chunk
                received += len(chunk)
                tail = (tail + chunk)[-8192:]
        assert received < 300_000, "most of the five hundred changes were never sent"
        writer.transport.abort()
        await rink.emptied()


async def test_who_asks_faster_than_it_reads_is_not_heard() -> None:
    """One answer waits, however often it was asked for; then the connection is cut."""
    async with Rink(slow_ms=300, heartbeat_ms=200).open() as rink:
        rink.change({RACE: {"text": "x" * 1_000_000}})
        _, writer = await frozen_viewer(rink.url)
        for _ in range(20):
            writer.write(HELLO_FRAME)
        most = 0
        async with asyncio.timeout(10):
            while rink.hub.viewers:
                most = max(most, waiting(rink))
                await asyncio.sleep(0.01)
        assert 500_000 < most < 1_100_000
        await rink.emptied()
        writer.transport.abort()
