"""Floods of questions, tries and sockets: what is costly is counted, lap entry never waits."""

import asyncio
from collections import Counter

import aiohttp

from tests.support import officials
from tests.support.hostile import going_on
from tracker import app
from tracker.api.access import QUESTIONS, TRIES

QUESTION = {"races": [{"race": officials.RACE}]}


async def test_a_flood_does_not_reach_lap_entry(
    tracker: app.Tracker, race: aiohttp.ClientSession
) -> None:
    """Hundreds at once: suppositions and codes are refused with 429, every crossing is taken."""
    statuses: Counter[tuple[str, int]] = Counter()
    url = str(race._base_url)

    async def ask(http: aiohttp.ClientSession, path: str, body: object | None) -> None:
        method = "GET" if body is None else "POST"
        async with http.request(method, path, json=body) as answer:
            statuses[path, answer.status] += 1
            await answer.read()

    board = f"/api/v1/races/{officials.RACE}/board"
    async with (
        going_on(race, tracker),
        aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=60)) as crowd,
    ):
        await asyncio.gather(
            *(ask(crowd, "/api/v1/what-if", QUESTION) for _ in range(2 * QUESTIONS)),
            *(ask(crowd, "/api/v1/pair", {"code": "A" * 8, "device": "x"}) for _ in range(60)),
            *(ask(crowd, board, None) for _ in range(150)),
            *(ask(crowd, "/api/v1/commands", {"x": n}) for n in range(100)),
        )
    assert statuses["/api/v1/what-if", 429] > 0
    # One try was the recorder's own; a slow machine earns a few more while the flood lasts.
    assert statuses["/api/v1/pair", 429] >= 60 - 2 * TRIES
    assert statuses[board, 200] == 150
    assert statuses["/api/v1/commands", 401] == 100
    assert all(status < 500 for _, status in statuses)


async def test_sockets_that_come_and_go_leave_nothing_behind(
    tracker: app.Tracker, race: aiohttp.ClientSession
) -> None:
    """Two hundred that never say hello, all dropped at once: the feed takes the next viewer."""
    feed = f"{str(race._base_url).rstrip('/')}/feed"
    async with going_on(race, tracker):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as crowd:
            sockets = await asyncio.gather(*(crowd.ws_connect(feed) for _ in range(200)))
            for socket in sockets:
                assert socket._response.connection is not None
                transport = socket._response.connection.transport
                assert transport is not None
                transport.abort()
        async with aiohttp.ClientSession() as one, one.ws_connect(feed) as socket:
            await socket.send_json({"t": "hello", "v": 1, "topics": ["programme/cup"]})
            assert (await socket.receive_json(timeout=20))["t"] == "welcome"
