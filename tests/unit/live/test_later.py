"""With a delay, nothing is told before its time: no document, no position, no time of day."""

from datetime import datetime

import pytest

from tests.support.race_day import RACE
from tests.support.recorded import recorded
from tests.support.rink import Rink, Spectator
from tracker.domain import commands as c

BOARD = f"race/{RACE}"
PROGRAMME = "programme/cup"
DELAY_S = 30.0


def crossing(row: int) -> c.RecordCrossing:
    """Return the leader's crossing at the end of a lap row."""
    return c.RecordCrossing(race=RACE, competitor="ann-one", elapsed_ms=9_000 * row)


def skate(rink: Rink, watched: list[Spectator]) -> None:
    """Skate a race over two minutes, while each viewer notes when it was told what."""
    rink.decide(c.StartRace(race=RACE))
    for row in range(1, 6):
        for _ in range(9):
            rink.wait(1)
            for each in watched:
                note(each)
        rink.decide(crossing(row))


def note(viewer: Spectator) -> None:
    """Hold every message to the delay."""
    rink = viewer.rink
    for message in viewer.read():
        told_at = rink.told_at[message["pos"]]
        assert rink.now_s >= told_at + DELAY_S, message


def test_what_is_late_is_the_past_and_all_of_it() -> None:
    """Who is half a minute late gets every change half a minute after the others."""
    rink = Rink()
    rink.wait(60)
    late, live = rink.sit_down(), rink.sit_down()
    welcome = late.hello(BOARD, PROGRAMME, delayMs=30_000)[0]
    live.hello(BOARD, PROGRAMME)
    assert welcome["delayMs"] == 30_000
    skate(rink, [late])
    seen_live = [m for m in live.read() if m["t"] == "delta"]
    for _ in range(40):
        rink.wait(1)
        note(late)
    seen_late = [m for m in late.viewer.frames if m["t"] == "delta"]
    assert seen_late == seen_live
    assert len(seen_late) > 5
    assert late.viewer.documents == live.viewer.documents


def test_a_late_snapshot_is_the_past() -> None:
    """Who comes in the middle of a race sees where it was, though nobody was late before."""
    rink = Rink()
    rink.decide(c.StartRace(race=RACE))
    rink.wait(40)
    rink.decide(crossing(1))
    before = rink.document(BOARD)
    rink.wait(20)
    rink.decide(crossing(2))
    rink.wait(20)
    late = rink.sit_down()
    late.hello(BOARD, delayMs=30_000)
    assert late.viewer.documents[BOARD] == before
    assert rink.document(BOARD) != before


def test_heartbeats_and_clocks_are_late_as_well() -> None:
    """The position, the time of a heartbeat and the answer to a sync give nothing away."""
    rink = Rink(heartbeat_ms=1000)
    rink.wait(60)
    late = rink.sit_down()
    late.hello(BOARD, delayMs=30_000)
    position = rink.hub.position
    rink.decide(c.StartRace(race=RACE))
    rink.wait(5)
    beats = [m for m in late.read() if m["t"] == "hb"]
    assert {m["pos"] for m in beats} == {position}
    told = datetime.fromisoformat(beats[-1]["time"]).timestamp()
    assert rink.now_s - 31.1 < told <= rink.now_s - 30
    now_ms = rink.hub.now_ms()
    (synced,) = late.say({"t": "sync", "t0": 7})
    assert (synced["t1"], synced["t2"]) == (now_ms - 30_000, now_ms - 30_000)
    assert synced["pos"] == position


def test_a_delay_counts_from_when_it_was_told() -> None:
    """A fact that reached this process late is late for everybody by the same."""
    rink = Rink()
    rink.wait(60)
    late = rink.sit_down()
    late.hello(BOARD, delayMs=1000)
    rink.day.given(c.StartRace(race=RACE))
    event = recorded(rink.day.log)[-1]
    assert event.recorded_at.timestamp() < rink.now_s
    rink.book.fold(event)
    rink.tape.add(event, int(rink.now_s * 1000))
    rink.wait(0.9)
    assert [m for m in late.read() if m["t"] == "delta"] == []
    rink.wait(0.2)
    assert [m["pos"] for m in late.read() if m["t"] == "delta"] == [event.position]


def test_a_delay_is_raised_to_the_next_step() -> None:
    """So viewers share what is made for them; less than asked for is never given."""
    rink = Rink()
    first, second = rink.sit_down(), rink.sit_down()
    assert first.hello(BOARD, delayMs=1)[0]["delayMs"] == 500
    assert second.hello(BOARD, delayMs=501)[0]["delayMs"] == 1000


@pytest.mark.parametrize(("asked", "word"), [(300_001, "300000"), (10**12, "300000")])
def test_a_delay_that_is_too_long_is_refused(asked: int, word: str) -> None:
    """And what was followed before goes on."""
    rink = Rink()
    viewer = rink.sit_down()
    viewer.hello(BOARD)
    (err,) = viewer.hello(BOARD, delayMs=asked)
    assert err["code"] == "bad-delay"
    assert word in err["detail"]
    rink.decide(c.StartRace(race=RACE))
    assert [m["t"] for m in viewer.read()] == ["delta"]


def test_only_so_many_delays_are_kept() -> None:
    """One more is refused by naming those there are; one that nobody needs any more makes room."""
    rink = Rink(delays=1, idle_topic_ms=10_000)
    rink.wait(60)
    first, second = rink.sit_down(), rink.sit_down()
    first.hello(BOARD, delayMs=1000)
    (err,) = second.hello(BOARD, delayMs=2000)
    assert (err["code"], "1000" in err["detail"]) == ("bad-delay", True)
    assert second.hello(BOARD, delayMs=900)[0]["delayMs"] == 1000
    first.hello(BOARD)
    second.subscription.leave()
    rink.wait(21)
    assert first.hello(BOARD, delayMs=2000)[0]["delayMs"] == 2000


def test_before_the_log_is_read_there_is_no_delay() -> None:
    """A process that has just begun says so, and the viewer may ask again."""
    rink = Rink()
    rink.tape._before = None
    viewer = rink.sit_down()
    (err,) = viewer.hello(BOARD, delayMs=1000)
    assert err["code"] == "not-ready"
    assert viewer.subscription.closing is None


def test_from_live_to_late_and_back() -> None:
    """A hello moves a viewer; positions and revisions go on, so it resumes."""
    rink = Rink()
    rink.wait(60)
    viewer = rink.sit_down()
    viewer.hello(BOARD, delayMs=10_000)
    rink.decide(c.StartRace(race=RACE))
    rink.wait(11)
    viewer.read()
    rink.decide(crossing(1))
    resume = {"epoch": "e1", "pos": viewer.viewer.pos, "revs": viewer.viewer.revs}
    found = viewer.hello(BOARD, resume=resume)
    assert viewer.viewer.documents[BOARD] == rink.document(BOARD)
    assert "delayMs" not in found[0]
    assert rink.stages.viewers() == 0
    assert rink.hub.viewers == 1


def test_what_is_old_is_folded_away() -> None:
    """The tape holds the longest delay and little more."""
    rink = Rink(delay_most_ms=60_000)
    rink.wait(65)
    late = rink.sit_down()
    late.hello(BOARD, delayMs=60_000)
    skate(rink, [])
    rink.wait(71)
    assert rink.tape._events == []
    assert rink.tape.position == rink.hub.position
    late.read()
    assert late.viewer.documents[BOARD] == rink.document(BOARD)
