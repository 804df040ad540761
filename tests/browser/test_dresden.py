"""The Dresden weekend before a scoreboard in a real Chromium."""

import itertools
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser import pages
from tests.browser.conftest import Open
from tests.support import process
from tracker.demo.player import play

SPEED = 100.0
MEN_500 = "dresden-2024/men-500/final-a"
MEN_1000 = "dresden-2024/men-1000-1/final-a"
DRAWN_APART = 5
"""Of ten numbers of laps to go, how many are drawn apart on the busiest machine."""
NIKISHA, ROUSSEL = "denis-nikisha", "felix-roussel"


def of(seen: list[pages.Seen], race: str) -> list[pages.Seen]:
    """Return what was seen of a race."""
    return [each for each in seen if each["race"] == race]


def without_repeats(values: list[str]) -> list[str]:
    """Return values, each once for every time it came."""
    return [value for i, value in enumerate(values) if i == 0 or value != values[i - 1]]


def check_decision(seen: list[pages.Seen]) -> None:
    """Check that the 500 m went LIVE, under review, official, and nothing was shown too early."""
    states = without_repeats([each["state"] for each in seen])
    assert states[-3:] == ["LIVE", "UNDER_REVIEW", "OFFICIAL"], states
    for each in seen:
        if each["state"] != "OFFICIAL":
            assert each["podium"] == [], each
        if each["state"] in ("START_LIST", "LIVE"):
            assert "PEN" not in each["statuses"], each
    review = [each for each in seen if each["state"] == "UNDER_REVIEW"]
    assert review[0]["order"][:2] == [NIKISHA, ROUSSEL]
    assert "PEN" not in review[0]["statuses"]
    last = seen[-1]
    assert last["order"] == [ROUSSEL, "jordan-pierre-gilles", "lukasz-kuczynski", NIKISHA]
    assert last["statuses"][-1] == "PEN"
    assert last["podium"] == last["order"][:3]


def check_laps(seen: list[pages.Seen]) -> None:
    """Check that the counter went down from nine, and the bell rang for the last lap alone.

    At a hundred times the speed a lap is nine hundredths of a second: a busy machine may draw
    several laps at once, the last of them with the end of the race, but never goes back.
    """
    live = [each for each in seen if each["state"] == "LIVE"]
    counted = [int(togo) for togo in without_repeats([each["togo"] for each in live])]
    assert set(counted) <= set(range(10)), counted
    assert len(counted) >= DRAWN_APART, counted
    assert all(one > other for one, other in itertools.pairwise(counted)), counted
    assert {each["togo"] for each in live if each["bell"]} <= {"1"}
    for after_four in [each for each in live if each["togo"] == "5"][-1:]:
        # The others may not have crossed yet when it was drawn for the last time.
        assert after_four["order"][0] == "thomas-nadalini"


PROJECTED = """
window.projected = new Set();
new MutationObserver(() => {
  const table = document.querySelector("projected-standings:not([hidden])");
  const race = document.querySelector("race-sheet")?.dataset.race;
  for (const row of table?.querySelectorAll("tbody tr") ?? []) {
    window.projected.add([race, row.dataset.id, row.lastChild.textContent].join(" "));
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
"""Keeps every line of the standings that the page projected."""


async def check_the_others(phone: Page, overlay: Page, announcer: Page) -> None:
    """Check that phone, overlay and announcer's view have come to the end of the weekend too."""
    relay = "dresden-2024/men-5000-relay/final-a"
    await phone.wait_for_selector(f'race-sheet[data-race="{relay}"][data-state="OFFICIAL"]')
    await overlay.wait_for_selector('.safe[data-state="OFFICIAL"] .line[data-competitor="pol-men"]')
    await expect(overlay.locator(".ticker-line")).to_contain_text("Poland")
    told = announcer.locator(".told-line").filter(has_text="Penalty: Poland")
    await expect(told.first).to_be_visible()
    # 781 points, and 100 for whoever wins: 881, should the 1000 m end with Park in front.
    projected = await phone.evaluate("[...window.projected]")
    assert "dresden-2024/men-1000-2/final-a park-ji-won 881" in projected


async def test_a_scoreboard_and_the_home_page_through_the_weekend(
    tmp_path: Path, open_page: Open
) -> None:
    """Laps count down, the review greys the order, the decision flips once, all pages follow."""
    async with (
        process.serving(("--data", str(tmp_path / "data")), tmp_path / "server.txt") as served,
        open_page(f"{served.url}/scoreboard", init=pages.RECORDER) as board,
        open_page(f"{served.url}/") as home,
        open_page(f"{served.url}/phone", 390, 844, init=PROJECTED) as phone,
        open_page(f"{served.url}/overlay", 1920, 1080) as overlay,
        open_page(f"{served.url}/announcer", 1440, 900) as announcer,
    ):
        await play(served.url, SPEED)
        await pages.wait_for_state(board, "dresden-2024/men-5000-relay/final-a", "OFFICIAL")
        seen = await pages.seen(board)
        check_decision(of(seen, MEN_500))
        check_laps(of(seen, MEN_1000))
        leader = home.locator("standings-table tbody tr").first
        await leader.filter(has_text="931").wait_for()
        await expect(leader).to_contain_text("PARK Ji Won")
        nations = home.locator("medal-table tbody tr")
        await expect(nations.first).to_have_attribute("data-id", "KOR")
        await home.get_by_role("tab", name="Skaters").click()
        await home.locator('medal-table tr[data-id="park-ji-won"]').wait_for()
        await check_the_others(phone, overlay, announcer)
        official = home.locator('.race[data-state="OFFICIAL"]')
        await expect(official).to_have_count(19)
