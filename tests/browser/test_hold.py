"""H on the console: every board stands still and says so, until H lets it go on."""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser import keyed, tablets
from tests.browser.conftest import Open
from tests.browser.test_accessibility import violations
from tests.support import officials, race_server
from tests.support.race_server import RaceServer

BOARDS = (
    ("/scoreboard", 1280, 720, "❚❚Held by the timing officials"),
    ("/scoreboard?lang=hu", 390, 844, "❚❚Az időmérők visszatartják"),
    ("/scoreboard", 768, 384, "❚❚Held by the timing officials"),
    ("/overlay", 1920, 1080, "❚❚Held by the timing officials"),
    ("/overlay?show=tower", 1920, 1080, "❚❚Held by the timing officials"),
    ("/phone?lang=de", 390, 844, "❚❚Von der Zeitnahme angehalten"),
    ("/announcer?lang=ja", 1440, 900, "❚❚計時員が表示を保留中"),
    ("/announcer", 390, 844, "❚❚Held by the timing officials"),
    ("/", 1280, 900, "❚❚Held by the timing officials"),
)
PICTURES = os.environ.get("HOLD_PICTURES")
COMMANDS = "**/api/v1/commands"
LINES = "main .line, race-board .line, .cards .card"


async def picture(page: Page, name: str) -> None:
    """Keep what a page looks like for somebody who wants to see it."""
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png")


async def order(page: Page) -> list[str | None]:
    """Return the competitors as a board lists them."""
    return [await each.get_attribute("data-competitor") for each in await page.locator(LINES).all()]


async def lies_below(page: Page, upper: str, lower: str) -> None:
    """Check that an element begins where another ends, but for a narrow gap."""
    above = await page.locator(upper).bounding_box()
    below = await page.locator(lower).bounding_box()
    assert above is not None
    assert below is not None
    assert 0 <= below["y"] - above["y"] - above["height"] < 20


async def holds(server: RaceServer, count: int) -> list[dict[str, Any]]:
    """Return the facts about holds as soon as there are so many, and all that was sent is there."""
    async with asyncio.timeout(20):
        while True:
            rows = (await server.read("events", view="live"))["rows"]
            found = [row for row in rows if row["type"].startswith("PublicBoard")]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.1)


async def test_h_holds_every_board_and_releases_it(
    tmp_path: Path, browser: Browser, open_page: Open
) -> None:
    """Boards keep the order of the hold with a stopped clock; the console goes on; H ends it."""
    async with (
        race_server.running(tmp_path) as server,
        contextlib.AsyncExitStack() as opened,
    ):
        console = keyed.recorder(browser, server.url, officials.RACE, calm=True)
        _, page = await opened.enter_async_context(console)
        for key in "s1234":
            await page.keyboard.press(key)
        boards = [
            await opened.enter_async_context(
                open_page(f"{server.url}{path}", width, height, calm=True)
            )
            for path, width, height, _ in BOARDS
        ]
        for board in boards:
            await expect(board.locator(LINES).first).to_have_attribute("data-competitor", "ann-one")
        await page.keyboard.press("h")
        band = page.locator(".console-hold")
        await expect(band).to_contain_text("PUBLIC BOARD HELD for")
        await expect(band).to_contain_text("H releases it")
        before = []
        for board, (*_, words) in zip(boards, BOARDS, strict=True):
            mark = board.locator("hold-mark[data-held]:not(li *)")
            await expect(mark).to_be_visible()
            await expect(mark).to_have_text(words)
            before.append(await order(board))
        for path, overlay in zip((each[0] for each in BOARDS), boards, strict=True):
            if path.startswith("/overlay"):
                await lies_below(overlay, "hold-mark", ".line >> nth=0")
        clock = boards[0].locator("race-clock")
        stood = await clock.text_content()
        for key in "43214321":
            await page.keyboard.press(key)
        await keyed.all_sent(page)
        leader = page.locator(".console-row").first
        await expect(leader).to_have_attribute("data-competitor", "dee-four")
        await page.wait_for_timeout(2500)
        for index, board in enumerate(boards):
            assert await order(board) == before[index], BOARDS[index][0]
            assert await violations(board) == [], BOARDS[index][0]
            await picture(board, f"board-{index}")
        assert await clock.text_content() == stood
        await expect(page.locator("lap-console [data-differs]")).to_have_count(0)
        await picture(page, "console")
        assert await violations(page) == []
        await page.keyboard.press("h")
        await expect(band).to_be_hidden()
        for board in boards:
            await expect(board.locator("hold-mark[data-held]:not(li *)")).to_have_count(0)
            await expect(board.locator(LINES).first).to_have_attribute(
                "data-competitor", "dee-four"
            )
        await expect(clock).not_to_have_text(stood or "")
        assert await keyed.instants(server.http, server.url, officials.RACE)


async def test_a_hold_keyed_without_a_network_arrives_with_its_release(
    tmp_path: Path, browser: Browser
) -> None:
    """H offline is kept and shown; H again releases that very hold, whose version comes later."""
    async with race_server.running(tmp_path) as server:
        async with keyed.recorder(browser, server.url, officials.RACE) as (context, page):
            band = page.locator(".console-hold")
            await page.keyboard.press("s")
            await keyed.all_sent(page)
            await context.set_offline(True)
            await page.keyboard.press("h")
            await expect(band).to_contain_text("PUBLIC BOARD HELD")
            await page.keyboard.press("1")
            await page.keyboard.press("h")
            await expect(band).to_be_hidden()
            await page.keyboard.press("h")
            await expect(band).to_contain_text("PUBLIC BOARD HELD")
            await context.set_offline(False)
            await keyed.all_sent(page)
            await expect(band).to_contain_text("PUBLIC BOARD HELD")
        rows = await holds(server, 3)
        kinds = [row["type"] for row in rows]
        assert kinds == ["PublicBoardHeld", "PublicBoardReleased", "PublicBoardHeld"]
        released = next(row for row in rows if row["type"] == "PublicBoardReleased")
        held = next(row for row in rows if row["type"] == "PublicBoardHeld")
        assert released["data"]["hold"] == held["version"]


