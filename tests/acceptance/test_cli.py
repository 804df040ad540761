"""The command line, as a stranger types it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support import officials, process


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory that the tests of this module share."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def skated(data: Path, tmp_path: Path) -> AsyncIterator[Path]:
    """Have one race skated and official in the data directory."""
    if not (data / "skated").exists():
        async with (
            process.serving(("--data", str(data)), tmp_path / "server.txt") as served,
            aiohttp.ClientSession() as http,
        ):
            await officials.post_all(http, served.url, officials.programme() + officials.skated())
        (data / "skated").touch()
    yield data
    assert process.postmasters(data) == [], "a command left PostgreSQL running"


async def answer(*arguments: str) -> Any:
    """Run a command that must succeed, and return the document it prints."""
    status, out, err = await process.run(*arguments, "--json")
    assert (status, err) == (0, ""), err
    return json.loads(out)


async def test_a_race_is_skated_and_shown(skated: Path) -> None:
    """A result shows places, times, gaps and its state, and no server need be running."""
    document = await answer("show", "result", officials.RACE, "--data", str(skated))
    assert document["state"] == "OFFICIAL"
    assert [(r["rank"], r["noc"], r["time_ms"], r["gap_ms"]) for r in document["rows"]] == [
        (1, "CAN", 42_000, 0),
        (2, "KOR", 42_100, 100),
        (3, "NED", 42_200, 200),
        (4, "POL", 42_300, 300),
    ]


async def test_the_store_may_be_named_before_the_command(skated: Path) -> None:
    """`bell-lap --data DIR show …` is `bell-lap show … --data DIR`."""
    before = await answer("--data", str(skated), "show", "medals", officials.COMPETITION)
    after = await answer("show", "medals", officials.COMPETITION, f"--data={skated}")
    assert before == after
    best = before["rows"][0]
    assert (best["noc"], best["gold"], best["total"]) == ("CAN", 1, 1)


async def test_as_of_before_the_result_nobody_has_points(skated: Path) -> None:
    """`before:` and `after:` a race stand on both sides of its official result."""
    shown = ("show", "standings", "season", "--table", "women", "--data", str(skated))
    after = await answer(*shown, "--as-of", f"after:{officials.RACE}")
    before = await answer(*shown, "--as-of", f"before:{officials.RACE}")
    assert after["rows"][0]["name"] == "Ann One"
    assert after["rows"][0]["points"] > 0
    assert all(row["points"] == 0 for row in before["rows"])
    assert before["position"] == after["position"] - 1


async def test_facts_are_supposed_otherwise(skated: Path) -> None:
    """A crossing comes a second later, with or without its race named; moving it moves nobody."""
    shown = await answer("show", "result", officials.RACE, "--data", str(skated))
    first, last = shown["position"] - 6, shown["position"] - 3  # of four in the last row
    asked = ("what-if", officials.RACE, "--data", str(skated))
    for event in (str(first), f"{officials.RACE}/{first}"):
        found = await answer(*asked, "--change", f'{event}={{"elapsed_ms":43000}}')
        ranks = {
            row["id"]: (row["before"], row["after"])
            for row in found["rows"]
            if (row["document"], row["field"]) == ("result", "rank")
        }
        assert ranks["ann-one"] == (1, 4)
        moved = await answer(*asked, "--move", f"{event.replace(str(first), str(last))}:{first}")
        assert moved["rows"] == []
    for option, text, right in (
        ("--change", f"{first}=43000", "write EVENT={JSON}"),
        ("--move", str(first), "write EVENT:EVENT"),
        ("--drop", f"cup/women-500/none/{first}", "no race cup/women-500/none"),
    ):
        status, _, err = await process.run(*asked, option, text)
        assert (status, right in err) == (1, True), err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("result", officials.RACE), ("OFFICIAL", "Ann One", "42.000", "+0.300")),
        (("board", officials.RACE), ("OFFICIAL", "Bea Two", "KOR")),
        (("lap-chart", officials.RACE), ("Cia Three",)),
        (("start-list", officials.RACE), ("Dee Four", "POL")),
        (("classification", officials.DISTANCE), ("Ann One", "gold")),
        (("medals", officials.COMPETITION), ("Gold", "CAN")),
        (("standings", "season", "--table", "women"), ("Points", "Ann One")),
        (("best-times", officials.COMPETITION), ("PB", "women-500", "Ann One", "42.000")),
        (("best-times", "season"), ("Season's bests", "Dee Four", "42.300")),
        (("best-times", "season", "--table", "women-500"), ("Bea Two", officials.RACE)),
        (("programme", officials.COMPETITION), ("OFFICIAL", officials.RACE)),
        (("journal", officials.COMPETITION), ("Decisions",)),
        (("rounds", officials.DISTANCE), ("no table of progression", "complete")),
        (("draw", officials.DISTANCE, "FINAL_A"), ("a proposal", "Ann One", "Seed")),
        (("proposals", officials.COMPETITION), ("Nothing waits",)),
    ],
)
async def test_every_table_is_plain_text_elsewhere(
    skated: Path, arguments: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """Without a terminal, tables are text that other programs can read."""
    status, out, err = await process.run("show", *arguments, "--data", str(skated))
    assert (status, err) == (0, "")
    assert "\x1b" not in out
    for word in expected:
        assert word in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("rank", officials.RACE, "ann-one"), ("Why is Ann One 1", "ResultDeclaredOfficial by")),
        (("RANK", officials.DISTANCE, "dee-four"), ("4 in the classification", "by place")),
        (("mark", officials.RACE, "ann-one"), ("Where does Ann One go on", "no table")),
        (
            ("points", "season", "ann-one", "--table", "women"),
            ("100 for rank 1 in cup/women-500", "rank 1 of the table women"),
        ),
    ],
)
async def test_every_answer_has_its_reasons(
    skated: Path, arguments: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """`explain` tells the facts and rules, with the positions of the events."""
    status, out, err = await process.run("explain", *arguments, "--data", str(skated))
    assert (status, err) == (0, "")
    for word in expected:
        assert word in out


async def test_it_works_beside_a_running_server(skated: Path, tmp_path: Path) -> None:
    """`show` reads the same data while a server writes it, and leaves the server alone."""
    target = ("--data", str(skated))
    async with process.serving(target, tmp_path / "server.txt") as served:
        document = await answer("show", "board", officials.RACE, *target)
        async with aiohttp.ClientSession() as http:
            board = f"{served.url}/api/v1/races/{officials.RACE}/board"
            assert document == await officials.get(http, board)


async def test_a_served_viewer_hears_goodbye(skated: Path, tmp_path: Path) -> None:
    """SIGTERM ends the server in order: viewers are told, and the exit status is 0."""
    served = await process.start(("--data", str(skated)), tmp_path / "server.txt")
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{served.url}/feed") as feed:
        await feed.send_json({"t": "hello", "v": 1, "topics": [f"race/{officials.RACE}"]})
        welcome = await feed.receive_json(timeout=10)
        assert welcome["t"] == "welcome"
        served.process.send_signal(signal.SIGTERM)
        heard = [message.json()["t"] async for message in feed]
        assert heard[-1] == "bye"
    assert await served.process.wait() == 0


async def test_the_log_travels(skated: Path, tmp_path: Path) -> None:
    """An exported log, imported elsewhere, shows the same result and verifies."""
    archive, elsewhere = tmp_path / "log.ndjson", tmp_path / "elsewhere"
    for arguments in (
        ("log", "export", str(archive), "--data", str(skated)),
        ("log", "import", str(archive), "--data", str(elsewhere)),
        ("log", "verify", "--data", str(elsewhere)),
    ):
        status, out, err = await process.run(*arguments)
        assert status == 0, out + err
    there = await answer("show", "result", officials.RACE, "--data", str(elsewhere))
    here = await answer("show", "result", officials.RACE, "--data", str(skated))
    assert there == here


async def test_projections_are_rebuilt_by_name_or_all(skated: Path) -> None:
    """A rebuild changes nothing that is shown; the status names each projection."""
    shown = ("show", "medals", officials.COMPETITION, "--data", str(skated))
    before = await answer(*shown)
    for which in ("medals", "--all"):
        status, out, err = await process.run("projections", "rebuild", which, "--data", str(skated))
        assert status == 0, out + err
    status, out, _ = await process.run("projections", "status", "--data", str(skated))
    assert status == 0
    assert "medals" in out
    assert await answer(*shown) == before


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("show", "result", "cup/women-500/final-z"), 1, "cup/women-500/final-z"),
        (("show", "medals", "nowhere"), 1, "nowhere"),
        (("show", "result", officials.RACE, "--as-of", "yesterday"), 1, "yesterday"),
        (("projections", "rebuild", "medal"), 1, "medals"),
        (("show", "bord", "x"), 2, "board"),
        (("show", "board"), 2, "RACE"),
        (("sprint",), 2, "sprint"),
        (("explain", "rank", officials.RACE, "nobody"), 1, "nobody"),
        (("explain", "rank", "cup/women-777", "ann-one"), 1, "cup/women-777"),
        (("explain", "points", "season", "nobody"), 1, "nobody"),
    ],
)
async def test_a_mistake_is_one_sentence(
    skated: Path, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    """Mistakes end with 1, or 2 for usage, and one clear sentence on stderr."""
    target = ("--data", str(skated)) if status == 1 else ()
    ended, out, err = await process.run(*arguments, *target)
    assert (ended, out) == (status, "")
    assert err.count("\n") == 1
    assert sentence in err


async def test_data_and_database_exclude_each_other(tmp_path: Path) -> None:
    """Naming two stores is a mistake, not a choice."""
    both = ("--data", str(tmp_path), "--database", "postgresql://localhost/x")
    status, _, err = await process.run("show", "medals", "cup", *both)
    assert status in (1, 2)
    assert err.count("\n") == 1


async def test_the_version_is_told() -> None:
    """`bell-lap version` prints what is installed."""
    status, out, _ = await process.run("version")
    assert status == 0
    assert out.strip()[0].isdigit()


async def test_a_demo_that_is_terminated_takes_its_server_along(tmp_path: Path) -> None:
    """SIGTERM to the demo alone ends as Ctrl-C does: nothing listens any more."""
    port = process.free_port()
    command = ("demo", "--speed", "50", "--port", str(port), "--data", str(tmp_path / "data"))
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tracker", *command, stdout=asyncio.subprocess.PIPE
    )
    assert demo.stdout is not None
    async with asyncio.timeout(60):
        while not (await demo.stdout.readline()).startswith(b"Open "):
            assert demo.returncode is None
        demo.terminate()
        await demo.stdout.read()
        assert await demo.wait() == 128 + signal.SIGTERM
    with pytest.raises(OSError, match="onnect"):
        await asyncio.open_connection("127.0.0.1", port)
