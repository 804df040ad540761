"""Pages of other sites in an official's browser: they write nothing and hear no secret."""

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.support import officials
from tests.support.hostile import crossing, send
from tracker import app
from tracker.config import Settings

Http = aiohttp.ClientSession
HELLO = {"t": "hello", "v": 1, "topics": [f"race/{officials.RACE}"]}
ELSEWHERE = ("https://elsewhere.example", "null", "http://[", "http://127.0.0.1.elsewhere.example")


@pytest.mark.parametrize("origin", ELSEWHERE)
async def test_no_route_takes_a_write_from_elsewhere(
    tracker: app.Tracker, race: Http, origin: str
) -> None:
    """Whatever the page calls itself, and whatever it asks for."""
    before = await tracker.log.head()
    headers = {"Origin": origin}
    told = {"name": "Wall", "page": "home"}
    tries = [
        ("POST", "/api/v1/commands", crossing(0)),
        ("POST", "/api/v1/pair", {"code": "AAAAAAAA", "device": "x"}),
        ("POST", "/api/v1/displays/pair", {"code": "AAAAAA", **told}),
        ("PUT", "/api/v1/displays/0123456789abcdef", told),
        ("DELETE", "/api/v1/displays/0123456789abcdef", {}),
        ("POST", "/api/v1/displays/0123456789abcdef/refresh", {}),
    ]
    for method, path, body in tries:
        async with race.request(method, path, json=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["code"]) == (403, "wrong-origin"), path
            assert "Access-Control-Allow-Origin" not in answer.headers
    assert await tracker.log.head() == before


async def test_our_own_page_may_write(race: Http) -> None:
    """With the origin that its browser adds."""
    own = str(race._base_url).rstrip("/")
    await officials.post_all(race, "", [{"type": "StartRace", "race": officials.RACE}])
    assert (await send(race, crossing(0), None, Origin=own))[0] == 201


async def test_the_official_feed_is_closed_to_pages_of_other_sites(database_url: str) -> None:
    """A socket needs nobody's leave to be opened from anywhere: the server looks where from."""
    rink = "https://rink.example"
    settings = Settings(
        data=None, database=database_url, port=0, official_feed=True, origins=(rink,)
    )
    async with app.opened(settings) as running:
        await running.runner.caught_up.wait()
        async with (
            TestServer(running.site) as server,
            aiohttp.ClientSession(base_url=server.make_url("/")) as http,
        ):
            for origin in ELSEWHERE:
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await http.ws_connect("/feed", headers={"Origin": origin})
                assert refused.value.status == 403
            own = str(server.make_url("/")).rstrip("/")
            for headers in ({}, {"Origin": own}, {"Origin": rink}):
                async with http.ws_connect("/feed", headers=headers) as socket:
                    await socket.send_json(HELLO)
                    assert (await socket.receive_json(timeout=20))["t"] != "bye"


async def test_the_public_feed_is_open_to_pages_of_other_sites(race: Http) -> None:
    """It has no secrets: a newspaper may show a race."""
    async with race.ws_connect("/feed", headers={"Origin": ELSEWHERE[0]}) as socket:
        await socket.send_json(HELLO)
        assert (await socket.receive_json(timeout=20))["t"] == "welcome"
