"""Who goes on from a round, and by what right."""

from tests.support.race_day import SKATERS, RaceDay, competition, skated
from tracker.domain import commands as c
from tracker.domain.progression import Goer, going_on, notation
from tracker.domain.values import FinishTime, Round, StarterRequest, Target

ANN, BEA, CIA, DEE, EVA = (skater[0] for skater in SKATERS)
MORE = tuple(f"zoe-{n}" for n in "abcdefgh")
ONE, TWO = "cup/women-500/semi-1", "cup/women-500/semi-2"
TO_QF: Round = "QF"


def rounds(first: list[str], second: list[str], *, slower_ms: int = 300) -> RaceDay:
    """Return two races of a round, skated in these orders, the second one slower."""
    day = competition()
    for name in MORE:
        day.when(
            c.EnterSkater(competition="cup", skater=name, name=name, noc="GER", gender="women")
        )
    for race, order, winner in ((ONE, first, 42_000), (TWO, second, 42_000 + slower_ms)):
        day.given(
            c.ScheduleRace(race=race, round="SF", round_name="Semifinals"),
            c.PublishStartList(
                race=race, starters=tuple(StarterRequest(s, i) for i, s in enumerate(order, 1))
            ),
        )
        skated(day, order, race, winner_ms=winner)
    return day


def marks(day: RaceDay, *targets: Target, takes_time_place: bool = True) -> dict[str, str]:
    """Return marks by competitor."""
    goers = going_on([day.race(ONE), day.race(TWO)], targets, takes_time_place=takes_time_place)
    return {goer.competitor: goer.mark for goer in goers}


def test_first_two_of_every_race_and_the_fastest_third() -> None:
    """2+1: the third of the faster race goes on, not a faster fourth."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]), slower_ms=5)
    day.when(c.RecordFinishTimes(race=ONE, times=(FinishTime(DEE, 42_201),)))
    found = marks(day, Target("QF", 2, 1))
    assert found == {ANN: "Q", BEA: "Q", MORE[0]: "Q", MORE[1]: "Q", CIA: "q"}
    assert notation(Target("QF", 2, 1)) == "2+1"
    assert notation(Target("QF", 2)) == "2"


def test_semifinals_lead_to_two_finals() -> None:
    """QA by place, qA by time, then QB up to the number of starters of Final B."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]))
    found = marks(day, Target("FINAL_A", 1, 1), Target("FINAL_B", 0, 4))
    assert found == {
        ANN: "QA",
        MORE[0]: "QA",
        BEA: "qA",
        MORE[1]: "QB",
        CIA: "QB",
        MORE[2]: "QB",
        DEE: "QB",
    }


def test_penalised_skater_does_not_go_on_and_others_move_up() -> None:
    """Whoever stands behind a penalised skater takes the place."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]))
    day.when(c.CallPenalty(race=ONE, competitor=ANN, reason="Impeding"))
    assert marks(day, Target("QF", 2)) == {BEA: "Q", CIA: "Q", MORE[0]: "Q", MORE[1]: "Q"}


def test_advancement_adds_a_skater_and_never_displaces_a_place() -> None:
    """The impeded skater goes on beside those by place, and takes the place by time."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]))
    before = marks(day, Target("QF", 2, 1))
    day.when(c.GrantAdvancement(race=TWO, competitor=MORE[3], reason="Impeded"))
    after = marks(day, Target("QF", 2, 1))
    by_place = {name for name, mark in before.items() if mark == "Q"}
    assert by_place == {name for name, mark in after.items() if mark == "Q"}
    assert after[MORE[3]] == "ADV"
    assert CIA not in after
    kept = marks(day, Target("QF", 2, 1), takes_time_place=False)
    assert kept[CIA] == "q"
    assert marks(day, Target("FINAL_A", 2), Target("FINAL_B", 0, 4))[MORE[3]] == "ADA"


def test_advancement_to_a_final_by_name() -> None:
    """The referee may advance to Final B as well."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]))
    day.when(c.GrantAdvancement(race=ONE, competitor=DEE, reason="Impeded", final="FINAL_B"))
    assert marks(day, Target("FINAL_A", 2), Target("FINAL_B", 0, 1))[DEE] == "ADB"


def test_tie_for_the_last_place_by_time_advances_both() -> None:
    """Equal to the thousandth, equal in place: nobody is left out."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]))
    day.when(c.RecordFinishTimes(race=TWO, times=(FinishTime(MORE[2], 42_200),)))
    found = marks(day, Target("QF", 2, 1))
    assert [found[CIA], found[MORE[2]]] == ["q", "q"]


def test_order_of_the_races_does_not_matter() -> None:
    """The same skaters go on, whichever race of the round is given first."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]))
    races = [day.race(ONE), day.race(TWO)]

    def key(goer: Goer) -> str:
        return goer.competitor

    targets = [Target("FINAL_A", 1, 1), Target("FINAL_B", 0, 3)]
    there = sorted(going_on(races, targets), key=key)
    assert there == sorted(going_on(races[::-1], targets), key=key)
