"""A replay is the race as it was: the same messages, at the pace that is asked for."""

from datetime import datetime
from typing import Any

import pytest

from tests.support.race_day import RACE, scheduled
from tests.support.rink import Rink, Spectator
from tests.support.viewer import Json
from tracker.domain import commands as c
from tracker.live.replay import BEFORE_THE_GUN_MS

BOARD = f"race/{RACE}"
ORDER = ("bea-two", "ann-one", "cia-three", "dee-four")


def skated(**limits: Any) -> tuple[Rink, list[Json]]:
    """Return a rink where a race was skated in 45 seconds, and what a viewer was told of it."""
    rink = Rink(**limits)
    live = rink.sit_down()
    live.hello(BOARD, "current/cup")
    rink.wait(600)
    rink.decide(c.StartRace(race=RACE))
    for row in range(1, 6):
        rink.wait(9)
        for i, skater in enumerate(ORDER):
            rink.wait(0.1)
            rink.decide(
                c.RecordCrossing(race=RACE, competitor=skater, elapsed_ms=9000 * row + 100 * i)
            )
    rink.decide(c.EndRace(race=RACE))
    rink.wait(1000)
    return rink, [m for m in live.read() if m["t"] == "delta"]


def without_label(message: Json) -> Json:
    """Return a message as it would be if it were live."""
    assert message["label"] == "replay"
    return {key: value for key, value in message.items() if key != "label"}


def position_of(rink: Rink, kind: str) -> int:
    """Return the position of the first event of a kind."""
    return next(event.position for event in rink.log if event.type == kind)


def deltas(viewer: Spectator) -> list[Json]:
    """Return the deltas that have come since the last look."""
    return [m for m in viewer.read() if m["t"] == "delta"]


def test_a_replay_is_the_race_but_for_the_label() -> None:
    """Every delta, on the race and on what is current, is the one that was told live."""
    rink, live = skated()
    viewer = rink.sit_down()
    found = viewer.hello(BOARD, "current/cup", replay={})
    assert [m["t"] for m in found] == ["welcome", "snap", "snap", "replay"]
    assert {m["label"] for m in found} == {"replay"}
    gun = position_of(rink, "RaceStarted")
    first = found[1]["rev"]
    rink.wait(60)
    again = [without_label(m) for m in deltas(viewer)]
    skated_live = [m for m in live if m["rev"] >= gun]
    assert [m["patch"] for m in again] == [m["patch"] for m in skated_live]
    assert [m["rev"] for m in again] == [m["rev"] for m in skated_live]
    assert first < gun
    assert viewer.viewer.documents[BOARD] == rink.document(BOARD)
    assert viewer.viewer.documents["current/cup"] == rink.document(BOARD)


@pytest.mark.parametrize("speed", [1.0, 4.0, 0.5])
def test_the_pace_is_that_of_the_race(speed: float) -> None:
    """The gun comes after three seconds, the first crossing nine later, at the speed asked for."""
    rink, _ = skated()
    viewer = rink.sit_down()
    viewer.hello(BOARD, replay={"speed": speed})
    quiet_s = BEFORE_THE_GUN_MS / 1000 / speed
    rink.wait(quiet_s - 0.1)
    assert deltas(viewer) == []
    rink.wait(0.2)
    assert [m["rev"] for m in deltas(viewer)] == [position_of(rink, "RaceStarted")]
    rink.wait(9.0 / speed - 0.2)
    assert deltas(viewer) == []
    rink.wait(0.5 / speed + 0.1)
    assert deltas(viewer)[0]["rev"] == position_of(rink, "CrossingRecorded")


def test_the_clock_is_that_of_back_then() -> None:
    """A board that computes a running time from `sync` shows the one that was."""
    rink, _ = skated()
    viewer = rink.sit_down()
    welcome = viewer.hello(BOARD, replay={})[0]
    rink.wait(5)
    (synced,) = [m for m in viewer.say({"t": "sync", "t0": 1}) if m["t"] == "sync"]
    gun = next(event for event in rink.log if event.type == "RaceStarted")
    assert synced["t2"] == int(gun.recorded_at.timestamp() * 1000) + 2000
    began_s = datetime.fromisoformat(welcome["serverTime"]).timestamp()
    assert began_s == pytest.approx(gun.recorded_at.timestamp() - 3, abs=0.002)


