"""Documents over HTTP: what they show, as of when, and how they are cached."""

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from tests.support import officials
from tests.support.officials import get

Skated = tuple[aiohttp.ClientSession, int]
RACE = f"/api/v1/races/{officials.RACE}"
DOCUMENTS = (
    "/api/v1/competitions",
    f"/api/v1/competitions/{officials.COMPETITION}",
    f"/api/v1/competitions/{officials.COMPETITION}/entries",
    f"/api/v1/competitions/{officials.COMPETITION}/medals",
    f"/api/v1/competitions/{officials.COMPETITION}/journal",
    f"/api/v1/competitions/{officials.COMPETITION}/best-times",
    "/api/v1/series/season/standings",
    "/api/v1/series/season/best-times",
    f"/api/v1/distances/{officials.DISTANCE}/classification",
    f"/api/v1/distances/{officials.DISTANCE}/rounds",
    f"/api/v1/distances/{officials.DISTANCE}/draw/FINAL_A",
    f"/api/v1/competitions/{officials.COMPETITION}/proposals",
    f"/api/v1/competitions/{officials.COMPETITION}/ruleset",
    f"/api/v1/competitions/{officials.COMPETITION}/helmet-numbers",
    f"{RACE}/start-list",
    f"{RACE}/board",
    f"{RACE}/lap-chart",
    f"{RACE}/result",
    f"{RACE}/journal",
    f"{RACE}/recorders",
    f"{RACE}/events",
)


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_every_document_has_its_position_and_rows(skated: Skated, path: str) -> None:
    """Each document answers, is tagged with its position, and is not sent twice."""
    http, position = skated
    async with http.get(path, params={"after": position}) as answer:
        document = await answer.json()
        assert answer.status == 200
    assert document["position"] == position
    assert isinstance(document["rows"], list)
    assert answer.headers["ETag"] == f'"p{position}"'
    assert answer.headers["Cache-Control"] == "no-cache"
    async with http.get(path, headers={"If-None-Match": f'"p{position}"'}) as again:
        assert (again.status, await again.read()) == (304, b"")


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_a_moment_may_be_kept_for_long(skated: Skated, path: str) -> None:
    """A document as of a position names it, never changes, and says so to caches."""
    http, position = skated
    await get(http, path, after=position)
    async with http.get(path, params={"as_of": position}) as answer:
        document = await answer.json()
    assert (document["position"], document["as_of"]) == (position, str(position))
    assert "max-age" in answer.headers["Cache-Control"]


async def test_a_result_is_what_was_skated(skated: Skated) -> None:
    """Places, times and gaps of a race that is official."""
    http, position = skated
    document = await get(http, f"{RACE}/result", after=position)
    assert document["state"] == "OFFICIAL"
    assert [(r["rank"], r["noc"], r["time_ms"], r["gap_ms"]) for r in document["rows"]] == [
        (1, "CAN", 42_000, 0),
        (2, "KOR", 42_100, 100),
        (3, "NED", 42_200, 200),
        (4, "POL", 42_300, 300),
    ]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (f"{RACE}/explain?competitor=ann-one", "1"),
        (f"{RACE}/explain?competitor=ann-one&what=mark", "does not go on"),
        (f"/api/v1/distances/{officials.DISTANCE}/explain?competitor=dee-four", "4"),
        ("/api/v1/series/season/explain?table=women&competitor=bea-two", "80"),
    ],
)
async def test_an_answer_is_explained(skated: Skated, path: str, answer: str) -> None:
    """Every fact of an explanation has its position in the log, and who stated it."""
    http, position = skated
    found = await get(http, path, after=position)
    assert found["answer"] == answer
    facts = [fact for row in found["rows"] for fact in row["facts"]]
    assert facts
    assert all(0 < fact["position"] <= position and fact["official"] for fact in facts)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{RACE}/explain", 422, "bad-parameter"),
        (f"{RACE}/explain?competitor=ann-one&what=luck", 422, "bad-parameter"),
        (f"{RACE}/explain?competitor=nobody", 404, "not-found"),
        ("/api/v1/series/season/explain?competitor=nobody", 404, "not-found"),
        ("/api/v1/distances/cup/women-777/explain?competitor=ann-one", 404, "not-found"),
    ],
)
async def test_what_cannot_be_explained(skated: Skated, path: str, status: int, code: str) -> None:
    """Nobody asked about, an unknown question, somebody who is not there."""
    http, position = skated
    await get(http, f"{RACE}/result", after=position)
    async with http.get(path) as answer:
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_tables_are_chosen(skated: Skated) -> None:
    """Standings and medals come in tables; the standings list theirs."""
    http, position = skated
    women = await get(http, "/api/v1/series/season/standings", table="women", after=position)
    assert women["rows"][0]["id"] == "ann-one"
    assert "women" in women["tables"]
    medals = f"/api/v1/competitions/{officials.COMPETITION}/medals"
    skaters = await get(http, medals, by="skater", gender="women")
    assert (skaters["by"], skaters["gender"]) == ("skater", "women")
    assert skaters["rows"][0]["gold"] == 1
    assert (await get(http, medals, gender="men"))["rows"] == []


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        (f"before:{officials.RACE}", "UNOFFICIAL"),
        (f"after:{officials.RACE}", "OFFICIAL"),
        ("2000-01-01T00:00:00Z", None),
    ],
)
async def test_any_moment_can_be_named(skated: Skated, as_of: str, state: str | None) -> None:
    """Before and after a race's result, or by the clock: then there was no race yet."""
    http, position = skated
    await get(http, f"{RACE}/result", after=position)
    async with http.get(f"{RACE}/result", params={"as_of": as_of}) as answer:
        document = await answer.json()
    assert document.get("state") == state
    assert answer.status == (200 if state else 404)


