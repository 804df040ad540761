"""The referee's tablet: what it foretells is what then happens, and nobody sees it too early."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.browser import pages, tablets
from tests.browser.conftest import Open
from tests.browser.test_shapes import RACE as TEN
from tests.browser.test_shapes import ten_starters
from tests.support import officials, process, weekend

MEN_500 = "dresden-2024/men-500/final-a"
NIKISHA, ROUSSEL = "denis-nikisha", "felix-roussel"
PIERRE_GILLES, KUCZYNSKI = "jordan-pierre-gilles", "lukasz-kuczynski"
SERIES = "world-cup-2023-24"
TOPICS = (
    f"race/{MEN_500}",
    "current/dresden-2024",
    "programme/dresden-2024",
    "medals/dresden-2024",
    "classification/dresden-2024/men-500",
    f"standings/{SERIES}",
)
SECRET = "Arm block at the finish"
Frame = dict[str, Any]


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Serve the weekend up to the review of the 500 m."""
    target = ("--data", str(tmp_path / "data"))
    async with process.serving(target, tmp_path / "server.txt") as served:
        async with aiohttp.ClientSession() as http:
            await weekend.play_until(http, served.url, "Men 500 m, Final A: under review")
        yield served.url


def tablet(url: str, race: str = MEN_500) -> str:
    """Return the address of the tablet at a race."""
    return f"{url}/referee?race={race}"


async def ready(page: Page) -> None:
    """Wait until the tablet knows its race, and what it asked has been answered."""
    await page.wait_for_selector("body[data-ready] .skater")
    await answered(page)


async def answered(page: Page) -> None:
    """Wait until the consequences that are shown are those of what is chosen."""
    await page.wait_for_timeout(120)
    await page.wait_for_selector("consequence-list:not([data-asking])")


async def foretold(page: Page, within: str = ".referee-right") -> list[dict[str, Any]]:
    """Return every change that the tablet shows, by document, scope, id and field."""
    found: list[dict[str, Any]] = await page.eval_on_selector_all(
        f"{within} .so-change",
        """all => all.map((e) => ({document: e.dataset.document, scope: e.dataset.scope,
            id: e.dataset.id, field: e.dataset.field, after: JSON.parse(e.dataset.after)}))""",
    )
    return found


class Documents:
    """What stands in the documents that a foretold change is about."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._api = f"{url}/api/v1"
        self._read: dict[str, dict[str, Any]] = {}

    async def value(self, change: dict[str, Any]) -> object:
        """Return what a changed value has become."""
        scope = change["scope"]
        path, parameters = {
            "result": (f"races/{scope}/result", {}),
            "classification": (f"distances/{scope}/classification", {}),
            "medals": (
                f"competitions/{scope.split(':')[0]}/medals",
                {"by": scope.split(":")[-1].split("-")[0]},
            ),
            "standings": (
                f"series/{scope.split(':')[0]}/standings",
                {"table": scope.split(":")[-1]},
            ),
        }[change["document"]]
        key = f"{path}{parameters}"
        if key not in self._read:
            answer = await officials.get(self._http, f"{self._api}/{path}", **parameters)
            self._read[key] = {row["id"]: row for row in answer["rows"]}
        return self._read[key].get(change["id"], {}).get(change["field"])


async def decide_the_500(page: Page) -> None:
    """Call Nikisha's arm block at the finish, with its victim, under embargo."""
    await page.click(f'.skater[data-competitor="{NIKISHA}"]')
    await page.click('.grid-cell[data-code="F3"]')
    await page.click(f'[data-victim="{ROUSSEL}"]')
    await answered(page)
    await page.click('[data-step="decide"]')
    await page.wait_for_selector(".pending-list li")
    await answered(page)


async def announce(page: Page) -> None:
    """Announce and make official, in two taps."""
    await page.click('[data-step="one"][data-command="DeclareResultOfficial"]')
    await answered(page)
    await page.click('[data-step="two"]')
    await page.wait_for_selector('state-chip[data-state="OFFICIAL"]')


