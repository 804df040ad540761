"""Viewers who want pauses or cannot keep up get the present, and nobody else notices."""

import pytest

from tests.support.feed import MEDALS, RACE, Stage

LONG = {f"skater-{n}": {"name": "n" * 40, "rank": n} for n in range(20)}

# --- pauses --------------------------------------------------------------------------------------


def test_a_pause_is_kept_and_only_the_latest_is_told() -> None:
    """The first change goes out at once; those in the pause become one at its end."""
    stage = Stage()
    stage.change({RACE: {"lap": 0, **LONG}})
    viewer = stage.connect()
    assert viewer.hello(RACE, conflateMs=1000)[0]["conflateMs"] == 1000
    stage.change({RACE: {"lap": 1, **LONG}})
    assert [m["rev"] for m in viewer.changes()] == [2]
    for lap in (2, 3, 4):
        stage.wait(0.1)
        stage.change({RACE: {"lap": lap, **LONG}})
    assert viewer.changes() == []
    stage.wait(0.8)
    (only,) = viewer.changes()
    assert (only["prev"], only["rev"], only["patch"]) == (2, 5, {"lap": 4})
    stage.wait(0.5)
    stage.change({RACE: {"lap": 5, **LONG}})
    assert viewer.changes() == []
    stage.wait(0.6)
    assert [m["prev"] for m in viewer.changes()] == [5]


def test_heartbeats_in_a_pause_tell_no_more_than_was_sent() -> None:
    """What is kept back is not counted as sent."""
    stage = Stage(heartbeat_ms=1000)
    stage.change({RACE: {"lap": 0}})
    viewer = stage.connect()
    viewer.hello(RACE, conflateMs=10_000)
    stage.change({RACE: {"lap": 1}})
    stage.change({RACE: {"lap": 2}})
    viewer.read()
    stage.wait(2)
    assert {(m["t"], m["pos"]) for m in viewer.read()} == {("hb", 2)}


def test_what_was_kept_back_is_not_overtaken() -> None:
    """A change after the pause, but before its end was noticed, waits for what was kept back."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}, MEDALS: {"gold": 0}})
    viewer = stage.connect()
    viewer.hello(RACE, MEDALS, conflateMs=1000)
    stage.change({RACE: {"lap": 1}})
    stage.change({MEDALS: {"gold": 1}})
    viewer.changes()
    stage.now_s += 1.5
    stage.change({RACE: {"lap": 2}})
    assert viewer.changes() == []
    stage.wait(0.1)
    assert {m["topic"] for m in viewer.changes()} == {RACE, MEDALS}
    assert viewer.viewer.documents == {RACE: {"lap": 2}, MEDALS: {"gold": 1}}


def test_who_comes_during_a_pause_joins_the_others_at_its_end() -> None:
    """The newcomer gets the state of now, keeps the pause, and nothing is doubled or lost."""
    stage = Stage()
    stage.change({RACE: {"lap": 0, **LONG}})
    old = stage.connect()
    old.hello(RACE, conflateMs=1000)
    for lap in (1, 2):
        stage.change({RACE: {"lap": lap, **LONG}})
    new = stage.connect()
    new.hello(RACE, conflateMs=1000)
    assert new.viewer.documents[RACE]["lap"] == 2
    stage.change({RACE: {"lap": 3, **LONG}})
    assert new.changes() == []
    stage.wait(1.1)
    assert [(m["prev"], m["rev"]) for m in new.changes()] == [(3, 4)]
    assert [(m["prev"], m["rev"]) for m in old.changes()] == [(1, 2), (2, 4)]
    stage.wait(1)
    stage.change({RACE: {"lap": 4, **LONG}})
    assert [m["prev"] for m in new.changes()] == [m["prev"] for m in old.changes()] == [4]


@pytest.mark.parametrize(("asked", "granted"), [(1, 50), (50, 50), (60_000, 10_000), (0, 0)])
def test_pauses_have_bounds(asked: int, granted: int) -> None:
    """The welcome says which pause is kept."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}})
    assert stage.connect().hello(RACE, conflateMs=asked)[0]["conflateMs"] == granted


# --- slow viewers --------------------------------------------------------------------------------


