"""A score is what the page about it says: shares of a crossing for each kind of mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.race_day import RACE, competition, scheduled
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.simulation import ice
from tracker.simulation.training import Crossings, keyed, score

TRUTH = {"ann": (8_000, 17_000), "bea": (8_200, 17_300), "cia": (8_400, 17_600), "dee": (8_600,)}
SHARE = 100 / 7


def but(**changed: tuple[int, ...]) -> Crossings:
    """Return the truth with some keyed otherwise."""
    return {**TRUTH, **changed}


def test_a_faultless_race_is_a_hundred() -> None:
    """Who keys what happened when it happened has all points, and no mistake is listed."""
    found = score(TRUTH, TRUTH)
    assert (found.points, found.mistakes, found.delay_ms) == (100, (), 0)
    assert found.rows_in_order == (True, True)


@pytest.mark.parametrize(
    ("given", "shares", "kinds"),
    [
        (but(ann=(8_000,)), 1, ["missed"]),
        (but(ann=(8_000, 8_300, 17_000)), 1, ["doubled"]),
        (but(ann=(8_250, 17_000)), 1, ["order", "order"]),
        (but(dee=(9_700,)), 0.25, ["late"]),
        (but(ann=(8_000,), bea=(8_200, 17_000, 17_300)), 2, ["doubled", "missed"]),
        (but(zoe=(8_000,)), 1, ["doubled"]),
        ({}, 7, ["missed"] * 7),
    ],
)
def test_each_kind_of_mistake_costs_what_is_documented(
    given: Crossings, shares: float, kinds: list[str]
) -> None:
    """Missed 1, doubled 1, out of order 1/2 each, late 1/4; another's number misses and doubles."""
    found = score(TRUTH, given)
    assert found.points == pytest.approx(100 - shares * SHARE, abs=1e-9)
    assert sorted(mistake.kind for mistake in found.mistakes) == kinds


def test_a_mistake_says_where_it_was() -> None:
    """The trainee learns whose crossing it was, in which row, and how far off."""
    found = score(TRUTH, but(bea=(8_200,), dee=(9_700,)))
    where = [(one.kind, one.competitor, one.row, one.off_ms) for one in found.mistakes]
    assert where == [("late", "dee", 1, 1_100), ("missed", "bea", 2, None)]


def test_a_dead_heat_may_be_keyed_in_any_order() -> None:
    """Two who cross at the same thousandth are not out of order."""
    assert (
        score({"ann": (9_000,), "bea": (9_000,)}, {"ann": (9_050,), "bea": (9_010,)}).points == 100
    )


@given(delay=st.integers(0, 900))
def test_a_steady_delay_costs_nothing(delay: int) -> None:
    """Who is as late with everybody keeps the order; the delay is told."""
    found = score(TRUTH, {who: tuple(ms + delay for ms in times) for who, times in TRUTH.items()})
    assert (found.points, found.delay_ms) == (100, delay)


times = st.lists(st.integers(0, 60_000), max_size=8).map(lambda each: tuple(sorted(each)))
chaos = st.dictionaries(st.sampled_from(("ann", "bea", "cia")), times)


@given(truth=chaos, own=chaos)
def test_a_score_is_between_nothing_and_all(truth: Crossings, own: Crossings) -> None:
    """Whatever is keyed, every true crossing is found or missed, every key used or doubled."""
    found = score(truth, own)
    assert 0 <= found.points <= 100
    matched = found.crossings - found.missed
    assert matched == sum(map(len, own.values())) - found.doubled
    assert score(truth, truth).points == 100


def test_what_was_put_right_counts_as_it_stands() -> None:
    """A retracted crossing is gone, an assigned one belongs to whom it was given."""
    day = scheduled(competition())
    day.when(c.StartRace(race=RACE))
    day.when(c.RecordCrossing(race=RACE, helmet_number=1), after_ms=7_000)
    day.when(c.RecordCrossing(race=RACE, helmet_number=1), after_ms=300)
    day.when(c.RecordCrossing(race=RACE), after_ms=200)
    first, second, nobody = day.versions(RACE, e.CrossingRecorded)
    day.when(c.RetractFact(race=RACE, target=second, reason="Keyed twice"))
    assert keyed(day.race(RACE)) == {"ann-one": (7_000,)}
    day.when(c.AssignCrossing(race=RACE, crossing=nobody, competitor="bea-two"))
    assert keyed(day.race(RACE)) == {"ann-one": (7_000,), "bea-two": (7_500,)}
    assert first < second


def test_the_ice_shows_who_is_where_and_who_crosses() -> None:
    """Half a lap done is half of the track; who has just crossed stands behind the line."""
    crossings = {"ann": (8_000, 16_000), "bea": (8_100, 16_400), "cia": (7_900,)}
    labels = {"ann": "17", "bea": "4", "cia": "21"}
    line = ice.view(crossings, labels, 4_000, width=20)
    assert line.startswith(" 0:04.0 |")
    assert {"17", "4", "21"} == {*line.split("|")[1].split()}
    assert ice.view(crossings, labels, 8_150, width=20).endswith("| 21 17 4")
    assert ice.view(crossings, labels, -1_500, width=20).startswith("-0:01.5 |")
    alone = ice.view({"ann": (8_000, 16_000)}, labels, 12_000, width=20)
    assert alone.split("|")[1].index("17") == 10
