"""Server-sent events, long poll, MessagePack and compression over real sockets."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest

from tests.support.feed import MEDALS, RACE
from tests.support.proxy import Proxy
from tests.support.served import Served
from tests.support.viewer import Json, Viewer

LONG = {f"skater-{n}": {"name": "n" * 40, "rank": n} for n in range(30)}
BOTH = f"{RACE},{MEDALS}"


class Events(Viewer):
    """A viewer of server-sent events, who resumes as a browser does."""

    def __init__(self) -> None:
        super().__init__()
        self.last_id = ""
        self.step: list[Json] = []
        """Messages of a step whose end has not come."""
        self.retry_ms = 0
        self.answer: aiohttp.ClientResponse | None = None

    @contextlib.asynccontextmanager
    async def connected(
        self, served: Served, address: str = "", **query: str
    ) -> AsyncIterator["Events"]:
        """Hold a connection for the length of a block."""
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        url = (address or served.url).replace("ws", "http", 1) + "/events"
        async with (
            aiohttp.ClientSession() as http,
            http.get(url, params={"topics": BOTH, **query}, headers=headers) as answer,
        ):
            self.answer = answer
            self.step.clear()
            yield self

    async def read(self) -> Json:
        """Return the next message, folded."""
        assert self.answer is not None
        message: Json | None = None
        last_id = self.last_id
        async with asyncio.timeout(5):
            while line := (await self.answer.content.readline()).decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "id":
                    last_id = value
                elif name == "retry":
                    self.retry_ms = int(value)
                elif name == "data":
                    message = json.loads(value)
                elif not name and message is not None:
                    # What was cut in half never was: neither half an event, nor half a step.
                    self.last_id = last_id
                    self.step.append(message)
                    if not message.get("more"):
                        for each in self.step:
                            self.take(each)
                        self.step.clear()
                    return message
        raise EOFError

    async def read_to(self, position: int) -> None:
        """Read until nothing up to a position is missing."""
        while self.pos < position or not self.in_step:
            await self.read()


async def test_events_are_the_feed() -> None:
    """Snapshots, deltas in order, and everything that is held is what is true."""
    async with Served().open() as served, Events().connected(served) as viewer:
        assert viewer.answer is not None
        assert viewer.answer.content_type == "text/event-stream"
        for lap in range(1, 21):
            position = served.change({RACE: {"lap": lap, **LONG}, MEDALS: {"gold": lap}})
        await viewer.read_to(position)
        assert viewer.documents == served.documents
        assert viewer.kinds().count("delta") == 40


async def test_events_resume_by_the_last_id() -> None:
    """What was missed comes as deltas, each once; the id is that of the end of a step."""
    async with Served().open() as served:
        viewer = Events()
        async with viewer.connected(served):
            await viewer.read_to(served.change({RACE: {"lap": 1}}))
        await served.emptied()
        assert viewer.last_id == "e1/2"
        served.change({RACE: {"lap": 2}, MEDALS: {"gold": 1}})
        position = served.change({RACE: {"lap": 3}})
        async with viewer.connected(served):
            await viewer.read_to(position)
        assert viewer.documents == served.documents
        assert viewer.kinds().count("snap") == 2
        assert viewer.repeated == 0


async def test_events_end_with_a_goodbye_that_says_when_to_return() -> None:
    """A browser waits as long as it is told before it connects again."""
    async with Served().open() as served:
        viewer = Events()
        async with viewer.connected(served):
            while viewer.documents.keys() != {RACE, MEDALS}:
                await viewer.read()
            closing = asyncio.create_task(served.live.close())
            message = await viewer.read()
            while message["t"] != "bye":
                message = await viewer.read()
            assert viewer.retry_ms == message["afterMs"] >= 500
            with pytest.raises(EOFError):
                await viewer.read()
            await closing
        late = Events()
        async with late.connected(served):
            assert (await late.read())["code"] == "shutdown"


async def test_events_of_one_who_stops_reading_stay_few() -> None:
    """Beyond what the kernel holds nothing is queued, and the connection is given up."""
    async with Served(slow_ms=500, heartbeat_ms=200).open() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
        writer.write(f"GET /feed/events?topics={RACE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readexactly(10)
        most = 0
        async with asyncio.timeout(20):
            lap = 0
            while served.hub.viewers:
                lap += 1
                served.change({RACE: {"lap": lap, "text": f"{lap:06}" * 3000}})
                most = max(most, *(sink.pending() for sink in served.live._sinks), 0)
                await asyncio.sleep(0.005)
        assert 0 < most < 40_000
        await served.emptied()
        writer.transport.abort()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("topics=race/a/b/c&conflateMs=x", "bad-parameter"),
        ("topics=race/a/b/c&delayMs=-1", "bad-parameter"),
        ("topics=race/a/b/c&delayMs=999999", "bad-delay"),
        ("topics=race/a/b/c&fields=a..b", "bad-fields"),
        ("topics=" + ",".join(f"race/a/b/c{n}" for n in range(40)), "too-many-topics"),
        ("topics=race/a/b/c&replay=1000", "bad-parameter"),
    ],
)
@pytest.mark.parametrize("way", ["events", "poll"])
async def test_an_address_that_asks_for_what_cannot_be(way: str, query: str, code: str) -> None:
    """Is a problem, not a stream that a browser would ask for again and again."""
    async with Served().open() as served, aiohttp.ClientSession() as http:
        url = served.url.replace("ws", "http", 1)
        async with http.get(f"{url}/{way}?{query}") as answer:
            problem = await answer.json()
        assert (answer.status >= 400, problem["code"]) == (True, code)
        await served.emptied()
        assert served.hub.viewers == 0


# --- long poll -----------------------------------------------------------------------------------


class Polls(Viewer):
    """A viewer who asks again and again."""

    def __init__(self, served: Served, http: aiohttp.ClientSession) -> None:
        super().__init__()
        self.url = served.url.replace("ws", "http", 1) + "/poll"
        self.http = http
        self.cursor = ""

    async def poll(self, **query: str) -> list[Json]:
        """Ask once, and fold the answer."""
        params = {"topics": BOTH, **({"after": self.cursor} if self.cursor else {}), **query}
        async with self.http.get(self.url, params=params) as answer:
            assert answer.status == 200
            found: Json = await answer.json()
        self.cursor = found["cursor"]
        for message in found["messages"]:
            self.take(message)
        return list(found["messages"])


async def test_polls_are_the_feed() -> None:
    """However the changes fall between the polls, nothing is missed and nothing told twice."""
    async with Served().open() as served, aiohttp.ClientSession() as http:
        viewer = Polls(served, http)
        skating = asyncio.create_task(served.skate(every_s=0.005))
        for _ in range(60):
            await viewer.poll()
        skating.cancel()
        await viewer.poll(waitMs="0")
        assert viewer.documents == served.documents
        assert viewer.kinds().count("snap") == 2
        assert viewer.kinds().count("delta") > 20
        assert viewer.repeated == 0
        assert served.hub.viewers == 0


async def test_a_poll_waits_for_what_comes_next() -> None:
    """It answers as soon as there is something, and in the end without anything."""
    async with Served(heartbeat_ms=100).open() as served, aiohttp.ClientSession() as http:
        viewer = Polls(served, http)
        await viewer.poll()
        began = time.monotonic()
        assert [m["t"] for m in await viewer.poll(waitMs="400")] == ["welcome", "hb"]
        assert time.monotonic() - began >= 0.4
        waiting = asyncio.create_task(viewer.poll())
        await asyncio.sleep(0.2)
        assert not waiting.done()
        served.change({RACE: {"lap": 1}})
        assert [m["t"] for m in await waiting] == ["welcome", "delta", "hb"]
        assert viewer.cursor == "e1/2"


# --- forms of WebSockets -------------------------------------------------------------------------


@pytest.mark.parametrize("deflate", [True, False])
@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_client_of_another_hand_reads_every_form(encoding: str, deflate: bool) -> None:
    """Aiohttp's client, with its context kept from message to message, reads all of them."""
    async with (
        Served().open() as served,
        aiohttp.ClientSession() as http,
        http.ws_connect(
            f"{served.url}?encoding={encoding}&deflate={'on' if deflate else 'off'}", compress=15
        ) as ws,
    ):
        assert bool(ws.compress) is deflate
        viewer = Viewer()
        hello = viewer.hello([RACE])
        await (
            ws.send_bytes(msgspec.msgpack.encode(hello))
            if encoding == "msgpack"
            else ws.send_str(json.dumps(hello))
        )
        for lap in range(1, 30):
            position = served.change({RACE: {"lap": lap, **(LONG if lap % 3 else {})}})
        while viewer.pos < position:
            received = await ws.receive(timeout=5)
            viewer.take(
                msgspec.msgpack.decode(received.data)
                if encoding == "msgpack"
                else json.loads(received.data)
            )
        assert viewer.documents[RACE] == served.documents[RACE]


