"""What changed reaches everybody who follows it, once, in order, and never late through others."""

import pytest

from tests.support.feed import CURRENT, MEDALS, OTHER_RACE, RACE, STANDINGS, Stage
from tests.support.viewer import Gap, Viewer
from tracker.live.hub import FeedClosed
from tracker.live.topics import KINDS

LONG = {f"skater-{n}": {"name": "n" * 40, "rank": n} for n in range(20)}


def test_a_viewer_gets_the_snapshot_then_every_change() -> None:
    """Subscribe, snapshot, deltas: each names the one before it."""
    stage = Stage()
    stage.change({RACE: {"lap": 1}})
    viewer = stage.connect()
    assert viewer.hello(RACE)[1:] == [
        {"t": "snap", "topic": RACE, "pos": 1, "rev": 1, "data": {"lap": 1}}
    ]
    stage.change({RACE: {"lap": 2}})
    stage.change({RACE: {"lap": 2, "bell": True}})
    assert viewer.read() == [
        {"t": "delta", "topic": RACE, "pos": 2, "rev": 2, "prev": 1, "patch": {"lap": 2}},
        {"t": "delta", "topic": RACE, "pos": 3, "rev": 3, "prev": 2, "patch": {"bell": True}},
    ]


def test_changes_are_framed_once_for_all() -> None:
    """A hundred viewers get the very same bytes object."""
    stage = Stage()
    stage.change({RACE: {"lap": 1}})
    written: list[int] = []
    viewers = [stage.connect() for _ in range(100)]
    for viewer in viewers:
        viewer.hello(RACE)
        viewer.pipe.write = lambda data: written.append(id(data))  # type: ignore[method-assign]
    stage.rendered.clear()
    stage.change({RACE: {"lap": 2}})
    assert len(written) == 100
    assert len(set(written)) == 1
    assert stage.rendered == [RACE]


def test_topics_nobody_follows_are_not_rendered() -> None:
    """Work is done for viewers only."""
    stage = Stage()
    stage.change({RACE: {"lap": 1}, MEDALS: {"gold": 0}})
    assert stage.rendered == []
    stage.connect().hello(MEDALS)
    stage.rendered.clear()
    stage.change({RACE: {"lap": 2}})
    assert stage.rendered == []


def test_a_race_that_is_current_is_rendered_once() -> None:
    """`current/…` and `race/…` share the document and its patch."""
    stage = Stage()
    stage.same[CURRENT] = RACE
    stage.change({RACE: {"race": "a", "lap": 1}})
    board, wall = stage.connect(), stage.connect()
    board.hello(RACE)
    wall.hello(CURRENT)
    stage.change({RACE: {"race": "a", "lap": 2}})
    stage.rendered.clear()
    stage.change({RACE: {"race": "a", "lap": 3}})
    assert stage.rendered == [RACE]
    (one, two) = (board.read()[-1], wall.read()[-1])
    assert one["patch"] == two["patch"] == {"lap": 3}
    assert (one["topic"], two["topic"]) == (RACE, CURRENT)


def test_what_is_current_moves_to_the_next_race() -> None:
    """When another race becomes current, whoever follows it gets the difference."""
    stage = Stage()
    stage.same[CURRENT] = RACE
    stage.change({RACE: {"race": "a", "lap": 5}, OTHER_RACE: {"race": "b"}})
    wall = stage.connect()
    wall.hello(CURRENT)
    stage.same[CURRENT] = OTHER_RACE
    stage.change({OTHER_RACE: {"race": "b", "lap": 1}})
    wall.read()
    assert wall.viewer.documents[CURRENT] == {"race": "b", "lap": 1}


def test_topics_that_flip_together_arrive_as_one_step() -> None:
    """All but the last of the messages of one position announce that more follows."""
    stage = Stage()
    stage.change({RACE: {"s": 0}, MEDALS: {"s": 0}, STANDINGS: {"s": 0}})
    viewer = stage.connect()
    viewer.hello(RACE, MEDALS, STANDINGS)
    writes = viewer.pipe.writes
    stage.change({RACE: {"s": 1}, MEDALS: {"s": 1}, STANDINGS: {"s": 1}})
    found = viewer.read()
    assert [message.get("more", False) for message in found] == [True, True, False]
    assert {message["pos"] for message in found} == {2}
    assert viewer.pipe.writes == writes + 1


def test_nothing_is_sent_when_nothing_differs() -> None:
    """An event that changes no document of a topic is no change of the topic."""
    stage = Stage()
    stage.change({RACE: {"lap": 1}})
    viewer = stage.connect()
    viewer.hello(RACE)
    stage.change({RACE: {"lap": 1}})
    assert viewer.read() == []


def test_nulls_are_absent() -> None:
    """What is not known is not there; when it is no longer known, the patch removes it."""
    stage = Stage()
    stage.change({RACE: {"lap": 1, "notice": None}})
    viewer = stage.connect()
    viewer.hello(RACE)
    assert viewer.viewer.documents[RACE] == {"lap": 1}
    stage.change({RACE: {"lap": None, "notice": "False start"}})
    assert viewer.read()[-1]["patch"] == {"lap": None, "notice": "False start"}
    assert viewer.viewer.documents[RACE] == {"notice": "False start"}


def test_a_topic_that_cannot_be_rendered_darkens_no_other() -> None:
    """The others go on; it is shown again as soon as it can be."""
    stage = Stage()
    stage.change({RACE: {"lap": 1}, OTHER_RACE: {"lap": 1}})
    viewer = stage.connect()
    viewer.hello(RACE, OTHER_RACE)
    stage.broken.add(RACE)
    stage.change({RACE: {"lap": 2}, OTHER_RACE: {"lap": 2}})
    assert [message["topic"] for message in viewer.read()] == [OTHER_RACE]
    late = stage.connect()
    late.hello(CURRENT, RACE)
    assert late.viewer.documents[RACE] == {"lap": 1}
    stage.broken.clear()
    stage.change({OTHER_RACE: {"lap": 3}})
    viewer.read()
    assert viewer.viewer.documents == {RACE: {"lap": 2}, OTHER_RACE: {"lap": 3}}