async def test_now_by_the_clock_is_now(skated: Skated) -> None:
    """A time after everything is the present."""
    http, position = skated
    now = datetime.now(UTC).isoformat()
    assert (await get(http, f"{RACE}/result", after=position, as_of=now))["position"] == position


async def test_what_is_not_there_yet_is_said_to_come(race: aiohttp.ClientSession) -> None:
    """Waiting for a position that the log does not have ends with 503 and Retry-After."""
    async with race.get(f"{RACE}/board", params={"after": 1_000_000}) as answer:
        problem = await answer.json()
    assert (answer.status, problem["code"]) == (503, "not-yet")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/api/v1/competitions/nowhere", {}, 404),
        ("/api/v1/competitions/nowhere/medals", {}, 404),
        ("/api/v1/competitions/nowhere/journal", {}, 404),
        ("/api/v1/series/nowhere/standings", {}, 404),
        ("/api/v1/series/season/standings", {"table": "dogs"}, 404),
        ("/api/v1/distances/cup/women-1/classification", {}, 404),
        ("/api/v1/races/cup/women-500/final-z/board", {}, 404),
        ("/api/v1/races/cup/women-500/final-z/events", {}, 404),
        (f"/api/v1/competitions/{officials.COMPETITION}/medals", {"by": "dog"}, 422),
        (f"/api/v1/competitions/{officials.COMPETITION}/medals", {"gender": "dog"}, 422),
        (f"{RACE}/board", {"as_of": "yesterday"}, 422),
        (f"{RACE}/board", {"as_of": "after:cup/women-500/final-z"}, 404),
        (f"{RACE}/board", {"as_of": f"after:{officials.RACE}"}, 422),
        (f"{RACE}/board", {"after": "soon"}, 422),
        (f"{RACE}/board", {"after": "-1"}, 422),
        ("/api/v1/events", {"limit": "0"}, 422),
        ("/api/v1/events", {"after": "9" * 40}, 422),
    ],
)
async def test_a_mistake_is_explained(
    race: aiohttp.ClientSession, path: str, query: dict[str, str], status: int
) -> None:
    """Unknown names and parameters are refused with a sentence, never with a 5xx."""
    async with race.get(path, params=query) as answer:
        problem = await answer.json(content_type="application/problem+json")
    assert answer.status == status, problem
    assert problem["detail"]


async def test_the_log_is_read_page_by_page(skated: Skated) -> None:
    """Following `next` from page to page reads every public fact once, in order."""
    http, position = skated
    positions: list[int] = []
    after = 0
    while True:
        page = await get(http, "/api/v1/events", after=after, limit=7)
        if not page["rows"]:
            break
        positions += [row["position"] for row in page["rows"]]
        after = page["next"]
    assert positions == list(range(1, position + 1))


PENALTY = {
    "type": "CallPenalty",
    "race": officials.RACE,
    "competitor": "bea-two",
    "reason": "obstruction",
    "embargo": True,
}


