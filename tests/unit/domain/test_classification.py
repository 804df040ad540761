"""From race results to the classification of a distance, medals and points."""

import pytest
from msgspec.structs import replace

from tests.support.race_day import SKATERS, RaceDay, competition, scheduled, skated
from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain.classification import Classified, classify, is_final
from tracker.domain.race import Race
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import FinishTime, StarterRequest

ANN, BEA, CIA, DEE, EVA = (skater[0] for skater in SKATERS)
FINAL_A = "cup/women-500/final-a"
FINAL_B = "cup/women-500/final-b"
MODERN = rulesets.load("isu-2023-24")
LEGACY = replace(MODERN, final_a_penalty="after_final_b")


def finals() -> RaceDay:
    """Return a day with Final B (Eva, Dee) and Final A (Ann, Bea, Cia), both skated."""
    day = competition()
    day.given(
        c.ScheduleRace(race=FINAL_B, round="FINAL_B", round_name="Final B"),
        c.PublishStartList(race=FINAL_B, starters=(StarterRequest(DEE, 1), StarterRequest(EVA, 2))),
    )
    skated(day, [EVA, DEE], FINAL_B, winner_ms=41_000)
    scheduled(day, FINAL_A, starters=3)
    return skated(day, [ANN, BEA, CIA], FINAL_A)


def both(day: RaceDay) -> list[Race]:
    """Return the races of the distance."""
    return [day.race(FINAL_A), day.race(FINAL_B)]


def official(day: RaceDay) -> RaceDay:
    """Publish both results and make them official."""
    return day.given(c.DeclareResultOfficial(race=FINAL_B), c.DeclareResultOfficial(race=FINAL_A))


def short(rows: tuple[Classified, ...]) -> list[tuple[int | None, str, str | None, int]]:
    """Return the classification in short: rank, competitor, medal, points."""
    return [(x.rank, x.competitor, x.medal, x.points) for x in rows]


def test_no_medal_and_no_point_before_every_race_is_official() -> None:
    """One official final is not the end of the distance."""
    day = finals()
    day.when(c.DeclareResultOfficial(race=FINAL_A))
    assert not is_final(both(day))
    assert {(x.medal, x.points) for x in classify(both(day), MODERN)} == {(None, 0)}


def test_a_slower_final_a_ranks_above_a_faster_final_b() -> None:
    """The round reached comes first, and time never outranks place."""
    rows = classify(both(official(finals())), MODERN)
    assert short(rows) == [
        (1, ANN, "gold", 100),
        (2, BEA, "silver", 80),
        (3, CIA, "bronze", 70),
        (4, EVA, None, 60),
        (5, DEE, None, 50),
    ]


def test_order_of_the_races_does_not_matter() -> None:
    """A classification is the same whichever race is given first."""
    day = official(finals())
    assert classify(both(day), MODERN) == classify(both(day)[::-1], MODERN)


@pytest.mark.parametrize(
    ("ruleset", "expected"),
    [
        (
            MODERN,
            [(1, BEA, "gold"), (2, CIA, "silver"), (3, ANN, None), (4, EVA, None), (5, DEE, None)],
        ),
        (
            LEGACY,
            [
                (1, BEA, "gold"),
                (2, CIA, "silver"),
                (3, EVA, "bronze"),
                (4, DEE, None),
                (5, ANN, None),
            ],
        ),
    ],
)
def test_penalised_finalist_ranks_as_the_ruleset_says(
    ruleset: Ruleset, expected: list[tuple[int, str, str | None]]
) -> None:
    """Last of Final A since 2018/19; before, after Final B, whose winner took the medal."""
    day = finals()
    day.when(c.CallPenalty(race=FINAL_A, competitor=ANN, reason="Impeding"))
    rows = classify(both(official(day)), ruleset)
    assert [(x.rank, x.competitor, x.medal) for x in rows] == expected


def test_yellow_card_loses_the_distance() -> None:
    """A carded skater is not ranked and scores nothing."""
    day = finals()
    day.when(c.CallPenalty(race=FINAL_A, competitor=ANN, reason="Dangerous", sanction="YC"))
    rows = classify(both(official(day)), MODERN)
    assert (rows[-1].competitor, rows[-1].rank, rows[-1].points) == (ANN, None, 0)


def test_two_golds_leave_no_silver() -> None:
    """A dead heat for first gives two gold medals and a bronze."""
    day = finals()
    day.when(
        c.RecordFinishTimes(
            race=FINAL_A,
            times=(FinishTime(ANN, 42_000), FinishTime(BEA, 42_000), FinishTime(CIA, 43_000)),
        )
    )
    rows = classify(both(official(day)), MODERN)
    assert [(x.rank, x.medal, x.points) for x in rows[:3]] == [
        (1, "gold", 100),
        (1, "gold", 100),
        (3, "bronze", 70),
    ]
