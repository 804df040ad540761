"""Undo that explains itself: what it will change is said before, and is what then happens."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.support import officials, race_server

ANN, BEA = "ann-one", "bea-two"


def crossing(skater: str, elapsed_ms: int) -> officials.Command:
    """Return somebody's crossing."""
    race = officials.RACE
    return {
        "type": "RecordCrossing",
        "race": race,
        "competitor": skater,
        "elapsed_ms": elapsed_ms,
    }


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Serve a race under way: Ann has crossed twice, the second time by mistake; then Bea once."""
    gun: officials.Command = {"type": "StartRace", "race": officials.RACE}
    laps = [crossing(ANN, 7000), crossing(ANN, 7300), crossing(BEA, 7200)]
    async with race_server.running(tmp_path, [gun, *laps]) as server:
        yield server.url


async def board(url: str) -> dict[str, dict[str, Any]]:
    """Return the rows of the board by competitor."""
    async with aiohttp.ClientSession() as http:
        found = await officials.get(http, f"{url}/api/v1/races/{officials.RACE}/board")
    return {row["id"]: row for row in found["rows"]}


async def open_undo(page: Page, text: str) -> None:
    """Ask to take something back, and wait for what it would change."""
    await page.wait_for_selector("body[data-ready]")
    await page.click('.tab[data-name="undo"]')
    await page.locator(".undo-line", has_text=text).get_by_role("button").click()
    await page.wait_for_selector(".undo-now consequence-list")


async def test_while_the_race_runs_the_board_that_follows_is_shown_first(
    url: str, open_page: Open
) -> None:
    """Taking a crossing back says who moves where; nothing is sent until it is confirmed."""
    async with open_page(f"{url}/referee?race={officials.RACE}", 1180, 820) as page:
        await open_undo(page, "crossing 2 at 7.300")
        await page.wait_for_selector(".undo-now .so-change")
        assert (await board(url))[ANN]["laps"] == 2
        shown: list[tuple[str, str, Any]] = await page.eval_on_selector_all(
            ".undo-now .so-change",
            "all => all.map((e) => [e.dataset.id, e.dataset.field, JSON.parse(e.dataset.after)])",
        )
        assert [ANN, "laps", 1] in [[*each] for each in shown]
        later = await page.inner_text(".undo-later consequence-list")
        assert "still skated" in later
        await page.get_by_role("button", name="Undo it").click()
        await page.wait_for_selector(".undo-list")
        await expect(page.locator(".undo-line", has_text="crossing 2 at 7.300")).to_have_count(0)
        now = await board(url)
        for skater, field, after in shown:
            assert now[skater][field] == after, (skater, field)


async def test_without_an_answer_nothing_is_taken_back(url: str, open_page: Open) -> None:
    """When nobody can say what it would change, the key to confirm stays shut."""
    async with open_page(f"{url}/referee?race={officials.RACE}", 1180, 820) as page:
        await page.wait_for_selector("body[data-ready]")
        await page.route("**/api/v1/what-if", lambda route: route.fulfill(status=200, body="no"))
        await open_undo(page, "crossing 2")
        await page.locator(".undo-now", has_text="Not known").wait_for()
        await expect(page.get_by_role("button", name="Undo it")).to_be_disabled()
        await page.get_by_role("button", name="Keep it").click()
        assert (await board(url))[ANN]["laps"] == 2
        await expect(page.locator(".undo-line").first).to_be_attached()


async def test_a_secret_decision_is_withdrawn_in_secret(url: str, open_page: Open) -> None:
    """What was never announced leaves no trace in public when it is taken back."""
    async with aiohttp.ClientSession() as http:
        await officials.post_all(
            http,
            url,
            [
                {
                    "type": "CallPenalty",
                    "race": officials.RACE,
                    "competitor": ANN,
                    "reason": "Impeding",
                    "embargo": True,
                }
            ],
        )
        async with open_page(f"{url}/referee?race={officials.RACE}", 1180, 820) as page:
            await page.wait_for_selector(".pending-list li")
            await open_undo(page, "penalty, not announced yet")
            await page.locator(".undo-now", has_text="Nothing: no board changes").wait_for()
            await page.get_by_role("button", name="Undo it").click()
            await page.wait_for_selector(".pending-list", state="detached")
        facts = await officials.get(http, f"{url}/api/v1/races/{officials.RACE}/events")
        types = {row["type"] for row in facts["rows"]}
        assert not types & {"PenaltyCalled", "DecisionWithdrawn"}


async def test_a_finish_order_is_taken_back_where_it_was_recorded(
    url: str, open_page: Open
) -> None:
    """The photo-finish judge reads who loses which place before the order is taken back."""
    async with aiohttp.ClientSession() as http:
        over: officials.Command = {"type": "EndRace", "race": officials.RACE}
        order: officials.Command = {
            "type": "RecordFinishOrder",
            "race": officials.RACE,
            "groups": [[BEA], [ANN]],
        }
        await officials.post_all(http, url, [over, order])
    async with open_page(f"{url}/finish?race={officials.RACE}", 1180, 820) as page:
        await page.wait_for_selector("body[data-ready]")
        await page.click(".undo-open")
        line = page.locator(".undo-line", has_text="finish order: Bea Two, Ann One")
        await line.get_by_role("button").click()
        await page.wait_for_selector(".undo-later .so-change")
        shown: list[tuple[str, str, Any]] = await page.eval_on_selector_all(
            '.undo-now .so-change[data-document="result"]',
            "all => all.map((e) => [e.dataset.id, e.dataset.field, JSON.parse(e.dataset.after)])",
        )
        assert {skater for skater, _, _ in shown} >= {ANN, BEA}
        await page.get_by_role("button", name="Undo it").click()
        await page.wait_for_selector(".undo-list")
        await expect(line).to_have_count(0)
        async with aiohttp.ClientSession() as http:
            found = await officials.get(http, f"{url}/api/v1/races/{officials.RACE}/result")
        now = {row["id"]: row for row in found["rows"]}
        for skater, field, after in shown:
            assert now[skater][field] == after, (skater, field)