def test_a_topic_that_cannot_be_rendered_at_first_is_refused() -> None:
    """The viewer is told that it is our fault, and keeps the connection."""
    stage = Stage()
    stage.change({RACE: {"lap": 1}, OTHER_RACE: {"lap": 1}})
    stage.broken.add(RACE)
    viewer = stage.connect()
    found = viewer.hello(RACE, OTHER_RACE)
    assert [m["t"] for m in found] == ["welcome", "snap", "err"]
    assert (found[-1]["code"], found[-1]["topic"]) == ("topic-failed", RACE)


# --- viewers who lost something ------------------------------------------------------------------


def test_a_viewer_notices_that_a_delta_was_lost() -> None:
    """A channel that loses one message is found out by the next one's `prev`."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}})
    viewer = stage.connect()
    viewer.hello(RACE)
    for lap in (1, 2, 3):
        stage.change({RACE: {"lap": lap}})
    sent = viewer.pipe.messages()
    lossy = [sent[0], sent[2]]
    viewer.viewer.take(lossy[0])
    with pytest.raises(Gap):
        viewer.viewer.take(lossy[1])


def test_a_viewer_notices_silence_that_is_loss() -> None:
    """A heartbeat's position tells silence from loss when the lost message was the last one."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}})
    quiet, lossy = stage.connect(), stage.connect()
    quiet.hello(MEDALS)
    lossy.hello(RACE)
    stage.change({RACE: {"lap": 1}})
    lossy.pipe.messages()  # lost
    stage.wait(5)
    (beat,) = lossy.read()
    assert beat["t"] == "hb"
    assert beat["pos"] == 2 > lossy.viewer.revs[RACE]


# --- resuming ------------------------------------------------------------------------------------


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


# --- heartbeats and the end ----------------------------------------------------------------------


def test_heartbeats_come_in_time_and_spread() -> None:
    """Everybody hears one each period, not all at the same moment."""
    stage = Stage(heartbeat_ms=5000)
    stage.change({RACE: {"lap": 0}})
    viewers = [stage.connect() for _ in range(100)]
    for viewer in viewers:
        viewer.hello(RACE)
    counts = []
    for _ in range(50):
        stage.wait(0.1)
        counts.append(sum(len(viewer.read()) for viewer in viewers))
    assert sum(counts) == 100
    assert max(counts) <= 4
    assert all(viewer.viewer.kinds().count("hb") == 1 for viewer in viewers)


def test_heartbeats_follow_the_log_where_nothing_changes() -> None:
    """A viewer of a quiet topic knows that it has missed nothing."""
    stage = Stage(heartbeat_ms=1000)
    stage.change({MEDALS: {"gold": 0}})
    viewer = stage.connect()
    viewer.hello(MEDALS)
    for lap in range(5):
        stage.change({RACE: {"lap": lap}})
    stage.wait(1.1)
    assert {(m["t"], m["pos"]) for m in viewer.read()} == {("hb", 6)}


def test_goodbye_at_shutdown() -> None:
    """Everybody is told when to come back, not all at once, and nobody is let in."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}})
    viewers = [stage.connect() for _ in range(20)]
    for viewer in viewers[:-1]:
        viewer.hello(RACE)
    stage.hub.close()
    byes = [viewer.read()[-1] for viewer in viewers]
    assert {(m["t"], m["code"], m["retry"]) for m in byes} == {("bye", "shutdown", True)}
    pauses = {m["afterMs"] for m in byes}
    assert len(pauses) > 10
    assert min(pauses) >= 500
    assert max(pauses) <= 5000
    assert {viewer.pipe.ended for viewer in viewers} == {1012}
    with pytest.raises(FeedClosed) as refused:
        stage.connect()
    assert refused.value.bye == "shutdown"


def test_nobody_is_let_in_before_there_is_a_book() -> None:
    """A feed that knows nothing yet says so."""
    with pytest.raises(FeedClosed) as refused:
        Stage(opened=False).connect()
    assert refused.value.bye == "starting"


def test_a_full_process_lets_nobody_in() -> None:
    """The number of viewers is bounded; a place that was left is free again."""
    stage = Stage(viewers=2)
    one, _ = stage.connect(), stage.connect()
    with pytest.raises(FeedClosed) as refused:
        stage.connect()
    assert refused.value.bye == "full"
    one.cut()
    stage.connect()


def test_leaving_twice_is_leaving() -> None:
    """A viewer that was dropped leaves once more when its connection ends."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}})
    viewer = stage.connect()
    viewer.hello(RACE)
    viewer.cut()
    viewer.cut()
    assert stage.hub.viewers == 0


def test_every_kind_of_topic_can_be_followed() -> None:
    """What the names promise is there."""
    stage = Stage()
    names = {
        "race": RACE,
        "current": CURRENT,
        "programme": "programme/cup",
        "medals": MEDALS,
        "classification": "classification/cup/women-500",
        "standings": STANDINGS,
    }
    assert set(names) == set(KINDS)
    stage.change({name: {"n": 0} for name in names.values()})
    viewer = stage.connect()
    viewer.hello(*names.values())
    stage.change({name: {"n": 1} for name in names.values()})
    viewer.read()
    assert viewer.viewer.documents == {name: {"n": 1} for name in names.values()}
