"""`bell-lap officials`: from an open door to paired devices, and back from a lost token."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support import officials, process


async def said(*arguments: str, data: Path) -> str:
    """Return what a command of the officials' desk prints."""
    status, out, err = await process.run("officials", *arguments, "--data", str(data))
    assert (status, err) == (0, ""), err
    return out


async def until(ask: Callable[[], Awaitable[int]], status: int) -> None:
    """Ask until the answer has a status: a change at the desk is felt within seconds."""
    async with asyncio.timeout(10):
        while await ask() != status:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.2)


async def test_a_race_is_closed_to_strangers(tmp_path: Path) -> None:
    """Add, pair, write; a stranger cannot; revoke, and the desk pairs anew."""
    data = tmp_path / "data"
    async with (
        process.serving(("--data", str(data)), tmp_path / "server.txt") as served,
        aiohttp.ClientSession(base_url=served.url) as http,
    ):
        start = {"type": "StartRace", "race": officials.RACE}
        await officials.post_all(http, "", [*officials.programme(), start])
        assert "Nobody has been added" in await said("list", data=data)
        await said("add", "Kim Lap", "--role", "lap-recorder", "--role", "referee", data=data)
        code = (await said("pair", "Kim Lap", data=data)).split()[0]
        async with http.post("/api/v1/pair", json={"code": code, "device": "tablet-3"}) as answer:
            token = (await answer.json())["token"]

        async def cross(**headers: str) -> int:
            body: dict[str, Any] = {
                "command": {
                    "type": "RecordCrossing",
                    "race": officials.RACE,
                    "competitor": "ann-one",
                },
                "official": "Kim Lap",
                "device": "tablet-3",
            }
            async with http.post("/api/v1/commands", json=body, headers=headers) as answer:
                return answer.status

        own = {"Authorization": f"Bearer {token}"}
        await until(cross, 401)
        assert await cross(**own) == 201
        (listed,) = json.loads(await said("list", "--json", data=data))
        assert (listed["official"], listed["device"]) == ("Kim Lap", "tablet-3")
        assert listed["last_wrote_at"] is not None
        assert "tablet-3" in await said("revoke", "tablet-3", data=data)
        await until(lambda: cross(**own), 401)
        assert "pairs one device" in await said("pair", "Kim Lap", "--url", served.url, data=data)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "Kim", "--role", "emperor"), "emperor"),
        (("add", "Kim\tLap", "--role", "referee"), "no name"),
        (("pair", "Nobody"), "Nobody"),
        (("pair", "Nobody", "--minutes", "0"), "minutes"),
        (("revoke", "nobody"), "nobody"),
    ],
)
async def test_a_mistake_at_the_desk(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    """One sentence that says what would be right."""
    status, out, err = await process.run("officials", *arguments, "--data", str(tmp_path / "data"))
    assert (status, out) == (1, "")
    assert sentence in err
    assert err.count("\n") == 1
