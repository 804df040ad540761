"""A season's tables: points, bonus for the doubled distance, points brought in."""

from msgspec.structs import replace

from tests.support.race_day import SKATERS, RaceDay, add_distance, competition, scheduled, skated
from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.classification import classify
from tracker.domain.distance import Distance
from tracker.domain.ruleset import Overall, Ruleset
from tracker.domain.standings import Distances, Standing, tables

ANN, BEA, CIA, DEE, EVA = (skater[0] for skater in SKATERS)
RULES = rulesets.load("isu-2023-24")


def season(*orders: list[str]) -> Distances:
    """Return final 1000 m distances, one for each order of finish."""
    day: RaceDay = competition()
    found = []
    for number, order in enumerate(orders, start=1):
        name = f"women-1000-{number}"
        race = f"cup/{name}/final-a"
        add_distance(day, name, 1000, number=number)
        skated(scheduled(day, race), order, race)
        day.when(c.DeclareResultOfficial(race=race))
        distance = day.state(f"distance-cup/{name}")
        assert isinstance(distance, Distance)
        assert distance.added is not None
        found.append((distance.added, classify([day.race(race)], RULES)))
    return found


def brought(skater: str, points: int) -> e.PointsBroughtIn:
    """Return points from before the log."""
    return e.PointsBroughtIn(
        series="season",
        table="women",
        competitor=skater,
        name=skater,
        noc="CAN",
        points=points,
        competition=None,
        note="",
    )


def points(rows: tuple[Standing, ...]) -> dict[str, int]:
    """Return points by competitor."""
    return {row.competitor: row.points for row in rows}


def test_points_add_up_over_distances_and_what_was_brought_in() -> None:
    """The overall table adds every individual distance; a distance has a table of its own."""
    found = tables(RULES, season([ANN, BEA, CIA, DEE]), [brought(EVA, 500), brought(BEA, 21)])
    assert points(found["women"]) == {EVA: 500, ANN: 100, BEA: 101, CIA: 70, DEE: 60}
    assert [row.competitor for row in found["women"]] == [EVA, BEA, ANN, CIA, DEE]
    assert points(found["women-1000"]) == {ANN: 100, BEA: 80, CIA: 70, DEE: 60}


def test_best_of_a_doubled_distance_gets_the_bonus_once_both_are_final() -> None:
    """Winning both 1000 m is 100 + 100 + 50, as in Dresden; one alone gives none."""
    one = tables(RULES, season([ANN, BEA, CIA, DEE]), [])
    assert points(one["women"])[ANN] == 100
    two = tables(RULES, season([ANN, BEA, CIA, DEE], [ANN, CIA, BEA, DEE]), [])
    assert points(two["women"]) == {ANN: 250, BEA: 150, CIA: 150, DEE: 120}
    assert points(two["women-1000"])[ANN] == 200
    assert next(row.bonus for row in two["women"] if row.competitor == ANN) == 50


def test_equals_for_the_bonus_both_get_it() -> None:
    """A first and a second each: the bonus is shared in full."""
    found = tables(RULES, season([ANN, BEA, CIA, DEE], [BEA, ANN, CIA, DEE]), [])
    assert points(found["women"])[ANN] == points(found["women"])[BEA] == 230
    assert [row.rank for row in found["women"]][:2] == [1, 1]


def test_only_the_best_results_count_when_the_ruleset_says_so() -> None:
    """With one result counting, the worse one is dropped, and points brought in stay."""
    rules: Ruleset = replace(RULES, overall=Overall(count_best=1))
    found = tables(rules, season([ANN, BEA, CIA, DEE], [BEA, CIA, ANN, DEE]), [brought(DEE, 5)])
    assert points(found["women"]) == {ANN: 100, BEA: 150, CIA: 80, DEE: 65}
