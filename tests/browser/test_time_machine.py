"""The Dresden 500 m again: any moment, two of them, without the penalty, and the ledger."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.test_accessibility import violations
from tests.support import process

RACE = "dresden-2024/men-500/final-a"


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Serve the weekend after it was played."""
    data = ("--data", str(tmp_path / "data"))
    port = ("--port", str(process.free_port()))
    status, _, err = await process.run("demo", "--speed", "2000", "--exit", *data, *port)
    assert status == 0, err
    async with process.serving(data, tmp_path / "server.txt") as served:
        yield served.url


async def test_the_500_m_is_gone_along(url: str, open_page: Open) -> None:
    """Before the line, at the review, at the announcement; then side by side; then what if."""
    async with open_page(f"{url}/moments?race={RACE}", 1440, 900) as page:
        board = page.locator(".stage-one race-board")
        await page.wait_for_selector('.stage-one race-board[data-state="OFFICIAL"]')
        winner = page.locator(".at-classification tr").first
        await expect(winner).to_contain_text("Felix ROUSSEL")

        await page.get_by_role("button", name="Review opened").first.click()
        await page.wait_for_selector('.stage-one race-board[data-state="UNDER_REVIEW"]')
        first = page.locator(".stage-one .line").first
        await expect(first).to_have_attribute("data-competitor", "denis-nikisha")
        note = page.locator(".at-classification .at-note")
        await expect(note).to_have_text("Not official at this moment.")
        assert f"race={RACE.replace('/', '%2F')}" in page.url

        slider = page.get_by_role("slider", name="Moment", exact=True)
        for _ in range(6):
            await slider.press("ArrowLeft")
        await page.wait_for_selector('.stage-one race-board[data-state="LIVE"]')
        # On the way it may pass the last crossing, which is still live.
        await expect(board.locator("lap-counter")).not_to_have_attribute("data-laps-to-go", "0")

        await page.get_by_role("button", name="Two moments").click()
        await page.get_by_role("button", name="Review opened").first.click()
        await page.wait_for_selector('.stage-two race-board[data-state="OFFICIAL"]')
        await page.wait_for_selector('[data-document="standings"]')
        result = page.locator('[data-document="result"]')
        await expect(result).to_contain_text("1 → PEN")
        medals = page.locator('[data-document="medals"]').first
        await expect(medals).to_contain_text("gold 1 → 2")

        await page.get_by_role("button", name="What if").click()
        await page.get_by_role("combobox", name="Penalty").select_option("left out")
        await page.get_by_role("button", name="Ask").click()
        await page.wait_for_selector('.differences:not([hidden]) [data-document="classification"]')
        await expect(page.locator(".differences-title")).to_contain_text("would have been")
        would = await page.locator('[data-document="classification"]').inner_text()
        assert "no medal → gold" in would
        assert "gold → silver" in would


async def test_anything_may_be_supposed_otherwise(url: str, open_page: Open) -> None:
    """Another sanction, another skater, another order, a decision besides, taken back again."""
    group = '.differences:not([hidden]) [data-document="result"]'
    async with open_page(f"{url}/moments?lang=en&race={RACE}&mode=what-if", 1440, 900) as page:
        penalty = page.get_by_role("combobox", name="Penalty")
        asked = page.get_by_role("button", name="Ask")
        await penalty.select_option(label="Yellow card")
        await asked.click()
        await expect(page.locator(group)).to_contain_text("PEN → YC")

        await penalty.select_option(label="Felix ROUSSEL")
        await asked.click()
        roussel = page.locator(f"{group} li", has_text="ROUSSEL")
        await expect(roussel).to_contain_text("1 → PEN")

        await penalty.select_option(label="as recorded")
        await page.get_by_role("combobox", name="Decisions").select_option(label="Red card")
        await page.get_by_role("combobox", name="Skaters").select_option(label="Felix ROUSSEL")
        await page.get_by_role("button", name="Add").click()
        await asked.click()
        await expect(roussel).to_contain_text("1 → RC")
        assert await violations(page) == []

        await page.get_by_role("button", name="Remove").click()
        await asked.click()
        await expect(page.locator(".difference-none")).to_be_visible()

        # Called before the review, it would have come to the same.
        await penalty.select_option(label="Review opened")
        await asked.click()
        await expect(page.locator(".difference-none")).to_be_visible()
        await expect(page.locator(".suppose-fact[data-otherwise]")).to_have_count(1)
        await expect(page.locator(".moments-note")).to_be_empty()

        await penalty.select_option(label="as recorded")
        await page.get_by_text("All other facts").click()
        crossing = page.get_by_role("combobox", name="Crossing").last
        await crossing.select_option("drop")
        await asked.click()
        await expect(page.locator(".moments-note")).to_be_empty()
        await expect(page.locator(".differences-title")).to_contain_text("would have been")


