"""Rounds fit the field, and what cannot be skated is refused with what would be right."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.values import Target
from tracker.simulation.day import season
from tracker.simulation.plan import BadPlan, Plan, RoundPlan, check, rounds


@given(entries=st.integers(2, 96), capacity=st.integers(4, 8))
def test_every_race_has_room(entries: int, capacity: int) -> None:
    """From each round no more go on than the next has room for, and nobody is in no race."""
    planned = rounds(entries, capacity)
    size = entries
    for one, following in pairwise(planned):
        if one.round.startswith("FINAL"):
            continue
        assert one.races * capacity >= size > one.races
        first = one.targets[0]
        goes_on = one.races * first.by_place + first.by_time
        assert 0 < goes_on < size
        room = 1 if following.round == "FINAL_B" else following.races
        assert goes_on <= room * capacity
        assert first.by_place < size / one.races
        size = goes_on
    assert planned[-1].round == "FINAL_A"


def test_sixteen_skate_quarterfinals_semifinals_and_two_finals() -> None:
    """The rounds of a usual field, by the table that is printed for it."""
    assert rounds(16, 5) == (
        RoundPlan("QF", "Quarterfinals", 4, (Target("SF", 2, 1),)),
        RoundPlan("SF", "Semifinals", 2, (Target("FINAL_A", 2, 1), Target("FINAL_B", rest=True))),
        RoundPlan("FINAL_B", "Final B", 1),
        RoundPlan("FINAL_A", "Final A", 1),
    )
    assert [one.round for one in rounds(5, 5)] == ["FINAL_A"]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(entries=1), "give 2 to 96"),
        (Plan(competitions=0), "give 1 to 40"),
        (Plan(seed=-1), "give a number from 0"),
        (Plan(distances=()), "at least one distance"),
        (Plan(distances=("men-500", "men-500")), "each of them once"),
        (Plan(distances=("men-501",)), "no distance of isu-2023-24: it has men-500, women-500"),
        (Plan(distances=("mixed-500",)), "no distance of isu-2023-24"),
    ],
)
def test_what_cannot_be_skated_says_what_could(plan: Plan, words: str) -> None:
    """A bad plan is refused before anything is sent."""
    with pytest.raises(BadPlan) as refused:
        check(plan)
    assert words in refused.value.message


def test_a_relay_needs_teams() -> None:
    """Four skaters make no two teams, and the sentence says so."""
    with pytest.raises(BadPlan, match="too few for two teams"):
        list(season(1, entries=4, distances=("men-5000-relay",)))
