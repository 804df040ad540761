"""Any moment, everywhere: every route answers as of a moment, or says here why it cannot."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.support import officials
from tracker import app
from tracker.api import openapi
from tracker.config import Settings
from tracker.proof.checking import check

TIMELESS = {
    "/api/v1/me": "tells who asks, now",
    "/api/v1/displays": "screens that are there now; what they are told is not in the log",
    "/feed": "the present as it comes, or a race again by `replay`",
    "/feed/events": "the present as it comes, or a race again by `replay`",
    "/feed/poll": "the present as it comes",
    "/healthz": "this process, now",
    "/readyz": "this process, now",
    "/version": "this program",
    "/openapi.json": "this program",
    "/problems/{code}": "this program",
    "/{path}": "pages: tests/browser/test_any_moment.py goes through them",
}
"""Routes for which a moment means nothing, with the reason."""
PLACES = {
    "{competition}": officials.COMPETITION,
    "{distance}": "women-500",
    "{race}": "final-a",
    "{series}": "season",
    "{round}": "FINAL_A",
}
NEEDED = {"competitor": "ann-one", "from": "1", "table": "women-500"}
PENALTY = {
    "type": "CallPenalty",
    "race": officials.RACE,
    "competitor": "ann-one",
    "reason": "Impeding",
    "embargo": True,
}


@pytest.fixture
async def tracker(database_url: str, tmp_path: Path) -> AsyncIterator[app.Tracker]:
    """Run a tracker that has a key to sign with."""
    key = tmp_path / "signing.key"
    settings = Settings(data=None, database=database_url, port=0, signing_key=key)
    async with app.opened(settings) as running:
        await running.runner.caught_up.wait()
        yield running


@pytest.fixture
async def corrected(race: aiohttp.ClientSession) -> tuple[aiohttp.ClientSession, int]:
    """Speak to a tracker whose final was official, then corrected; know the first of the two."""
    own = {"race": officials.RACE}
    official = await officials.post_all(race, "", officials.skated())
    later = await officials.post_all(
        race, "", [PENALTY, {"type": "CorrectResult", **own, "reason": "A penalty was missing"}]
    )
    await officials.get(race, "/api/v1/competitions", after=later)
    return race, official


def timed() -> list[tuple[str, openapi.Operation]]:
    """Return the addresses that are read, without those that have no past."""
    return [
        (path, operation)
        for (method, path), operation in openapi.OPERATIONS.items()
        if method == "GET" and path not in TIMELESS
    ]


async def address(http: aiohttp.ClientSession, path: str, operation: openapi.Operation) -> str:
    """Return the address of something that is there, with what the question needs."""
    if "{version}" in path:
        journal = await officials.get(http, f"/api/v1/races/{officials.RACE}/journal")
        path = path.replace("{version}", str(journal["rows"][0]["version"]))
    for name, value in PLACES.items():
        path = path.replace(name, value)
    query = [f"{name}={value}" for name, value in NEEDED.items() if name in operation.queries]
    return f"{path}?{'&'.join(query)}"


async def test_every_route_takes_a_moment(
    tracker: app.Tracker, corrected: tuple[aiohttp.ClientSession, int]
) -> None:
    """Each answers as of a position and refuses a moment that is none; nobody forgot to."""
    http, official = corrected
    routes = {
        route.resource.canonical
        for route in tracker.site.router.routes()
        if route.resource is not None and route.method == "GET"
    }
    assert routes == {path for path, _ in timed()} | TIMELESS.keys()
    for path, operation in timed():
        assert "as_of" in operation.queries, f"{path} takes no moment, and no reason is given"
        where = await address(http, path, operation)
        async with http.get(f"{where}&as_of=yesterday") as answer:
            found: Any = await answer.json()
            assert (answer.status, found["code"]) == (422, "bad-as-of"), path
        async with http.get(f"{where}&as_of={official}") as answer:
            assert answer.status == 200, f"{path}: {await answer.text()}"
            if operation.answer == "Document" and not path.endswith("/changes"):
                assert (await answer.json())["position"] == official, path
        async with http.get(f"{where}&as_of=after:{officials.RACE}") as answer:
            assert answer.status == 200, path


async def test_a_decision_is_a_moment(corrected: tuple[aiohttp.ClientSession, int]) -> None:
    """Before a decision by its version nobody sees it; one under embargo counts when announced."""
    http, official = corrected
    race = f"/api/v1/races/{officials.RACE}"
    journal = await officials.get(http, f"{race}/journal")
    penalty = next(row for row in journal["rows"] if row["type"] == "PenaltyCalled")
    moment = f"{officials.RACE}/{penalty['version']}"
    before = await officials.get(http, f"{race}/result", as_of=f"before:{moment}")
    after = await officials.get(http, f"{race}/result", as_of=f"after:{moment}")
    assert after["position"] == penalty["public_at"] > penalty["position"] > official
    assert before["position"] == after["position"] - 1
    statuses = [
        next(row["status"] for row in found["rows"] if row["id"] == "ann-one")
        for found in (before, after)
    ]
    assert statuses == [None, "PEN"]
    for nobody in ("0", "9999", "999999999"):
        async with http.get(f"{race}/board?as_of=after:{officials.RACE}/{nobody}") as answer:
            assert (await answer.json())["code"] == "bad-as-of"


async def test_a_secret_decision_is_no_moment(race: aiohttp.ClientSession) -> None:
    """Nobody learns from its refusal that a version is there."""
    position = await officials.post_all(race, "", [*officials.skated()[:-1], PENALTY])
    where = f"/api/v1/races/{officials.RACE}/events"
    events = await officials.get(race, where, after=position)
    last = events["rows"][-1]["version"]
    told = []
    for version in (last + 1, last + 2):
        where = f"/api/v1/races/{officials.RACE}/board?as_of=after:{officials.RACE}/{version}"
        async with race.get(where) as answer:
            found = await answer.json()
            told.append(found["detail"].replace(str(version), "N"))
    assert told[0] == told[1]


async def test_a_bundle_is_of_its_moment(corrected: tuple[aiohttp.ClientSession, int]) -> None:
    """What was signed of the first result is still to be had after the correction, and good."""
    http, official = corrected
    where = f"/api/v1/races/{officials.RACE}/bundle"
    results = []
    for query in (f"?as_of={official}", ""):
        async with http.get(where + query) as answer:
            bundle = await answer.read()
        assert [each.said for each in check(bundle, ()) if not each.right] == []
        content = msgspec.json.decode(bundle)["content"]
        results.append([(row["id"], row["rank"]) for row in content["result"]["rows"]])
    assert results[0] != results[1]
    async with http.get(f"{where}?as_of={official - 1}") as answer:
        assert (await answer.json())["code"] == "not-official"
    checkpoints = await officials.get(http, "/api/v1/checkpoints")
    first = await officials.get(http, "/api/v1/checkpoints", as_of=str(official))
    assert [row["position"] for row in first["rows"]] == [official]
    assert len(checkpoints["rows"]) == 2
    assert (await officials.get(http, "/api/v1/keys", as_of="0"))["rows"] == []


async def test_changes_lead_to_the_moment_that_is_asked(
    corrected: tuple[aiohttp.ClientSession, int],
) -> None:
    """Without the later one of two moments it is that of `as_of`, or the present."""
    http, official = corrected
    where = f"/api/v1/races/{officials.RACE}/changes"
    now = await officials.get(http, where, **{"from": str(official)})
    then = await officials.get(http, where, **{"from": str(official), "as_of": str(official)})
    assert now["to"] > official
    assert now["rows"] != []
    assert (then["to"], then["rows"]) == (official, [])
