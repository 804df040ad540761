"""From a key press on the lap console to the durable event, beside the bare commit, in one run.

    python -m benchmarks.console [--quick] [--database URL]

A real server, and the real console in Chromium. Digits are pressed at a steady rate; the page notes
when a key went down, when a frame that shows its entry was drawn, and when the server's receipt
came. The receipt follows the commit, so whatever has one is durable. Before and after, one
connection inserts single rows at the rate of the other benchmarks: the bare commit. The page's own
limit is a request to `/healthz` from the same page.
"""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import uvloop
from playwright.async_api import Page, async_playwright

from benchmarks.lag import ROWS, SKATERS, commits, percentile, post, programme, served
from tests.support import chromium
from tracker import postgres

KEYS_PER_S = 12
"""Ten skaters cross the line about once a second; a pack comes faster."""
TARGET_MS = 30.0
"""For the 99th percentile from the key to the durable event."""
RECEIPTS_WITHIN_S = 30.0
COMMITS = 500
WATCH = """
const pressed = [];
const shown = [];
const durable = [];
addEventListener("keydown", (event) => {
  if (!event.code.startsWith("Digit")) return;
  const at = pressed.push(event.timeStamp) - 1;
  const newest = () => document.querySelector(".console-log li")?.dataset.key;
  const before = newest();
  const look = () => {
    if (newest() === before) requestAnimationFrame(look);
    else shown[at] = performance.now() - event.timeStamp;
  };
  requestAnimationFrame(look);
}, { capture: true });
const original = window.fetch;
window.fetch = async (...asked) => {
  const answer = await original(...asked);
  if (!String(asked[0]).endsWith("/api/v1/commands")) return answer;
  const at = performance.now();
  const verdicts = await answer.clone().json();
  JSON.parse(asked[1].body).forEach(({ command }, index) => {
    if (command.type !== "RecordCrossing") return;
    if (!verdicts[index].position) throw new Error(JSON.stringify(verdicts[index]));
    durable.push(at - pressed[durable.length]);
  });
  return answer;
};
window.measured = { pressed, shown, durable };
"""
"""Crossings are sent in the order of their keys, so the n-th receipt is the n-th key's."""

BARE_REQUESTS = """
async ([count, rest]) => {
  const took = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    await (await fetch("/healthz", { cache: "no-store" })).text();
    took.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, rest));
  }
  return took;
}
"""
"""What a request from a page takes on this machine when the server has nothing to do."""


async def keyed(page: Page, races: int) -> dict[str, list[float]]:
    """Key races at the rate and return what each step took, in milliseconds."""
    found: dict[str, list[float]] = {"key → shown": [], "key → durable event": []}
    for _ in range(races):
        await page.keyboard.press("s")
        began = time.perf_counter()
        for n in range(ROWS * SKATERS):
            await asyncio.sleep(max(0.0, began + n / KEYS_PER_S - time.perf_counter()))
            await page.keyboard.press(str(n % SKATERS + 1))
        for key in ("e", "Enter"):
            await page.keyboard.press(key)
        measured = await _measured(page)
        found["key → shown"] += measured["shown"]
        found["key → durable event"] += measured["durable"]
        for key in ("n", "Enter"):
            await page.keyboard.press(key)
    return found


async def _measured(page: Page) -> dict[str, list[float]]:
    """Return what the page noted of one race, once every key has its receipt."""
    async with asyncio.timeout(RECEIPTS_WITHIN_S):
        while True:
            measured: dict[str, list[float]] = await page.evaluate("window.measured")
            if len(measured["durable"]) == len(measured["pressed"]) == ROWS * SKATERS:
                break
            await asyncio.sleep(0.05)
    await page.locator('lap-console[data-unsent="0"]').wait_for()
    clear = "for (const each of Object.values(window.measured)) each.length = 0"
    await page.evaluate(clear)
    return measured


async def console(url: str, races: int) -> dict[str, list[float]]:
    """Key races on the console of a server."""
    setup = [
        {"command": command, "official": "bench", "device": "desk", "device_seq": n + 1}
        for n, command in enumerate(programme(races + 1))
    ]
    async with aiohttp.ClientSession() as http:
        await post(http, url, setup)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport={"width": 1366, "height": 768})
        await page.add_init_script(WATCH)
        await page.goto(f"{url}/console?race=bench/men-1500/heat-1")
        await (
            page.locator('lap-console[data-race="bench/men-1500/heat-1"] .console-row')
            .nth(SKATERS - 1)
            .wait_for()
        )
        found = {"bare request of the page": await page.evaluate(BARE_REQUESTS, [200, 50])}
        found |= await keyed(page, races)
        await browser.close()
    return found


def report(bare: list[float], found: dict[str, list[float]], server: str) -> bool:
    """Print the table and the target; return whether it is met."""
    print(f"{server}; {os.cpu_count()} cores; Python {platform.python_version()}")
    count = len(found["key → durable event"])
    print(f"{KEYS_PER_S} keys/s, {count} keys, {len(bare)} commits")
    print("\n| step | p50 ms | p99 ms | max ms |\n|---|---:|---:|---:|")
    for name, values in {"bare commit": bare, **found}.items():
        print(
            f"| {name} | {percentile(values, 0.5):.1f} | {percentile(values, 0.99):.1f} "
            f"| {max(values):.1f} |"
        )
    durable = percentile(found["key → durable event"], 0.99)
    met = durable <= TARGET_MS
    print(f"\np99 from key to durable event is {durable:.1f} ms; target {TARGET_MS:g}: ", end="")
    print("met" if met else "NOT MET")
    return met


def arguments(directory: str) -> argparse.Namespace:
    """Return what was asked for; without a database, an embedded one in a directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one race instead of eight")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database of your own")
    parser.set_defaults(data=Path(directory))
    return parser.parse_args()


async def main(options: argparse.Namespace) -> bool:
    """Run the benchmark on an embedded or a given server."""
    async with postgres.running(data=options.data, database=options.database) as database:
        connection = await asyncpg.connect(database)
        server: Any = await connection.fetchval("select split_part(version(), ' on ', 1)")
        await connection.close()
        bare = await commits(database, COMMITS // 2)
        async with served(database) as url:
            found = await console(url, 1 if options.quick else 8)
        bare += await commits(database, COMMITS // 2)
        return report(bare, found, server)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        Path(room).chmod(0o755)
        sys.exit(0 if uvloop.run(main(arguments(room))) else 1)
