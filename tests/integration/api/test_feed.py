"""The feed of the whole site: late, again, checked from outside."""

import asyncio

import aiohttp
import pytest

from tests.support import officials
from tests.support.viewer import SocketViewer
from tracker import app
from tracker.cli import feeding
from tracker.config import Settings

BOARD = f"race/{officials.RACE}"
Race = aiohttp.ClientSession


def feed_of(http: aiohttp.ClientSession) -> str:
    """Return the address of the feed."""
    return str(http._base_url).rstrip("/") + "/feed"


async def reached(http: aiohttp.ClientSession, position: int) -> None:
    """Wait until everything that is shown has reached a position."""
    async with http.get("/api/v1/competitions", params={"after": str(position)}) as answer:
        assert answer.ok


async def test_a_race_is_shown_again_from_the_log(
    skated: tuple[aiohttp.ClientSession, int],
) -> None:
    """At a hundred times the speed it ends where the race ended, in the same document."""
    http, position = skated
    await reached(http, position)
    live, again = SocketViewer(), SocketViewer()
    async with live.connected(feed_of(http)), again.connected(feed_of(http)):
        await live.say(live.hello([BOARD]))
        await live.read_until("snap")
        await again.say(again.hello([BOARD], replay={"from": 0, "speed": 100}))
        begin = await again.read_until("replay")
        first = again.documents[BOARD]["state"]
        while not begin["ended"]:
            begin = await again.read_until("replay", within_s=20)
        assert (first, again.documents[BOARD]["state"]) == ("SCHEDULED", "OFFICIAL")
        assert again.documents == live.documents
        assert again.kinds().count("delta") > 20


async def test_a_delay_is_kept_from_the_log_on(race: Race) -> None:
    """What happens now comes half a second later to who asked for it."""
    async with race.get("/api/v1/events", params={"limit": "1"}) as answer:
        await reached(race, (await answer.json())["position"])
    live, late = SocketViewer(), SocketViewer()
    loop = asyncio.get_running_loop()
    async with live.connected(feed_of(race)), late.connected(feed_of(race)):
        await asyncio.sleep(0.7)
        await live.say(live.hello([BOARD]))
        await late.say(late.hello([BOARD], delayMs=500))
        assert (await late.read_until("welcome"))["delayMs"] == 500
        await late.read_until("snap")
        await officials.post_all(race, "", [{"type": "StartRace", "race": officials.RACE}])
        await live.read_until("delta")
        told = loop.time()
        await late.read_until("delta")
        assert 0.45 < loop.time() - told < 3
        assert late.documents == live.documents


async def test_it_keeps_its_promises(race: Race, capsys: pytest.CaptureFixture[str]) -> None:
    """`feed check` finds the topics by itself, and nothing to complain of."""

    async def skate() -> None:
        for command in officials.skated():
            await officials.post_all(race, "", [command])
            await asyncio.sleep(0.1)

    async with race.get("/api/v1/events", params={"limit": "1"}) as answer:
        position = (await answer.json())["position"]
    await reached(race, position)
    skating = asyncio.create_task(skate())
    url = feed_of(race).replace("http", "ws", 1)
    status = await feeding._check(url, [], seconds=3, delay_ms=500)
    skating.cancel()
    said = capsys.readouterr().out
    assert (status, "keeps its promises" in said) == (0, True), said
    assert "4 topics" in said


@pytest.mark.parametrize("official", [False, True])
async def test_official_views_need_the_switch(database_url: str, official: bool) -> None:
    """As a setting of the process, off unless somebody says otherwise."""
    settings = Settings(data=None, database=database_url, port=0, official_feed=official)
    async with app.opened(settings) as running:
        assert running.hub.source.official is official
