"""A browser's own WebSocket and EventSource read the feed: compressed, resumed, late."""

import asyncio

from playwright.async_api import Page

from tests.browser.conftest import Open
from tests.support.feed import MEDALS, RACE
from tests.support.served import Served

LONG = {f"skater-{n}": {"name": "n" * 40, "rank": n} for n in range(30)}
FOLLOW = """
async ([topics, options]) => {
  const { Feed } = await import("/modules/feed.js");
  window.held = {};
  window.opened = 0;
  const Original = WebSocket;
  window.WebSocket = class extends Original {
    constructor(...rest) {
      super(...rest);
      this.addEventListener("open", () => { opened += 1; window.extensions = this.extensions; });
      window.socket = this;
    }
  };
  const feed = new Feed(Feed.here(), topics, options);
  feed.addEventListener("document", ({ detail }) => { held[detail.topic] = detail.data; });
  feed.start();
}
"""
LISTEN = """
(topics) => {
  window.messages = [];
  window.ids = [];
  const source = new EventSource(`/feed/events?topics=${topics}`);
  source.onmessage = (event) => {
    messages.push(JSON.parse(event.data));
    ids.push(event.lastEventId);
  };
}
"""


async def until(page: Page, expression: str) -> None:
    """Wait until something is true on the page."""
    async with asyncio.timeout(15):
        while not await page.evaluate(expression):  # noqa: ASYNC110 - the page does it
            await asyncio.sleep(0.02)


async def test_a_browser_inflates_what_was_compressed_once(open_page: Open) -> None:
    """Chromium keeps its context from message to message, and needs none of it."""
    async with Served().open() as served:
        served.change({RACE: {"lap": 1, **LONG}})
        origin = f"http://127.0.0.1:{served.port}/"
        async with open_page(origin) as page:
            await page.evaluate(FOLLOW, [[RACE, MEDALS], {}])
            for lap in range(2, 40):
                served.change({RACE: {"lap": lap, **LONG, "text": f"{lap}" * 200}})
                await asyncio.sleep(0.005)
            await until(page, f"window.held['{RACE}']?.lap === 39")
            assert "permessage-deflate" in await page.evaluate("window.extensions")
            assert await page.evaluate("window.held") == served.documents
            await page.evaluate("window.socket.close()")
            served.change({RACE: {"lap": 40}, MEDALS: {"gold": 4}})
            await until(page, "window.opened === 2")
            await until(page, f"window.held['{RACE}']?.lap === 40")
            assert await page.evaluate("window.held") == served.documents


async def test_a_browser_is_late_when_it_asks_for_it(open_page: Open) -> None:
    """What the page shows is what was true half a second ago."""
    async with Served().open() as served:
        await asyncio.sleep(0.6)
        async with open_page(f"http://127.0.0.1:{served.port}/") as page:
            await page.evaluate(FOLLOW, [[RACE], {"delayMs": 500, "fields": ["lap"]}])
            await until(page, f"window.held['{RACE}']?.lap === 0")
            served.change({RACE: {"lap": 1, "other": 1}})
            await asyncio.sleep(0.3)
            assert (await page.evaluate("window.held"))[RACE] == {"lap": 0}
            await until(page, f"window.held['{RACE}']?.lap === 1")
            assert (await page.evaluate("window.held"))[RACE] == {"lap": 1}


async def test_an_event_source_comes_back_by_itself(open_page: Open) -> None:
    """After the pause that the goodbye names, it sends the last id and gets what it missed."""
    served = Served(retry_ms=(300, 400))
    async with served.open(), open_page(f"http://127.0.0.1:{served.port}/") as page:
        await page.evaluate(LISTEN, f"{RACE},{MEDALS}")
        await until(page, "window.messages.length === 3")
        served.hub.dismiss_all()
        served.change({RACE: {"lap": 1}})
        await until(page, "window.messages.at(-1)?.t === 'delta'")
        kinds = [message["t"] for message in await page.evaluate("window.messages")]
        assert kinds == ["welcome", "snap", "snap", "bye", "welcome", "delta"]
        assert (await page.evaluate("window.ids"))[-1] == "e1/2"
