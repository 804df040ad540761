"""The time machine and the ledger in ten languages: no word of ours stays English."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.support import officials, process
from tests.support.golden import GOLDEN

RACE = "dresden-2024/men-500/final-a"
LANGUAGES = ["en", "de", "fr", "it", "ko", "zh", "ja", "nl", "pl", "hu"]
MODULES = GOLDEN.parents[1] / "web" / "modules"
THEIRS = frozenset({"name", "official", "device", "reason", "source", "id", "noc", "code"})
"""Fields that hold names, notes and codes of others: they stand on a page as they are."""
DATES = "time, .day-name, .home-place"
"""What holds a date, or the place of a competition."""
PAGES = {
    f"moments?race={RACE}&mode=two&at=before:{RACE}/announcement": ".headline-list li",
    f"moments?race={RACE}&mode=one": ".at-standings td",
    f"moments?race={RACE}&mode=what-if": ".suppose-fact",
    f"decisions?race={RACE}&version=32": ".difference-group",
    "decisions?competition=dresden-2024": ".decision-list li",
    "?competition=dresden-2024": "standings-table tr",
}


def parts(text: str) -> set[str]:
    """Return the runs of Latin letters of a text."""
    return set(re.findall("[a-z]{2,}", text.lower()))


def spoken(lang: str) -> set[str]:
    """Return the words of a language, by the tables that the pages read, and what all share."""
    found = parts("UTC PEN ADV " + (MODULES / "word-table.js").read_text().splitlines()[5])
    column = LANGUAGES.index(lang)
    for path in MODULES.glob("word-table*.js"):
        for line in re.findall(r"^  \S+: (\[.*\]),$", path.read_text(), re.MULTILINE):
            cells = json.loads(re.sub(r"([{,] )(\w+)(?=: [\"])", r'\1"\2"', line))
            forms = cells[column]
            found |= parts(" ".join(forms.values()) if isinstance(forms, dict) else forms)
    return found


def theirs(value: Any) -> Iterator[str]:
    """Yield what is said by others within a document."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name in THEIRS and isinstance(each, str):
                yield each
            else:
                yield from theirs(each)
    elif isinstance(value, list):
        for each in value:
            yield from theirs(each)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[str, set[str]]]:
    """Serve the weekend after it was played, and know the names that are in it."""
    data = ("--data", str(tmp_path / "data"))
    port = ("--port", str(process.free_port()))
    status, _, err = await process.run("demo", "--speed", "2000", "--exit", *data, *port)
    assert status == 0, err
    async with (
        process.serving(data, tmp_path / "server.txt") as running,
        aiohttp.ClientSession() as http,
    ):
        api = f"{running.url}/api/v1"
        documents = [
            (await officials.get(http, f"{api}/{path}"))["rows"]
            for path in (
                "rulesets",
                f"races/{RACE}/events",
                "competitions/dresden-2024/journal",
                "competitions/dresden-2024/medals",
                "competitions/dresden-2024/entries",
                "series/world-cup-2023-24/standings",
            )
        ]
        competitions = await officials.get(http, f"{api}/competitions")
        names = {competitions["rows"][0]["name"], RACE, "isu-2023-24", *theirs(documents)}
        yield running.url, parts(" ".join(names))


async def test_no_word_stays_english(served: tuple[str, set[str]], open_page: Open) -> None:
    """Every run of letters is a word of the language, or a name or note of somebody's."""
    url, names = served
    left = []
    for lang in LANGUAGES[1:]:
        known = spoken(lang) | names
        for path, there in PAGES.items():
            async with open_page(f"{url}/{path}&lang={lang}") as page:
                await expect(page.locator(there).first).to_be_visible()
                await expect(page.locator("html")).to_have_attribute("lang", re.compile(lang))
                await expect(page.locator("language-choice select")).to_have_value(lang)
                text = f"{await page.title()} {await page.locator('body').inner_text()}"
                # What the browser writes of a date is of the language, and in no table of ours.
                dates = parts(" ".join(await page.locator(DATES).all_inner_texts()))
            unknown = parts(text) - known - dates - {"bell", "lap"}
            left += [(lang, path, sorted(unknown))] if unknown else []
    assert left == []
