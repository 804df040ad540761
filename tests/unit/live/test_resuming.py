"""Who comes back gets what was missed, or begins anew; never a hole."""

import pytest

from tests.support.feed import MEDALS, RACE, Stage
from tests.support.viewer import Viewer


@pytest.mark.parametrize("by_pos", [False, True])
def test_who_comes_back_gets_what_was_missed(by_pos: bool) -> None:
    """The changes in between arrive as one step, and nothing twice."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}, MEDALS: {"gold": 0}})
    first = stage.connect()
    first.hello(RACE, MEDALS)
    stage.change({RACE: {"lap": 1}})
    first.read()
    first.cut()
    stage.change({MEDALS: {"gold": 1}})
    stage.change({RACE: {"lap": 2}})
    stage.change({RACE: {"lap": 3}})
    again = stage.connect(first.viewer)
    found = again.hello(RACE, MEDALS, by_pos=by_pos)
    assert [m["t"] for m in found] == ["welcome", "delta", "delta", "delta"]
    assert found[0]["mode"] == "resumed"
    assert [m["rev"] for m in found[1:]] == [3, 4, 5]
    assert [m.get("more", False) for m in found[1:]] == [True, True, False]
    assert again.viewer.documents == {RACE: {"lap": 3}, MEDALS: {"gold": 1}}
    assert again.viewer.repeated == 0


def test_who_comes_back_to_nothing_new_gets_nothing() -> None:
    """A resume that missed nothing is a welcome alone."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}})
    first = stage.connect()
    first.hello(RACE)
    first.cut()
    again = stage.connect(first.viewer)
    (welcome,) = again.hello(RACE)
    assert welcome["mode"] == "resumed"
    stage.change({RACE: {"lap": 1}})
    assert [m["prev"] for m in again.read()] == [1]


def test_another_epoch_means_snapshots() -> None:
    """Positions of another store mean nothing here."""
    old = Stage(epoch="e1")
    old.change({RACE: {"lap": 7}})
    first = old.connect()
    first.hello(RACE)
    new = Stage(epoch="e2")
    new.change({RACE: {"lap": 1}})
    again = new.connect(first.viewer)
    again.viewer.pos = 0
    found = again.hello(RACE)
    assert found[0]["mode"] == "snapshot"
    assert again.viewer.documents == {RACE: {"lap": 1}}


def test_another_process_that_cannot_connect_the_revisions_sends_snapshots() -> None:
    """A process that began later proves nothing about the revisions before: it starts anew."""
    one, other = Stage(), Stage()
    for stage in (one, other):
        stage.change({RACE: {"lap": 1}})
        stage.change({MEDALS: {"gold": 1}})
    first = one.connect()
    first.hello(RACE)
    one.change({RACE: {"lap": 2}})
    other.change({RACE: {"lap": 2}})
    other.change({MEDALS: {"gold": 2}})
    first.read()
    other.connect().hello(RACE)
    again = other.connect(first.viewer)
    found = again.hello(RACE)
    assert [m["t"] for m in found] == ["welcome", "snap"]
    assert found[0]["mode"] == "snapshot"


def test_a_position_ahead_of_this_process_means_a_snapshot() -> None:
    """Who was served by a process that is further cannot be continued here."""
    stage = Stage()
    stage.change({RACE: {"lap": 1}})
    viewer = Viewer()
    viewer.epoch, viewer.pos = "e1", 500
    late = stage.connect(viewer)
    late.say(viewer.hello([RACE], by_pos=True))
    assert late.pipe.messages()[0]["mode"] == "snapshot"


def test_a_new_topic_among_those_resumed_gets_its_snapshot() -> None:
    """Each topic is continued or begun on its own; the mode is that of the poorest."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}, MEDALS: {"gold": 0}})
    viewer = stage.connect()
    viewer.hello(RACE)
    found = viewer.hello(RACE, MEDALS)
    assert [m["t"] for m in found] == ["welcome", "snap"]
    assert found[0]["mode"] == "snapshot"
    assert found[1]["topic"] == MEDALS


def test_a_topic_that_was_let_go_is_silent() -> None:
    """A hello names all that is followed from now on."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}, MEDALS: {"gold": 0}})
    viewer = stage.connect()
    viewer.hello(RACE, MEDALS)
    viewer.hello(MEDALS)
    stage.change({RACE: {"lap": 1}})
    assert viewer.read() == []
    stage.change({MEDALS: {"gold": 1}})
    assert [m["topic"] for m in viewer.read()] == [MEDALS]


def test_topics_are_kept_a_while_for_those_who_return() -> None:
    """After that they cost nothing, and whoever returns gets a snapshot."""
    stage = Stage(idle_topic_ms=60_000)
    stage.change({RACE: {"lap": 0}})
    first = stage.connect()
    first.hello(RACE)
    first.cut()
    stage.wait(50)
    stage.change({RACE: {"lap": 1}})
    again = stage.connect(first.viewer)
    assert again.hello(RACE)[0]["mode"] == "resumed"
    again.cut()
    stage.wait(70)
    stage.rendered.clear()
    stage.change({RACE: {"lap": 2}})
    assert stage.rendered == []
    assert stage.connect(first.viewer).hello(RACE)[0]["mode"] == "snapshot"
