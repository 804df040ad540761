"""Video bookmarks: an instant on two clocks, for the referees alone."""

import pytest

from projections import race_result
from tests.support.race_day import RACE, SKATERS, RaceDay, competition, scheduled
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.public_facts import secrets
from tracker.domain.result import sheet

ANN = SKATERS[0][0]


@pytest.fixture
def day() -> RaceDay:
    """Return a race day with a start list, nothing skated yet."""
    return scheduled(competition())


def bookmark(label: str = "", lap: int | None = None) -> c.BookmarkVideo:
    """Return a request for a bookmark."""
    return c.BookmarkVideo(race=RACE, label=label, lap=lap)


def test_a_bookmark_has_the_wall_clock_and_the_race_clock(day: RaceDay) -> None:
    """Given a running race, when an instant is marked, then both clocks, lap and words are kept."""
    day.given(c.StartRace(race=RACE))
    (started,) = day.when(c.RingBell(race=RACE), after_ms=12_345)[:1]
    assert isinstance(started, e.BellRung)
    day.when(bookmark("Contact?", 2), after_ms=100)
    (found,) = day.race(RACE).bookmarks
    began = day.race(RACE).started_at_ms
    assert began is not None
    assert found.elapsed_ms == found.at_ms - began >= 12_445
    assert (found.lap, found.label, found.attempt) == (2, "Contact?", 1)


def test_without_a_running_race_there_is_no_race_clock(day: RaceDay) -> None:
    """Given no gun, or the end of the race, when an instant is marked, then it has a wall clock."""
    day.given(bookmark(), c.StartRace(race=RACE), c.EndRace(race=RACE))
    day.when(bookmark("After the end"), after_ms=5000)
    assert [each.elapsed_ms for each in day.race(RACE).bookmarks] == [None, None]
    assert all(each.at_ms for each in day.race(RACE).bookmarks)


def test_bookmarks_outlive_a_restart(day: RaceDay) -> None:
    """Given a bookmark of one attempt, when the race is skated again, then it still stands."""
    day.given(c.StartRace(race=RACE), bookmark("First"), c.StopRace(race=RACE, reason="Fall"))
    day.given(c.OrderRestart(race=RACE, reason="Fall"), c.StartRace(race=RACE), bookmark("Second"))
    assert [(x.attempt, x.label) for x in day.race(RACE).bookmarks] == [(1, "First"), (2, "Second")]


def test_a_bookmark_changes_nothing_and_is_never_public(day: RaceDay) -> None:
    """Given a bookmark and its retraction, then the public sees neither, and no sheet changes."""
    day.given(c.StartRace(race=RACE))
    before = sheet(day.race(RACE))
    day.given(bookmark("Arm"))
    race = day.race(RACE)
    assert sheet(race) == before
    assert "bookmarks" not in race_result.render(race).header
    (shown,) = race_result.render_for_officials(race).header["bookmarks"]
    assert (shown["label"], shown["version"]) == ("Arm", race.bookmarks[0].version)
    target = race.bookmarks[0].version
    day.given(c.RetractFact(race=RACE, target=target, reason="Nothing"))
    assert day.race(RACE).bookmarks == ()
    stream = [(v, event) for s, v, event in day.log if s == f"race-{RACE}"]
    assert secrets(stream).hidden == {target, target + 1}


def test_a_bookmark_needs_a_race(day: RaceDay) -> None:
    """Given a race that is not on the programme, when it is marked, then that is refused."""
    with pytest.raises(r.Unknown):
        day.when(c.BookmarkVideo(race="cup/women-500/final-z"))