async def test_what_is_foretold_is_what_happens(url: str, open_page: Open) -> None:
    """Before the decision and before its announcement, every value shown is the later one."""
    async with open_page(tablet(url), 1180, 820) as page, aiohttp.ClientSession() as http:
        await ready(page)
        await page.click(f'.skater[data-competitor="{NIKISHA}"]')
        await page.click('.grid-cell[data-code="F3"]')
        await page.click(f'[data-victim="{ROUSSEL}"]')
        await answered(page)
        before_deciding = await foretold(page)
        await page.click('[data-step="decide"]')
        await page.wait_for_selector(".pending-list li")
        await answered(page)
        await page.click('[data-step="one"][data-command="DeclareResultOfficial"]')
        await answered(page)
        before_announcing = await foretold(page)
        await page.click('[data-step="two"]')
        await page.wait_for_selector('state-chip[data-state="OFFICIAL"]')
        documents = Documents(http, url)
        for shown in (before_deciding, before_announcing):
            kinds = {change["document"] for change in shown}
            assert kinds == {"result", "classification", "medals", "standings"}
            assert len(shown) > 15
            for change in shown:
                assert await documents.value(change) == change["after"], change
        result = await officials.get(http, f"{url}/api/v1/races/{MEN_500}/result")
        assert [row["id"] for row in result["rows"]] == [
            ROUSSEL,
            PIERRE_GILLES,
            KUCZYNSKI,
            NIKISHA,
        ]
        assert result["rows"][3]["penalty"]["code"] == "F3"


async def record(
    url: str, frames: list[Frame], heard: asyncio.Event, topics: tuple[str, ...] = TOPICS
) -> None:
    """Follow everything that a viewer may follow, and keep every message."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(url.replace("http", "ws") + "/feed") as socket,
    ):
        await socket.send_json({"t": "hello", "v": 1, "client": "test", "topics": [*topics]})
        async for message in socket:
            frames.append(json.loads(message.data))
            if frames[-1]["t"] == "snap" and not frames[-1].get("more"):
                heard.set()


def patched(target: Any, patch: Any) -> Any:
    """Return a document after a merge patch."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = patched(merged.get(key), value)
    return merged


def drawn(frames: list[Frame]) -> list[dict[str, Any]]:
    """Return all topics as a viewer holds them, each time that it may draw."""
    held: dict[str, Any] = {}
    seen = []
    for frame in frames:
        if frame["t"] == "snap":
            held = {**held, frame["topic"]: frame["data"]}
        elif frame["t"] == "delta":
            held = {**held, frame["topic"]: patched(held[frame["topic"]], frame["patch"])}
        else:
            continue
        if not frame.get("more"):
            seen.append(held)
    return seen


def facts_of(held: dict[str, Any]) -> tuple[object, ...]:
    """Return what would give the decision away: state, penalties, medals, points, marks."""
    board = held[f"race/{MEN_500}"]
    current = held["current/dresden-2024"]
    programme = held["programme/dresden-2024"]["entries"][MEN_500]
    canada = held["medals/dresden-2024"]["tables"]["noc-all"]["entries"]["CAN"]
    men = held[f"standings/{SERIES}"]["tables"]["men"]["entries"]
    classified = held["classification/dresden-2024/men-500"]["entries"]
    return (
        board["state"],
        board["order"][0],
        sorted(k for k, e in board["entries"].items() if e.get("status") == "PEN"),
        sorted((k, e["mark"]) for k, e in board["entries"].items() if e.get("mark")),
        canada["gold"],
        men[ROUSSEL]["points"],
        classified.get(ROUSSEL, {}).get("medal"),
        current["state"] if current["race"] == MEN_500 else None,
        programme["state"],
        [each["noc"] for each in programme["podium"]],
    )


