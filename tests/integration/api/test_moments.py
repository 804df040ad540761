"""Any moment of a race, by name, and two of them side by side."""

from typing import Any

import aiohttp
import msgspec
import pytest

from tests.support import officials
from tests.support.officials import get, post_all
from tracker.api import ticks

Http = aiohttp.ClientSession
RACE = f"/api/v1/races/{officials.RACE}"
PENALTY = {
    "type": "CallPenalty",
    "race": officials.RACE,
    "competitor": "ann-one",
    "reason": "Impeding",
    "embargo": True,
}


@pytest.fixture
async def decided(race: Http) -> Http:
    """Speak to a tracker whose final was reviewed, decided under embargo, announced, official."""
    own = {"race": officials.RACE}
    position = await post_all(
        race,
        "",
        [
            *officials.skated()[:-1],
            {"type": "OpenReview", **own, "reason": "Contact", "competitors": ["ann-one"]},
            PENALTY,
            {"type": "AnnounceDecisions", **own},
            {"type": "DeclareResultOfficial", **own},
        ],
    )
    await get(race, "/api/v1/series/season/standings", table="women", after=position)
    return race


def told(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    """Return differences by document, id and field."""
    return {(r["document"], r["id"], r["field"]): (r["before"], r["after"]) for r in rows}


async def test_a_competition_has_its_ticks(decided: Http) -> None:
    """The penalty stands where it was announced, not where it was called under embargo."""
    found = await get(decided, f"/api/v1/competitions/{officials.COMPETITION}/moments")
    types = [(row["race"], row["type"]) for row in found["rows"]]
    assert types == [
        (officials.RACE, name)
        for name in (
            "ResultPublished",
            "ReviewOpened",
            "PenaltyCalled",
            "DecisionsAnnounced",
            "ResultDeclaredOfficial",
        )
    ]
    penalty, announced = found["rows"][2:4]
    assert penalty["position"] == announced["position"]
    assert penalty["recorded_at"] == announced["recorded_at"]
    assert (penalty["kind"], penalty["competitor"]) == ("decision", "ann-one")
    assert penalty["who"]["name"] == "Ann One"
    before = await get(
        decided,
        f"/api/v1/competitions/{officials.COMPETITION}/moments",
        as_of=str(announced["position"] - 1),
    )
    assert [row["type"] for row in before["rows"]] == ["ResultPublished", "ReviewOpened"]


async def test_a_race_has_its_ticks(decided: Http) -> None:
    """Gun, crossings, review, announcement: in order, without what was under embargo then."""
    found = await get(decided, f"{RACE}/moments")
    kinds = [row["kind"] for row in found["rows"]]
    assert [kind for kind in dict.fromkeys(kinds) if kind != "crossing"] == [
        "start-list",
        "gun",
        "end",
        "announcement",
        "review",
        "decision",
    ]
    positions = [row["position"] for row in found["rows"]]
    assert positions == sorted(positions)
    before = await get(decided, f"{RACE}/moments", as_of=f"before:{officials.RACE}/announcement")
    assert "decision" not in [row["kind"] for row in before["rows"]]


async def test_moments_have_names(decided: Http) -> None:
    """Before the review the order stood; after it the race was under review; then official."""

    async def state(moment: str) -> str:
        found = await get(decided, f"{RACE}/board", as_of=moment)
        return str(found["state"])

    race = officials.RACE
    assert await state(f"after:{race}/gun") == "LIVE"
    assert await state(f"before:{race}/review") == "UNOFFICIAL"
    assert await state(f"after:{race}/review") == "UNDER_REVIEW"
    assert await state(f"after:{race}") == await state(f"after:{race}/official") == "OFFICIAL"


async def test_two_moments_side_by_side(decided: Http) -> None:
    """From the review to the end: the place, the medal, the points."""
    race = officials.RACE
    found = await get(
        decided, f"{RACE}/changes", **{"from": f"after:{race}/review", "to": f"after:{race}"}
    )
    changed = told(found["rows"])
    assert changed["result", "ann-one", "status"] == (None, "PEN")
    assert changed["result", "bea-two", "rank"] == (2, 1)
    assert changed["medals", "KOR", "gold"] == (None, 1)
    assert changed["standings", "bea-two", "points"] == (None, 100)
    same = await get(decided, f"{RACE}/changes", **{"from": f"after:{race}", "to": f"after:{race}"})
    assert same["rows"] == []


async def test_what_a_decision_moved_is_told_between_two_moments(decided: Http) -> None:
    """From before the announcement to the end, as official results: the penalty, nothing else."""
    race = officials.RACE
    moments = {"from": f"before:{race}/announcement", "to": f"after:{race}"}
    found = await get(decided, f"{RACE}/changes", **moments, settled="true")
    moved = told(found["settled"])
    assert moved["result", "ann-one", "status"] == (None, "PEN")
    assert moved["medals", "CAN", "gold"] == (1, None)
    assert moved["standings", "bea-two", "points"] == (80, 100)
    assert told(found["rows"])["standings", "bea-two", "points"] == (None, 100)
    without = await get(decided, f"{RACE}/decisions/{await version(decided, 'PenaltyCalled')}")
    assert moved == {key: (b, a) for key, (a, b) in told(without["changed"]).items()}
    early = {**moments, "from": f"after:{race}/gun"}
    assert (await get(decided, f"{RACE}/changes", **early, settled="true"))["settled"] is None
    same = {"from": f"after:{race}", "to": f"after:{race}"}
    assert (await get(decided, f"{RACE}/changes", **same, settled="true"))["settled"] == []
    assert "settled" not in await get(decided, f"{RACE}/changes", **moments)


async def version(http: Http, type_: str) -> int:
    """Return the version of the decision of a type."""
    journal = await get(http, f"{RACE}/journal")
    return int(next(row["version"] for row in journal["rows"] if row["type"] == type_))


async def test_the_ledger_tells_what_became_of_a_decision(decided: Http) -> None:
    """A penalty that is withdrawn names who did it, and that names the penalty."""
    penalty = await version(decided, "PenaltyCalled")
    own = {"race": officials.RACE}
    withdrawal = {**own, "type": "WithdrawDecision", "decision": penalty, "reason": "Another view"}
    position = await post_all(
        decided, "", [withdrawal, {**own, "type": "CorrectResult", "reason": "Another view"}]
    )
    found = await get(decided, f"{RACE}/decisions/{penalty}", after=position)
    assert [each["type"] for each in found["superseded"]] == ["DecisionWithdrawn"]
    assert found["people"] == ["Ann One"]
    withdrawn = await get(
        decided, f"{RACE}/decisions/{found['superseded'][0]['version']}", after=position
    )
    assert withdrawn["replaced"]["type"] == "PenaltyCalled"
    assert withdrawn["replaced"]["version"] == penalty
    assert withdrawn["replaced"]["position"] == found["decided_at_position"]
    assert (withdrawn["name"], withdrawn["round"]) == ("Women 500 m", "Final A")


async def test_what_the_referee_saw_and_what_the_public_saw(decided: Http) -> None:
    """Of one moment both: under embargo the officials' board has the penalty, the public's not."""
    moment = f"before:{officials.RACE}/announcement"

    async def status(**view: str) -> object:
        found = await get(decided, f"{RACE}/board", as_of=moment, **view)
        return next(row["status"] for row in found["rows"] if row["id"] == "ann-one")

    assert await status() is None
    assert await status(view="official") == "PEN"


async def test_a_decision_is_told_in_full(decided: Http) -> None:
    """Who, why, on which facts, and what would be without it; linkable by its version."""
    journal = await get(decided, f"{RACE}/journal")
    row = next(row for row in journal["rows"] if row["type"] == "PenaltyCalled")
    found = await get(decided, f"{RACE}/decisions/{row['version']}")
    assert (found["official"], found["reason"]) == ("secretary", "Impeding")
    assert found["rule"]["ruleset"] == "isu-2023-24"
    kinds = [fact["type"] for fact in found["rows"]]
    assert kinds.count("CrossingRecorded") == 2
    assert "ReviewOpened" in kinds
    changed = told(found["changed"])
    assert changed["result", "ann-one", "rank"] == (None, 1)
    assert changed["medals", "CAN", "gold"] == (None, 1)
    assert changed["standings", "ann-one", "points"] == (60, 100)
    before = f"{RACE}/decisions/{row['version']}?as_of=before:{officials.RACE}/announcement"
    async with decided.get(before) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{RACE}/changes", "bad-parameter"),
        (f"{RACE}/decisions/x", "bad-parameter"),
        (f"{RACE}/decisions/1", "not-found"),
        (f"{RACE}/changes?from=1&to=yesterday", "bad-as-of"),
        (f"{RACE}/board?as_of=before:{officials.RACE}/luck", "bad-as-of"),
        (f"{RACE}/board?as_of=before:{officials.RACE}/correction", "bad-as-of"),
        ("/api/v1/races/cup/women-500/final-z/moments", "not-found"),
    ],
)
async def test_a_moment_that_cannot_be(decided: Http, path: str, code: str) -> None:
    """No such word, no such moment yet, no such race."""
    async with decided.get(path) as answer:
        assert answer.status in {404, 422}
        assert (await answer.json())["code"] == code


