"""The Dresden 500 m again: any moment, two of them, without the penalty, and the ledger."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.support import process

RACE = "dresden-2024/men-500/final-a"


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Serve the weekend after it was played."""
    data = ("--data", str(tmp_path / "data"))
    status, _, err = await process.run("demo", "--speed", "2000", "--exit", *data)
    assert status == 0, err
    async with process.serving(data, tmp_path / "server.txt") as served:
        yield served.url


async def test_the_500_m_is_gone_along(url: str, open_page: Open) -> None:
    """Before the line, at the review, at the announcement; then side by side; then what if."""
    async with open_page(f"{url}/moments?race={RACE}", 1440, 900) as page:
        board = page.locator(".stage-one race-board")
        await page.wait_for_selector('.stage-one race-board[data-state="OFFICIAL"]')
        assert "Felix Roussel" in await page.locator(".at-classification tr").first.inner_text()

        await page.get_by_role("button", name="Review opened").first.click()
        await page.wait_for_selector('.stage-one race-board[data-state="UNDER_REVIEW"]')
        first = page.locator(".stage-one .line").first
        assert await first.get_attribute("data-competitor") == "denis-nikisha"
        note = page.locator(".at-classification .at-note")
        assert await note.inner_text() == "Not official at this moment."
        assert f"race={RACE.replace('/', '%2F')}" in page.url

        slider = page.get_by_role("slider", name="Moment", exact=True)
        for _ in range(6):
            await slider.press("ArrowLeft")
        await page.wait_for_selector('.stage-one race-board[data-state="LIVE"]')
        assert await board.locator("lap-counter").get_attribute("data-laps-to-go") != "0"

        await page.get_by_role("button", name="Two moments").click()
        await page.get_by_role("button", name="Review opened").first.click()
        await page.wait_for_selector('.stage-two race-board[data-state="OFFICIAL"]')
        await page.wait_for_selector('[data-document="standings"]')
        result = page.locator('[data-document="result"]')
        await expect(result).to_contain_text("1 → PEN")
        medals = page.locator('[data-document="medals"]').first
        await expect(medals).to_contain_text("gold 1 → 2")

        await page.get_by_role("button", name="What if").click()
        await page.get_by_role("checkbox", name="Penalty").check()
        await page.get_by_role("button", name="Ask").click()
        await page.wait_for_selector('.differences:not([hidden]) [data-document="classification"]')
        would = await page.locator('[data-document="classification"]').inner_text()
        assert "no medal → gold" in would
        assert "gold → silver" in would


async def test_the_ledger_leads_to_a_decision(url: str, open_page: Open) -> None:
    """From the list to the penalty: who, why, on which facts, and what it changed."""
    async with open_page(f"{url}/decisions?competition=dresden-2024", 1280, 900) as page:
        await page.get_by_role("link", name="PEN: Denis Nikisha").click()
        await page.wait_for_selector("article.decision:not([hidden]) .difference-group")
        facts = await page.locator(".decision-facts").inner_text()
        assert "Obstruction at the finish line" in facts
        assert "fall recorded" in await page.locator(".decision-rests").inner_text()
        assert "PEN → 1" in await page.locator('[data-document="result"]').inner_text()
        await page.get_by_role("link", name="Time machine").click()
        await page.wait_for_selector('.stage-one race-board[data-state="UNDER_REVIEW"]')


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_nothing_is_wider_than_the_page(
    url: str, open_page: Open, width: int, height: int
) -> None:
    """On a desk and on a phone, both pages fit in width."""
    for path in (f"moments?race={RACE}&mode=two", "decisions?competition=dresden-2024"):
        async with open_page(f"{url}/{path}", width, height) as page:
            await page.wait_for_load_state("networkidle")
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
