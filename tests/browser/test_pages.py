"""Every page that shows a race shows the same race: live, through a restart, at its own size."""

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from msgspec import Struct
from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.support import officials, process, race_server

HERE = tuple(skater for skater, *_ in officials.SKATERS)
STALE_WITHIN_MS = 20_000


class Shown(Struct, frozen=True):
    """A page, its size, and where on it the race stands."""

    path: str
    width: int
    height: int
    chip: str
    lines: str
    laps: str
    """What holds the laps to go, as a text that contains them."""


PAGES = (
    Shown("/", 1280, 900, ".home-current state-chip", ".line", ".current-laps"),
    Shown("/scoreboard", 800, 420, "race-board state-chip", ".line", ".lap-number"),
    Shown("/overlay", 1920, 1080, ".bug state-chip", ".line", ".bug-number"),
    Shown("/phone", 390, 844, "race-sheet state-chip", ".line", "race-sheet .lap-number"),
    Shown("/announcer", 1440, 900, ".desk-head state-chip", ".card", ".desk-laps"),
)


def lap(row: int, order: tuple[str, ...]) -> list[officials.Command]:
    """Return a row of crossings in an order."""
    return [
        {
            "type": "RecordCrossing",
            "race": officials.RACE,
            "competitor": skater,
            "elapsed_ms": row * 9_000 + place * 130,
        }
        for place, skater in enumerate(order)
    ]


async def shows(page: Page, shown: Shown, state: str, order: tuple[str, ...], laps: str) -> None:
    """Wait until a page shows a state, an order and the laps to go."""
    chip = page.locator(shown.chip).first
    await expect(chip).to_have_attribute("data-state", state)
    lines = page.locator(shown.lines)
    await expect(lines).to_have_count(len(order))
    for place, competitor in enumerate(order):
        line = lines.nth(place)
        await expect(line).to_have_attribute("data-competitor", competitor)
    await expect(page.locator(shown.laps).first).to_contain_text(laps)


@contextlib.asynccontextmanager
async def opened(url: str, open_page: Open) -> AsyncIterator[list[tuple[Page, Shown]]]:
    """Open every page at its size, each marked so that a reload would show."""
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for shown in PAGES:
            opening = open_page(f"{url}{shown.path}", shown.width, shown.height)
            page = await stack.enter_async_context(opening)
            await page.evaluate("window.marker = 'the same page'")
            found.append((page, shown))
        yield found


async def all_show(
    pages: list[tuple[Page, Shown]], state: str, order: tuple[str, ...], laps: str = ""
) -> None:
    """Wait until every page shows the same."""
    for page, shown in pages:
        await shows(page, shown, state, order, laps)


async def test_every_page_follows_a_race_through_a_restart(tmp_path: Path, open_page: Open) -> None:
    """Start list, laps, a server that goes and comes, a penalty, the result: on all pages alike."""
    target = ("--data", str(tmp_path / "data"))
    port = process.free_port()
    served = await process.start(target, tmp_path / "one.txt", port=port)
    try:
        async with aiohttp.ClientSession() as http:
            url = served.url
            await officials.post_all(http, url, officials.programme())
            async with opened(url, open_page) as pages:
                await all_show(pages, "START_LIST", HERE)
                start: officials.Command = {"type": "StartRace", "race": officials.RACE}
                await officials.post_all(http, url, [start, *lap(1, HERE)])
                await all_show(pages, "LIVE", HERE, "4")
                assert await served.end() == 0
                for page, _ in pages:
                    stale = page.locator("connection-light[data-stale]")
                    await stale.wait_for(timeout=STALE_WITHIN_MS)
                served = await process.start(target, tmp_path / "two.txt", port=port)
                await officials.post_all(http, url, lap(2, HERE[::-1]))
                await all_show(pages, "LIVE", HERE[::-1], "3")
                await officials.post_all(http, url, decided())
                ranked = ("dee-four", "bea-two", "ann-one", "cia-three")
                await all_show(pages, "OFFICIAL", ranked)
                await check_the_end({shown.path: page for page, shown in pages})
                for page, shown in pages:
                    assert await page.evaluate("window.marker") == "the same page", shown.path
                    assert await page.locator("connection-light[data-stale]").count() == 0
    finally:
        if served.process.returncode is None:
            await served.end()


def decided() -> list[officials.Command]:
    """Return the rest of the race: one falls, one is penalised, and it becomes official."""
    return [
        *lap(3, HERE[::-1]),
        {"type": "RecordFall", "race": officials.RACE, "competitor": "ann-one"},
        *lap(4, ("dee-four", "cia-three", "bea-two", "ann-one")),
        *lap(5, ("dee-four", "cia-three", "bea-two", "ann-one")),
        {"type": "EndRace", "race": officials.RACE},
        {
            "type": "CallPenalty",
            "race": officials.RACE,
            "competitor": "cia-three",
            "infringement": "C1",
            "reason": "Changed lanes and made contact",
        },
        {"type": "PublishResult", "race": officials.RACE},
        {"type": "DeclareResultOfficial", "race": officials.RACE},
    ]


