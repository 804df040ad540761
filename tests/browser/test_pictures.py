"""A final stopped in mid-race, on every page at every size: whole, and as the README shows it.

With `BELL_LAP_PICTURES=docs/images` the pictures are written there.
"""

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from playwright.async_api import Browser, FloatRect, Page, expect

from tests.browser import keyed, pages
from tests.browser.conftest import Open
from tests.support import officials, process, weekend
from tracker.demo.script import Step, scenes
from tracker.demo.weekend import load
from tracker.domain.commands import RecordCrossing

RACE = "dresden-2024/men-1000-2/final-a"
DECIDED = "dresden-2024/men-500/final-a"
"""The race of the penalty."""
UNTIL_MS = 59_500
"""When the race stands still: three laps to go, one has fallen, Park is fourth."""
BATCH = 400


def until() -> Iterator[Step]:
    """Yield the weekend's steps up to the moment."""
    for scene in scenes(load()):
        for step in sorted(scene.steps, key=lambda step: step.at_ms):
            command = step.command
            if (
                isinstance(command, RecordCrossing)
                and command.race == RACE
                and (command.elapsed_ms or 0) > UNTIL_MS
            ):
                return
            yield step


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Serve the weekend, stopped in mid-race."""
    async with process.serving(("--data", str(tmp_path / "data")), tmp_path / "out.txt") as served:
        async with aiohttp.ClientSession() as http:
            numbered = enumerate(until(), start=1)
            while batch := list(itertools.islice(numbered, BATCH)):
                body = [envelope(n, step) for n, step in batch]
                async with http.post(f"{served.url}/api/v1/commands", json=body) as answer:
                    verdicts = await answer.json()
                assert not [each for each in verdicts if "error" in each]
            board = await officials.get(http, f"{served.url}/api/v1/races/{RACE}/board")
            assert (board["state"], board["laps_to_go"]) == ("LIVE", 3)
        yield served.url


def envelope(number: int, step: Step) -> dict[str, Any]:
    """Return a step as one device sends it."""
    return {
        "command": msgspec.to_builtins(step.command),
        "official": step.official.name,
        "device": "pictures",
        "device_seq": number,
    }


async def take(page: Page, name: str, *, corner: tuple[int, int] | None = None) -> None:
    """Check that a page is not wider than its window and cuts no name, and picture it."""
    await page.wait_for_load_state("networkidle")
    assert await pages.cut_names(page) == [], name
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), name
    folder = os.environ.get("BELL_LAP_PICTURES")
    if folder:
        clip = FloatRect(x=0, y=0, width=corner[0], height=corner[1]) if corner else None
        await page.screenshot(path=Path(folder) / f"{name}.png", clip=clip)


async def test_the_officials_pages(tmp_path: Path, browser: Browser, open_page: Open) -> None:
    """A referee about to decide the 500 m, and a recorder keying the race after it."""
    target = ("--data", str(tmp_path / "data"))
    async with (
        process.serving(target, tmp_path / "out.txt") as served,
        aiohttp.ClientSession() as http,
    ):
        await weekend.play_until(http, served.url, "Men 500 m, Final A: under review")
        board = f"{served.url}/scoreboard?race={DECIDED}"
        async with open_page(board, 1280, 720, calm=True) as page:
            await page.locator('race-board[data-state="UNDER_REVIEW"] .line').first.wait_for()
            await take(page, "under-review")
        async with open_page(f"{served.url}/referee?race={DECIDED}", 1180, 820, calm=True) as page:
            await page.locator('.skater[data-competitor="denis-nikisha"]').click()
            await page.locator('.grid-cell[data-code="F3"]').click()
            await page.locator('[data-victim="felix-roussel"]').click()
            await page.locator("consequence-list:not([data-asking]) .so-change").first.wait_for()
            await take(page, "referee")
    target = ("--data", str(tmp_path / "other"))
    async with (
        process.serving(target, tmp_path / "other.txt") as served,
        aiohttp.ClientSession() as http,
    ):
        await officials.post_all(http, served.url, officials.programme())
        async with keyed.recorder(browser, served.url, officials.RACE, calm=True) as (_, page):
            await page.keyboard.press("s")
            lap_ms = 8_400 if os.environ.get("BELL_LAP_PICTURES") else 1_200
            for row in keyed.laps(2, 4, seed=4):
                await page.wait_for_timeout(lap_ms)
                for position in row:
                    await page.wait_for_timeout(120)
                    await page.keyboard.press(str(position))
            await page.wait_for_timeout(lap_ms / 4)
            await keyed.all_sent(page)
            await take(page, "console")


async def test_every_page_in_mid_race(url: str, open_page: Open) -> None:
    """Phone, overlay, announcer's view, home page and LED wall show the same moment, whole."""
    async with open_page(f"{url}/phone", 390, 1420, calm=True) as page:
        await page.locator("projected-standings:not([hidden]) tr").first.wait_for()
        first = page.locator("projected-standings tbody tr").first
        await expect(first).to_have_attribute("data-id", "park-ji-won")
        await take(page, "phone")
    async with open_page(f"{url}/phone#race/{RACE}", 390, 844, calm=True) as page:
        await page.get_by_role("button", name="Gaps").click()
        await page.locator("gap-chart polyline").first.wait_for()
        await page.locator("gap-chart").scroll_into_view_if_needed()
        await take(page, "gaps")
    async with open_page(f"{url}/overlay", 1280, 720, calm=True) as page:
        await page.locator(".line").first.wait_for()
        # What the camera would show behind it.
        await page.evaluate(
            "document.body.style.background = "
            "'linear-gradient(178deg, #33485f 0 30%, #dfeaf3 31%, #b9cfdf 100%)'"
        )
        await take(page, "overlay", corner=(720, 400))
    async with open_page(f"{url}/announcer", 1120, 600, calm=True) as page:
        await page.locator(".told-line").first.wait_for()
        await take(page, "announcer")
    async with open_page(f"{url}/scoreboard", 1280, 720, calm=True) as page:
        await page.locator(".line").first.wait_for()
        await take(page, "scoreboard")
    async with open_page(f"{url}/scoreboard?race={DECIDED}", 1280, 720, calm=True) as page:
        await page.locator('race-board[data-state="OFFICIAL"] .line').first.wait_for()
        await take(page, "official")
    two = f"{url}/moments?race={DECIDED}&mode=two"
    async with open_page(two, 1440, 1000, calm=True) as page:
        await page.get_by_role("button", name="Review opened").first.click()
        await page.locator('.stage-one race-board[data-state="UNDER_REVIEW"]').wait_for()
        await page.locator('.stage-two race-board[data-state="OFFICIAL"]').wait_for()
        await page.locator('[data-document="standings"]').first.wait_for()
        await take(page, "moments")
    for lang in ("de", "pl", "hu", "fr", "it", "nl", "ja"):
        for path, width, height in (
            ("/phone", 390, 844),
            ("/scoreboard", 800, 450),
            ("/", 390, 844),
        ):
            async with open_page(f"{url}{path}?lang={lang}", width, height, calm=True) as page:
                await page.locator(".line").first.wait_for()
                await page.wait_for_load_state("networkidle")
                assert await pages.cut_names(page) == [], (lang, path)
                wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, (lang, path)
