"""From race results to the classification of a distance, medals and points."""

import pytest
from msgspec.structs import replace

from tests.support.race_day import SKATERS, RaceDay, add_distance, competition, scheduled, skated
from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain.classification import Classified, classify, is_final
from tracker.domain.race import Race
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import FinishTime, Round, StarterRequest

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


def round_of(day: RaceDay, name: str, round_: Round, order: list[str], **times: int) -> Race:
    """Skate a race in one order and make it official."""
    race = f"cup/{name}"
    day.given(
        c.ScheduleRace(race=race, round=round_, round_name=round_),
        c.PublishStartList(
            race=race, starters=tuple(StarterRequest(s, i) for i, s in enumerate(order, 1))
        ),
    )
    skated(day, order, race, **times)
    day.when(c.DeclareResultOfficial(race=race))
    return day.race(race)


def test_best_time_of_the_distance_orders_equal_places_where_the_ruleset_says_so() -> None:
    """Sochi 2014: thirds of the quarterfinals stand by the best they skated in any round."""
    day = competition(ruleset="isu-2014")
    races = [
        round_of(day, "women-500/heat-1", "HEAT", [DEE, EVA], winner_ms=40_000, gap_ms=3000),
        round_of(day, "women-500/qf-1", "QF", [ANN, DEE], winner_ms=41_000, gap_ms=900),
        round_of(day, "women-500/qf-2", "QF", [BEA, EVA], winner_ms=41_000, gap_ms=100),
    ]
    by_best = [row.competitor for row in classify(races, rulesets.load("isu-2014"))]
    by_last = [row.competitor for row in classify(races, MODERN)]
    assert (by_best, by_last) == ([ANN, BEA, DEE, EVA], [ANN, BEA, EVA, DEE])


def test_places_in_earlier_rounds_go_before_the_best_time() -> None:
    """With equal places in the quarterfinals, who won a heat stands before who was faster there."""
    day = competition(ruleset="isu-2014")
    races = [
        round_of(day, "women-500/heat-1", "HEAT", [ANN, EVA], winner_ms=40_000),
        round_of(day, "women-500/heat-2", "HEAT", [DEE, BEA], winner_ms=43_000),
        round_of(day, "women-500/qf-1", "QF", [CIA, EVA], winner_ms=41_000),
        round_of(day, "women-500/qf-2", "QF", [BEA, DEE], winner_ms=41_000, gap_ms=2000),
    ]
    rows = [row.competitor for row in classify(races, rulesets.load("isu-2014"))]
    assert rows.index(DEE) < rows.index(EVA)
    rows = [row.competitor for row in classify(races, MODERN)]
    assert rows.index(EVA) < rows.index(DEE)


def test_a_dead_heat_is_not_parted_by_an_earlier_time() -> None:
    """Two golds stay two golds, whoever was faster in the heats."""
    day = competition(ruleset="isu-2014")
    heat = round_of(day, "women-500/heat-1", "HEAT", [BEA, ANN, CIA], gap_ms=1000)
    scheduled(day, FINAL_A, starters=3)
    day.given(
        c.StartRace(race=FINAL_A),
        c.RecordFinishOrder(race=FINAL_A, groups=((ANN, BEA), (CIA,))),
        c.EndRace(race=FINAL_A),
        c.DeclareResultOfficial(race=FINAL_A),
    )
    rows = classify([heat, day.race(FINAL_A)], rulesets.load("isu-2014"))
    assert short(rows) == [
        (1, ANN, "gold", 10000),
        (1, BEA, "gold", 10000),
        (3, CIA, "bronze", 6400),
    ]


def test_rounds_stand_in_the_order_of_the_distance() -> None:
    """In 1500 m a repechage semifinal ranks above a quarterfinal; in 1000 m it does not."""
    tour = rulesets.load("world-tour-2025-26")
    for metres, expected in ((1500, [ANN, BEA]), (1000, [BEA, ANN])):
        day = add_distance(competition(ruleset="world-tour-2025-26"), "women-x", metres)
        races = [
            round_of(day, "women-x/rep-sf-1", "REP_SF", [ANN]),
            round_of(day, "women-x/qf-1", "QF", [BEA]),
        ]
        assert [row.competitor for row in classify(races, tour)] == expected


def test_yellow_card_keeps_its_round_where_it_is_printed_so() -> None:
    """The World Tour prints a yellow card with a rank, after the penalties of its race."""
    day = finals()
    day.when(c.CallPenalty(race=FINAL_A, competitor=ANN, reason="Dangerous", sanction="YC"))
    day.when(c.CallPenalty(race=FINAL_A, competitor=BEA, reason="Impeding"))
    rows = classify(both(official(day)), replace(MODERN, yellow_card="as_penalty"))
    assert [(x.rank, x.competitor, x.points) for x in rows[:4]] == [
        (1, CIA, 100),
        (2, BEA, 80),
        (3, ANN, 0),
        (4, EVA, 60),
    ]


def test_only_competitors_of_scoring_rounds_score() -> None:
    """World Championships with an overall title gave points for Final A alone."""
    rows = classify(both(official(finals())), rulesets.load("worlds-overall"))
    assert [x.points for x in rows] == [34, 21, 13, 0, 0]


def test_a_relays_medal_is_everybodys_who_raced_in_a_round() -> None:
    """Who raced in the semifinal and not in the final is in the team that won."""
    day = competition()
    teams = {"can": SKATERS[0], "kor": SKATERS[1]}
    substitute = ("ann-other", "Ann Other", "CAN")
    day.when(
        c.EnterSkater(
            competition="cup",
            skater=substitute[0],
            name=substitute[1],
            noc=substitute[2],
            gender="women",
        )
    )
    own = {"can": (teams["can"][0], substitute[0]), "kor": (teams["kor"][0],)}
    for team, (_, name, noc, _) in teams.items():
        day.when(
            c.EnterTeam(
                competition="cup",
                team=team,
                name=name,
                noc=noc,
                gender="women",
                skaters=own[team],
            )
        )
    day.when(
        c.AddDistance(
            distance="cup/women-3000-relay",
            name="Women relay",
            gender="women",
            metres=3000,
            relay=True,
        )
    )
    races: dict[str, tuple[Round, str]] = {
        "semi": ("SF", own["can"][1]),
        "final": ("FINAL_A", own["can"][0]),
    }
    for name, (round_, who) in races.items():
        race = f"cup/women-3000-relay/{name}"
        day.given(
            c.ScheduleRace(race=race, round=round_, round_name=name),
            c.PublishStartList(
                race=race,
                starters=(
                    StarterRequest("can", 1, (who,)),
                    StarterRequest("kor", 2, own["kor"]),
                ),
            ),
            c.StartRace(race=race),
            c.RecordFinishOrder(race=race, groups=(("can",), ("kor",))),
            c.EndRace(race=race),
            c.DeclareResultOfficial(race=race),
        )
    rows = classify([day.race(f"cup/women-3000-relay/{name}") for name in races], MODERN)
    winner = rows[0]
    assert (winner.competitor, winner.medal) == ("can", "gold")
    assert [member.skater for member in winner.line_up] == [SKATERS[0][0], "ann-other"]
