"""The lap console on a phone: a race keyed by fingers alone, on a screen that shows all of it."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser import keyed
from tests.browser.test_accessibility import violations
from tests.support import officials, race_server

NAMES = [skater for skater, *_ in officials.SKATERS]
PICTURES = os.environ.get("CONSOLE_PICTURES")


async def tap_key(page: Page, code: str) -> None:
    """Tap the key that stands for one of the keyboard."""
    await page.locator(f'.console-key[data-code="{code}"]').tap()


async def tap_skater(page: Page, competitor: str) -> None:
    """Tap a skater's row, wherever it has moved to."""
    await page.locator(f'.console-row[data-competitor="{competitor}"]').tap()


async def cut(page: Page) -> list[str]:
    """Return what goes beyond the screen's width, or does not fit the place that it has."""
    found: list[str] = await page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll("body, body *")]
            .filter((e) => e.checkVisibility() && e.clientWidth > 0)
            .filter((e) => {
              const r = e.getBoundingClientRect();
              const clipped = getComputedStyle(e).overflowX !== "visible"
                && e.scrollWidth > e.clientWidth + 1;
              return clipped || r.left < -1 || r.right > innerWidth + 1;
            })
            .map((e) => `${e.tagName} ${e.className} ${e.textContent.slice(0, 40)}`)"""
    )
    return found


async def out_of_reach(page: Page) -> list[str]:
    """Return the rows and keys that are smaller than a finger, or not on the first screen."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll(".console-row, .console-key")]
            .filter((e) => {
              const r = e.getBoundingClientRect();
              return r.width < 44 || r.height < 44 || r.bottom > innerHeight;
            })
            .map((e) => `${e.className} ${e.textContent}`)"""
    )
    return found


@pytest.mark.parametrize("size", [(390, 844), (360, 740)])
async def test_a_race_is_keyed_by_touch(
    tmp_path: Path, browser: Browser, size: tuple[int, int]
) -> None:
    """Gun, laps, a fall, the wrong skater taken back, the end: the result is what was tapped."""
    rows = keyed.laps(5, 4, seed=5)
    async with (
        race_server.running(tmp_path) as server,
        keyed.recorder(browser, server.url, officials.RACE, phone=size, calm=True) as (_, page),
    ):
        assert await cut(page) == []
        assert await out_of_reach(page) == []
        await tap_key(page, "KeyS")
        await expect(page.locator(".console-phase")).to_have_text("RUNNING")
        for index, order in enumerate(rows):
            for position in order:
                await tap_skater(page, NAMES[position - 1])
            if index == 1:
                await tap_skater(page, NAMES[order[0] - 1])
                await tap_key(page, "Backspace")
                await tap_key(page, "KeyF")
                await expect(page.locator(".console-prompt")).to_have_text("WHO FELL?")
                fallen = NAMES[order[-1] - 1]
                await tap_skater(page, fallen)
                row = page.locator(f'.console-row[data-competitor="{fallen}"]')
                await expect(row).to_contain_text("FELL")
                assert await cut(page) == []
                assert await out_of_reach(page) == []
                assert await violations(page) == []
                if PICTURES:
                    await page.screenshot(path=f"{PICTURES}/console-{size[0]}.png", full_page=True)
        await tap_key(page, "KeyE")
        await expect(page.locator(".console-prompt")).to_contain_text("END OF THE RACE? ENTER")
        await tap_key(page, "Enter")
        await keyed.all_sent(page)
        await expect(page.locator(".console-phase")).to_have_text("ENDED")
        assert await cut(page) == []
        await tap_key(page, "KeyH")
        await expect(page.locator(".console-hold")).to_contain_text("PUBLIC BOARD HELD")
        assert await cut(page) == []
        await tap_key(page, "KeyH")
        await keyed.all_sent(page)
        found = await keyed.outcome(server.http, server.url, officials.RACE)
        assert found["state"] == "UNCONFIRMED"
        assert [place[0] for place in found["places"]] == [NAMES[n - 1] for n in rows[-1]]
        assert found["ranks"] == {
            name: [order.index(n) + 1 for order in rows] for n, name in enumerate(NAMES, 1)
        }
        facts = [row["type"] for row in await server.facts()]
        assert [facts.count(kind) for kind in ("FallRecorded", "FactRetracted")] == [1, 1]