@pytest.mark.parametrize("query", ["encoding=xml", "deflate=maybe"])
async def test_a_form_that_is_none_is_refused(query: str) -> None:
    """Before the upgrade, with a problem."""
    async with (
        Served().open() as served,
        aiohttp.ClientSession() as http,
        http.get(f"{served.url.replace('ws', 'http', 1)}?{query}") as answer,
    ):
        assert (await answer.json())["code"] == "bad-parameter"


# --- over the worst of networks ------------------------------------------------------------------


async def test_events_over_a_network_that_cuts() -> None:
    """Resuming by the last id alone, nothing is missed, nothing doubled, nothing false."""
    async with Served(heartbeat_ms=200).open() as served, Proxy(served.port).open() as proxy:
        skating = asyncio.create_task(served.skate())
        viewer = Events()
        until = time.monotonic() + 5
        address = served.url.replace(str(served.port), str(proxy.port))
        while time.monotonic() < until:
            with contextlib.suppress(aiohttp.ClientError, EOFError, TimeoutError):
                async with viewer.connected(served, address=address):
                    while time.monotonic() < until:
                        await viewer.read()
                        if viewer.in_step:
                            then = served.history[viewer.pos]
                            assert viewer.documents == {t: then[t] for t in viewer.documents}
        skating.cancel()
        assert proxy.cuts > 1
        assert viewer.kinds().count("delta") > 50
        assert viewer.repeated == 0


async def test_polls_over_a_network_that_cuts() -> None:
    """An answer that was lost is asked for again by the same cursor."""
    async with (
        Served(heartbeat_ms=200).open() as served,
        Proxy(served.port, life_s=(0.05, 0.6)).open() as proxy,
        aiohttp.ClientSession() as http,
    ):
        skating = asyncio.create_task(served.skate())
        viewer = Polls(served, http)
        viewer.url = viewer.url.replace(str(served.port), str(proxy.port))
        until = time.monotonic() + 4
        while time.monotonic() < until:
            with contextlib.suppress(aiohttp.ClientError):
                await viewer.poll()
                then = served.history[viewer.pos]
                assert viewer.documents == {t: then[t] for t in viewer.documents}
        skating.cancel()
        assert proxy.cuts > 1
        assert viewer.kinds().count("delta") > 50
        assert viewer.repeated == 0