async def everything(http: aiohttp.ClientSession, position: int, **query: Any) -> str:
    """Return the text of every public document."""
    texts = []
    for path in (*DOCUMENTS, "/api/v1/events"):
        parameters = query if path == "/api/v1/events" else {**query, "after": position}
        async with http.get(path, params=parameters) as answer:
            assert answer.status == 200
            texts.append(await answer.text())
    return "\n".join(texts)


async def test_nothing_shows_a_decision_under_embargo(race: aiohttp.ClientSession) -> None:
    """A penalty under embargo is in no document until it is announced, nor as of before that."""
    *skate, publish, official = officials.skated()
    await officials.post_all(race, "", [*skate, publish])
    called = await officials.post_all(race, "", [PENALTY])
    assert "obstruction" not in await everything(race, called)
    announce = {"type": "AnnounceDecisions", "race": officials.RACE}
    announced = await officials.post_all(race, "", [announce, official])
    shown = await everything(race, announced)
    assert "obstruction" in shown
    result = await get(race, f"{RACE}/result")
    assert [row["id"] for row in result["rows"]][-1] == "bea-two"
    assert "obstruction" not in await everything(race, announced, as_of=called)


async def test_an_announcement_carries_what_it_reveals(race: aiohttp.ClientSession) -> None:
    """Who tails the log learns from the announcement what had been left out."""
    *skate, publish, _ = officials.skated()
    called = await officials.post_all(race, "", [*skate, publish, PENALTY])
    page = await get(race, "/api/v1/events", after=called - 1)
    assert (page["rows"], page["next"]) == ([], called)
    await officials.post_all(race, "", [{"type": "AnnounceDecisions", "race": officials.RACE}])
    page = await get(race, "/api/v1/events", after=called)
    (row,) = page["rows"]
    assert row["type"] == "DecisionsAnnounced"
    assert [each["data"]["reason"] for each in row["announced"]] == ["obstruction"]


async def test_the_lap_chart_is_a_picture_of_any_moment(skated: Skated) -> None:
    """The picture is tagged, kept and dated as the document is."""
    http, position = skated
    path = f"{RACE}/lap-chart.svg"
    async with http.get(path, params={"after": position}) as answer:
        now = await answer.text()
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")
        assert answer.headers["ETag"] == f'"p{position}"'
    async with http.get(path, params={"as_of": position}) as answer:
        assert await answer.text() == now
        assert "max-age" in answer.headers["Cache-Control"]
    async with http.get(path, params={"as_of": position - 3}) as answer:
        assert await answer.text() != now
    async with http.get("/api/v1/races/cup/women-500/final-z/lap-chart.svg") as answer:
        assert answer.status == 404


async def test_the_overlay_is_a_flat_array_of_the_current_race(skated: Skated) -> None:
    """A vision mixer gets a bare array; before the first start list it is empty."""
    http, position = skated
    path = f"/api/v1/competitions/{officials.COMPETITION}/overlay.json"
    rows = await get(http, path, after=position)
    assert [row["competitor"] for row in rows] == [name for _, name, *_ in officials.SKATERS]
    assert {row["state"] for row in rows} == {"OFFICIAL"}
    assert await get(http, path, as_of=3) == []


async def test_the_entries_name_everybody_also_in_their_own_script(
    http: aiohttp.ClientSession,
) -> None:
    """Family name and native script come as they were entered; who withdrew is not there."""
    programme = officials.programme()
    for command in programme:
        if command.get("skater") == "bea-two":
            command |= {"family_name": "Two", "native_name": "비 투"}
    withdrawn = {"type": "WithdrawEntry", "competition": "cup", "competitor": "cia-three"}
    position = await officials.post_all(http, "", programme)
    path = f"/api/v1/competitions/{officials.COMPETITION}/entries"
    before = await get(http, path, after=position)
    later = await officials.post_all(http, "", [{**withdrawn, "reason": "Ill"}])
    rows = {row["id"]: row for row in (await get(http, path, after=later))["rows"]}
    assert (rows["bea-two"]["family_name"], rows["bea-two"]["native_name"]) == ("Two", "비 투")
    assert (rows["ann-one"]["native_name"], rows["ann-one"]["nation"]) == (None, "Canada")
    assert [*rows] == ["ann-one", "bea-two", "dee-four"]
    assert len(before["rows"]) == 4
    assert (await get(http, path, as_of=position))["rows"] == before["rows"]
