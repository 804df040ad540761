"""Facts that arrive long after they happened count where they happened, or not at all."""

import pytest

from tests.support.race_day import RACE, SKATERS, RaceDay, competition, scheduled
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r

ANN, BEA = (skater for skater, *_ in SKATERS[:2])


@pytest.fixture
def day() -> RaceDay:
    """Return a race whose first attempt was stopped after ten seconds, and ordered again."""
    day = scheduled(competition()).given(c.StartRace(race=RACE))
    day.now_ms += 10_000
    return day.given(c.StopRace(race=RACE, reason="fall"), c.OrderRestart(race=RACE, reason="fall"))


def late(day: RaceDay, at_ms: int, *commands: c.Command) -> None:
    """Decide commands that happened at an instant."""
    now_ms, day.now_ms = day.now_ms, at_ms
    for command in commands:
        day.when(command, after_ms=0)
    day.now_ms = now_ms


def crossing(competitor: str, elapsed_ms: int) -> c.RecordCrossing:
    """Return a measured crossing."""
    return c.RecordCrossing(race=RACE, competitor=competitor, elapsed_ms=elapsed_ms)


def test_a_crossing_of_the_attempt_before_counts_no_more(day: RaceDay) -> None:
    """Given a second attempt that runs, when the first one's crossing arrives, it is kept aside."""
    before = day.now_ms - 5000
    day.now_ms += 60_000
    day.given(c.StartRace(race=RACE))
    late(day, before, crossing(ANN, 7000), c.RecordFall(race=RACE, competitor=BEA))
    race = day.race(RACE)
    assert race.field[ANN].rows == 0
    assert not race.field[BEA].fallen
    recorded = next(x for _, _, x in day.log if isinstance(x, e.CrossingRecorded))
    assert (recorded.attempt, recorded.flags) == (1, ("before-the-gun",))


def test_it_counts_no_more_when_it_arrives_before_the_gun_is_known(day: RaceDay) -> None:
    """Given no gun yet, when an old and a new crossing arrive and then the gun, the new counts."""
    gun = day.now_ms + 60_000
    late(day, day.now_ms - 5000, crossing(ANN, 7000))
    late(day, gun + 7000, crossing(BEA, 7000))
    late(day, gun, c.StartRace(race=RACE))
    race = day.race(RACE)
    assert (race.field[ANN].rows, race.field[BEA].rows) == (0, 1)


def test_an_old_stop_does_not_stop_the_new_attempt(day: RaceDay) -> None:
    """Given a second attempt that runs, when an old stop, recall or end arrives, it runs on."""
    before = day.now_ms - 5000
    day.now_ms += 60_000
    day.given(c.StartRace(race=RACE))
    with pytest.raises(r.NotStarted, match="before the gun of attempt 2"):
        late(day, before, c.StopRace(race=RACE, reason="fall"))
    day.now_ms += 60_000
    with pytest.raises(r.NotStarted):
        late(day, before, c.CallFalseStart(race=RACE))
    late(day, before, c.EndRace(race=RACE))
    late(day, before, c.RecordDidNotFinish(race=RACE, competitor=ANN))
    race = day.race(RACE)
    assert race.running
    assert race.field[ANN].out is None


def test_clocks_that_differ_a_little_lose_nothing(day: RaceDay) -> None:
    """Given a device whose clock is a second behind the starter's, what it saw counts."""
    day.now_ms += 60_000
    day.given(c.StartRace(race=RACE))
    late(day, day.now_ms - 1000, c.RecordFall(race=RACE, competitor=BEA))
    assert day.race(RACE).field[BEA].fallen