def elsewhere(commands: list[officials.Command], competition: str) -> list[officials.Command]:
    """Return the same commands for another competition of the series."""
    text = msgspec.json.encode([each for each in commands if each["type"] != "CreateSeries"])
    moved = text.replace(b'"cup', f'"{competition}'.encode())
    found: list[officials.Command] = msgspec.json.decode(moved)
    return found


async def test_a_series_has_the_ticks_of_all_its_competitions(decided: Http) -> None:
    """What may move its standings, wherever it was decided; nothing that only one race feels."""
    day = [*officials.programme(), *officials.skated()]
    position = await post_all(decided, "", elsewhere(day, "bowl"))
    found = await get(decided, "/api/v1/series/season/moments", after=position)
    told = [(row["race"].split("/")[0], row["type"]) for row in found["rows"]]
    assert told == [
        ("cup", "PenaltyCalled"),
        ("cup", "DecisionsAnnounced"),
        ("cup", "ResultDeclaredOfficial"),
        ("bowl", "ResultDeclaredOfficial"),
    ]
    last = found["rows"][-1]
    assert (last["name"], last["round"], last["city"]) == ("Women 500 m", "Final A", "Dresden")
    assert (found["limit"], found["more"]) == (ticks.SERIES_LIMIT, False)
    secret = found["rows"][0]["position"] - 1
    before = await get(decided, "/api/v1/series/season/moments", as_of=str(secret))
    assert before["rows"] == []
    async with decided.get("/api/v1/series/nobody/moments") as answer:
        assert answer.status == 404


