"""A question about a dropped penalty, against a log in which it was never called."""

from hypothesis import given, settings

from tests.support import random_penalties
from tests.support.documents import differences
from tests.support.random_penalties import Twice
from tests.support.recorded import recorded
from tests.unit.projections.worlds import book_of
from tracker.domain import commands as c
from tracker.domain.what_if import Changes, supposed

DISTANCE = "cup/women-500"


@given(random_penalties.days())
@settings(max_examples=150, deadline=None)
def test_a_dropped_penalty_is_a_log_without_it(twice: Twice) -> None:
    """Results, rounds, classification, medals and standings differ in exactly the same values."""
    whole = book_of(recorded(twice.whole.log))
    plain = book_of(recorded(twice.plain.log))
    stream = f"race-{twice.race}"
    facts = [(v, event) for name, v, event in twice.whole.log if name == stream]
    context = twice.whole.context(c.StartRace(race=twice.race))
    after = whole.copy()
    after.races[twice.race] = supposed(facts, Changes(drop=(twice.penalty,)), context)  # type: ignore[arg-type]  # a race's stream holds facts of a race
    assert differences(after, plain, (DISTANCE,)) == []
    assert differences(whole, after, (DISTANCE,)) == differences(whole, plain, (DISTANCE,))
