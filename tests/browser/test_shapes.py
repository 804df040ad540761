"""The board at every size: whole, legible, and the laps to go the largest thing on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

from tests.browser import pages
from tests.browser.conftest import Open
from tests.support import officials, process

RACE = "cup/women-1500/final-a"
NAMES = (
    "Kristen Santos-Griswold",
    "Aleksandra Wielkopolska-Krzyżanowska",
    "Ye",
    "Suzanne van Kerkhof-de Nooijer",
    "Park Ji Won",
    "Hanne Desmet",
    "Selma Poutsma",
    "Arianna Fontana",
    "Elise Christie",
    "Kim Boutin",
)


def ten_starters() -> list[officials.Command]:
    """Return a 1500 m of ten, some with very long names, under way."""
    entries = [
        {
            "type": "EnterSkater",
            "competition": "cup",
            "skater": f"skater-{n}",
            "name": name,
            "family_name": name.split(" ", 1)[-1],
            "noc": "NED",
            "gender": "women",
            "helmet_number": 100 + n,
        }
        for n, name in enumerate(NAMES)
    ]
    distance = {
        "type": "AddDistance",
        "distance": "cup/women-1500",
        "name": "Women 1500 m",
        "gender": "women",
        "metres": 1500,
    }
    race = {"type": "ScheduleRace", "race": RACE, "round": "FINAL_A", "round_name": "Final A"}
    starters = [{"competitor": f"skater-{n}", "start_position": n + 1} for n in range(len(NAMES))]
    crossings = [
        {
            "type": "RecordCrossing",
            "race": RACE,
            "competitor": f"skater-{n}",
            "elapsed_ms": row * 9_500 + n * 110,
        }
        for row in (1, 2)
        for n in range(len(NAMES))
    ]
    return [
        *officials.programme(),
        *entries,
        distance,
        race,
        {"type": "PublishStartList", "race": RACE, "starters": starters},
        {"type": "StartRace", "race": RACE},
        *crossings,
        {"type": "RecordFall", "race": RACE, "competitor": "skater-1"},
    ]


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Serve a race of ten."""
    target = ("--data", str(tmp_path / "data"))
    async with process.serving(target, tmp_path / "server.txt") as served:
        async with aiohttp.ClientSession() as http:
            await officials.post_all(http, served.url, ten_starters())
        yield served.url


async def test_the_board_fits_every_size(url: str, open_page: Open) -> None:
    """Venue, laptop, LED wall and phone: no name cut, ten lines, laps to go largest."""
    for width, height, query in (
        (1920, 1080, ""),
        (1280, 720, ""),
        (800, 420, "?width=768&height=384"),
        (390, 844, ""),
    ):
        async with open_page(f"{url}/scoreboard{query}", width, height) as page:
            await page.wait_for_selector('.line[data-status="FELL"]')
            where = f"{width}x{height}"
            assert len(await pages.order(page)) == len(NAMES), where
            assert await pages.cut_names(page) == [], where
            assert await pages.largest_text(page) == "lap-number", where
            if width > height:
                assert not await pages.scrolls(page), where


async def test_those_who_hear_or_type_get_the_same(url: str, open_page: Open) -> None:
    """The chart has a table, the laps are said aloud, and tabs move by arrow keys."""
    async with open_page(f"{url}/scoreboard", calm=True) as page:
        await page.wait_for_selector('.line[data-status="FELL"]')
        await expect(page.locator(".chart-figure")).to_have_attribute("aria-hidden", "true")
        row = page.locator("lap-chart table tr").first
        await expect(row).to_contain_text("1 Kristen Santos-Griswold")
        said = page.locator("[aria-live=polite]")
        await expect(said).to_contain_text("laps to go")
    async with open_page(f"{url}/") as page:
        first = page.get_by_role("tab", name="Nations")
        await first.focus()
        await page.keyboard.press("ArrowRight")
        second = page.get_by_role("tab", name="Men", exact=True).first
        await expect(second).to_have_attribute("aria-selected", "true")
        await expect(first).to_have_attribute("aria-selected", "false")