async def test_family_names_go_along(decided: Http) -> None:
    """A journal, a decision and every difference of a skater say which part is the family's."""
    day = elsewhere([*officials.programme(), *officials.skated()], "bowl")
    for each in day:
        if each["type"] == "EnterSkater":
            each["family_name"] = each["name"].split()[1]
    race = officials.RACE.replace("cup", "bowl")
    own = {"race": race}
    penalty = {**PENALTY, **own, "embargo": False}
    position = await post_all(decided, "", [*day[:-1], penalty, day[-1]])
    journal = await get(decided, "/api/v1/competitions/bowl/journal", after=position)
    row = next(row for row in journal["rows"] if row["type"] == "PenaltyCalled")
    assert row["who"] == [
        {"name": "Ann One", "family_name": "One", "native_name": None, "noc": "CAN"}
    ]
    path = f"/api/v1/races/{race}"
    full = await get(decided, f"{path}/decisions/{row['version']}")
    assert full["who"] == row["who"]
    moments = {"from": f"before:{race}/gun", "to": f"after:{race}"}
    changes = (await get(decided, f"{path}/changes", **moments))["rows"]
    for rows in (changes, full["changed"]):
        families = {(r["document"], r["id"], r["family_name"]) for r in rows}
        assert {("result", "ann-one", "One"), ("medals", "bea-two", "Two")} <= families
        assert {(r["document"], r["family_name"]) for r in rows if r["id"] == "KOR"} == {
            ("medals", "")
        }
        assert ("standings", "bea-two", "Two") in families


async def test_the_ticks_of_a_series_are_bounded(
    decided: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more than the limit the last ones are told, and that there are more."""
    monkeypatch.setattr(ticks, "SERIES_LIMIT", 2)
    found = await get(decided, "/api/v1/series/season/moments")
    assert [row["type"] for row in found["rows"]] == [
        "DecisionsAnnounced",
        "ResultDeclaredOfficial",
    ]
    assert (found["limit"], found["more"]) == (2, True)
