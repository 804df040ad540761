"""Video bookmarks: set on one tablet, on every referee's, and in the ledger for officials."""

from pathlib import Path

import aiohttp
from playwright.async_api import expect

from tests.browser import tablets
from tests.browser.conftest import Open
from tests.browser.test_referee import ANN, pair
from tests.support import officials, process


async def test_a_bookmark_is_on_every_referees_tablet_and_in_their_ledger(
    tmp_path: Path, open_page: Open
) -> None:
    """One referee marks and names an instant; another removes it; the public never sees it."""
    data = tmp_path / "data"
    race = officials.RACE
    penalty: officials.Command = {
        "type": "CallPenalty",
        "race": race,
        "competitor": ANN,
        "reason": "Impeding",
    }
    async with process.serving(("--data", str(data)), tmp_path / "server.txt") as served:
        url = served.url
        async with aiohttp.ClientSession() as http:
            skated = officials.skated()[:-3]
            commands = [*officials.programme(), *skated, penalty]
            position = await officials.post_all(http, url, commands)
            journal = await officials.get(
                http, f"{url}/api/v1/races/{race}/journal", after=position
            )
        (version,) = [row["version"] for row in journal["rows"] if row["type"] == "PenaltyCalled"]
        ledger = f"{url}/decisions?race={race}&version={version}"
        async with (
            open_page(f"{url}/", 1180, 820) as one,
            open_page(f"{url}/", 820, 1180) as two,
            open_page(ledger) as public,
        ):
            await pair(one, url, data, "Rea", "referee")
            await pair(two, url, data, "Chi", "chief-referee")
            await one.get_by_role("tab", name="Video").click()
            await one.locator(".mark-words input").fill("Arm in corner 2")
            await one.locator('[data-do="mark"]').click()
            mark = one.locator(".mark").filter(has_text="Arm in corner 2")
            await expect(mark).to_contain_text("Rea")
            await expect(mark).to_contain_text("race ")
            await expect(one.locator(".mark-words input")).to_have_value("")
            await one.locator('[data-do="bookmark"]').click()
            await expect(one.locator(".mark")).to_have_count(2)
            await two.get_by_role("tab", name="Video 2").click()
            there = two.locator(".mark").filter(has_text="Arm in corner 2")
            for page in (one, two):
                assert await tablets.small_targets(page) == []
                assert await tablets.scrolled(page) == []
            await two.goto(ledger)
            section = two.locator(".ledger-marks")
            await expect(section.locator(".mark")).to_have_count(2)
            await expect(section).to_contain_text("Arm in corner 2")
            await public.reload()
            await expect(public.locator(".decision")).to_be_visible()
            await expect(public.locator(".ledger-marks")).to_be_hidden()
            assert "Arm in corner 2" not in await public.content()
            await two.goto(f"{url}/referee?race={race}")
            await two.get_by_role("tab", name="Video 2").click()
            remove = there.get_by_role("button")
            await remove.dblclick()
            await expect(remove).to_have_text("Tap again")
            await remove.click()
            await expect(two.locator(".mark")).to_have_count(1)
            await expect(one.locator(".mark")).to_have_count(1)
