"""Whole races keyed by keyboard on the lap console, undisturbed and disturbed."""

import os
from datetime import datetime
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser import keyed, pages
from tests.support import officials, race_server

CROSSING = "RecordCrossing"


def thousand() -> list[officials.Command]:
    """Return the commands that put a 1000 m of four on the programme."""
    return [
        {
            "type": "AddDistance",
            "distance": "cup/women-1000",
            "name": "Women 1000 m",
            "gender": "women",
            "metres": 1000,
        },
        *officials.race("cup/women-1000/final-a"),
    ]


def relay() -> list[officials.Command]:
    """Return the commands that put two 5000 m relays of the same four teams on the programme."""
    nocs = ("KOR", "NED", "CAN", "ITA")
    skaters = [
        {
            "type": "EnterSkater",
            "competition": "cup",
            "skater": f"{noc.lower()}-{n}",
            "name": f"{noc} Skater {n}",
            "noc": noc,
            "gender": "men",
        }
        for noc in nocs
        for n in range(1, 5)
    ]
    teams = [
        {
            "type": "EnterTeam",
            "competition": "cup",
            "team": f"{noc.lower()}-men",
            "name": f"Team {noc}",
            "noc": noc,
            "gender": "men",
            "skaters": [f"{noc.lower()}-{n}" for n in range(1, 5)],
        }
        for noc in nocs
    ]
    starters = [
        {"competitor": f"{noc.lower()}-men", "start_position": place}
        for place, noc in enumerate(nocs, 1)
    ]
    distance = {
        "type": "AddDistance",
        "distance": "cup/men-5000-relay",
        "name": "Men 5000 m relay",
        "gender": "men",
        "metres": 5000,
        "relay": True,
    }
    races = [
        {
            "type": "ScheduleRace",
            "race": f"cup/men-5000-relay/final-{letter}",
            "round": f"FINAL_{letter.upper()}",
            "round_name": f"Final {letter.upper()}",
            "number": 1,
        }
        for letter in "ab"
    ]
    lists = [
        {"type": "PublishStartList", "race": race["race"], "starters": starters} for race in races
    ]
    return [*skaters, *teams, distance, *races, *lists]


async def test_a_500_m_with_everything_that_goes_wrong(tmp_path: Path, browser: Browser) -> None:
    """Cold fingers, nameless times, a fall, a missed crossing: the result is what was skated."""
    async with race_server.running(tmp_path) as server:
        async with keyed.recorder(browser, server.url, officials.RACE) as (_, page):
            await page.keyboard.press("s")
            await press(page, "1 1 2 3 4 4")
            prompt = page.locator(".console-prompt")
            await expect(prompt).to_contain_text("4 twice within a second")
            await press(page, "2 1 4 Backspace Numpad3 NumpadEnter 4")
            await expect(page.locator(".console-log")).to_contain_text("retracted: 4 Dee Four")
            await press(page, "Space Space 1 a 3 a 2 f 4 p 4")
            await press(page, "b 2 3 2 3 1")
            first = page.locator(".console-row").first
            await expect(first).to_have_attribute("data-competitor", "bea-two")
            await press(page, "m 1 d 4 e Enter")
            await keyed.all_sent(page)
        result = await server.read("result")
        assert [(row["id"], row["rank"], row["status"]) for row in result["rows"]] == [
            ("bea-two", 1, None),
            ("cia-three", 2, None),
            ("ann-one", 3, None),
            ("dee-four", None, "DNF"),
        ]
        official = await server.read("result", view="official")
        assert [flag["competitor"] for flag in official["flags"]] == ["dee-four"]
        events = await server.read("events")
        assert "FlaggedToReferee" not in {row["type"] for row in events["rows"]}
        estimated = [row for row in events["rows"] if row["data"].get("source") == "estimated"]
        assert [row["data"]["elapsed_ms"] for row in estimated] == [None]


async def press(page: Page, keys: str) -> None:
    """Press keys one after another."""
    for key in keys.split():
        await page.keyboard.press(key)


