"""No network, a reload, a dead server, two hours: what was entered arrives once, as entered."""

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser import keyed
from tests.browser.test_accessibility import violations
from tests.browser.test_console import milliseconds, press
from tests.support import officials, race_server
from tests.support.race_server import RaceServer

ANN, BEA, CIA, DEE = (skater[0] for skater in officials.SKATERS)
SECOND = officials.race_id(1)
HOURS = timedelta(hours=2)
RUNNING = re.compile(r"^(\d+:)?\d{1,2}\.\d$")
TABLET = {"width": 1180, "height": 820}


@contextlib.asynccontextmanager
async def tablet(browser: Browser, address: str) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """Open a desk's page, kept by its service worker; an error on it fails the test."""
    context = await browser.new_context(viewport=TABLET)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(address)
    await expect(page.locator("body[data-ready][data-kept]")).to_have_count(1)
    yield context, page
    assert faults == []
    await context.close()


async def depth(page: Page, count: int) -> None:
    """Wait until the page says that so many facts wait."""
    await expect(page.locator(".desk-unsent")).to_have_attribute("data-depth", str(count))


async def reloaded(page: Page, count: int) -> None:
    """Load the page again without a network: it opens, and says how much waits."""
    await page.reload()
    await expect(page.locator("body[data-ready]")).to_have_count(1)
    await depth(page, count)
    await expect(page.locator(".desk-unsent")).to_have_text(f"{count} unsent")
    names = await page.evaluate("Object.keys(localStorage)")
    assert [name for name in names if "unsent" in name] == []


async def back(server: RaceServer, context: BrowserContext, page: Page) -> None:
    """End both outages, that of the server and that of the network: all that waited is sent."""
    await server.start()
    await context.set_offline(False)
    await depth(page, 0)


async def test_start_and_finish_survive_a_cut_a_reload_and_a_dead_server(
    tmp_path: Path, browser: Browser
) -> None:
    """A race from its gun to its end, all of it without a network: every fact once, in order."""
    async with (
        race_server.running(tmp_path) as server,
        tablet(browser, f"{server.url}/finish?race={officials.RACE}") as (context, page),
    ):
        await page.locator('[data-do="gun"]').wait_for()
        await page.wait_for_timeout(1000)
        await context.set_offline(True)
        before = await page.evaluate("Date.now()")
        await page.click('[data-do="gun"]')
        await depth(page, 1)
        await expect(page.locator('[data-do="gun"]')).to_have_text("FIRED")
        await reloaded(page, 1)
        await expect(page.locator('[data-do="gun"]')).to_have_text("FIRED")
        await page.fill(".digits input", "3 1=2 4")
        await page.click('[data-do="order"]')
        await depth(page, 2)
        await server.die()
        photo = page.locator('[data-part="photo"]')
        await photo.locator(f'.time-field[data-competitor="{CIA}"]').fill("42078")
        await photo.locator('[data-do="times"]').click()
        await depth(page, 3)
        end = photo.locator('[data-do="end"]')
        await end.click()
        await expect(end).to_have_text("Tap again: the race is over")
        await end.click()
        await depth(page, 4)
        await expect(end).to_have_text("End of the race: unsent")
        await reloaded(page, 4)
        await stands(page, "UNCONFIRMED", "Unconfirmed · unsent")
        await back(server, context, page)
        await stands(page, "UNCONFIRMED", "Unconfirmed")
        found = await server.facts()
        assert [fact["type"] for fact in found][-4:] == [
            "RaceStarted",
            "FinishOrderRecorded",
            "FinishTimesRecorded",
            "RaceEnded",
        ]
        # The page tells the time by the server's clock, as far as the feed could measure it.
        assert before - 200 <= found[-4]["data"]["at_ms"] <= before + 3000
        rows = (await server.read("result"))["rows"]
        assert [(row["id"], row["rank"]) for row in rows] == [
            (CIA, 1),
            (ANN, 2),
            (BEA, 2),
            (DEE, 4),
        ]


async def stands(page: Page, state: str, words: str) -> None:
    """Wait until the head of a desk says where its race stands, and whether only it knows."""
    chip = page.locator(".desk-head state-chip")
    await expect(chip).to_have_attribute("data-state", state)
    await expect(chip.locator(".chip-words")).to_have_text(words)