async def test_a_viewer_sees_all_of_it_at_once_and_nothing_before(
    url: str, open_page: Open
) -> None:
    """Every frame until the announcement is as before the decision; the next one has it all."""
    frames: list[Frame] = []
    heard = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        viewer = tasks.create_task(record(url, frames, heard))
        await asyncio.wait_for(heard.wait(), 20)
        async with (
            open_page(f"{url}/scoreboard?race={MEN_500}", init=pages.RECORDER) as board,
            open_page(tablet(url), 1180, 820) as page,
        ):
            await pages.wait_for_state(board, MEN_500, "UNDER_REVIEW")
            await ready(page)
            await decide_the_500(page)
            await announce(page)
            await pages.wait_for_state(board, MEN_500, "OFFICIAL")
            await asyncio.sleep(0.5)
            shown = await pages.seen(board)
        viewer.cancel()
    states = [facts_of(held) for held in drawn(frames) if len(held) == len(TOPICS)]
    different = [state for i, state in enumerate(states) if i == 0 or state != states[i - 1]]
    assert different == [
        ("UNDER_REVIEW", NIKISHA, [], [], 1, 230, None, "UNDER_REVIEW", "UNDER_REVIEW", []),
        (
            *("OFFICIAL", ROUSSEL, [NIKISHA], [], 2, 330, "gold"),
            *("OFFICIAL", "OFFICIAL", ["CAN", "CAN", "POL"]),
        ),
    ]
    texts = [json.dumps(frame) for frame in frames]
    announced = next(i for i, text in enumerate(texts) if '"OFFICIAL"' in text and SECRET in text)
    assert not [text for text in texts[:announced] if SECRET in text]
    for each in shown:
        decided = each["state"] == "OFFICIAL"
        assert ("PEN" in each["statuses"]) == decided, each
        assert each["podium"] == ([ROUSSEL, PIERRE_GILLES, KUCZYNSKI] if decided else []), each


SEMIFINAL = "cup/women-500/semifinal-1"
ANN, BEA, CIA, DEE = (skater[0] for skater in officials.SKATERS)


def semifinal() -> list[officials.Command]:
    """Return the commands of a semifinal whose first two go to Final A, skated and not official."""
    distance = officials.DISTANCE
    race = [
        {**command, "race": SEMIFINAL}
        for command in (*officials.race(SEMIFINAL), *officials.skated(SEMIFINAL)[:-1])
    ]
    race[0] |= {"round": "SF", "round_name": "Semifinal 1"}
    return [
        *officials.programme(races=0),
        {"type": "AddRound", "distance": distance, "round": "SF", "name": "Semifinals"},
        {"type": "AddRound", "distance": distance, "round": "FINAL_A", "name": "Final A"},
        {
            "type": "SetProgression",
            "distance": distance,
            "round": "SF",
            "targets": [{"to": "FINAL_A", "by_place": 2}],
        },
        *race,
    ]


