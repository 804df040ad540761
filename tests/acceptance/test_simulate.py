"""`bell-lap simulate`, as a stranger types it."""

import asyncio
import json
from pathlib import Path

import aiohttp

from tests.support import process


async def test_a_small_competition_is_simulated_on_a_server_of_its_own(tmp_path: Path) -> None:
    """It prints podiums, medals and a summary, exits 0, and leaves no server behind."""
    data = tmp_path / "data"
    status, out, err = await process.run(
        *("simulate", "--seed", "7", "--speed", "5000", "--entries", "8", "--exit"),
        *("--distances", "men-500", "women-500", "--port", str(process.free_port())),
        *("--data", str(data)),
    )
    assert status == 0, err
    for words in ("Men 500 m, Final A: official", "sim-7-1/men-500/final-a", "Gold", "Seed 7:"):
        assert words in out
    assert "sim-7-1/women-500/sf-1" not in out
    assert not process.postmasters(data)
    shown, table, err = await process.run("show", "medals", "sim-7-1", "--data", str(data))
    assert (shown, err) == (0, "")
    assert "Medals" in table


async def test_it_plays_into_a_server_that_runs(tmp_path: Path) -> None:
    """With `--url` it comes in by that door; the same seed again is refused in one sentence."""
    arguments = ("simulate", "--entries", "3", "--distances", "men-500", "--speed", "100000")
    target = ("--data", str(tmp_path / "data"))
    async with process.serving(target, tmp_path / "server.txt") as served:
        status, out, err = await process.run(*arguments, "--url", served.url)
        assert (status, err) == (0, ""), err
        assert "Seed 1: 1 races" in out
        status, _, err = await process.run(*arguments, "--url", served.url)
    assert status == 1
    assert "another --seed" in err
    assert err.count("\n") == 1


async def test_where_there_are_officials_the_simulated_ones_are_paired(tmp_path: Path) -> None:
    """Behind closed doors everybody has one role and a token of their own, and is gone after it."""
    store = ("--data", str(tmp_path / "data"))
    arguments = ("simulate", "--entries", "6", "--distances", "men-500", "--speed", "100000")
    async with process.serving(store, tmp_path / "server.txt") as served:
        status, _, err = await process.run(
            "officials", "add", "Anna", "--role", "secretary", *store
        )
        assert status == 0, err
        async with aiohttp.ClientSession() as http:
            while True:
                async with http.get(f"{served.url}/api/v1/me") as answer:
                    if answer.status == 401:
                        break
                await asyncio.sleep(0.1)
        status, _, err = await process.run(*arguments, "--url", served.url)
        assert (status, "name its store" in err) == (1, True), err
        status, out, err = await process.run(*arguments, "--url", served.url, *store)
        assert status == 0, err
        assert "Seed 1: 4 races" in out
        _, listed, _ = await process.run("officials", "list", "--json", *store)
    assert {each["official"] for each in json.loads(listed)} == {"Anna"}


async def test_what_cannot_be_simulated_is_said_before_anything_starts() -> None:
    """A distance that is none, a trainee in a hurry, and a start without an offset."""
    for arguments, words in (
        (("--distances", "men-501"), "it has men-500"),
        (("--train", "lap-recorder", "--speed", "5"), "leave out --speed"),
        (("--start", "2026-01-10"), "write 2026-01-10T10:00:00Z"),
    ):
        status, out, err = await process.run("simulate", *arguments)
        assert (status, out) == (1, "")
        assert words in err
