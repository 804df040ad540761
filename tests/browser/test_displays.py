"""The desk of a venue's screens, with screens: paired, stale, told what to show, on any screen."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_accessibility import violations
from tests.browser.test_console_phone import cut
from tests.support import race_server

CODE = re.compile(r"^[A-Z2-9]{3} [A-Z2-9]{3}$")
PICTURES = os.environ.get("DISPLAY_PICTURES")


async def pair(screen: Page, desk: Page, name: str, options: str = "") -> None:
    """Pair a screen by the code that it shows."""
    code = screen.locator(".pairing-code")
    await expect(code).to_have_text(CODE)
    form = desk.locator(".pair-form")
    await form.get_by_label("Pairing code").fill(await code.inner_text())
    await form.get_by_label("Name").fill(name)
    await form.get_by_label("Options").fill(options)
    await form.get_by_role("button", name="Pair").click()
    await expect(desk.locator(".display-card", has_text=name)).to_be_visible()


async def picture(page: Page, name: str) -> None:
    """Keep what a page looks like for somebody who wants to see it."""
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


async def small(page: Page) -> list[str]:
    """Return the controls that are smaller than a finger."""
    found: list[str] = await page.locator("button, input, select").evaluate_all(
        """all => all.filter((e) => e.checkVisibility())
            .filter((e) => e.getBoundingClientRect().height < 44)
            .map((e) => `${e.className} ${e.textContent}`)"""
    )
    return found


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_displays_are_managed_on_any_screen(
    tmp_path: Path, open_page: Open, width: int, height: int
) -> None:
    """Two screens, one of them dark: nothing is cut, fingers fit, and what is wrong can be seen."""
    async with (
        race_server.running(tmp_path) as server,
        open_page(f"{server.url}/display", 800, 420) as wall,
        open_page(f"{server.url}/displays?lang=en", width, height, touch=True, calm=True) as desk,
    ):
        await expect(desk.locator(".none")).to_be_visible()
        await picture(desk, f"displays-none-{width}")
        await pair(wall, desk, "Long side, above the Kiss and Cry", "width=768&height=384&lang=de")
        async with open_page(f"{server.url}/display", 800, 420) as foyer:
            await pair(foyer, desk, "Foyer")
        cards = desk.locator(".display-card")
        await expect(cards).to_have_count(2)
        dark = desk.locator(".display-card", has_text="Foyer")
        await expect(dark).to_have_attribute("data-stale", "", timeout=40_000)
        await expect(dark).to_contain_text("Stale")
        forget = dark.get_by_role("button", name="Forget")
        await forget.tap()
        await expect(forget).to_have_text("Forget?")
        await picture(desk, f"displays-{width}")
        assert await small(desk) == []
        assert await cut(desk) == []
        assert await violations(desk) == []
        await forget.tap()
        await expect(cards).to_have_count(1)
        await desk.route("**/api/v1/displays", lambda _: None)
        await expect(desk.locator(".lost")).to_have_text(re.compile(r"^Stale \d+ s$"))
        await picture(desk, f"displays-lost-{width}")
