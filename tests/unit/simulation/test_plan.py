"""Rounds fit the field, and what cannot be skated is refused with what would be right."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.values import Target
from tracker.simulation.day import season
from tracker.simulation.plan import BadPlan, Plan, RoundPlan, check, rounds


@given(entries=st.integers(2, 96), capacity=st.integers(4, 8), repechage=st.booleans())
def test_every_race_has_room(entries: int, capacity: int, *, repechage: bool) -> None:
    """From each round no more go on than there is room for, and somebody always stays behind."""
    planned = rounds(entries, capacity, repechage=repechage)
    room = {one.round: one.races * capacity for one in planned}
    comes: Counter[str] = Counter({planned[0].round: entries})
    for one in planned:
        size = comes[one.round]
        assert one.races <= size <= room[one.round]
        left = size
        for target in one.targets:
            goes_on = left if target.rest else one.races * target.by_place + target.by_time
            assert 0 < goes_on <= left
            comes[target.to] += goes_on
            left -= goes_on
    assert planned[-1].round == "FINAL_A"
    assert ("REP_HEAT" in room) == (repechage and "HEAT" in room)


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


def test_a_race_of_a_round_is_called_in_the_singular() -> None:
    """Heats are skated, and Heat 2 is one of them."""
    names = ("Quarterfinals", "Semifinals", "Heats", "Preliminaries", "Repechage")
    assert [RoundPlan("HEAT", name, 2).race_name for name in names] == [
        "Quarterfinal",
        "Semifinal",
        "Heat",
        "Preliminary",
        "Repechage",
    ]
