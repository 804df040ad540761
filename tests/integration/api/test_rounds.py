"""A distance from its entries to its final: draws, marks, and lists that have become stale."""

from typing import Any

import aiohttp
import pytest

from tests.support import officials
from tests.support.officials import get, post_all

DISTANCE = "cup/women-1000"
PATH = f"/api/v1/distances/{DISTANCE}"
NOCS = ("CAN", "KOR", "NED", "POL", "KAZ")
SKATERS = [f"skater-{n:02}" for n in range(1, 13)]
SEMIS = (f"{DISTANCE}/semi-1", f"{DISTANCE}/semi-2")
FINALS = (f"{DISTANCE}/final-b", f"{DISTANCE}/final-a")
Http = aiohttp.ClientSession


def setting() -> list[officials.Command]:
    """Return a distance with semifinals and finals, for twelve skaters, ranked by what they had."""
    return [
        *officials.programme()[:3],
        *(
            {
                "type": "EnterSkater",
                "competition": "cup",
                "skater": skater,
                "name": skater.title(),
                "noc": NOCS[n % len(NOCS)],
                "gender": "women",
            }
            for n, skater in enumerate(SKATERS)
        ),
        {
            "type": "AddDistance",
            "distance": DISTANCE,
            "name": "Women 1000 m",
            "gender": "women",
            "metres": 1000,
        },
        *(
            {
                "type": "BringPoints",
                "series": "season",
                "table": "women",
                "competitor": skater,
                "name": skater.title(),
                "noc": NOCS[n % len(NOCS)],
                "points": 100 - n,
            }
            for n, skater in enumerate(SKATERS[:8])
        ),
        *({"type": "AddRound", "distance": DISTANCE, **r} for r in ROUNDS),
        {
            "type": "SetProgression",
            "distance": DISTANCE,
            "round": "SF",
            "targets": [
                {"to": "FINAL_A", "by_place": 2, "by_time": 1},
                {"to": "FINAL_B", "rest": True},
            ],
        },
        *(
            {"type": "ScheduleRace", "race": race, "round": round_, "round_name": name}
            for race, round_, name in (
                (SEMIS[0], "SF", "Semifinal 1"),
                (SEMIS[1], "SF", "Semifinal 2"),
                (FINALS[0], "FINAL_B", "Final B"),
                (FINALS[1], "FINAL_A", "Final A"),
            )
        ),
    ]


ROUNDS = (
    {"round": "SF", "name": "Semifinals"},
    {"round": "FINAL_B", "name": "Final B"},
    {"round": "FINAL_A", "name": "Final A"},
)


def as_drawn(row: dict[str, Any]) -> officials.Command:
    """Return the command that publishes a start list as it was proposed."""
    return {
        "type": "PublishStartList",
        "race": row["id"],
        "starters": [
            {"competitor": s["competitor"], "start_position": s["start_position"]}
            for s in row["starters"]
        ],
        "drawn": row["drawn"],
    }


def skated(row: dict[str, Any], *, slower_ms: int = 0) -> list[officials.Command]:
    """Return a race that ends in the order of its start positions, and is official."""
    names = [s["competitor"] for s in row["starters"]]
    return [
        {"type": "StartRace", "race": row["id"]},
        {"type": "RecordFinishOrder", "race": row["id"], "groups": [[name] for name in names]},
        {
            "type": "RecordFinishTimes",
            "race": row["id"],
            "times": [
                {"competitor": name, "time_ms": 88_000 + slower_ms + i * 100}
                for i, name in enumerate(names)
            ],
        },
        {"type": "EndRace", "race": row["id"]},
        {"type": "DeclareResultOfficial", "race": row["id"]},
    ]


@pytest.fixture
async def semis(http: Http) -> list[dict[str, Any]]:
    """Draw the semifinals, publish their start lists, and return them."""
    position = await post_all(http, "", setting())
    drawn = await get(http, f"{PATH}/draw/SF", after=position, seed="cup")
    await post_all(http, "", [as_drawn(row) for row in drawn["rows"]])
    rows: list[dict[str, Any]] = drawn["rows"]
    return rows


async def test_a_first_round_is_drawn_by_ranking(http: Http, semis: list[dict[str, Any]]) -> None:
    """The ranked ones snake-wise, those without a rank by lot behind them; always the same."""
    first, second = ([s["competitor"] for s in row["starters"]] for row in semis)
    assert first[:4] == ["skater-01", "skater-04", "skater-05", "skater-08"]
    assert second[:4] == ["skater-02", "skater-03", "skater-06", "skater-07"]
    assert sorted(first[4:] + second[4:]) == SKATERS[8:]
    again = await get(http, f"{PATH}/draw/SF", seed="cup")
    assert again["rows"] == semis
    other = await get(http, f"{PATH}/draw/SF", seed="other", separate="true", positions="lot")
    assert other["rows"] != semis
    assert [s["row"] for s in semis[0]["starters"]] == [1, 1, 1, 1, 1, 2]


