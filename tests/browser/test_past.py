"""Pages at another moment: the scrubber, the address, and a page that cannot be taken for live."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.test_accessibility import RULES
from tests.support import officials, process

expect.set_options(timeout=30_000)
PENALISED = "ann-one"


def reviewed() -> list[officials.Command]:
    """Return a final with a fall, a review, and a penalty of who was first."""
    own = {"race": officials.RACE}
    skated = officials.skated()
    end = next(i for i, each in enumerate(skated) if each["type"] == "EndRace")
    return [
        *skated[: end - 4],
        {"type": "RecordFall", **own, "competitor": "dee-four"},
        *skated[end - 4 : end + 1],
        {"type": "OpenReview", **own, "reason": "Contact", "competitors": [PENALISED]},
        {
            "type": "CallPenalty",
            **own,
            "competitor": PENALISED,
            "infringement": "C1",
            "reason": "Changed lanes and made contact",
        },
        {"type": "DeclareResultOfficial", **own},
    ]


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[process.Served]:
    """Serve a final that is official, with a penalty after a review."""
    target = ("--data", str(tmp_path / "data"))
    async with (
        process.serving(target, tmp_path / "server.txt") as running,
        aiohttp.ClientSession() as http,
    ):
        commands = [*officials.programme(races=2), *reviewed()]
        position = await officials.post_all(http, running.url, commands)
        standings = f"{running.url}/api/v1/series/season/standings"
        await officials.get(http, standings, table="women", after=position)
        yield running


async def is_past(page: Page) -> None:
    """Wait until nobody could take a page for the present."""
    await expect(page.locator("body")).to_have_attribute("data-past", "")
    await expect(page.locator(".moment-past")).to_contain_text(
        re.compile("not live", re.IGNORECASE)
    )
    await expect(page.locator("connection-light")).to_be_hidden()
    await expect(page).to_have_title(re.compile("^Not live · "))


async def is_present(page: Page) -> None:
    """Wait until a page is back, with its sign that it is current."""
    await expect(page.locator("body:not([data-past])")).to_be_visible()
    await expect(page.locator(".moment-past")).to_be_hidden()
    await expect(page.locator("connection-light")).to_have_text("Current")
    await expect(page).not_to_have_title(re.compile("Not live"))
    assert "at=" not in page.url


def chip(page: Page, name: str) -> Locator:
    """Return the button of a named moment."""
    return page.locator("moment-bar").get_by_role("button", name=name)


async def test_a_race_is_scrubbed_on_the_phone(served: process.Served, open_page: Open) -> None:
    """To the review, back along the crossings, by the address, and back to now."""
    async with open_page(f"{served.url}/phone#race/{officials.RACE}", 390, 844) as page:
        sheet, first = page.locator("race-sheet"), page.locator("race-sheet .line").first
        await expect(sheet).to_have_attribute("data-state", "OFFICIAL")
        await expect(page.locator("time-scrubber")).to_be_hidden()
        await page.get_by_role("button", name="At another moment").click()
        await expect(chip(page, "Gun")).to_be_visible()
        await expect(chip(page, "Fall · Dee Four")).to_be_visible()
        await expect(chip(page, "Result official")).to_be_visible()
        await expect(page.locator("moment-bar .scrub-tick")).to_have_count(20)
        assert await page.locator(".moment-past").is_hidden(), "opening it changes nothing"

        await chip(page, "Review opened").click()
        await is_past(page)
        await expect(sheet).to_have_attribute("data-state", "UNDER_REVIEW")
        await expect(first).to_have_attribute("data-competitor", PENALISED)
        assert re.search(r"\?at=\d+#race/", page.url), page.url

        slider = page.get_by_role("slider", name="Moment")
        for _ in range(6):
            await slider.press("ArrowLeft")
        await expect(sheet).to_have_attribute("data-state", "LIVE")
        address = page.url
        await page.get_by_role("button", name="Back to now").click()
        await is_present(page)
        await expect(sheet).to_have_attribute("data-state", "OFFICIAL")
        await expect(first).not_to_have_attribute("data-competitor", PENALISED)
    async with open_page(address, 390, 844) as page:
        await is_past(page)
        await expect(page.locator("race-sheet")).to_have_attribute("data-state", "LIVE")
        clock = page.locator("race-clock")
        stands = await clock.inner_text()
        await page.wait_for_timeout(400)
        assert await clock.inner_text() == stands, "the clock of a moment stands still"
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_medals_standings_and_rounds_of_a_moment(
    served: process.Served, open_page: Open
) -> None:
    """Before the decision there is neither; each view of the phone page is of the same moment."""
    moment = f"before:{officials.RACE}/review"
    async with aiohttp.ClientSession() as http:
        await officials.post_all(http, served.url, officials.skated(officials.race_id(1)))
    async with open_page(f"{served.url}/phone?at={moment}#medals", 390, 844) as page:
        await is_past(page)
        await expect(page.locator("medal-table .empty")).to_be_visible()
        await page.get_by_role("link", name="Rounds").click()
        final = page.locator(f'.bracket-race[data-race="{officials.RACE}"]')
        await expect(final.locator("state-chip")).to_have_attribute("data-state", "UNCONFIRMED")
        await page.get_by_role("link", name="Standings").click()
        women = page.get_by_role("tab", name="Women", exact=True)
        await women.click()
        await expect(page.locator("standings-table .empty")).to_be_visible()
        await chip(page, "Result official · Dresden Women 500 m Final B").click()
        winner = page.locator('standings-table tr[data-id="bea-two"]')
        await expect(winner).to_contain_text("100")
        await chip(page, "Result official · Dresden Women 500 m Final A").click()
        await expect(page.locator("standings-table .empty")).to_be_visible()
        await expect(chip(page, "Review opened")).to_have_count(0)
        await is_past(page)
        await page.get_by_role("link", name="Rounds").click()
        await expect(final.locator("state-chip")).to_have_attribute("data-state", "OFFICIAL")


async def test_the_home_page_is_of_one_moment(served: process.Served, open_page: Open) -> None:
    """What comes in meanwhile waits; back in the present it is there."""
    async with open_page(served.url, 1280, 900) as page:
        race = page.locator(f'.race[data-race="{officials.RACE}"]')
        await expect(race).to_have_attribute("data-state", "OFFICIAL")
        await page.get_by_role("button", name="At another moment").click()
        await chip(page, "Review opened · Women 500 m Final A").click()
        await is_past(page)
        await expect(race).to_have_attribute("data-state", "UNDER_REVIEW")
        other = officials.race_id(1)
        async with aiohttp.ClientSession() as http:
            await officials.post_all(http, served.url, officials.skated(other))
        await chip(page, "Penalty · Women 500 m Final A · ann one").click()
        await expect(page.locator(".scrub-words")).to_contain_text("Penalty")
        await expect(race).to_have_attribute("data-state", "UNDER_REVIEW")
        small = page.locator(f'.race[data-race="{other}"]')
        await expect(small).to_have_attribute("data-state", "START_LIST")
        await expect(page.locator("medal-table .empty")).to_be_visible()
        results = await Axe().run(page, options=RULES)
        assert results.violations_count == 0, results.generate_report()
        await page.get_by_role("button", name="Back to now").click()
        await is_present(page)
        await expect(small).to_have_attribute("data-state", "OFFICIAL")
        await expect(page.locator('medal-table tr[data-id="KOR"]')).to_be_visible()


@pytest.mark.parametrize("path", ["scoreboard", "overlay"])
async def test_a_board_of_a_moment_is_labelled(
    served: process.Served, open_page: Open, path: str
) -> None:
    """A board at a moment stands still under a label, and shows no sign that it is current."""
    address = f"{served.url}/{path}?race={officials.RACE}&at=before:{officials.RACE}/official"
    async with open_page(address, 1280, 720) as page:
        await expect(page.locator(".replay-label")).to_contain_text("Not live · as it was at")
        state = page.locator("state-chip").first
        await expect(state).to_have_attribute("data-state", "UNDER_REVIEW")
        await expect(page.locator(".line").first).to_be_visible()
        await expect(page.locator("connection-light").first).to_be_hidden()
        await expect(page).to_have_title(re.compile("^Not live · "))


async def test_a_moment_that_is_none_is_not_shown(
    served: process.Served, browser: Browser, open_page: Open
) -> None:
    """The page says why, and stays in the present; in another language it speaks that."""
    async with open_page(f"{served.url}/?lang=de") as page:
        await page.get_by_role("button", name="Zu einem anderen Zeitpunkt").click()
        await expect(chip(page, "Strafe · Frauen 500 m Finale A")).to_be_visible()
    page = await browser.new_page()  # the browser reports the refused request as a fault
    await page.goto(f"{served.url}/?at=999999")
    note = page.locator(".moment-note")
    await expect(note).to_contain_text("beyond the last position")
    await is_present(page)
    await page.close()


async def test_moments_name_people_as_boards_do(tmp_path: Path, open_page: Open) -> None:
    """The family name in capitals; the native one for its readers, and for all by the slider."""
    target = ("--data", str(tmp_path / "data"))
    named = {"name": "Bea Two", "family_name": "Two", "native_name": "투베아"}
    commands = [
        {**each, **named} if each.get("skater") == "bea-two" else each
        for each in officials.programme()
    ]
    own = {"race": officials.RACE}
    async with (
        process.serving(target, tmp_path / "server.txt") as running,
        aiohttp.ClientSession() as http,
    ):
        fallen: list[officials.Command] = [
            {"type": "StartRace", **own},
            {"type": "RecordFall", **own, "competitor": "bea-two"},
        ]
        await officials.post_all(http, running.url, [*commands, *fallen])
        for lang, name in (("en", "Fall · Bea TWO"), ("ko", "넘어짐 · Bea TWO 투베아")):
            address = f"{running.url}/moments?lang={lang}&race={officials.RACE}"
            async with open_page(address, 390, 844) as page:
                chosen = page.locator(".scrub-one .chip.kind-fall")
                await expect(chosen).to_have_text(name)
                await expect(chosen.locator("b.family")).to_have_text("TWO")
                await chosen.click()
                await expect(page.locator(".scrub-one .scrub-words [lang=ko]")).to_have_text(
                    "투베아"
                )
                instant = page.locator(".scrub-one .scrub-words .instant")
                await expect(instant).to_have_attribute("title", re.compile(r"\.\d{6} UTC$"))
                await expect(instant).to_have_text(re.compile("UTC"))