async def check_the_end(pages: dict[str, Page]) -> None:
    """Check what each page alone has to tell."""
    ticker = pages["/overlay"].locator(".ticker-line")
    await expect(ticker).to_contain_text("Changed lanes and made contact")
    told = pages["/announcer"].locator(".told-line")
    for line in ("Dee Four takes the lead with 3 to go", "Ann One falls"):
        await expect(told.filter(has_text=line).first).to_be_visible()
    phone = pages["/phone"]
    await expect(phone.locator("lap-chart .chart-fall")).to_have_count(1)
    await expect(phone.locator("lap-chart .chart-penalty")).to_have_count(1)
    await phone.get_by_role("button", name="Gaps").click()
    await phone.locator(".gap-reference").select_option("bea-two")
    row = phone.locator("gap-chart tbody tr").nth(1)
    ahead = "Dee Four \N{MINUS SIGN}0.26, Cia Three \N{MINUS SIGN}0.13"
    await expect(row).to_have_text(f"Lap 2{ahead}, Bea Two 0, Ann One +0.13")
    for where in (f"#race/{officials.RACE}", "#now", f"#race/{officials.RACE}"):
        await phone.evaluate("where => { location.hash = where; }", where)
        await phone.locator("race-sheet .line").first.wait_for()
    await phone.get_by_role("link", name="Medals").click()
    medal = phone.locator('medal-table tr[data-id="POL"]')
    await medal.wait_for()
    await phone.get_by_role("link", name="Rounds").click()
    await phone.locator(".bracket-row").first.click()
    await expect(phone.locator('.bracket-row[aria-pressed="true"]')).to_have_count(1)


async def test_an_overlay_paints_nothing_but_what_it_shows(tmp_path: Path, open_page: Open) -> None:
    """Outside of tower and ticker a picture is seen through; parts and themes can be chosen."""
    async with race_server.running(tmp_path) as server:
        address = f"{server.url}/overlay?show=tower&theme=glass"
        async with open_page(address, 1920, 1080) as page:
            await page.locator(".line").first.wait_for()
            for hidden in (".bug-laps", "race-clock", ".bug state-chip", ".ticker"):
                await expect(page.locator(hidden)).not_to_be_visible()
            box = await page.locator(".safe").bounding_box()
            assert box == {"x": 96, "y": 54, "width": 1728, "height": 972}
            corner = {"x": 1000, "y": 400, "width": 2, "height": 2}
            clear = await page.screenshot(omit_background=True, clip=corner)
            opaque = await page.screenshot(clip=corner)
            assert clear != opaque
        async with open_page(f"{server.url}/overlay?lang=ko", 1280, 720) as page:
            await page.locator(".line").first.wait_for()
            await expect(page.locator(".bug-round")).to_have_text("결승 A")
            await expect(page.locator("html")).to_have_attribute("lang", "ko")


async def test_a_delayed_page_is_never_in_the_present(tmp_path: Path, open_page: Open) -> None:
    """What others see at once is not there yet: it comes late, or the page says that it cannot."""
    async with (
        race_server.running(tmp_path) as server,
        open_page(f"{server.url}/overlay") as now,
        open_page(f"{server.url}/overlay?delay=4") as late,
    ):
        start: officials.Command = {"type": "StartRace", "race": officials.RACE}
        await server.post([start, *lap(1, HERE)])
        await now.locator(".bug-number", has_text="4").wait_for()
        number = late.locator(".bug-number")
        assert await number.count() == 0 or await number.inner_text() != "4"
        told = late.locator(".refusal:visible")
        await expect(told.or_(number.filter(has_text="4")).first).to_be_visible()


async def test_a_display_is_paired_told_and_comes_back(tmp_path: Path, open_page: Open) -> None:
    """The code on the screen, typed at the desk, brings up the board; a reload keeps it."""
    async with (
        race_server.running(tmp_path) as server,
        open_page(f"{server.url}/display", 800, 420) as screen,
        open_page(f"{server.url}/displays", 1100, 700) as desk,
    ):
        code = screen.locator(".pairing-code")
        await expect(code).to_have_text(re.compile(r"^\w{3} \w{3}$"))
        form = desk.locator(".pair-form")
        await form.get_by_label("Name").fill("Long side")
        await form.get_by_label("Options").fill("?width=768&height=384")
        await form.get_by_label("Pairing code").fill(await code.inner_text())
        await desk.get_by_role("button", name="Pair").click()
        board = screen.frame_locator(".display-frame").locator("race-board")
        await board.locator(".line").first.wait_for()
        size = await board.bounding_box()
        assert size is not None
        assert (size["width"], size["height"]) == (768, 384)
        card = desk.locator(".display-card")
        await card.get_by_text("Current").wait_for()
        await card.get_by_label("Shows").select_option("phone")
        await card.get_by_role("button", name="Apply").click()
        sheet = screen.frame_locator(".display-frame").locator("race-sheet .line")
        await sheet.first.wait_for()
        await screen.reload()
        await sheet.first.wait_for()