def marks_of(held: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the state of the semifinal, and who goes on, as a viewer holds them."""
    found = held[f"race/{SEMIFINAL}"]
    entries = found["entries"].items()
    return found["state"], {who: row["mark"] for who, row in entries if row.get("mark")}


async def test_a_penalty_and_the_advancement_of_its_victim_flip_every_mark_at_once(
    tmp_path: Path, open_page: Open
) -> None:
    """One call penalises Ann and advances Dee; who goes on is as foretold, and public at once."""
    frames: list[Frame] = []
    heard = asyncio.Event()
    target = ("--data", str(tmp_path / "data"))
    async with process.serving(target, tmp_path / "server.txt") as served:
        url = served.url
        async with aiohttp.ClientSession() as http:
            await officials.post_all(http, url, semifinal())
            await officials.caught_up(http, url)  # before that, nobody may follow the race
        async with asyncio.TaskGroup() as tasks:
            topics = (f"race/{SEMIFINAL}", f"programme/{officials.COMPETITION}")
            viewer = tasks.create_task(record(url, frames, heard, topics))
            await asyncio.wait_for(heard.wait(), 20)
            async with open_page(tablet(url, SEMIFINAL), 1180, 820) as page:
                await ready(page)
                await page.click(f'.skater[data-competitor="{ANN}"]')
                await page.click('.grid-cell[data-code="C3"]')
                await page.click(f'[data-victim="{DEE}"]')
                await page.get_by_role("button", name="Advance").click()
                await answered(page)
                shown = [each for each in await foretold(page) if each["document"] == "rounds"]
                await page.click('[data-step="decide"]')
                await page.locator(".pending-list li").nth(1).wait_for()
                await answered(page)
                await announce(page)
            await asyncio.sleep(0.3)
            viewer.cancel()
        async with aiohttp.ClientSession() as http:
            rounds = await officials.get(
                http, f"{url}/api/v1/distances/{officials.DISTANCE}/rounds"
            )
            result = await officials.get(http, f"{url}/api/v1/races/{SEMIFINAL}/result")
    marks = next(row["marks"] for row in rounds["rows"] if row["id"] == "SF")
    assert {each["id"] for each in shown} == {ANN, CIA, DEE}
    for each in shown:
        assert marks.get(each["id"], {}).get(each["field"]) == each["after"], each
    states = [marks_of(held) for held in drawn(frames) if len(held) == 2]
    different = [state for i, state in enumerate(states) if i == 0 or state != states[i - 1]]
    after = {row["id"]: row["mark"] for row in result["rows"] if row["mark"]}
    assert set(after) == {BEA, CIA, DEE}
    assert different[-1] == ("OFFICIAL", after)
    assert [state for state, _ in different].count("OFFICIAL") == 1
    assert different[-2][0] == "UNOFFICIAL"
    assert set(different[-2][1]) == {ANN, BEA}


RELAY = "dresden-2024/men-5000-relay/final-a"


async def test_the_fullest_races_fit_both_ways(tmp_path: Path, open_page: Open) -> None:
    """Ten skaters with very long names, and a relay with its infringements, on both screens."""
    target = ("--data", str(tmp_path / "data"))
    async with process.serving(target, tmp_path / "server.txt") as served:
        async with aiohttp.ClientSession() as http:
            title = "Men 5000 m relay, Final A: under review"
            await weekend.play_until(http, served.url, title)
            await officials.post_all(http, served.url, ten_starters())
        for width, height in ((1180, 820), (820, 1180)):
            for race, who, code in ((RELAY, "pol-men", "R5"), (TEN, "skater-3", "C3")):
                async with open_page(tablet(served.url, race), width, height) as page:
                    await ready(page)
                    await page.click(f'.skater[data-competitor="{who}"]')
                    await page.click(f'.grid-cell[data-code="{code}"]')
                    await answered(page)
                    assert await tablets.small_targets(page) == [], (race, width)
                    assert await tablets.scrolled(page) == [], (race, width)


@pytest.mark.parametrize(("width", "height"), [(1180, 820), (820, 1180)])
async def test_the_tablet_fits_fingers_both_ways(
    url: str, open_page: Open, width: int, height: int
) -> None:
    """Every control is at least 44 px and on the screen; the decision needs no scrolling."""
    async with open_page(tablet(url), width, height) as page:
        await ready(page)

        async def fits() -> None:
            assert await tablets.small_targets(page) == []
            assert await tablets.scrolled(page) == []

        await fits()
        await page.click(f'.skater[data-competitor="{NIKISHA}"]')
        await page.click('.grid-cell[data-code="F3"]')
        await page.click(f'[data-victim="{ROUSSEL}"]')
        await answered(page)
        await fits()
        await page.click('[data-step="decide"]')
        await page.wait_for_selector(".pending-list li")
        await answered(page)
        await fits()
        await page.click('[data-step="one"][data-command="DeclareResultOfficial"]')
        await answered(page)
        await fits()


async def pair(page: Page, url: str, data: Path, name: str, *roles: str) -> None:
    """Add an official at the desk, and pair the browser that shows this page."""
    arguments = [part for role in roles for part in ("--role", role)]
    for command in (("add", name, *arguments), ("pair", name)):
        status, out, err = await process.run("officials", *command, "--data", str(data))
        assert status == 0, err
    code = out.split()[0]
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/api/v1/pair", json={"code": code, "device": f"tablet-{name}"}) as said,
    ):
        answer = await said.json()
    kept = {**answer, "open": False}
    await page.evaluate(
        "(kept) => localStorage.setItem('bell-lap.identity', kept)", json.dumps(kept)
    )
    await page.goto(tablet(url, officials.RACE))
    await page.wait_for_selector("body[data-ready] .skater")


async def test_the_chief_referee_announces_and_the_secretary_signs(
    tmp_path: Path, open_page: Open
) -> None:
    """A referee decides and cannot announce; the secretary signs what has become official."""
    data = tmp_path / "data"
    async with process.serving(("--data", str(data)), tmp_path / "server.txt") as served:
        url = served.url
        async with aiohttp.ClientSession() as http:
            await officials.post_all(http, url, [*officials.programme(), *officials.skated()[:-1]])
        async with (
            open_page(f"{url}/") as referee,
            open_page(f"{url}/") as chief,
            open_page(f"{url}/") as secretary,
        ):
            await pair(referee, url, data, "Rea", "referee")
            await pair(chief, url, data, "Chi", "chief-referee")
            await pair(secretary, url, data, "Sec", "secretary")
            await referee.click('.skater[data-competitor="ann-one"]')
            await referee.click('.grid-cell[data-code="F3"]')
            await referee.click('[data-step="decide"]')
            await referee.locator(".actions", has_text="The chief referee announces it").wait_for()
            assert await referee.locator('[data-step="one"]').count() == 0
            await chief.wait_for_selector(".pending-list li")
            assert await secretary.locator(".key.sign").count() == 0
            await announce(chief)
            sign = secretary.locator(".key.sign")
            await sign.filter(has_text="Sign sheet 1").click()
            await sign.filter(has_text="Tap again").click()
            await sign.filter(has_text="Sheet 1 signed").wait_for()
        async with aiohttp.ClientSession() as http:
            found = await officials.get(http, f"{url}/api/v1/races/{officials.RACE}/result")
            journal = await officials.get(http, f"{url}/api/v1/races/{officials.RACE}/journal")
    assert found["signed"]
    told = {row["type"]: row["official"] for row in journal["rows"]}
    assert told["PenaltyCalled"] == "Rea"
    assert told["ResultDeclaredOfficial"] == "Chi"
    assert told["SheetSigned"] == "Sec"


async def kinds(http: aiohttp.ClientSession, url: str, race: str) -> list[str]:
    """Return the kinds of the decisions of a race, as officials see them."""
    found = await officials.get(http, f"{url}/api/v1/races/{race}/result", view="official")
    return [each["kind"] for each in found["decisions"]]


async def test_a_double_tap_is_one_tap(tmp_path: Path, open_page: Open) -> None:
    """Cold fingers tap twice: one penalty and one advancement, and nothing that the public sees."""
    target = ("--data", str(tmp_path / "data"))
    async with process.serving(target, tmp_path / "server.txt") as served:
        url = served.url
        async with aiohttp.ClientSession() as http:
            await officials.post_all(http, url, semifinal())
            async with open_page(tablet(url, SEMIFINAL), 1180, 820) as page:
                await ready(page)
                await page.click(f'.skater[data-competitor="{ANN}"]')
                await page.click('.grid-cell[data-code="C3"]')
                await page.click(f'[data-victim="{DEE}"]')
                await page.get_by_role("button", name="Advance").click()
                await page.dblclick('[data-step="decide"]')
                await page.locator(".pending-list li").nth(1).wait_for()
                await answered(page)
                assert sorted(await kinds(http, url, SEMIFINAL)) == ["ADV", "PEN"]
                await page.dblclick('[data-step="one"][data-command="DeclareResultOfficial"]')
                await page.locator('[data-step="two"]').wait_for()
            public = await officials.get(http, f"{url}/api/v1/races/{SEMIFINAL}/result")
    assert public["state"] == "UNOFFICIAL"
    assert not [row for row in public["rows"] if row["penalty"]]


async def test_a_review_is_closed_in_two_taps_and_not_over_a_decision(
    url: str, open_page: Open
) -> None:
    """Nobody says that there was nothing while a decision waits to be announced."""
    async with open_page(tablet(url), 1180, 820) as page, aiohttp.ClientSession() as http:
        await ready(page)
        close = page.locator('[data-do="close"]')
        await decide_the_500(page)
        await expect(close).to_have_count(0)
        await page.locator(".pending-list li").get_by_role("button").click()
        await page.get_by_role("button", name="Undo it").click()
        await expect(page.locator(".pending-list")).to_have_count(0)
        await close.dblclick()
        await expect(close).to_have_text("Tap again: no infringement")
        board = await officials.get(http, f"{url}/api/v1/races/{MEN_500}/board")
        assert board["state"] == "UNDER_REVIEW"
        await close.click()
        await page.wait_for_selector('state-chip[data-state="UNCONFIRMED"]')