@pytest.mark.parametrize(("width", "height"), [(1180, 820), (820, 1180)])
async def test_the_tablet_shows_a_hold_and_releases_it(
    tmp_path: Path, open_page: Open, width: int, height: int
) -> None:
    """The referee sees the hold and its age, goes on seeing the race, and has one tap to end it."""
    async with race_server.running(tmp_path, race_server.under_a_hold()) as server:
        address = f"{server.url}/referee?race={officials.RACE}"
        async with open_page(address, width, height, calm=True) as page:
            band = page.locator(".desk-hold")
            await expect(band).to_contain_text("PUBLIC BOARD HELD for")
            await expect(page.locator("state-chip")).to_have_attribute("data-state", "UNCONFIRMED")
            await expect(page.get_by_role("button", name="Make official…")).to_be_visible()
            await picture(page, f"referee-{width}")
            assert await tablets.small_targets(page) == []
            assert await tablets.scrolled(page) == []
            assert await violations(page) == []
            assert (await server.read("board"))["state"] == "LIVE"
            await page.get_by_role("button", name="Release the public board").click()
            await expect(band).to_be_hidden()
            shown = await server.read("board")
            assert (shown["state"], shown["held"]) == ("UNCONFIRMED", None)
            await page.get_by_role("button", name="Hold public board").click()
            await expect(band).to_be_visible()
            await page.get_by_role("button", name="Make official…").click()
            await page.get_by_role("button", name="Make official now").click()
            await expect(band).to_be_hidden()
            assert (await server.read("board"))["state"] == "OFFICIAL"


async def test_the_finish_page_holds_the_board_by_key_and_by_finger(
    tmp_path: Path, open_page: Open
) -> None:
    """H holds, H releases; the button holds, the band releases; in a field H is a letter."""
    gun: officials.Command = {"type": "StartRace", "race": officials.RACE}
    async with race_server.running(tmp_path, [gun]) as server:
        address = f"{server.url}/finish?race={officials.RACE}"
        async with open_page(address, 1180, 820, calm=True) as page:
            band = page.locator(".desk-hold")
            button = page.get_by_role("button", name="Hold board")
            await expect(button).to_be_visible()
            await expect(button).to_have_attribute("aria-keyshortcuts", "H")
            assert await tablets.small_targets(page) == []
            await page.locator(".digits input").press("KeyH")
            await page.locator(".digits input").fill("")
            await page.locator(".digits input").blur()
            await page.keyboard.press("KeyH")
            await expect(band).to_contain_text("PUBLIC BOARD HELD for")
            await expect(button).to_be_hidden()
            await picture(page, "finish-held")
            await page.keyboard.press("KeyH")
            await expect(band).to_be_hidden()
            await button.click()
            await expect(band).to_be_visible()
            await page.get_by_role("button", name="Release the public board").click()
            await expect(band).to_be_hidden()
            await expect(button).to_be_enabled()
        kinds = [row["type"] for row in await holds(server, 4)]
        assert kinds == ["PublicBoardHeld", "PublicBoardReleased"] * 2


async def test_a_hold_that_is_unsent_can_be_released(tmp_path: Path, open_page: Open) -> None:
    """Both arrive in their order; until then the band says truly what the public sees."""
    gun: officials.Command = {"type": "StartRace", "race": officials.RACE}
    async with race_server.running(tmp_path, [gun]) as server:
        address = f"{server.url}/finish?race={officials.RACE}"
        async with open_page(address, 1180, 820, calm=True) as page:
            band, unsent = page.locator(".desk-hold"), page.locator(".desk-unsent")
            button = page.get_by_role("button", name="Hold board")
            release = page.get_by_role("button", name="Release the public board")
            await expect(button).to_be_visible()
            await page.route(COMMANDS, lambda route: route.fulfill(status=200, body=""))
            await button.click()
            await expect(band).to_contain_text("HOLD UNSENT for")
            await expect(band).to_contain_text("the public goes on seeing the race")
            await picture(page, "finish-hold-unsent")
            assert await violations(page) == []
            assert await tablets.small_targets(page) == []
            await release.click()
            await expect(band).to_be_hidden()
            await expect(unsent).to_have_attribute("data-depth", "2")
            await page.keyboard.press("KeyH")
            await expect(band).to_contain_text("HOLD UNSENT for")
            await page.unroute(COMMANDS)
            await expect(unsent).to_have_attribute("data-depth", "0")
            await expect(band).to_contain_text("PUBLIC BOARD HELD for")
            first, released, second = await holds(server, 3)
            assert (first["type"], second["type"]) == ("PublicBoardHeld", "PublicBoardHeld")
            assert released["data"]["hold"] == first["version"]
            await page.route(COMMANDS, lambda route: route.fulfill(status=200, body=""))
            await release.click()
            await expect(band).to_contain_text("RELEASE UNSENT")
            await expect(release).to_be_hidden()
            await picture(page, "finish-release-unsent")
            await page.unroute(COMMANDS)
            await expect(band).to_be_hidden()
            assert (await server.read("board"))["held"] is None
        assert [row["type"] for row in await holds(server, 4)][-1] == "PublicBoardReleased"
