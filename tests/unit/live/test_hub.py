"""What changed reaches everybody who follows it, once, in order, and never late through others."""

import pytest
from structlog.testing import capture_logs

from tests.support.feed import CURRENT, MEDALS, OTHER_RACE, RACE, STANDINGS, Stage
from tests.support.viewer import Gap
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
    viewers = [stage.connect() for _ in range(100)]
    for viewer in viewers:
        viewer.hello(RACE)
    stage.rendered.clear()
    stage.change({RACE: {"lap": 2}})
    first = viewers[0].pipe.last
    assert all(viewer.pipe.last is first for viewer in viewers)
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
    with capture_logs() as lines:
        stage.change({RACE: {"lap": 2}, OTHER_RACE: {"lap": 1}})
        stage.change({RACE: {"lap": 2}, OTHER_RACE: {"lap": 2}})
    assert [(line["event"], line["topic"]) for line in lines] == [("topic_failed", RACE)]
    assert [message["topic"] for message in viewer.read()] == [OTHER_RACE]
    late = stage.connect()
    late.hello(CURRENT, RACE)
    assert late.viewer.documents[RACE] == {"lap": 1}
    stage.broken.clear()
    stage.change({OTHER_RACE: {"lap": 3}})
    viewer.read()
    assert viewer.viewer.documents == {RACE: {"lap": 2}, OTHER_RACE: {"lap": 3}}


def test_a_document_that_cannot_be_encoded_darkens_no_other() -> None:
    """What is no JSON is a fault like any other, at a change and at the first look."""
    stage = Stage()
    stage.change({RACE: {"lap": 1}, OTHER_RACE: {"lap": 1}})
    viewer = stage.connect()
    viewer.hello(RACE, OTHER_RACE)
    stage.change({RACE: {"lap": object()}, OTHER_RACE: {"lap": 2}})
    assert [message["topic"] for message in viewer.read()] == [OTHER_RACE]
    stage.change({MEDALS: {"gold": object()}})
    assert [m["code"] for m in viewer.hello(MEDALS) if m["t"] == "err"] == ["topic-failed"]


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


def test_nobody_is_told_anything_before_hello() -> None:
    """A connection that has asked for nothing gets nothing, not even a heartbeat."""
    stage = Stage()
    silent = stage.connect()
    stage.change({RACE: {"lap": 0}})
    stage.wait(11)
    assert silent.read() == []


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
    stage = Stage(official=True)
    names = {
        "race": RACE,
        "current": CURRENT,
        "programme": "programme/cup",
        "medals": MEDALS,
        "classification": "classification/cup/women-500",
        "standings": STANDINGS,
        "official": f"official/{RACE}",
    }
    assert set(names) == set(KINDS)
    stage.change({name: {"n": 0} for name in names.values()})
    viewer = stage.connect()
    viewer.hello(*names.values())
    stage.change({name: {"n": 1} for name in names.values()})
    viewer.read()
    assert viewer.viewer.documents == {name: {"n": 1} for name in names.values()}
