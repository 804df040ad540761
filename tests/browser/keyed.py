"""A lap recorder in a browser: keys pressed on the console, and what the server made of them."""

import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import aiohttp
from playwright.async_api import Browser, BrowserContext, Page

from tests.support import officials

FRAMES = """
window.frames_seen = [];
addEventListener("keydown", () => {
  const before = document.querySelector(".console-log li")?.dataset.key;
  requestAnimationFrame(() => {
    window.frames_seen.push(document.querySelector(".console-log li")?.dataset.key !== before);
  });
}, { capture: true });
"""
"""Notes for every key whether the next frame that is drawn already shows its entry."""

A_FRAME = "new Promise((resolve) => requestAnimationFrame(resolve))"
KEPT = """
new Promise((resolve) => {
  const request = indexedDB.open("bell-lap-outbox", 1);
  request.onsuccess = () => {
    const all = request.result.transaction("entries").objectStore("entries").getAll();
    all.onsuccess = () => resolve(all.result);
  };
})
"""
"""What the device keeps."""

Happening = Callable[[], Awaitable[None]]


@contextlib.asynccontextmanager
async def recorder(
    browser: Browser,
    url: str,
    race: str,
    name: str = "Ann Recorder",
    *,
    calm: bool = False,
    phone: tuple[int, int] | None = None,
) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """Open the console of a device of its own, armed for a race; an error on it fails the test.

    It has a keyboard and the screen of a laptop, or is a phone of a size with a touch screen.
    """
    width, height = phone or (1280, 800)
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=phone is not None,
        is_mobile=phone is not None,
        reduced_motion="reduce" if calm else "no-preference",
    )
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.add_init_script(FRAMES)
    await page.goto(f"{url}/officials")
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Use this name").click()
    await page.goto(f"{url}/console?race={race}")
    await page.wait_for_selector(f'lap-console[data-race="{race}"] .console-row')
    await page.wait_for_selector("lap-console[data-kept]")
    yield context, page
    assert faults == []
    await context.close()


def laps(rows: int, starters: int, seed: int) -> list[list[int]]:
    """Return an order of start positions for every lap row: who overtakes is drawn by lot."""
    lots = random.Random(seed)
    order = list(range(1, starters + 1))
    found = []
    for _ in range(rows):
        if lots.random() < 0.5:
            place = lots.randrange(starters - 1)
            order[place], order[place + 1] = order[place + 1], order[place]
        found.append(list(order))
    return found


async def skate(
    page: Page,
    rows: Sequence[Sequence[int]],
    happenings: dict[int, Happening] | None = None,
    *,
    paced: bool = False,
    lap_ms: int = 0,
) -> None:
    """Key a race from the gun to its end; what happens, happens before the row of that index.

    When it is paced, every key has a frame of its own; `lap_ms` is how long a lap takes, of which
    the field takes a tenth to cross the line.
    """

    async def press(key: str) -> None:
        await page.keyboard.press(key)
        if paced:
            await page.evaluate(A_FRAME)

    await press("s")
    for index, order in enumerate(rows):
        if happenings and index in happenings:
            await happenings[index]()
        await page.wait_for_timeout(lap_ms * 0.9)
        for position in order:
            await page.wait_for_timeout(lap_ms * 0.1 / len(order))
            await press(str(position))
    await press("e")
    await press("Enter")


async def all_sent(page: Page) -> None:
    """Wait until the console says that nothing is unsent."""
    await page.wait_for_selector('lap-console[data-unsent="0"]', timeout=60_000)


async def kept(page: Page) -> list[dict[str, Any]]:
    """Return the entries that the device keeps."""
    found: list[dict[str, Any]] = await page.evaluate(KEPT)
    return found


async def outcome(http: aiohttp.ClientSession, url: str, race: str) -> dict[str, Any]:
    """Return what a race came to, without its times and its name."""
    chart = await officials.get(http, f"{url}/api/v1/races/{race}/lap-chart")
    result = await officials.get(http, f"{url}/api/v1/races/{race}/result")
    return {
        "state": result["state"],
        "places": [(row["id"], row["rank"], row["status"]) for row in result["rows"]],
        "ranks": {row["id"]: [cell[0] for cell in row["chart"].values()] for row in chart["rows"]},
    }


async def instants(http: aiohttp.ClientSession, url: str, race: str) -> list[tuple[str, int]]:
    """Return whose crossings the server has, and when they happened, in the order of time."""
    document = await officials.get(http, f"{url}/api/v1/races/{race}/events")
    return sorted(
        (
            (row["data"]["competitor"], row["data"]["at_ms"])
            for row in document["rows"]
            if row["type"] == "CrossingRecorded"
        ),
        key=lambda each: each[1],
    )
