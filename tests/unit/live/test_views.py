"""Filters show less; official views are for nobody unless the server was told so."""

import json

import pytest

from tests.support.feed import CURRENT, MEDALS, RACE, Stage
from tests.support.race_day import RACE as FINAL
from tests.support.race_day import competition, scheduled, skated
from tests.support.rink import Rink
from tracker.domain import commands as c
from tracker.live.fields import checked, select, tree
from tracker.live.limits import Limits
from tracker.live.refusals import BadFields

OFFICIAL = f"official/race/{FINAL}"
SECRET = "Elbow, not to be told yet"
BOARD = {
    "lap": 3,
    "order": ["ann", "bea"],
    "entries": {"ann": {"rank": 1, "name": "Ann"}, "bea": {"rank": 2, "name": "Bea"}},
}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["lap"], {"lap": 3}),
        (["entries.*.rank"], {"entries": {"ann": {"rank": 1}, "bea": {"rank": 2}}}),
        (["entries.ann"], {"entries": {"ann": {"rank": 1, "name": "Ann"}}}),
        (
            ["entries.ann.name", "entries.*.rank"],
            {"entries": {"ann": {"rank": 1, "name": "Ann"}, "bea": {"rank": 2}}},
        ),
        (["entries", "entries.ann.rank"], {"entries": BOARD["entries"]}),
        (["entries.ann.rank", "*"], BOARD),
        (["order.ann", "nothing.at.all"], {}),
        (["lap", "lap"], {"lap": 3}),
    ],
)
def test_a_filter_keeps_what_it_names(paths: list[str], expected: object) -> None:
    """Keys, every key, a whole that contains a part, and what is not there."""
    assert select(BOARD, tree(checked(paths, Limits()))) == expected


@pytest.mark.parametrize("paths", [[""], ["a."], ["a b"], ["a.b.c.d.e.f.g.h.i"], ["é"], ["x?y"]])
def test_a_filter_that_cannot_be_understood_is_refused(paths: list[str]) -> None:
    """A path is keys with dots between them, and not too many."""
    with pytest.raises(BadFields):
        checked(paths, Limits())


def test_too_many_fields_are_refused_and_nothing_changes() -> None:
    """What was followed before goes on."""
    stage = Stage(fields=2)
    stage.change({RACE: {"lap": 1}})
    viewer = stage.connect()
    viewer.hello(RACE)
    assert [m["code"] for m in viewer.hello(RACE, fields=["a", "b", "c"])] == ["bad-fields"]
    stage.change({RACE: {"lap": 2}})
    assert [m["patch"] for m in viewer.changes()] == [{"lap": 2}]


def test_a_filtered_topic_changes_only_with_what_is_wanted() -> None:
    """Its revisions are its own; a change elsewhere is none, and nothing is sent."""
    stage = Stage()
    stage.same[CURRENT] = RACE
    stage.change({RACE: {"lap": 1, "clock": 1}})
    viewer, whole = stage.connect(), stage.connect()
    assert viewer.hello(RACE, CURRENT, fields=["lap"])[0]["fields"] == ["lap"]
    whole.hello(RACE)
    stage.change({RACE: {"lap": 1, "clock": 2}})
    assert viewer.read() == []
    assert [m["patch"] for m in whole.changes()] == [{"clock": 2}]
    stage.rendered.clear()
    stage.change({RACE: {"lap": 2, "clock": 3}})
    assert [(m["prev"], m["rev"], m["patch"]) for m in viewer.changes()] == [
        (1, 3, {"lap": 2}),
        (1, 3, {"lap": 2}),
    ]
    assert stage.rendered == [RACE]


def test_a_filtered_viewer_resumes() -> None:
    """What was missed comes filtered as well."""
    stage = Stage()
    stage.change({RACE: {"lap": 1, "clock": 1}, MEDALS: {"lap": 0}})
    viewer = stage.connect()
    viewer.hello(RACE, fields=["lap"])
    viewer.cut()
    stage.change({RACE: {"lap": 2, "clock": 2}})
    again = stage.connect(viewer.viewer)
    found = again.hello(RACE, fields=["lap"])
    assert found[0]["mode"] == "resumed"
    assert again.viewer.documents == {RACE: {"lap": 2}}


# --- what is not for the public ------------------------------------------------------------------


def penalised(*, official: bool) -> Rink:
    """Return a rink where a penalty waits to be announced."""
    rink = Rink(official=official)
    rink.day = skated(scheduled(competition()), ["ann-one", "bea-two", "cia-three", "dee-four"])
    rink.tell()
    rink.decide(c.PublishResult(race=FINAL))
    return rink


PENALTY = c.CallPenalty(race=FINAL, competitor="ann-one", reason=SECRET, embargo=True)


@pytest.mark.parametrize("race", [FINAL, "cup/women-500/final-z"])
def test_official_views_are_refused_to_everybody(race: str) -> None:
    """Without the switch there is no way in, and no way to learn whether the race exists."""
    rink = penalised(official=False)
    viewer = rink.sit_down()
    for fields in ({}, {"delayMs": 1000}):
        found = viewer.hello(f"official/race/{race}", **fields)
        assert [m["t"] for m in found] == ["welcome", "err"]
        assert found[1]["code"] == "not-allowed"
    replayed = viewer.hello(f"official/race/{race}", replay={})
    assert {m["code"] for m in replayed if m["t"] == "err"} <= {"not-allowed", "unknown-topic"}
    assert not any(m["t"] == "snap" for m in replayed)


def test_the_public_gets_no_message_of_a_decision_under_embargo() -> None:
    """Officials see it at once; the public at the announcement, everything in one step."""
    rink = penalised(official=True)
    inside, outside = rink.sit_down(), rink.sit_down()
    inside.hello(OFFICIAL)
    outside.hello(f"race/{FINAL}", "programme/cup")
    rink.decide(PENALTY)
    assert SECRET in json.dumps(inside.read())
    assert outside.read() == []
    position = rink.decide(c.AnnounceDecisions(race=FINAL))
    told = outside.read()
    assert SECRET in json.dumps(told)
    assert {m["pos"] for m in told} == {position}
    assert [m.get("more", False) for m in told][-1] is False


def test_a_replay_shows_a_decision_when_it_was_announced() -> None:
    """Not a moment earlier: the public view is public again and again."""
    rink = penalised(official=False)
    rink.wait(10)
    rink.decide(PENALTY)
    rink.wait(10)
    announced = rink.decide(c.AnnounceDecisions(race=FINAL))
    viewer = rink.sit_down()
    viewer.hello(f"race/{FINAL}", replay={"from": 0, "speed": 100})
    rink.wait(5)
    told = [m for m in viewer.viewer.frames + viewer.read() if SECRET in json.dumps(m)]
    assert [m["rev"] for m in told if m["t"] == "delta"][:1] == [announced]
    assert all(m["pos"] >= announced for m in told)
