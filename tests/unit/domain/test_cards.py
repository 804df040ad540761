"""Cards that the rules suggest: proposed when due, gone when taken or withdrawn."""

import pytest

from tests.support.race_day import RACE, SKATERS, RaceDay, competition, scheduled, skated
from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.cards import Escalation, Step, escalations

ANN, BEA, CIA = (skater[0] for skater in SKATERS[:3])
OTHER = "cup/women-500/final-b"
RULESET = rulesets.load("isu-2023-24")


@pytest.fixture
def day() -> RaceDay:
    """Return a final and another race, both skated."""
    day = skated(scheduled(competition()), [ANN, BEA, CIA])
    return skated(scheduled(day, OTHER, final="FINAL_B"), [ANN, BEA, CIA], OTHER)


def due(day: RaceDay, *withdrawn: str) -> list[tuple[Step, str, str]]:
    """Return what is proposed: step, competitor, race."""
    found = escalations([day.race(RACE), day.race(OTHER)], RULESET, frozenset(withdrawn))
    return [(one.step, one.competitor, one.race) for one in found]


def call(day: RaceDay, sanction: str, race: str = RACE, *, embargo: bool = False) -> RaceDay:
    """Have the referee penalise Ann."""
    return day.given(
        c.CallPenalty(
            race=race,
            competitor=ANN,
            reason="Impeding",
            sanction=sanction,  # type: ignore[arg-type]  # one of PEN, YC, RC
            embargo=embargo,
        )
    )


def test_two_penalties_in_one_race_make_a_yellow_card(day: RaceDay) -> None:
    """The first proposes nothing, the second does, and the card ends the proposal."""
    assert due(call(day, "PEN")) == []
    assert due(call(day, "PEN")) == [("YC", ANN, RACE)]
    versions = day.versions(RACE, e.PenaltyCalled)
    assert escalations([day.race(RACE)], RULESET) == (
        Escalation(
            "YC",
            ANN,
            RACE,
            tuple((RACE, version) for version in versions),
            "two penalties in one race make a yellow card",
        ),
    )
    assert due(call(day, "YC")) == []


def test_penalties_of_different_races_do_not_add_up(day: RaceDay) -> None:
    """One in each race is no yellow card."""
    assert due(call(call(day, "PEN"), "PEN", OTHER)) == []


def test_two_yellow_cards_make_a_red_one_and_the_red_one_ends_it(day: RaceDay) -> None:
    """Yellow, yellow: red is proposed; red: the entry is to be withdrawn; then nothing."""
    assert due(call(day, "YC")) == []
    assert due(call(day, "YC", OTHER)) == [("RC", ANN, OTHER)]
    assert due(call(day, "RC", OTHER)) == [("withdrawal", ANN, OTHER)]
    assert due(day, ANN) == []


def test_a_withdrawn_penalty_counts_no_more(day: RaceDay) -> None:
    """What the referee takes back proposes nothing."""
    call(call(day, "PEN"), "PEN")
    version = day.versions(RACE, e.PenaltyCalled)[0]
    day.when(c.WithdrawDecision(race=RACE, decision=version, reason="Video review"))
    assert due(day) == []


def test_nothing_under_embargo_shows_in_a_proposal(day: RaceDay) -> None:
    """A proposal would give the decision away before it is announced."""
    assert due(call(call(day, "PEN"), "PEN", embargo=True)) == []
    day.when(c.AnnounceDecisions(race=RACE))
    assert due(day) == [("YC", ANN, RACE)]