async def test_every_key_is_shown_within_a_frame(tmp_path: Path, browser: Browser) -> None:
    """A 1000 m, stopped and skated again: the frame after each key has its entry."""
    race = "cup/women-1000/final-a"
    async with race_server.running(tmp_path, thousand()) as server:
        async with keyed.recorder(browser, server.url, race) as (_, page):
            await press(page, "s 1 2 3 4 x")
            await expect(page.locator(".console-prompt")).to_contain_text("STOP THE RACE? ENTER")
            await press(page, "Enter r Enter")
            rows = keyed.laps(9, 4, seed=1)
            await keyed.all_sent(page)
            await page.evaluate("window.frames_seen = []")
            await keyed.skate(page, rows, paced=True)
            await keyed.all_sent(page)
            seen = await page.evaluate("window.frames_seen")
            assert seen == [True] * (1 + 9 * 4) + [False, True]
            assert not await pages.scrolls(page)
        found = await keyed.outcome(server.http, server.url, race)
        names = [skater for skater, *_ in officials.SKATERS]
        assert [place[0] for place in found["places"]] == [names[n - 1] for n in rows[-1]]
        assert found["ranks"] == {
            name: [order.index(n) + 1 for order in rows] for n, name in enumerate(names, 1)
        }


async def test_a_relay_survives_two_cuts_a_reload_and_a_killed_server(
    tmp_path: Path, browser: Browser
) -> None:
    """45 laps of four teams: the result equals the same race keyed undisturbed, to the instant.

    With `BELL_LAP_LAP_MS=9000` it is keyed at the speed at which teams skate, for seven minutes.
    """
    calm, rough = "cup/men-5000-relay/final-b", "cup/men-5000-relay/final-a"
    rows = keyed.laps(45, 4, seed=7)
    async with race_server.running(tmp_path, relay()) as server:
        async with keyed.recorder(browser, server.url, calm) as (_, page):
            await keyed.skate(page, rows)
            await keyed.all_sent(page)
        async with keyed.recorder(browser, server.url, rough) as (context, page):

            async def cut() -> None:
                await context.set_offline(True)

            async def cut_and_reload() -> None:
                await context.set_offline(True)
                await page.reload()
                await page.wait_for_selector(f'lap-console[data-race="{rough}"][data-running]')

            async def join() -> None:
                assert await page.locator('lap-console[data-unsent="0"]').count() == 0
                await context.set_offline(False)

            await keyed.skate(
                page,
                rows,
                {5: cut, 14: join, 18: server.die, 26: server.start, 31: cut_and_reload, 41: join},
                lap_ms=int(os.environ.get("BELL_LAP_LAP_MS", "0")),
            )
            await keyed.all_sent(page)
            entered = [
                (e["envelope"]["command"]["competitor"], milliseconds(e["envelope"]))
                for e in await keyed.kept(page)
                if e["envelope"]["command"]["type"] == CROSSING
            ]
        assert len(entered) == 45 * 4
        assert await keyed.instants(server.http, server.url, rough) == entered
        disturbed = await keyed.outcome(server.http, server.url, rough)
        assert disturbed == await keyed.outcome(server.http, server.url, calm)
        assert disturbed["state"] == "UNCONFIRMED"


def milliseconds(envelope: dict[str, str]) -> int:
    """Return when an envelope says that something happened."""
    return round(datetime.fromisoformat(envelope["occurred_at"]).timestamp() * 1000)


async def test_two_recorders_at_one_race(tmp_path: Path, browser: Browser) -> None:
    """Laps count once; what one missed is shown and taken over; whoever loses the pen is told."""
    race = officials.RACE
    async with (
        race_server.running(tmp_path) as server,
        keyed.recorder(browser, server.url, race, "Ann") as (_, one),
        keyed.recorder(browser, server.url, race, "Ben") as (_, two),
    ):
        await press(one, "s 1 2 3 4")
        await keyed.all_sent(one)
        await two.wait_for_selector("lap-console[data-running]")
        await press(two, "1 2 3 4")
        await two.locator(".console-pen", has_text="pen: console-").wait_for()
        await press(two, "1 2 3 4")
        await press(one, "1 3 4")
        signs = one.locator('.console-row[data-competitor="bea-two"] .row-signs')
        await signs.filter(has_text="G: other saw lap 2").wait_for()
        await press(one, "g")
        await keyed.all_sent(one)
        laps = {row["id"]: row["laps"] for row in (await server.read("board"))["rows"]}
        assert laps == dict.fromkeys(("ann-one", "bea-two", "cia-three", "dee-four"), 2)
        await press(two, "t Enter")
        await one.locator(".console-banner", has_text="has taken the pen").wait_for()
        await press(two, "1 2 3 4")
        await keyed.all_sent(two)
        rows = (await server.read("board"))["rows"]
        assert [row["laps"] for row in rows] == [3, 3, 3, 3]
