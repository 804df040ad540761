"""Explanations: they say what is derived, rest on facts that exist, and give nothing away."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import random_days
from tests.support.race_day import RACE, SKATERS, RaceDay, competition, scheduled, skated
from tests.support.seasons import Season
from tests.unit.domain.test_marks import FINALS, semifinals
from tests.unit.domain.test_progression import MORE, ONE, TWO
from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import explain, explain_season
from tracker.domain.classification import classify
from tracker.domain.distance import Distance
from tracker.domain.explain import Explanation
from tracker.domain.result import sheet

ANN, BEA, CIA, DEE = (skater[0] for skater in SKATERS[:4])
RULESET = rulesets.load("isu-2023-24")


@pytest.fixture
def day() -> RaceDay:
    """Return a final that was skated in the order Ann, Bea, Cia, Dee."""
    return skated(scheduled(competition()), [ANN, BEA, CIA, DEE])


def text(found: Explanation | None) -> str:
    """Return all sentences of an explanation."""
    assert found is not None
    return "\n".join(step.text for step in found.steps)


def mark(day: RaceDay, race: str, competitor: str) -> Explanation:
    """Explain a mark of the semifinals."""
    distance = day.state("distance-cup/women-500")
    assert isinstance(distance, Distance)
    found = explain_season.mark(
        [day.race(ONE), day.race(TWO)], distance.progressions["SF"], 2, competitor
    )
    assert found is not None, race
    return found


def test_a_win_after_a_penalty_names_the_penalty(day: RaceDay) -> None:
    """Bea is first because Ann, who finished ahead, was penalised."""
    day.given(
        c.CallPenalty(race=RACE, competitor=ANN, reason="Impeding"),
        c.DeclareResultOfficial(race=RACE),
    )
    found = explain.place(day.race(RACE), BEA)
    assert found is not None
    assert found.answer == "1"
    assert "Ann One, who finished ahead, is penalised for Impeding" in text(found)
    called = day.versions(RACE, e.PenaltyCalled)[0]
    assert any((f"race-{RACE}", called) in step.facts for step in found.steps)
    assert "Ann One" not in text(explain.place(day.race(RACE), ANN))


def test_an_explanation_gives_no_embargo_away(day: RaceDay) -> None:
    """As long as nobody announces it, there is no penalty to explain anything with."""
    before = explain.place(day.race(RACE), BEA)
    day.when(c.CallPenalty(race=RACE, competitor=ANN, reason="Impeding", embargo=True))
    assert explain.place(day.race(RACE), BEA) == before


def test_a_mark_by_time_says_what_it_still_depends_on() -> None:
    """Provisional: the other semifinal is named until it is official."""
    day = semifinals(*FINALS)
    day.when(c.DeclareResultOfficial(race=ONE))
    found = mark(day, ONE, CIA)
    assert found.answer == "qA"
    assert "provisional: Semifinals may still change it" in text(found)
    assert "2+1 to FINAL_A, rest to FINAL_B" in text(found)
    day.when(c.DeclareResultOfficial(race=TWO))
    assert "provisional" not in text(mark(day, ONE, CIA))


def test_who_does_not_go_on_is_told_why() -> None:
    """A penalty, or neither place nor time."""
    day = semifinals(FINALS[0])
    day.given(
        c.CallPenalty(race=ONE, competitor=ANN, reason="Impeding"),
        c.DeclareResultOfficial(race=ONE),
        c.DeclareResultOfficial(race=TWO),
    )
    assert "penalised for Impeding" in text(mark(day, ONE, ANN))
    assert "neither by place nor by time" in text(mark(day, TWO, MORE[3]))
    assert mark(day, TWO, MORE[3]).answer == "does not go on"


def test_a_rank_counts_rounds_then_places(day: RaceDay) -> None:
    """Third of Final A: two ahead in the same final; a penalised finalist is last of it."""
    day.given(
        c.CallPenalty(race=RACE, competitor=ANN, reason="Impeding"),
        c.DeclareResultOfficial(race=RACE),
    )
    third = explain_season.rank([day.race(RACE)], RULESET, DEE)
    assert third is not None
    assert third.answer == "3"
    assert "2 of the same round ahead by place" in text(third)
    last = explain_season.rank([day.race(RACE)], RULESET, ANN)
    assert last is not None
    assert (last.answer, "last of Final A" in text(last)) == ("4 (PEN)", True)
    assert explain_season.rank([day.race(RACE)], RULESET, "nobody") is None


@given(st.lists(random_days.requests, max_size=60))
@settings(max_examples=60, deadline=None)
def test_explanations_say_what_is_derived(requests: list[c.Command]) -> None:
    """On any day: the answer is the sheet's and the classification's, the facts are in the log."""
    day = random_days.morning()
    for request in requests:
        random_days.attempt(day, request)
    races = [day.race(race) for race in random_days.RACES]
    known = {(stream, version) for stream, version, _ in day.log}
    for race in races:
        for row in sheet(race):
            found = explain.place(race, row.competitor)
            assert found is not None
            assert found.answer == explain.answer(row)
            assert {fact for step in found.steps for fact in step.facts} <= known
    for classified in classify(races, RULESET):
        found = explain_season.rank(races, RULESET, classified.competitor)
        assert found is not None
        rank = "unranked" if classified.rank is None else str(classified.rank)
        assert found.answer.split(" ")[0] == rank


def season_of(season: Season, table: str) -> explain_season.Season:
    """Return what the total of a table's first is made of."""
    return explain_season.Season(
        standing=season.table(table)[0],
        table=table,
        ruleset=season.ruleset,
        brought=(),
        sources={},
        series="season",
    )


def test_a_total_says_which_results_count_and_by_which_key() -> None:
    """Overall and in a distance's table different numbers count; a team's are added up."""
    tour = Season("world-tour-2025-26")
    for stop in range(4):
        tour.skate(f"stop{stop}/men-500", ["a-can", "b-can"])
    trophy = explain_season.points(season_of(tour, "men-500"))
    assert text(trophy).count(", not counted") == 1
    assert ("the best 3 of 4 results count", "overall.count_best_distance") in {
        (step.text, step.rule) for step in trophy.steps
    }
    assert "not counted" not in text(explain_season.points(season_of(tour, "men")))
    assert "180 of all skaters in stop0/men-500" in text(
        explain_season.points(season_of(tour, "teams"))
    )