async def test_a_gun_that_waits_is_shown_by_every_desk_before_and_after_a_reload(
    tmp_path: Path, browser: Browser
) -> None:
    """What this device has keyed stands on all of its pages, marked unsent until it has arrived."""
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(race_server.running(tmp_path))
        address = f"{server.url}/finish?race={officials.RACE}"
        context, finish = await stack.enter_async_context(tablet(browser, address))
        referee = await context.new_page()
        await referee.goto(f"{server.url}/referee?race={officials.RACE}")
        await expect(referee.locator("body[data-ready][data-kept]")).to_have_count(1)
        console = await context.new_page()
        await console.goto(f"{server.url}/console?race={officials.RACE}")
        await expect(console.locator("lap-console[data-kept] .console-row")).to_have_count(4)
        for desk in (finish, referee):
            await stands(desk, "START_LIST", "Start list")
        await finish.wait_for_timeout(1000)
        await context.set_offline(True)
        await finish.click('[data-do="gun"]')
        phase = console.locator(".console-phase")
        for again in (False, True):
            for desk in (finish, referee):
                if again:
                    await reloaded(desk, 1)
                await stands(desk, "LIVE", "Live · unsent")
                await expect(desk.locator("race-clock")).to_have_text(RUNNING)
            if again:
                await console.reload()
            await expect(phase).to_have_text("RUNNING · unsent")
        assert "RaceStarted" not in [fact["type"] for fact in await server.facts()]
        assert await violations(finish) == []
        assert await violations(console) == []
        await context.set_offline(False)
        for desk in (finish, referee):
            await depth(desk, 0)
            await stands(desk, "LIVE", "Live")
        await expect(phase).to_have_text("RUNNING")
        assert [fact["type"] for fact in await server.facts()].count("RaceStarted") == 1


async def test_a_decision_survives_a_cut_a_reload_and_a_dead_server(
    tmp_path: Path, browser: Browser
) -> None:
    """A penalty and the advancement that it explains wait together, and still name each other."""
    async with (
        race_server.running(tmp_path, officials.skated()[:-2]) as server,
        tablet(browser, f"{server.url}/referee?race={officials.RACE}") as (context, page),
    ):
        await page.locator(".grid-cell").first.wait_for()
        await page.wait_for_timeout(1000)
        await context.set_offline(True)
        await page.click(f'.skater[data-competitor="{ANN}"]')
        await page.click('.grid-cell[data-code="C3"]')
        await page.click(f'[data-victim="{DEE}"]')
        await page.get_by_role("button", name="Advance").click()
        await page.click('[data-step="decide"]')
        await depth(page, 2)
        await server.die()
        await reloaded(page, 2)
        publish = page.locator('[data-do="publish"]')
        await publish.click()
        await expect(publish).to_have_text("Tap again: everybody sees it")
        await publish.click()
        await depth(page, 3)
        await back(server, context, page)
        await page.locator(".pending-list li").nth(1).wait_for()
        found = await server.read("result", view="official")
    assert [(each["kind"], each["competitor"]) for each in found["decisions"]] == [
        ("PEN", ANN),
        ("ADV", DEE),
    ]
    assert found["state"] == "UNOFFICIAL"


async def test_a_refusal_that_came_late_is_shown_until_it_is_seen(
    tmp_path: Path, browser: Browser
) -> None:
    """The gun was fired elsewhere meanwhile: what waited is refused, and nobody can miss it."""
    async with (
        race_server.running(tmp_path) as server,
        tablet(browser, f"{server.url}/finish?race={officials.RACE}") as (context, page),
    ):
        await page.locator('[data-do="gun"]').wait_for()
        await context.set_offline(True)
        await page.click('[data-do="gun"]')
        # Until the tap has been answered, what comes is no late refusal but the answer to the tap.
        await expect(page.locator(".desk-fault")).to_contain_text("No network: it is kept here")
        await server.post([{"type": "StartRace", "race": officials.RACE}])
        await context.set_offline(False)
        refused = page.locator(".desk-refused")
        await expect(refused).to_contain_text("Refused: StartRace.")
        await page.reload()
        await expect(refused).to_contain_text("Refused: StartRace.")
        await refused.locator('[data-do="seen"]').click()
        await expect(refused).to_be_hidden()


