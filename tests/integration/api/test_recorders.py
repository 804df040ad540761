"""Two devices at one race over HTTP: the pen, opinions beside it, and what the public is told."""

from typing import Any

import aiohttp

from tests.support import officials

RACE = f"/api/v1/races/{officials.RACE}"


async def post(
    http: aiohttp.ClientSession, device: str, command: officials.Command
) -> tuple[int, dict[str, Any]]:
    """Send one command about the race from a device, and return status and answer."""
    body = officials.envelope({"race": officials.RACE, **command}, device=device)
    async with http.post("/api/v1/commands", json=body) as answer:
        return answer.status, await answer.json()


async def taken(
    http: aiohttp.ClientSession, device: str, command: officials.Command
) -> tuple[int, str]:
    """Send a command that must be taken, and return the position and type of its event."""
    status, answer = await post(http, device, command)
    assert status == 201, answer
    return answer["position"], answer["events"][0]["type"]


def crossing(skater: str, elapsed_ms: int) -> officials.Command:
    """Return a crossing."""
    return {"type": "RecordCrossing", "competitor": skater, "elapsed_ms": elapsed_ms}


async def test_one_pen_and_an_opinion(race: aiohttp.ClientSession) -> None:
    """The pen's crossings count, the other's are opinions; the document says where they differ."""
    await taken(race, "one", {"type": "TakePen"})
    await taken(race, "one", {"type": "StartRace"})
    status, problem = await post(race, "two", {"type": "TakePen"})
    assert (status, problem["code"]) == (409, "pen-held")
    _, kind = await taken(race, "one", crossing("ann-one", 7000))
    assert kind == "CrossingRecorded"
    await taken(race, "two", crossing("ann-one", 7080))
    position, kind = await taken(race, "two", crossing("bea-two", 7300))
    assert kind == "CrossingObserved"
    found = await officials.get(race, f"{RACE}/recorders", after=position)
    assert found["pen"] == {"device": "one", "official": "secretary"}
    assert [(each["device"], each["agreed"]) for each in found["opinions"]] == [("two", 1)]
    (difference,) = found["differences"]
    assert (difference["kind"], difference["competitor"]) == ("missing", "bea-two")
    assert [row["order"] for row in found["rows"]] == [["ann-one"]]
    adopt = {"type": "AdoptCrossing", "observation": difference["observation"]}
    position, _ = await taken(race, "one", adopt)
    found = await officials.get(race, f"{RACE}/recorders", after=position)
    assert [row["order"] for row in found["rows"]] == [["ann-one", "bea-two"]]
    assert found["differences"] == []


async def test_a_flag_reaches_the_referee_and_nobody_else(race: aiohttp.ClientSession) -> None:
    """A flag stands on the officials' sheet, and in none of the public's lists."""
    await taken(race, "one", {"type": "StartRace"})
    flag = {"type": "FlagToReferee", "competitor": "bea-two", "words": "arm"}
    position, _ = await taken(race, "one", flag)
    sheet = await officials.get(race, f"{RACE}/result", view="official", after=position)
    assert [(each["competitor"], each["words"]) for each in sheet["flags"]] == [("bea-two", "arm")]
    assert "flags" not in await officials.get(race, f"{RACE}/result")
    for path in (f"{RACE}/events", "/api/v1/events"):
        rows = (await officials.get(race, path))["rows"]
        assert "FlaggedToReferee" not in {row["type"] for row in rows}
    version = sheet["flags"][0]["version"]
    retracted = {"type": "RetractFact", "target": version, "reason": "by mistake"}
    position, _ = await taken(race, "one", retracted)
    journal = await officials.get(race, f"{RACE}/journal", after=position)
    assert journal["rows"] == []


async def test_a_bookmark_reaches_the_referees_and_no_public_document(
    race: aiohttp.ClientSession,
) -> None:
    """Both clocks stand on the officials' sheet; no list, ledger or fact of the public's has it."""
    await taken(race, "one", {"type": "StartRace"})
    marked = {"type": "BookmarkVideo", "label": "arm in corner 2", "lap": 3}
    position, kind = await taken(race, "one", marked)
    assert kind == "VideoBookmarked"
    sheet = await officials.get(race, f"{RACE}/result", view="official", after=position)
    (found,) = sheet["bookmarks"]
    assert (found["label"], found["lap"], found["official"]) == ("arm in corner 2", 3, "secretary")
    assert 0 <= found["elapsed_ms"] < 60_000
    assert found["at_ms"] > 1_600_000_000_000
    target = {"type": "RetractFact", "target": found["version"], "reason": "nothing"}
    position, _ = await taken(race, "one", target)
    gone = await officials.get(race, f"{RACE}/result", view="official", after=position)
    assert gone["bookmarks"] == []
    for path in (
        f"{RACE}/result",
        f"{RACE}/board",
        f"{RACE}/recorders",
        f"{RACE}/journal",
        f"{RACE}/moments",
        f"{RACE}/events",
        "/api/v1/events",
        f"/api/v1/competitions/{officials.COMPETITION}/journal",
    ):
        text = str(await officials.get(race, path))
        assert "arm in corner 2" not in text, path
        assert "VideoBookmarked" not in text, path
        assert "bookmarks" not in text, path
