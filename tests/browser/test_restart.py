"""A server that goes away in mid-race, before a page that does not."""

from pathlib import Path

import aiohttp
from playwright.async_api import expect

from tests.browser import pages
from tests.browser.conftest import Open
from tests.support import officials, process


def crossings(row: int, order: tuple[str, ...]) -> list[officials.Command]:
    """Return a row of crossings in an order."""
    return [
        {
            "type": "RecordCrossing",
            "race": officials.RACE,
            "competitor": skater,
            "elapsed_ms": row * 9_000 + place * 100,
        }
        for place, skater in enumerate(order)
    ]


async def test_the_page_resumes_without_a_reload(tmp_path: Path, open_page: Open) -> None:
    """STALE while nobody serves, then the present again; the page is the one that was opened."""
    target = ("--data", str(tmp_path / "data"))
    here = tuple(skater for skater, *_ in officials.SKATERS)
    port = process.free_port()
    served = await process.start(target, tmp_path / "one.txt", port=port)
    async with aiohttp.ClientSession() as http:
        await officials.post_all(http, served.url, officials.programme())
        start: officials.Command = {"type": "StartRace", "race": officials.RACE}
        await officials.post_all(http, served.url, [start, *crossings(1, here)])
        async with open_page(f"{served.url}/scoreboard") as page:
            await page.wait_for_selector('lap-counter[data-laps-to-go="4"]')
            await page.evaluate("window.marker = 'the same page'")
            assert await served.end() == 0
            await page.wait_for_selector("connection-light[data-stale]")
            served = await process.start(target, tmp_path / "two.txt", port=port)
            try:
                await officials.post_all(http, served.url, crossings(2, here[::-1]))
                await page.wait_for_selector('lap-counter[data-laps-to-go="3"]')
                await page.wait_for_selector("connection-light:not([data-stale])")
                last = page.locator(".line").nth(3)
                await expect(last).to_have_attribute("data-competitor", "ann-one")
                board = f"{served.url}/api/v1/races/{officials.RACE}/board"
                rows = (await officials.get(http, board))["rows"]
                assert await pages.order(page) == [row["id"] for row in rows]
                assert await page.evaluate("window.marker") == "the same page"
            finally:
                await served.end()
