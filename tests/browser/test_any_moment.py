"""Every page at another moment: labelled as not live, or named here with the reason why not."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.support import officials, process
from tracker.api.assets import PAGES

expect.set_options(timeout=30_000)
TIMELESS = {
    "console": "facts are keyed there as they happen",
    "displays": "screens are told there what to show now",
    "finish": "the finish is read there as it happens",
    "officials": "devices are paired there",
    "referee": "decisions are taken there; what was decided is in the ledger",
}
"""Pages for which a moment means nothing."""
LABEL = ".moment-past, .replay-label"
BEFORE = f"before:{officials.RACE}/official"


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Serve a final that is official."""
    target = ("--data", str(tmp_path / "data"))
    async with process.serving(target, tmp_path / "server.txt") as served:
        async with aiohttp.ClientSession() as http:
            day = [*officials.programme(), *officials.skated()]
            position = await officials.post_all(http, served.url, day)
            where = f"{served.url}/api/v1/competitions"
            await officials.get(http, where, after=position)
        yield served.url


async def test_every_page_takes_a_moment(url: str, open_page: Open) -> None:
    """A page that was added without one fails here; those of now alone are named."""
    apart = {"display", "moments"}
    assert TIMELESS.keys() | apart <= PAGES.keys()
    for page in sorted(PAGES.keys() - TIMELESS.keys() - apart):
        async with open_page(f"{url}/{page}?lang=en&at={BEFORE}") as shown:
            await expect(shown.locator(LABEL).first).to_contain_text(
                re.compile("not live", re.IGNORECASE)
            )
            await expect(shown).to_have_title(re.compile("^Not live · "))
            await expect(shown.locator("connection-light:visible")).to_have_count(0)


async def test_the_time_machine_opens_at_a_moment(url: str, open_page: Open) -> None:
    """It is nowhere live; the moment of the address is the one that it shows."""
    address = f"{url}/moments?lang=en&race={officials.RACE}&at={BEFORE}"
    async with open_page(address) as page:
        board = page.locator('.stage-one race-board[data-state="UNOFFICIAL"]')
        await expect(board).to_be_visible()
        await expect(page.locator(".at-note").first).to_have_text("Not official at this moment.")


async def test_a_display_shows_what_it_is_told_at_its_moment(url: str, open_page: Open) -> None:
    """Whatever page it is told to show is of the moment that its own address names."""
    async with open_page(f"{url}/display?at={BEFORE}", 1280, 720) as screen:
        code = screen.locator(".pairing-code")
        await expect(code).to_have_text(re.compile(r"^\w{3} \w{3}$"))
        told = {
            "code": (await code.inner_text()).replace(" ", ""),
            "name": "Wall",
            "page": "scoreboard",
            "options": f"race={officials.RACE}&lang=en",
        }
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{url}/api/v1/displays/pair", json=told) as answer,
        ):
            assert answer.status == 200, await answer.text()
        frame = screen.frame_locator(".display-frame")
        await expect(frame.locator(".replay-label")).to_contain_text("Not live · as it was at")
        await expect(frame.locator('race-board[data-state="UNOFFICIAL"]')).to_be_visible()


async def test_the_announcer_of_a_moment_knows_nothing_later(url: str, open_page: Open) -> None:
    """Before the result was official nobody had points of it; afterwards they have."""
    for moment, points in ((BEFORE, 0), (f"after:{officials.RACE}", 1)):
        async with open_page(f"{url}/announcer?lang=en&at={moment}", 1280, 800) as page:
            card = page.locator('.card[data-competitor="ann-one"]')
            await expect(card).to_be_visible()
            await expect(card.get_by_text("100 Points")).to_have_count(points)