def test_pause_and_go_on() -> None:
    """During a pause nothing comes but heartbeats that stand still; then it goes on from there."""
    rink, _ = skated(heartbeat_ms=1000)
    viewer = rink.sit_down()
    viewer.hello(BOARD, replay={})
    rink.wait(20)
    before = len(deltas(viewer))
    (state,) = viewer.say({"t": "replay", "speed": 0})
    assert (state["t"], state["speed"], state["ended"]) == ("replay", 0.0, False)
    rink.wait(100)
    still = viewer.read()
    assert {m["t"] for m in still} == {"hb"}
    assert {(m["pos"], m["time"]) for m in still} == {(state["pos"], state["time"])}
    viewer.say({"t": "replay", "speed": 1})
    rink.wait(60)
    assert before
    assert deltas(viewer)
    assert viewer.viewer.documents[BOARD] == rink.document(BOARD)


def test_seek_back_and_forth() -> None:
    """A snapshot of there replaces what was shown here; what follows it follows on."""
    rink, live = skated()
    viewer = rink.sit_down()
    viewer.hello(BOARD, replay={"from": 0, "speed": 0})
    at = {m["rev"]: m for m in live if m["topic"] == BOARD}
    for target in (sorted(at)[12], sorted(at)[3]):
        found = viewer.say({"t": "replay", "from": target})
        assert [m["t"] for m in found] == ["snap", "replay"]
        assert found[0]["pos"] == found[1]["pos"] == target
        assert found[1]["speed"] == 0
    viewer.say({"t": "replay", "speed": 10})
    rink.wait(60)
    viewer.read()
    assert viewer.viewer.documents[BOARD] == rink.document(BOARD)


def test_the_end_is_told_once() -> None:
    """Who shows a replay knows when to stop."""
    rink, _ = skated()
    viewer = rink.sit_down()
    begin = viewer.hello(BOARD, replay={"speed": 100})[-1]
    assert (begin["ended"], begin["gun"]) == (False, position_of(rink, "RaceStarted"))
    rink.wait(10)
    states = [m for m in viewer.read() if m["t"] == "replay"]
    assert [(m["ended"], m["pos"]) for m in states] == [(True, begin["last"])]


def test_back_to_the_present() -> None:
    """A hello without a replay ends it, and the place is free."""
    rink, _ = skated(replays=1)
    viewer, other = rink.sit_down(), rink.sit_down()
    viewer.hello(BOARD, replay={})
    assert [m["code"] for m in other.hello(BOARD, replay={})] == ["bad-replay"]
    assert "label" not in viewer.hello(BOARD)[0]
    assert other.hello(BOARD, replay={})[0]["label"] == "replay"
    other.subscription.leave()
    assert viewer.hello(BOARD, replay={})[0]["label"] == "replay"


@pytest.mark.parametrize(
    ("topics", "fields", "code"),
    [
        (["medals/cup"], {}, "bad-replay"),
        ([BOARD, "medals/cup"], {}, "bad-replay"),
        ([BOARD, "race/cup/women-500/final-b"], {}, "bad-replay"),
        ([BOARD], {"delayMs": 500}, "bad-replay"),
        (["race/cup/women-500/final-z"], {}, "unknown-topic"),
    ],
)
def test_what_cannot_be_replayed(topics: list[str], fields: Json, code: str) -> None:
    """One race, that there was, and without a delay."""
    rink, _ = skated()
    assert [m["code"] for m in rink.sit_down().hello(*topics, replay={}, **fields)] == [code]


def test_there_is_nothing_to_control_without_a_replay() -> None:
    """A pause of the present is refused, and the connection stays."""
    viewer = Rink().sit_down()
    viewer.hello(BOARD)
    assert [m["code"] for m in viewer.say({"t": "replay", "speed": 0})] == ["bad-replay"]
    assert viewer.subscription.closing is None


def test_other_races_of_the_distance_are_there_but_do_not_prolong_it() -> None:
    """What a board shows may hang together with other races; the replay ends with its own."""
    rink, _ = skated()
    scheduled(rink.day, "cup/women-500/final-b", final="FINAL_B")
    rink.tell()
    viewer = rink.sit_down()
    state = viewer.hello(BOARD, replay={})[-1]
    assert state["last"] == position_of(rink, "RaceEnded")
