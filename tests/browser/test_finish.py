"""Start, photo finish and timekeeper, by hand on a tablet."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.browser import tablets
from tests.browser.conftest import Open
from tests.support import officials, race_server

ANN, BEA, CIA, DEE = (skater[0] for skater in officials.SKATERS)


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Serve a race with a start list of four."""
    async with race_server.running(tmp_path) as server:
        yield server.url


def finish(url: str) -> str:
    """Return the address of the page at the race."""
    return f"{url}/finish?race={officials.RACE}"


async def result(url: str) -> dict[str, Any]:
    """Return the result as it stands."""
    async with aiohttp.ClientSession() as http:
        found: dict[str, Any] = await officials.get(
            http, f"{url}/api/v1/races/{officials.RACE}/result"
        )
    return found


async def gun(page: Page) -> None:
    """Fire the gun by its physical key."""
    await page.wait_for_selector('[data-do="gun"]')
    await page.keyboard.press("KeyS")
    await page.wait_for_selector('state-chip[data-state="LIVE"]:not([data-unsent])')


async def test_the_gun_a_false_start_and_the_start_after_it(url: str, open_page: Open) -> None:
    """A recall says what it does to whom before it is called; the others start again."""
    async with open_page(finish(url), 1180, 820) as page:
        await gun(page)
        await page.keyboard.press("Shift+KeyS")
        warning = page.locator(".starter-warning")
        await expect(warning).to_contain_text("penalised")
        await page.get_by_role("button", name="2 Bea Two").click()
        await page.wait_for_selector(f'.starter[data-competitor="{BEA}"][data-out]')
        await gun(page)
    rows = {row["id"]: row["status"] for row in (await result(url))["rows"]}
    assert rows[BEA] == "PEN"


async def test_without_a_network_the_gun_keeps_its_instant(url: str, open_page: Open) -> None:
    """The race starts when the gun went off, not when the network came back."""
    async with open_page(finish(url), 1180, 820) as page:
        await page.wait_for_selector('[data-do="gun"]')
        await page.route("**/api/v1/commands", lambda route: route.fulfill(status=200, body=""))
        before = await page.evaluate("Date.now()")
        await page.click('[data-do="gun"]')
        await expect(page.locator(".desk-unsent")).to_have_text("1 unsent")
        await expect(page.locator('[data-do="gun"]')).to_have_text("FIRED")
        await page.wait_for_timeout(1500)
        await page.unroute("**/api/v1/commands")
        await page.wait_for_selector('state-chip[data-state="LIVE"]:not([data-unsent])')
        async with aiohttp.ClientSession() as http:
            board = await officials.get(http, f"{url}/api/v1/races/{officials.RACE}/board")
        assert before - 200 <= board["started_at_ms"] <= before + 1000
        await expect(page.locator(".desk-unsent")).to_have_attribute("data-depth", "0")


async def test_an_order_by_digits_with_a_dead_heat_and_times(url: str, open_page: Open) -> None:
    """Helmet numbers give the order, = a dead heat; times are read to the thousandth."""
    async with open_page(finish(url), 1180, 820) as page:
        await gun(page)
        await page.fill(".digits input", "3 1=2 4")
        await page.click('[data-do="order"]')
        await page.get_by_role("button", name="The order is recorded").wait_for()
        photo = page.locator('[data-part="photo"]')
        for skater, keyed in ((CIA, "42078"), (ANN, "42.113"), (BEA, "42113")):
            await photo.locator(f'.time-field[data-competitor="{skater}"]').fill(keyed)
        await photo.locator(f'[data-no-time="{DEE}"]').click()
        await photo.locator('[data-do="times"]').click()
        await photo.get_by_role("button", name="Record the times").wait_for()
        end = photo.locator('[data-do="end"]')
        await end.dblclick()
        await expect(end).to_have_text("Tap again: the race is over")
        assert "RaceEnded" not in {fact["type"] for fact in await facts(url)}
        await end.click()
        await page.wait_for_selector('state-chip[data-state="UNCONFIRMED"]')
    rows = (await result(url))["rows"]
    assert [(row["id"], row["rank"], row["time_ms"], row["status"]) for row in rows] == [
        (CIA, 1, 42_078, None),
        (ANN, 2, 42_113, None),
        (BEA, 2, 42_113, None),
        (DEE, 4, None, "no time"),
    ]


async def test_an_order_by_drag(url: str, open_page: Open) -> None:
    """Who is dragged to the top has won."""
    async with open_page(finish(url), 1180, 820) as page:
        await gun(page)
        await page.fill(".digits input", "1 2 3 4")
        handle = page.locator(f'.finish-line[data-competitor="{DEE}"] .finish-handle')
        top = page.locator(f'.finish-line[data-competitor="{ANN}"] .finish-handle')
        start, end = await handle.bounding_box(), await top.bounding_box()
        assert start is not None
        assert end is not None
        await page.mouse.move(start["x"] + 9, start["y"] + 20)
        await page.mouse.down()
        await page.mouse.move(end["x"] + 9, end["y"] + 60, steps=5)
        await page.mouse.move(end["x"] + 9, end["y"] + 18, steps=5)
        await page.mouse.up()
        await page.click('[data-do="order"]')
        await page.get_by_role("button", name="The order is recorded").wait_for()
    assert [row["id"] for row in (await result(url))["rows"]] == [DEE, ANN, BEA, CIA]


