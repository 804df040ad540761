"""Best times over HTTP, from statement to confirmation to what a correction leaves."""

from typing import Any

import aiohttp
import pytest

from tests.support import officials
from tests.support.officials import get, post_all

CUP = f"/api/v1/competitions/{officials.COMPETITION}/best-times"
SEASON = "/api/v1/series/season/best-times"
CONFIRMED = {
    "type": "ConfirmBestTime",
    "race": officials.RACE,
    "competitor": "ann-one",
    "kind": "track",
    "time_ms": 42_000,
}


def stated(kind: str, time_ms: int, **more: Any) -> officials.Command:
    """Return the statement of a best time over 500 m."""
    return {
        "type": "StateBestTime",
        "competition": officials.COMPETITION,
        "kind": kind,
        "gender": "women",
        "metres": 500,
        "name": "Old Champion",
        "noc": "ITA",
        "time_ms": time_ms,
        **more,
    }


@pytest.fixture
async def beaten(race: aiohttp.ClientSession) -> tuple[aiohttp.ClientSession, int]:
    """Speak to a tracker whose final was faster than the track ever saw."""
    track = stated("track", 42_345, set_on="2017-02-04", set_at="Dresden")
    commands = [track, stated("world", 41_000), *officials.skated()]
    return race, await post_all(race, "", commands)


async def refused(http: aiohttp.ClientSession, command: officials.Command) -> tuple[int, str]:
    """Return the status and code that a command is refused with."""
    async with http.post("/api/v1/commands", json=officials.envelope(command)) as answer:
        return answer.status, (await answer.json())["code"]


async def test_a_proposal_waits_until_it_is_confirmed(
    beaten: tuple[aiohttp.ClientSession, int],
) -> None:
    """Every moment can be read again: what waited then, what stands now."""
    http, position = beaten
    waiting = await get(http, CUP, after=position)
    (proposal,) = waiting["proposals"]
    assert (proposal["best"], proposal["competitor"], proposal["by_ms"]) == ("TR", "ann-one", 345)
    assert proposal["beats"]["set_at"] == "Dresden"
    confirmed = await post_all(http, "", [CONFIRMED])
    now = await get(http, CUP, after=confirmed)
    assert now["proposals"] == []
    assert (now["rows"][0]["id"], now["rows"][0]["holder"]) == ("track/women-500", "ann-one")
    result = await get(http, f"/api/v1/races/{officials.RACE}/result", after=confirmed)
    assert result["rows"][0]["best"] == [{"best": "TR", "confirmed": True}]
    earlier = await get(http, f"/api/v1/races/{officials.RACE}/result", as_of=position)
    assert earlier["rows"][0]["best"] == [{"best": "TR", "confirmed": False}]
    assert earlier["rows"][1]["best"] == []
    then = await get(http, CUP, as_of=position)
    assert then["proposals"] == [proposal]
    assert then["rows"][0]["time_ms"] == 42_345


async def test_a_season_is_read_by_distance(beaten: tuple[aiohttp.ClientSession, int]) -> None:
    """Without a table it is the first one; before the result nobody has a time."""
    http, position = beaten
    season = await get(http, SEASON, after=position)
    assert (season["table"], season["tables"]) == ("women-500", ["women-500"])
    assert [(row["rank"], row["id"], row["time_ms"]) for row in season["rows"]] == [
        (1, "ann-one", 42_000),
        (2, "bea-two", 42_100),
        (3, "cia-three", 42_200),
        (4, "dee-four", 42_300),
    ]
    before = await get(http, SEASON, table="women-500", as_of=f"before:{officials.RACE}")
    assert before["rows"] == []
    async with http.get(SEASON, params={"table": "men-1000"}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, "not-found")


async def test_a_miscount_takes_every_best_time_away(
    beaten: tuple[aiohttp.ClientSession, int],
) -> None:
    """The result stands, the confirmation is void, the season has no time."""
    http, _ = beaten
    miscount = {"type": "RecordMiscount", "race": officials.RACE, "lap_rows": 4, "reason": "Bell"}
    position = await post_all(http, "", [CONFIRMED, miscount])
    document = await get(http, CUP, after=position)
    assert [row["kind"] for row in document["rows"]] == ["track", "world"]
    assert "4 lap rows" in document["void"][0]["why"]
    assert (await get(http, SEASON))["rows"] == []
    result = await get(http, f"/api/v1/races/{officials.RACE}/result")
    assert (result["state"], result["rows"][0]["time_ms"]) == ("OFFICIAL", 42_000)


async def test_refusals_have_codes(beaten: tuple[aiohttp.ClientSession, int]) -> None:
    """What a program can rely on."""
    http, _ = beaten
    await post_all(http, "", [CONFIRMED])
    assert await refused(http, CONFIRMED) == (409, "already-confirmed")
    assert await refused(http, {**CONFIRMED, "kind": "world"}) == (409, "nothing-beaten")
    assert await refused(http, {**CONFIRMED, "kind": "personal"}) == (422, "invalid-value")
    other = {**CONFIRMED, "time_ms": 41_000}
    assert await refused(http, other) == (422, "not-the-official-time")
    assert await refused(http, stated("personal", 42_000)) == (422, "holder-missing")
    miscount = {"type": "RecordMiscount", "race": officials.RACE, "lap_rows": 4, "reason": "Bell"}
    await post_all(http, "", [miscount])
    assert await refused(http, CONFIRMED) == (409, "time-not-recognised")
