"""The book says what an event touched, and copies stay as they are."""

import pytest
from msgspec.structs import replace

from projections.book import Book
from tests.support.race_day import RACE, RaceDay, competition, scheduled, skated
from tests.support.recorded import recorded
from tests.unit.projections.worlds import book_of
from tracker.domain import commands as c
from tracker.domain import events as e

ORDER = ("ann-one", "bea-two", "cia-three", "dee-four")
EVERYTHING = {
    ("race", RACE),
    ("distance", "cup/women-500"),
    ("competition", "cup"),
    ("series", "season"),
}


@pytest.fixture
def day() -> RaceDay:
    """Return a day with a race that has a start list."""
    return scheduled(competition())


def touched_last(day: RaceDay) -> frozenset[tuple[str, str]]:
    """Return what the last event of a day touched."""
    events = recorded(day.log)
    return book_of(events[:-1]).fold(events[-1])


def crossing(competitor: str, elapsed_ms: int) -> c.RecordCrossing:
    """Return a crossing of the race."""
    return c.RecordCrossing(race=RACE, competitor=competitor, elapsed_ms=elapsed_ms)


def test_a_crossing_touches_its_race_alone(day: RaceDay) -> None:
    """Nothing that is stored changes with a crossing of a running race."""
    day.given(c.StartRace(race=RACE), crossing("ann-one", 9000))

    assert touched_last(day) == {("race", RACE)}


def test_a_crossing_after_the_result_is_unofficial_touches_all(day: RaceDay) -> None:
    """An unofficial result counts in the classification, and a late crossing changes it."""
    skated(day, ORDER[:3]).given(c.PublishResult(race=RACE), crossing("dee-four", 9000))

    assert touched_last(day) == EVERYTHING


def test_a_finish_under_review_touches_all(day: RaceDay) -> None:
    """A review opened in mid-race shows from the first finish on."""
    day.given(c.StartRace(race=RACE), c.OpenReview(race=RACE, reason="Contact"))
    for row in range(1, 6):
        day.when(crossing("ann-one", row * 9000))
        assert touched_last(day) == (EVERYTHING if row == 5 else {("race", RACE)})


def test_a_decision_touches_all(day: RaceDay) -> None:
    """What happens to a race's state or result concerns every document above it."""
    day.given(c.StartRace(race=RACE))

    assert touched_last(day) == EVERYTHING


def test_a_ruleset_touches_what_is_counted_by_it(day: RaceDay) -> None:
    """Another ruleset gives other points."""
    day.given(c.AdoptRuleset(competition="cup", ruleset="club"))

    assert touched_last(day) == {
        ("competition", "cup"),
        ("distance", "cup/women-500"),
        ("series", "season"),
    }


def test_a_copy_stays_while_the_book_goes_on(day: RaceDay) -> None:
    """A book folds on without its copies, and a copy folds again to the same states."""
    before = len(day.log)
    skated(day, ORDER).given(c.DeclareResultOfficial(race=RACE))
    events = recorded(day.log)
    book = book_of(events[:before])
    copy = book.copy()
    for event in events[before:]:
        book.fold(event)

    assert copy.position == before
    assert copy.races[RACE].started_at_ms is None
    assert copy.classified("cup/women-500") == ()
    for event in events[before:]:
        copy.fold(event)
    assert copy.races == book.races
    assert copy.notes == book.notes
    assert copy.classified("cup/women-500") == book.classified("cup/women-500")
    assert copy.version_at(RACE, len(events)) == book.races[RACE].version


def test_a_state_that_is_put_in_counts_once_the_rest_is_forgotten(day: RaceDay) -> None:
    """What followed from the race as it was does not outlive a supposed one."""
    skated(day, ORDER).given(c.PublishResult(race=RACE))
    book = book_of(recorded(day.log))
    assert [row.place for row in book.classified("cup/women-500")] == [1, 2, 3, 4]
    book.races[RACE] = replace(book.races[RACE], cancelled=True)
    book.forget()

    assert book.classified("cup/women-500") == ()
    assert book.names_in("cup/women-500") == {}


def test_versions_at_positions_are_those_of_the_log(day: RaceDay) -> None:
    """How many events a race had is known for every position, and no further than the book is."""
    skated(day, ORDER)
    events = recorded(day.log)
    book = book_of(events[:-5])

    for position in range(len(events) + 1):
        here = [x for x in events[: min(position, len(events) - 5)] if x.stream == f"race-{RACE}"]
        assert book.version_at(RACE, position) == len(here)


def test_an_event_of_no_known_kind_is_not_passed_over() -> None:
    """A stream that this version does not know stops the fold."""
    [event, *_] = recorded(
        [("heatbox-1", 1, e.RoundAdded(distance="cup/women-500", round="QF", name="Quarterfinals"))]
    )

    with pytest.raises(AssertionError, match="heatbox-1"):
        Book().fold(event)