def test_a_frozen_viewer_changes_nothing_for_the_others() -> None:
    """Others get every change at once; for the frozen one, one frame waits and no more."""
    stage = Stage()
    stage.change({RACE: {"lap": 0, **LONG}})
    frozen, other = stage.connect(), stage.connect()
    frozen.hello(RACE)
    other.hello(RACE)
    frozen.pipe.frozen = True
    for lap in range(1, 1001):
        stage.change({RACE: {"lap": lap, **LONG}})
        assert [m["patch"] for m in other.changes()] == [{"lap": lap}]
        stage.wait(0.005)
    assert frozen.pipe.most_waiting < 200
    frozen.pipe.thaw()
    stage.wait(0.1)
    first, rest = frozen.changes()
    assert (first["rev"], rest["prev"], rest["patch"]) == (2, 2, {"lap": 1000})
    stage.change({RACE: {"lap": 1001, **LONG}})
    assert [m["patch"] for m in frozen.changes()] == [{"lap": 1001}]


def test_a_viewer_that_takes_nothing_is_dropped() -> None:
    """Ten seconds after that was noticed it is told goodbye, closed and forgotten."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}})
    frozen = stage.connect()
    frozen.hello(RACE)
    frozen.pipe.frozen = True
    stage.change({RACE: {"lap": 1}})
    stage.change({RACE: {"lap": 2}})
    stage.wait(9.9)
    assert stage.hub.viewers == 1
    stage.wait(0.2)
    assert stage.hub.viewers == 0
    assert frozen.pipe.ended == 1013
    frozen.pipe.thaw()
    last = frozen.read()[-1]
    assert (last["t"], last["code"], last["retry"]) == ("bye", "slow", True)
    stage.change({RACE: {"lap": 3}})
    assert frozen.read() == []


def test_a_frozen_viewer_of_a_quiet_topic_is_noticed_by_its_heartbeat() -> None:
    """Nothing has to change for a dead connection to be found."""
    stage = Stage(heartbeat_ms=2000, slow_ms=3000)
    stage.change({RACE: {"lap": 0}})
    frozen = stage.connect()
    frozen.hello(RACE)
    frozen.pipe.frozen = True
    stage.wait(7.5)
    assert stage.hub.viewers == 0
    assert frozen.pipe.most_waiting < 200


def test_a_viewer_that_takes_a_little_now_and_then_stays() -> None:
    """Ten seconds count from the last time that everything was taken."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}})
    slow = stage.connect()
    slow.hello(RACE)
    for lap in range(1, 6):
        slow.pipe.frozen = True
        stage.change({RACE: {"lap": lap}})
        stage.wait(8)
        slow.pipe.thaw()
        stage.wait(0.1)
        slow.read()
        assert slow.viewer.documents[RACE] == {"lap": lap}
    assert stage.hub.viewers == 1


def test_a_viewer_whose_snapshot_waits_is_behind_from_the_start() -> None:
    """What changes while the first snapshot is on its way comes after it, in one."""
    stage = Stage()
    stage.change({RACE: {"lap": 0, **LONG}})
    slow = stage.connect()
    slow.pipe.frozen = True
    slow.hello(RACE)
    for lap in (1, 2, 3):
        stage.change({RACE: {"lap": lap, **LONG}})
    slow.pipe.thaw()
    stage.wait(0.1)
    assert [m["t"] for m in slow.read()] == ["welcome", "snap", "delta"]
    assert slow.viewer.documents[RACE]["lap"] == 3


def test_a_slow_viewer_in_a_pause_misses_nothing() -> None:
    """Falling behind during a pause keeps what the pause kept back."""
    stage = Stage(heartbeat_ms=500)
    stage.change({RACE: {"lap": 0}})
    viewer = stage.connect()
    viewer.hello(RACE, conflateMs=2000)
    stage.change({RACE: {"lap": 1}})
    stage.change({RACE: {"lap": 2}})
    viewer.pipe.frozen = True
    stage.wait(0.6)  # a heartbeat stalls
    stage.change({RACE: {"lap": 3}})
    viewer.pipe.thaw()
    stage.wait(3)
    viewer.read()
    assert viewer.viewer.documents[RACE] == {"lap": 3}
    assert viewer.viewer.pos == 4
