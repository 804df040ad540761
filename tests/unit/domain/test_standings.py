"""A season's tables: points, bonus for the doubled distance, points brought in."""

from itertools import product

import pytest
from msgspec.structs import replace

from tests.support.race_day import SKATERS, RaceDay, add_distance, competition, scheduled, skated
from tests.support.seasons import Season, with_overall
from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.classification import classify
from tracker.domain.distance import Distance
from tracker.domain.ruleset import Overall, Ruleset
from tracker.domain.standings import (
    Distances,
    Standing,
    may_share_a_table,
    tables,
    tables_of,
)
from tracker.domain.values import Gender

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


def test_the_bonus_is_in_the_overall_table_alone() -> None:
    """Neither the table of the distance nor that of the teams knows it."""
    two = Season(with_overall(RULES, teams="individual"))
    two.skate("cup/men-500-1", ["ann-can", "bea-kor"], number=1)
    two.skate("cup/men-500-2", ["ann-can", "bea-kor"], number=2)
    assert two.points("men") == {"ann-can": 250, "bea-kor": 160}
    assert two.points("men-500") == {"ann-can": 200, "bea-kor": 160}
    assert two.points("teams") == {"CAN": 200, "KOR": 160}


def test_a_relay_skated_twice_has_no_bonus() -> None:
    """The bonus is for the best skater of an individual distance."""
    relays = Season(RULES)
    for number in (1, 2):
        relays.skate(f"cup/men-5000r-{number}", ["t-can", "t-kor"], number=number)
    assert relays.points("men") == {}
    assert relays.table("men-5000-relay")[0].points == 200
    assert relays.table("men-5000-relay")[0].bonus == 0


def test_everybody_in_a_dead_heat_has_the_points_of_the_rank() -> None:
    """Two seconds have 80 each, nobody is third, and the next has those of fourth."""
    one = Season(RULES)
    one.skate("cup/men-500", ["a-can", ("b-kor", "c-ned"), "d-ita", "e-pol"])
    assert one.points("men") == {"a-can": 100, "b-kor": 80, "c-ned": 80, "d-ita": 60, "e-pol": 50}
    assert [row.rank for row in one.table("men")] == [1, 2, 2, 4, 5]


def test_teams_add_up_men_and_women_without_dropping() -> None:
    """Every skater of an NOC counts in every individual distance; relays do not."""
    tour = Season(with_overall(rulesets.load("world-tour-2024-25"), count_best=1))
    tour.skate("cup/men-500", ["a-can", "b-can", "c-kor"])
    tour.skate("cup/women-500", ["d-kor", "e-can"])
    tour.skate("cup/men-1000", ["c-kor", "a-can"])
    tour.skate("cup/men-5000r", ["t-ned", "t-can"])
    assert tour.points("men") == {"a-can": 100, "c-kor": 100, "b-can": 80}
    can, kor = tour.table("teams")
    assert (can.competitor, can.noc, can.points) == ("CAN", "CAN", 100 + 80 + 80 + 80)
    assert (kor.competitor, kor.points) == ("KOR", 70 + 100 + 100)
    assert (can.wins, can.seconds, kor.wins, kor.thirds) == (1, 3, 2, 1)
    assert next((s.distance, s.rank, s.points) for s in can.results) == ("cup/men-500", 1, 180)
    tour.bring("teams", "x-kor", 100)
    assert tour.points("teams") == {"KOR": 370, "CAN": 340}


def test_there_is_no_team_table_unless_the_ruleset_has_one() -> None:
    """The globe for teams came in 2024/25."""
    one = Season(RULES)
    one.skate("cup/men-500", ["a-can", "b-kor"])
    assert one.table("teams") == ()


def test_best_of_each_distance_count_in_its_table() -> None:
    """Best 3 of 4 in the trophy of a distance, while the overall table has its own number."""
    tour = Season("world-tour-2025-26")
    for stop, order in enumerate(["ab", "ab", "ba", "cab"]):
        tour.skate(f"stop{stop}/men-500", [f"{one}-can" for one in order])
    assert tour.points("men-500") == {"a-can": 280, "b-can": 260, "c-can": 100}
    assert tour.points("men") == {"a-can": 360, "b-can": 330, "c-can": 100}
    dropped = {row.competitor: [s.counts for s in row.results] for row in tour.table("men-500")}
    assert dropped["a-can"] == [True, True, True, False]
    assert dropped["b-can"] == [True, True, True, False]
    assert dropped["c-can"] == [True]


def test_only_finalists_score_where_the_ruleset_says_so() -> None:
    """At World Championships with an overall title, Final B gives nothing."""
    worlds = Season("worlds-overall")
    worlds.skate("worlds/men-500", ["a-can", "b-kor"], ["c-ned", "d-ita"])
    worlds.skate("worlds/men-3000", ["b-kor", "c-ned", "a-can"])
    assert worlds.points("men") == {"b-kor": 55, "a-can": 47, "c-ned": 21, "d-ita": 0}


def test_equal_points_are_separated_as_the_ruleset_says() -> None:
    """By the better place most recently; without a rule, equals share the rank."""
    for tie_break, ranks in (((), [1, 1]), (("wins",), [1, 1]), (("latest",), [1, 2])):
        rules = with_overall(rulesets.load("worlds-overall"), tie_break=tie_break)
        worlds = Season(rules)
        worlds.skate("worlds/men-500", ["a-can", "b-kor"])
        worlds.skate("worlds/men-3000", ["b-kor", "a-can"])
        assert [row.rank for row in worlds.table("men")] == ranks
    assert worlds.table("men")[0].competitor == "b-kor"


def test_whoever_missed_the_latest_distance_is_behind_in_a_tie() -> None:
    """The most recent distance counts, also for who did not skate it."""
    rules = replace(
        with_overall(RULES, tie_break=("latest",)),
        points=replace(RULES.points, by_rank=(5, 5), double_distance_bonus=()),
    )
    one = Season(rules)
    one.skate("cup/men-500", ["a-can"])
    one.skate("cup/men-1000", ["c-ned", "b-kor"])
    assert [row.competitor for row in one.table("men")] == ["c-ned", "b-kor", "a-can"]
    assert [row.rank for row in one.table("men")] == [1, 2, 3]


@pytest.mark.parametrize("ruleset", rulesets.names())
def test_whatever_counts_in_one_table_may_share_one(ruleset: str) -> None:
    """Of two distances, all that is asked is the genders and whether they are relays."""
    rules = rulesets.load(ruleset)
    (one, _), *_ = season([ANN, BEA, CIA, DEE])
    kinds: list[tuple[Gender, bool]] = [
        (gender, relay) for gender in ("men", "women", "mixed") for relay in (False, True)
    ]
    for kind, other in product(kinds, kinds):
        first, second = (
            replace(one, gender=gender, relay=relay, code=f"{gender} {relay}")
            for gender, relay in (kind, other)
        )
        shared = {*tables_of(rules, first)} & {*tables_of(rules, second)}
        assert may_share_a_table(rules, kind, other) is bool(shared), (kind, other)
