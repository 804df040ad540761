"""Rebuilding everything while officials post and boards show, as an operator types it."""

import asyncio
import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from benchmarks import season
from projections import ALL
from tests.support import officials, process
from tests.support.viewer import SocketViewer

EVENTS = 12_000
"""Enough for a rebuild to last while facts are posted."""
EVERY_S = 0.02
CUP = "cup-0000"
SKATED = (
    f"competitions/{CUP}",
    f"competitions/{CUP}/medals",
    f"competitions/{CUP}/journal",
    f"competitions/{CUP}/best-times",
    f"distances/{CUP}/women-500/classification",
    f"distances/{CUP}/women-500/rounds",
)
"""Documents that stay as they are while another competition goes on."""


class LapRecorder:
    """An official who records falls and those who get up again, until it is over."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.last = 0
        self.acknowledged = 0
        self.over = False

    async def work(self) -> None:
        """Record what happens to the skaters in turn; each fact shows on the board."""
        async with aiohttp.ClientSession() as http:
            while not self.over:
                skater = officials.SKATERS[self.acknowledged % 4][0]
                what = ("RecordFall", "RecordGettingUp")[self.acknowledged // 4 % 2]
                command = {"type": what, "race": officials.RACE, "competitor": skater}
                receipt = await officials.insist(http, self._url, officials.envelope(command))
                self.last = receipt["position"]
                self.acknowledged += 1
                await asyncio.sleep(EVERY_S)


@pytest.fixture
async def seasoned(database_url: str) -> str:
    """Give a test a database with most of a season in it."""
    connection = await asyncpg.connect(database_url)
    await season.fill(connection, EVENTS)
    await connection.close()
    return database_url


async def skated(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """Return the rows of what is over, as everybody reads them."""
    return {path: (await officials.get(http, f"{url}/api/v1/{path}"))["rows"] for path in SKATED}


async def test_nobody_notices_a_rebuild(seasoned: str, tmp_path: Path) -> None:
    """Facts are acknowledged, the board follows, and what was rebuilt equals what was live."""
    target = ("--database", seasoned)
    board, programme = f"race/{officials.RACE}", f"programme/{officials.COMPETITION}"
    viewer, late = SocketViewer(), SocketViewer()
    async with (
        process.serving(target, tmp_path / "server.txt") as served,
        aiohttp.ClientSession() as http,
    ):
        feed = served.url.replace("http", "ws") + "/feed"
        start = {"type": "StartRace", "race": officials.RACE}
        began = await officials.post_all(http, served.url, [*officials.programme(), start])
        await officials.get(http, f"{served.url}/api/v1/competitions/{CUP}", after=began)
        before = await skated(http, served.url)
        recorder = LapRecorder(served.url)
        async with viewer.connected(feed):
            await viewer.say(viewer.hello([board, programme]))
            working = asyncio.create_task(recorder.work())
            try:
                status, out, err = await process.run("projections", "rebuild", "--all", *target)
                during = recorder.acknowledged
            finally:
                recorder.over = True
                await working
            await viewer.read_to(recorder.last)
        async with late.connected(feed):
            await late.say(late.hello([board, programme]))
            await late.read_to(recorder.last)
        shown = await officials.get(
            http, f"{served.url}/api/v1/races/{officials.RACE}/board", after=recorder.last
        )
        after = await skated(http, served.url)
    assert status == 0, (out, err)
    lines = out.splitlines()
    assert len(lines) == len(ALL)
    assert all(line.endswith("as before") for line in lines), out
    assert "events/s" in err
    assert f"of {began:,}"[:6] in err
    assert during >= 10, "the rebuild was over before officials could be in its way"
    assert viewer.kinds().count("delta") > 0
    assert (viewer.kinds().count("snap"), viewer.repeated) == (2, 0)
    assert viewer.documents == late.documents
    marks = {key: row["marks"] for key, row in viewer.documents[board]["entries"].items()}
    assert marks == {row["id"]: row["marks"] for row in shown["rows"]}
    assert sum(map(len, marks.values())) == recorder.acknowledged
    assert all(before.values())
    assert after == before


async def test_rows_that_were_wrong_are_told_by_the_exit_status(seasoned: str) -> None:
    """Forged rows are listed, put right, and kept in the journal of operations."""
    target = ("--database", seasoned)
    status, _, err = await process.run("projections", "rebuild", "medals", *target)
    assert status == 0, err
    connection = await asyncpg.connect(seasoned)
    await connection.execute(
        """
        update read_model.rows set data = '{"name": "forged"}'
        where key <> '' and until is null
        """
    )
    await connection.close()

    status, out, err = await process.run("projections", "rebuild", "medals", *target)
    assert status == 3, (out, err)
    assert "rows differed from the log" in out
    assert '{"name": "forged"}' in out
    status, out, err = await process.run("projections", "rebuild", "medals", *target)
    assert (status, "as before" in out) == (0, True), err

    status, out, err = await process.run("projections", "journal", "--json", *target)
    assert status == 0, err
    found = [row["outcome"]["differences"] > 0 for row in json.loads(out)["rows"]]
    assert found == [False, True, False]


async def test_what_has_not_stopped_is_not_left_out(seasoned: str) -> None:
    """An operator is told where the projection stands."""
    asked = ("medals", "7", "--official", "Kim Chief", "--reason", "it fails")
    status, out, err = await process.run("projections", "skip", *asked, "--database", seasoned)
    assert (status, out) == (1, "")
    assert err == "bell-lap: medals has not stopped at position 7: it goes on\n"


async def test_a_race_is_replayed_into_a_directory(seasoned: str, tmp_path: Path) -> None:
    """A day of the season is there again, and its chain holds."""
    race, into = "cup-0000/women-500/heat-1", str(tmp_path / "again")
    status, out, err = await process.run("replay", race, "--into", into, "--database", seasoned)
    assert status == 0, err
    assert out.endswith(f"of {race} in {into}\n")
    status, out, err = await process.run("show", "result", race, "--data", into, "--json")
    assert status == 0, err
    assert json.loads(out)["state"] == "OFFICIAL"
    status, _, err = await process.run("replay", race, "--into", into, "--speed", "0")
    assert status == 1
    assert "at a speed of 0" in err


async def test_rebuilds_are_measured(capfd: pytest.CaptureFixture[str]) -> None:
    """The benchmark has a row for each projection, beside the raw limit."""
    measuring = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.rebuild", "--quick"
    )
    try:
        async with asyncio.timeout(process.COMMAND_WITHIN_S):
            await measuring.wait()
    finally:
        if measuring.returncode is None:
            measuring.send_signal(signal.SIGINT)  # it stops its PostgreSQL first
            await measuring.wait()
    table, complaints = capfd.readouterr()
    assert measuring.returncode == 0, complaints
    rates = dict(re.findall(r"^\| ([^|]+) \| ([\d,]+) \|", table, re.MULTILINE))
    cases = {"raw: read by a cursor and decoded", "eventsourcing projection", "all together"}
    assert rates.keys() >= {*cases, *(each.name for each in ALL)}, table
    assert all(int(rate.replace(",", "")) > 0 for rate in rates.values())