async def test_what_the_penalty_moved_stands_in_one_line(url: str, open_page: Open) -> None:
    """Side by side, from before the announcement to the end: what the issue says, and no more."""
    moments = f"at=before:{RACE}/announcement&other=after:{RACE}"
    async with open_page(f"{url}/moments?lang=en&race={RACE}&mode=two&{moments}") as page:
        await expect(page.locator(".headline-list li")).to_have_text(
            [
                "Denis NIKISHA 1 → PEN",
                "Felix ROUSSEL 2 → 1",
                "Jordan PIERRE-GILLES 3 → 2",
                "Lukasz KUCZYNSKI 4 → 3",
                "CAN gold 1 → 2",
                "CAN bronze 2 → 1",
                "KAZ gold 1 → 0",
                "POL bronze 2 → 3",
                "Crystal Globe: Felix ROUSSEL +20",
                "Crystal Globe: Jordan PIERRE-GILLES +10",
                "Crystal Globe: Denis NIKISHA \N{MINUS SIGN}40",
                "Crystal Globe: Lukasz KUCZYNSKI +10",
            ]
        )
        for stage, first in ((".stage-one", "denis-nikisha"), (".stage-two", "felix-roussel")):
            line = page.locator(f"{stage} .line").first
            await expect(line).to_have_attribute("data-competitor", first)


async def test_officials_and_the_public_saw_another_board(url: str, open_page: Open) -> None:
    """At one time of day: the referee saw the penalty, the public did not yet."""
    async with open_page(f"{url}/moments?lang=en&race={RACE}&view=official") as page:
        await page.get_by_label("Go to").fill("472")
        await page.get_by_role("button", name="Show").click()
        own = page.locator('.stage-one .line[data-competitor="denis-nikisha"]')
        await expect(own).to_have_attribute("data-status", "PEN")
        await page.get_by_label("As seen by").select_option("public")
        await expect(own).to_have_attribute("data-status", "FELL")
        assert "view=" not in page.url
        words = await page.locator(".scrub-one .scrub-words").inner_text()
        await page.get_by_label("Go to").fill(words.rsplit(" · ", 1)[1])
        await page.get_by_role("button", name="Show").click()
        await expect(page.locator(".moments-note")).to_be_empty()
        await expect(page.locator(".stage-one race-board")).to_have_attribute("data-race", RACE)


async def test_the_ledger_leads_to_a_decision(url: str, open_page: Open) -> None:
    """From the list to the penalty: who, why, on which facts, and what it changed."""
    async with open_page(f"{url}/decisions?lang=en&competition=dresden-2024", 1280, 900) as page:
        await page.get_by_role("link", name="Penalty: Denis NIKISHA").click()
        await page.wait_for_selector("article.decision:not([hidden]) .difference-group")
        facts = await page.locator(".decision-facts").inner_text()
        assert "Obstruction at the finish line" in facts
        assert "Referee, on referee-headset" in facts
        assert "isu-2023-24" in facts
        await expect(page.locator('[data-document="result"]')).to_contain_text("1 → PEN")
        overall = page.locator(".difference-group", has_text="Standings: men").first
        await expect(overall).to_contain_text("+20 points (310 → 330)")
        fall = page.locator(".decision-rests li", has_text="Denis NIKISHA · Lap 5")
        await expect(fall).to_contain_text("Fall")
        place = await fall.get_by_role("link").inner_text()
        await fall.get_by_role("link").click()
        await expect(page.locator(".scrub-one .scrub-words")).to_contain_text(
            f"Fall · Denis NIKISHA · {place}"
        )


async def test_family_names_are_marked_as_on_the_boards(url: str, open_page: Open) -> None:
    """In the ledger, in what it changed, on the programme's podiums and in the medals by skater."""
    async with open_page(f"{url}/decisions?lang=en&race={RACE}&version=32") as page:
        await expect(page.locator(".decision-title b")).to_have_text("NIKISHA")
        await expect(page.locator(".decision-rests li b", has_text="NIKISHA").first).to_be_visible()
        for document in ("result", "medals", "standings"):
            group = page.locator(f'[data-document="{document}"]')
            await expect(group.locator(".difference-name b", has_text="ROUSSEL")).not_to_have_count(
                0
            )
        await expect(page.locator('[data-document="medals"] b', has_text="CANADA")).to_have_count(0)
    async with open_page(f"{url}/decisions?lang=en&competition=dresden-2024") as page:
        penalty = page.locator(".decision-list a", has_text="Obstruction at the finish line")
        await expect(penalty.locator("b")).to_have_text("NIKISHA")
    for path in ("phone?lang=en#programme", "?lang=en"):
        async with open_page(f"{url}/{path}") as page:
            race = page.locator(f'.race[data-race="{RACE}"]')
            await expect(race.locator(".race-place b")).to_have_text(
                ["ROUSSEL", "PIERRE-GILLES", "KUCZYNSKI"]
            )
            await expect(race.locator(".race-place").first).to_have_text("1Felix ROUSSEL CAN")
    async with open_page(f"{url}/phone?lang=en#medals") as page:
        await page.get_by_role("tab", name="Skaters").click()
        row = page.locator('medal-table tr[data-id="felix-roussel"]')
        await expect(row.locator("b")).to_have_text("ROUSSEL")


