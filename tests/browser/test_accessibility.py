"""Nobody is shut out: axe-core finds no violation of WCAG 2.2 AA on any page, at any size."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser import keyed
from tests.browser.conftest import Open
from tests.browser.test_shapes import ten_starters
from tests.support import officials, process, race_server

PHONE, DESKTOP, WALL = (390, 844), (1280, 720), (768, 384)
ANYWHERE = (PHONE, DESKTOP)
TABLETS = ((1180, 820), (820, 1180))
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = (
    ("/", ".line", ANYWHERE),
    ("/scoreboard", ".line", (*ANYWHERE, WALL)),
    ("/overlay", ".line", (DESKTOP, (1920, 1080))),
    ("/overlay?theme=light", ".line", (DESKTOP,)),
    ("/overlay?theme=glass", ".line", (DESKTOP,)),
    ("/phone", ".line", ANYWHERE),
    ("/phone?lang=ja#programme", ".race", (PHONE,)),
    ("/phone#rounds", ".bracket-row", ANYWHERE),
    ("/phone#medals", "#view-medals .table", (PHONE,)),
    ("/announcer", ".card", (*ANYWHERE,)),
    ("/phone#standings", "#view-standings .tab", (PHONE,)),
    (f"/phone#race/{officials.RACE}", '.line[data-status="PEN"]', (PHONE,)),
    (f"/phone?at=after:{officials.RACE}#race/{officials.RACE}", ".moment-past", (PHONE,)),
    (f"/moments?race={officials.RACE}", ".stage-one .line", ANYWHERE),
    (f"/moments?race={officials.RACE}&mode=two", ".difference-group, .difference-none", ANYWHERE),
    ("/decisions?lang=fr", ".decision-list li", ANYWHERE),
    (f"/decisions?race={officials.RACE}&version=VERSION", ".difference-group", ANYWHERE),
    ("/display", ".pairing-code", (WALL, DESKTOP)),
    ("/displays", ".pair-form", ANYWHERE),
    ("/referee", ".so-head", TABLETS),
    (f"/referee?race={officials.RACE}", ".skater", TABLETS),
    ("/finish", '[data-do="recall"]', TABLETS),
    (f"/finish?race={officials.RACE}", ".finish-line", TABLETS),
    ("/officials", "form", ANYWHERE),
    (f"/console?race={officials.RACE}", ".console-row", ((1366, 768), DESKTOP)),
    ("/console-card.html", "kbd", (DESKTOP,)),
    ("/problems/not-yet", "h1", (PHONE,)),
    (f"/scoreboard?race={officials.RACE}", ".step", (DESKTOP,)),
)


def decided() -> list[officials.Command]:
    """Return a 500 m with a penalty, made official before the race of ten."""
    penalty: officials.Command = {
        "type": "CallPenalty",
        "race": officials.RACE,
        "competitor": "dee-four",
        "infringement": "C1",
        "reason": "Changed lanes and made contact",
    }
    skated = officials.skated()
    end = next(i for i, command in enumerate(skated) if command["type"] == "PublishResult")
    return [*skated[:end], penalty, *skated[end:]]


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Serve a race that is official, with a penalty, and a race of ten that is live."""
    target = ("--data", str(tmp_path / "data"))
    async with process.serving(target, tmp_path / "server.txt") as served:
        async with aiohttp.ClientSession() as http:
            ten = ten_starters()
            start = len(officials.programme())
            await officials.post_all(http, served.url, [*ten[:start], *decided(), *ten[start:]])
        yield served.url


async def violations(page: Page) -> list[str]:
    """Return what axe-core finds, one line for each element."""
    found = await Axe().run(page, options=RULES)
    return [
        f"{fault['id']}: {node['target']} {node['html'][:160]}"
        for fault in found.response["violations"]
        for node in fault["nodes"]
    ]


async def test_axe_finds_no_violation_on_any_page(url: str, open_page: Open) -> None:
    """Contrast, names, roles, landmarks, sizes: on every page at every size it is made for."""
    faults = []
    async with aiohttp.ClientSession() as http:
        journal = await officials.get(http, f"{url}/api/v1/races/{officials.RACE}/journal")
    penalty = next(row for row in journal["rows"] if row["type"] == "PenaltyCalled")
    for named, ready, sizes in PAGES:
        path = named.replace("VERSION", str(penalty["version"]))
        for width, height in sizes:
            async with open_page(f"{url}{path}", width, height, calm=True) as page:
                await page.locator(ready).first.wait_for()
                faults += [f"{path} {width}x{height}: {each}" for each in await violations(page)]
    assert not faults, "\n".join(faults)


async def test_who_is_out_can_still_be_read_on_the_console(
    tmp_path: Path, browser: Browser
) -> None:
    """One has fallen, one is out, one has no time: axe finds enough contrast in all of them."""
    async with (
        race_server.running(tmp_path) as server,
        keyed.recorder(browser, server.url, officials.RACE, calm=True) as (_, page),
    ):
        for key in ("s", "1", "2", "3", "4", "f", "2", "d", "3", "Space"):
            await page.keyboard.press(key)
        await expect(page.locator(".console-row[data-out]")).to_contain_text("DNF")
        await expect(page.locator(".console-row[data-fallen]")).to_contain_text("FELL")
        assert await violations(page) == []
        faded = await page.locator("body *").evaluate_all(
            """all => all.filter((e) => e.checkVisibility() && e.textContent.trim()
                && getComputedStyle(e).opacity !== "1").map((e) => e.className)"""
        )
        assert faded == []