async def test_a_final_is_drawn_from_marks_and_goes_stale(
    http: Http, semis: list[dict[str, Any]]
) -> None:
    """The proposal names the results behind it; a correction of one flags the list."""
    position = await post_all(http, "", [*skated(semis[0]), *skated(semis[1], slower_ms=50)])
    drawn = await get(http, f"{PATH}/draw/FINAL_A", after=position)
    assert drawn["certain"]
    assert drawn["computed_from"] == [{"race": race, "revision": 1} for race in SEMIS]
    starters = drawn["rows"][0]["starters"]
    assert [s["competitor"] for s in starters] == [
        "skater-01",
        "skater-02",
        "skater-04",
        "skater-03",
        "skater-05",
    ]
    result = await get(http, f"/api/v1/races/{SEMIS[0]}/result")
    assert [(r["mark"], r["mark_certain"]) for r in result["rows"][:4]] == [
        ("QA", True),
        ("QA", True),
        ("qA", True),
        (None, True),
    ]
    position = await post_all(http, "", [as_drawn(drawn["rows"][0])])
    rounds = await get(http, f"{PATH}/rounds", after=position)
    final = rounds["rows"][2]["races"][0]["drawn"]
    assert (final["stale"], final["changed"]) == ([], [])
    position = await post_all(
        http,
        "",
        [
            {
                "type": "CallPenalty",
                "race": SEMIS[0],
                "competitor": "skater-04",
                "reason": "Impeding",
            },
            {"type": "CorrectResult", "race": SEMIS[0], "reason": "Video review"},
        ],
    )
    rounds = await get(http, f"{PATH}/rounds", after=position)
    assert rounds["rows"][2]["races"][0]["drawn"]["stale"] == [SEMIS[0]]
    anew = await get(http, f"{PATH}/draw/FINAL_A")
    assert anew["computed_from"][0] == {"race": SEMIS[0], "revision": 2}
    assert [s["competitor"] for s in anew["rows"][0]["starters"]] == [
        "skater-01",
        "skater-02",
        "skater-03",
        "skater-05",
        "skater-06",
    ]
    before = await get(http, f"/api/v1/races/{SEMIS[0]}/result", as_of=f"after:{SEMIS[1]}")
    assert before["rows"][1]["mark"] == "QA"


async def test_who_changed_a_draw_is_recorded(http: Http, semis: list[dict[str, Any]]) -> None:
    """The steward moves two skaters: the list says what was proposed, the log who did it."""
    command = as_drawn(semis[0])
    command["starters"][0]["start_position"], command["starters"][1]["start_position"] = 2, 1
    position = await post_all(http, "", [command])
    rounds = await get(http, f"{PATH}/rounds", after=position)
    assert rounds["rows"][0]["races"][0]["drawn"]["changed"] == [
        {"competitor": "skater-01", "proposed": 1, "now": 2},
        {"competitor": "skater-04", "proposed": 2, "now": 1},
    ]
    events = await get(http, f"/api/v1/races/{SEMIS[0]}/events")
    assert events["rows"][-1]["official"] == "secretary"


async def test_a_mark_is_provisional_until_the_round_is_over(
    http: Http, semis: list[dict[str, Any]]
) -> None:
    """After one semifinal the place by time may still be lost, and the draw says so."""
    position = await post_all(http, "", skated(semis[0]))
    result = await get(http, f"/api/v1/races/{SEMIS[0]}/result", after=position)
    assert [(r["mark"], r["mark_certain"]) for r in result["rows"][:3]] == [
        ("QA", True),
        ("QA", True),
        ("qA", False),
    ]
    assert not (await get(http, f"{PATH}/draw/FINAL_A"))["certain"]


async def test_helmet_numbers_follow_a_ranking(http: Http, semis: list[dict[str, Any]]) -> None:
    """Who leads the table wears number 1; who is in no table follows by NOC."""
    del semis
    found = await get(http, "/api/v1/competitions/cup/helmet-numbers", gender="women")
    numbers = {row["id"]: row["proposed"] for row in found["rows"]}
    assert [numbers[skater] for skater in SKATERS[:8]] == list(range(1, 9))
    rest = [row["noc"] for row in found["rows"][8:]]
    assert rest == sorted(rest)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("draw/QF", 404, "not-found"),
        ("draw/FINAL_Z", 422, "bad-parameter"),
        ("draw/SF?positions=random", 422, "bad-parameter"),
        ("draw/SF?separate=yes", 422, "bad-parameter"),
        (f"draw/SF?seed={'x' * 121}", 422, "bad-parameter"),
    ],
)
async def test_a_draw_that_cannot_be_is_refused(
    http: Http, semis: list[dict[str, Any]], path: str, status: int, code: str
) -> None:
    """No such round, no races of it, or a wish that means nothing."""
    del semis
    async with http.get(f"{PATH}/{path}") as answer:
        assert (answer.status, (await answer.json())["code"]) == (status, code)