async def test_the_last_digit_of_an_instant_is_there_for_fingers_and_keys(
    url: str, open_page: Open
) -> None:
    """In a list of facts and beside the scrubber: a tap shows it, Enter hides it again."""
    for path, where, ready in (
        (f"decisions?lang=en&race={RACE}&version=32", ".decision-rests li", ".difference-group"),
        (f"moments?lang=en&race={RACE}", ".scrub-one .scrub-words", ".stage-one .line"),
    ):
        async with open_page(f"{url}/{path}", 390, 844, touch=True, calm=True) as page:
            await expect(page.locator(ready).first).to_be_visible()
            instant = page.locator(where).first.locator("exact-instant")
            button = instant.get_by_role("button")
            digits = instant.get_by_text(re.compile(r"^\d{4}-\d\d-\d\d [\d:]{8}\.\d{6} UTC$"))
            await expect(button).to_have_attribute("aria-expanded", "false")
            await expect(digits).to_be_hidden()
            await button.tap()
            await expect(digits).to_be_visible()
            await expect(button).to_have_attribute("aria-expanded", "true")
            assert await violations(page) == []
            await button.press("Enter")
            await expect(digits).to_be_hidden()


async def test_a_decision_has_an_address_of_its_own(url: str, open_page: Open) -> None:
    """Its link opens it again, its moments are links, and an older ledger knows less."""
    async with open_page(f"{url}/decisions?lang=en&race={RACE}&version=32") as page:
        link = await page.get_by_role("link", name="Link to this decision").get_attribute("href")
        await expect(page.locator(".decision-title")).to_have_text("Penalty: Denis NIKISHA")
        await page.get_by_role("link", name="As it was when it became public").click()
        await expect(page.locator(".moment-past")).to_contain_text("as it was at position 473")
        await expect(page.locator(".difference-group", has_text="Standings")).to_have_count(0)
        await page.get_by_role("link", name="Back to now").click()
        await expect(
            page.locator(".difference-group", has_text="Standings: men")
        ).not_to_have_count(0)
        await page.get_by_role("link", name="Time machine").click()
        await page.wait_for_selector('.stage-one race-board[data-state="UNDER_REVIEW"]')
    assert link is not None
    async with open_page(link) as page:
        await expect(page.locator(".decision-title")).to_contain_text("Denis NIKISHA")
    async with open_page(f"{url}/decisions?lang=en&competition=dresden-2024&at=472") as page:
        await expect(page.locator(".decision-list li").last).to_contain_text("Review opened")


async def test_a_decision_is_printed_black_on_white(url: str, open_page: Open) -> None:
    """On paper there is its address and no control, and every letter is black."""
    async with open_page(f"{url}/decisions?lang=en&race={RACE}&version=32", 794, 1123) as page:
        await expect(page.locator(".difference-group").first).to_be_visible()
        await page.emulate_media(media="print")
        await expect(page.locator(".decision-address")).to_contain_text("/decisions?race=")
        exact = page.locator(".decision-rests .instant-exact").first
        await expect(exact).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d [\d:]{8}\.\d{6} UTC$"))
        await expect(exact).to_be_visible()
        for control in (".moments-links", ".decision-links", ".moments-foot"):
            await expect(page.locator(control)).to_be_hidden()
        shown = page.locator(".decision :visible")
        colours = await shown.evaluate_all(
            """all => [...new Set(all.map((each) => {
                 const { color, backgroundColor } = getComputedStyle(each);
                 return `${color} on ${backgroundColor}`;
               }))]"""
        )
        assert colours == ["rgb(0, 0, 0) on rgba(0, 0, 0, 0)"]
        paper = await page.locator("body").evaluate(
            "(body) => getComputedStyle(body).backgroundColor"
        )
        assert paper == "rgb(255, 255, 255)"
        assert len(await page.pdf()) > 10_000


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_nothing_is_wider_than_the_page(
    url: str, open_page: Open, width: int, height: int
) -> None:
    """On a desk and on a phone, both pages fit in width."""
    for path in (f"moments?race={RACE}&mode=two", "decisions?competition=dresden-2024"):
        async with open_page(f"{url}/{path}", width, height) as page:
            await page.wait_for_load_state("networkidle")
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