async def test_two_pages_of_one_browser_have_one_outbox(tmp_path: Path, browser: Browser) -> None:
    """What one page keeps, the other shows; whichever is left sends it, once."""
    race = officials.RACE
    async with race_server.running(tmp_path) as server:
        async with tablet(browser, f"{server.url}/finish?race={race}") as (context, page):
            await page.locator('[data-do="gun"]').wait_for()
            other = await context.new_page()
            await other.goto(f"{server.url}/console?race={race}")
            await other.locator("lap-console .console-row").first.wait_for()
            await context.set_offline(True)
            await page.click('[data-do="gun"]')
            await depth(page, 1)
            await expect(other.locator('lap-console[data-unsent="1"]')).to_have_count(1)
            await page.close()
            await context.set_offline(False)
            await expect(other.locator('lap-console[data-unsent="0"]')).to_have_count(1)
        types = [fact["type"] for fact in await server.facts()]
        assert types.count("RaceStarted") == 1


async def test_two_hours_without_a_network(tmp_path: Path, browser: Browser) -> None:
    """Two races keyed in two hours of the console's clock: right results, all instants as keyed."""
    rows = keyed.laps(5, 4, seed=11)
    async with race_server.running(tmp_path, races=2) as server:
        async with keyed.recorder(browser, server.url, officials.RACE) as (context, page):
            await context.set_offline(True)
            # When the network comes back, it is now: so the device's clock shows two hours ago.
            cut = datetime.now(UTC) - HOURS
            await context.clock.install(time=cut)
            await page.reload()
            await skate(context, page, rows, reload_before=3)
            first = await crossings(page, officials.RACE)
            await context.clock.fast_forward("01:00:00")
            await press(page, "n Enter")
            await expect(page.locator(f'lap-console[data-race="{SECOND}"]')).to_have_count(1)
            await skate(context, page, rows[::-1])
            second = await crossings(page, SECOND)
            waiting = len(await keyed.kept(page))
            assert await page.locator(f'lap-console[data-unsent="{waiting}"]').count() == 1
            await context.clock.fast_forward("00:57:00")
            await page.reload()
            await expect(page.locator(f'lap-console[data-unsent="{waiting}"]')).to_have_count(1)
            shown = await page.evaluate("Date.now()") / 1000 - cut.timestamp()
            assert HOURS - timedelta(minutes=2) < timedelta(seconds=shown) < HOURS
            await context.set_offline(False)
            await keyed.all_sent(page)
        for race, entered, order in (
            (officials.RACE, first, rows[-1]),
            (SECOND, second, rows[0]),
        ):
            assert len(entered) == 5 * 4
            assert await keyed.instants(server.http, server.url, race) == entered
            found = await keyed.outcome(server.http, server.url, race)
            assert found["state"] == "UNCONFIRMED"
            assert [place[0] for place in found["places"]] == [
                officials.SKATERS[n - 1][0] for n in order
            ]
        assert 3500_000 < second[0][1] - first[0][1] < 3900_000
        assert cut.timestamp() * 1000 <= first[0][1] <= cut.timestamp() * 1000 + 60_000


async def skate(
    context: BrowserContext, page: Page, rows: list[list[int]], *, reload_before: int = -1
) -> None:
    """Key a race whose laps take nine seconds each of the page's clock, reloading within."""
    await press(page, "s")
    for index, order in enumerate(rows):
        if index == reload_before:
            await page.reload()
            await page.locator("lap-console[data-running] .console-row").first.wait_for()
        await context.clock.fast_forward(9000)
        for position in order:
            await press(page, str(position))
    await press(page, "e Enter")


async def crossings(page: Page, race: str) -> list[tuple[str, int]]:
    """Return whose crossings of a race this device keeps, and the instants of their keys."""
    return [
        (e["envelope"]["command"]["competitor"], milliseconds(e["envelope"]))
        for e in await keyed.kept(page)
        if e["envelope"]["command"]["type"] == "RecordCrossing"
        and e["envelope"]["command"]["race"] == race
    ]
