"""The client holds what is true, whatever becomes of its connections."""

import asyncio
import contextlib

import pytest

from tests.support.feed import MEDALS, RACE
from tests.support.proxy import Proxy
from tests.support.served import Served
from tracker.client import Feed
from tracker.client import feed as module


async def test_it_follows() -> None:
    """Each step ends with an update that says so; documents are those of the server."""
    async with Served().open() as served, Feed(served.url, [RACE, MEDALS]) as feed:
        updates = aiter(feed)
        first = [await anext(updates), await anext(updates)]
        assert {each.topic for each in first} == {RACE, MEDALS}
        assert [each.last for each in first] == [False, True]
        served.change({RACE: {"lap": 1}, MEDALS: {"gold": 1}})
        await anext(updates)
        second = await anext(updates)
        assert (second.position, second.last) == (2, True)
        assert feed.documents == served.documents
        while feed.offset_ms is None:
            served.change({RACE: {"lap": served.book.position}})
            await anext(updates)
        assert abs(feed.offset_ms) < 1000
        await updates.aclose()


async def test_it_resumes_by_itself_over_the_worst_of_networks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Connections that are cut anywhere cost time and nothing else: each document was once true."""
    monkeypatch.setattr(module, "RETRY_S", (0.02, 0.1))
    async with Served(heartbeat_ms=200).open() as served, Proxy(served.port).open() as proxy:
        skating = asyncio.create_task(served.skate(every_s=0.01))
        seen = 0
        async with Feed(f"ws://127.0.0.1:{proxy.port}/feed", [RACE, MEDALS]) as feed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(4):
                    async for update in feed:
                        seen += 1
                        if update.last:
                            then = served.history[update.position]
                            assert feed.documents == {t: then[t] for t in feed.documents}
            skating.cancel()
            served.change({RACE: {"lap": -1}})
            async with asyncio.timeout(20):
                async for _ in feed:
                    if feed.documents == served.documents:
                        break
        assert seen > 20
        assert feed.connections > 3


async def test_it_waits_as_long_as_a_goodbye_says() -> None:
    """A server that stops names the pause, and nobody comes sooner."""
    async with Served().open() as served, Feed(served.url, [RACE]) as feed:
        updates = aiter(feed)
        await anext(updates)
        served.hub.dismiss_all()
        waiting = asyncio.create_task(anext(updates))
        await asyncio.sleep(0.4)
        assert (feed.connections, served.hub.viewers) == (1, 0)
        served.change({RACE: {"lap": 5}})
        update = await asyncio.wait_for(waiting, 10)
        assert update.document == {"lap": 5}
        assert feed.connections == 2
        await updates.aclose()


async def test_it_gives_up_a_connection_that_is_silent() -> None:
    """No heartbeat for three periods means that the connection is dead."""
    async with Served(heartbeat_ms=50).open() as served, Feed(served.url, [RACE]) as feed:
        updates = aiter(feed)
        await anext(updates)
        waiting = asyncio.create_task(anext(updates))
        await asyncio.sleep(0.3)
        assert feed.connections == 1
        served.stages.tick = lambda: 1.0  # type: ignore[method-assign]  # the server's heart stops
        async with asyncio.timeout(10):
            while feed.connections == 1:  # noqa: ASYNC110 - the client does it by itself
                await asyncio.sleep(0.05)
        waiting.cancel()


async def test_it_says_what_is_not_followed() -> None:
    """A topic that is not there costs the others nothing."""
    async with Served().open() as served, Feed(served.url, [RACE, "race/a/b/c"]) as feed:
        async for update in feed:
            assert update.topic == RACE
            break
        updates = aiter(feed)
        while not feed.refused:
            served.change({RACE: {"lap": served.book.position}})
            await anext(updates)
        assert feed.refused == {"race/a/b/c": "unknown-topic"}
        await updates.aclose()