async def test_hand_times_are_stamped_by_the_race_clock(url: str, open_page: Open) -> None:
    """The timekeeper's tap puts the clock's time beside the skater, as measured by hand."""
    async with open_page(finish(url), 1180, 820) as page:
        await gun(page)
        hand = page.locator('[data-part="hand"]')
        await page.wait_for_timeout(1200)
        await hand.locator(f'[data-stamp="{ANN}"]').click()
        await hand.locator('[data-do="times"]').click()
        await hand.get_by_role("button", name="Record the times").wait_for()
    async with aiohttp.ClientSession() as http:
        facts = await officials.get(http, f"{url}/api/v1/races/{officials.RACE}/events")
    recorded = next(row["data"] for row in facts["rows"] if row["type"] == "FinishTimesRecorded")
    assert recorded["time_source"] == "hand"
    assert recorded["times"][0]["competitor"] == ANN
    assert 1_000 < recorded["times"][0]["time_ms"] < 10_000


@pytest.mark.parametrize(("width", "height"), [(1180, 820), (820, 1180)])
async def test_fingers_fit(url: str, open_page: Open, width: int, height: int) -> None:
    """Every control is at least 44 px; nothing scrolls, from gun to times."""
    async with open_page(finish(url), width, height) as page:
        await gun(page)
        await page.fill(".digits input", "1 2 3 4")
        await page.wait_for_selector('[data-do="order"]:enabled')
        assert await tablets.scrolled(page) == []
        assert await tablets.small_targets(page) == []


async def facts(url: str) -> list[dict[str, Any]]:
    """Return what has been recorded of the race."""
    async with aiohttp.ClientSession() as http:
        found = await officials.get(http, f"{url}/api/v1/races/{officials.RACE}/events")
    rows: list[dict[str, Any]] = found["rows"]
    return rows


async def test_a_stop_takes_two_taps_and_the_gun_fires_again(url: str, open_page: Open) -> None:
    """One tap asks and sends nothing; after the stop the referee orders a restart."""
    async with open_page(finish(url), 1180, 820) as page:
        await gun(page)
        await page.click('[data-do="stop"]')
        await page.get_by_role("button", name="Stop now").wait_for()
        assert "RaceStopped" not in {fact["type"] for fact in await facts(url)}
        await page.get_by_role("button", name="Back").click()
        await page.click('[data-do="stop"]')
        await page.get_by_role("button", name="Stop now").click()
        await page.get_by_role("button", name="Restart from the line").click()
        await page.wait_for_selector('state-chip[data-state="START_LIST"]')
        await gun(page)
    types = [fact["type"] for fact in await facts(url)]
    assert types.count("RaceStopped") == 1
    assert [each for each in types if each in ("RaceStarted", "RestartOrdered")] == [
        "RaceStarted",
        "RestartOrdered",
        "RaceStarted",
    ]


async def test_what_waits_for_the_network_keeps_its_order(url: str, open_page: Open) -> None:
    """The order keyed after the gun arrives after the gun, and each of them once."""
    async with open_page(finish(url), 1180, 820) as page:
        await page.wait_for_selector('[data-do="gun"]')
        await page.route("**/api/v1/commands", lambda route: route.fulfill(status=200, body=""))
        await page.click('[data-do="gun"]')
        unsent = page.locator(".desk-unsent")
        await expect(unsent).to_have_text("1 unsent")
        await page.fill(".digits input", "2 1 3 4")
        await page.click('[data-do="order"]')
        await expect(unsent).to_have_text("2 unsent")
        await page.unroute("**/api/v1/commands")
        await expect(unsent).to_have_attribute("data-depth", "0")
        await page.get_by_role("button", name="The order is recorded").wait_for()
    types = [fact["type"] for fact in await facts(url)]
    sent = [each for each in types if each in ("RaceStarted", "FinishOrderRecorded")]
    assert sent == ["RaceStarted", "FinishOrderRecorded"]


async def test_a_time_that_was_read_outlives_a_penalty(url: str, open_page: Open) -> None:
    """The result hides the time of whoever is penalised; the judge's field keeps it."""
    race = officials.RACE
    read: officials.Command = {
        "type": "RecordFinishTimes",
        "race": race,
        "times": [{"competitor": ANN, "time_ms": 41_987}],
    }
    penalty: officials.Command = {
        "type": "CallPenalty",
        "race": race,
        "competitor": ANN,
        "reason": "Impeding",
    }
    async with aiohttp.ClientSession() as http:
        skated = officials.skated()
        await officials.post_all(http, url, [*skated[:-2], read, penalty, *skated[-2:]])
    rows = {row["id"]: row for row in (await result(url))["rows"]}
    assert rows[ANN]["time_ms"] is None
    async with open_page(finish(url), 1180, 820) as page:
        await page.wait_for_selector("body[data-ready]")
        photo, hand = page.locator('[data-part="photo"]'), page.locator('[data-part="hand"]')
        field = f'.time-field[data-competitor="{ANN}"]'
        await expect(photo.locator(field)).to_have_value("41.987")
        await expect(hand.locator(field)).to_have_value("")
        await hand.locator(field).fill("41.900")
        await expect(hand.locator(".times-said")).to_contain_text("a stronger source has a time")
        await hand.locator('[data-do="times"]').click()
        row = photo.locator(".time-line").filter(has=page.locator(field))
        await expect(row.locator(".other-times")).to_have_text("hand 41.900")
        await expect(photo.locator(field)).to_have_value("41.987")
