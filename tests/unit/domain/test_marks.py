"""Marks as the officials' table of a round gives them, and when nothing can take them away."""

import pytest

from tests.support.race_day import SKATERS, RaceDay
from tests.unit.domain.test_progression import MORE, ONE, TWO, rounds
from tracker.domain import commands as c
from tracker.domain.distance import Distance
from tracker.domain.marks import Mark, marks
from tracker.domain.progression import notation, parse, words
from tracker.domain.refusals import BadProgression, Refusal, Unknown
from tracker.domain.values import Target

ANN, BEA, CIA, DEE, EVA = (skater[0] for skater in SKATERS)
DISTANCE = "cup/women-500"
FINALS = (Target("FINAL_A", 2, 1), Target("FINAL_B", rest=True))


def semifinals(*targets: Target) -> RaceDay:
    """Return two semifinals that were skated, of a distance with a table for them."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]))
    return day.given(
        c.AddRound(distance=DISTANCE, round="SF", name="Semifinals"),
        c.SetProgression(distance=DISTANCE, round="SF", targets=targets),
    )


def found(day: RaceDay) -> dict[str, Mark]:
    """Return the marks of the semifinals."""
    state = day.state(f"distance-{DISTANCE}")
    assert isinstance(state, Distance)
    return marks([day.race(ONE), day.race(TWO)], state.progressions.get("SF"))


def certain(day: RaceDay) -> dict[str, str]:
    """Return the marks that nothing can take away any more."""
    return {who: mark.text for who, mark in found(day).items() if mark.certain}


def test_no_mark_before_a_result_is_published() -> None:
    """Whoever crossed the line second is not through before anybody says so."""
    assert found(semifinals(*FINALS)) == {}


def test_a_place_is_certain_with_its_race_and_a_time_with_its_round() -> None:
    """QA stands when the race is official; qA only when the other semifinal is as well."""
    day = semifinals(*FINALS)
    day.when(c.PublishResult(race=ONE))
    assert {who: mark.text for who, mark in found(day).items()} == {
        ANN: "QA",
        BEA: "QA",
        CIA: "qA",
        DEE: "",
    }
    assert certain(day) == {}
    day.when(c.DeclareResultOfficial(race=ONE))
    assert certain(day) == {ANN: "QA", BEA: "QA"}
    day.when(c.DeclareResultOfficial(race=TWO))
    assert certain(day) == {
        ANN: "QA",
        BEA: "QA",
        CIA: "qA",
        DEE: "",
        MORE[0]: "QA",
        MORE[1]: "QA",
        MORE[2]: "",
        MORE[3]: "",
    }


def test_a_faster_race_takes_a_place_by_time_away() -> None:
    """What was shown as provisional may turn out otherwise; what was certain stays."""
    day = semifinals(*FINALS)
    day.when(c.DeclareResultOfficial(race=TWO))
    before = found(day)
    assert before[MORE[2]] == Mark("qA", "FINAL_A", "time", certain=False)
    kept = certain(day)
    day.when(c.DeclareResultOfficial(race=ONE))
    assert found(day)[MORE[2]] == Mark("", "FINAL_B", "rest", certain=True)
    assert kept.items() <= certain(day).items()


def test_the_rest_goes_to_the_repechage_without_the_penalised() -> None:
    """Whoever did not go on has a second chance, but not with a penalty, nor absent."""
    day = semifinals(Target("QF", 1), Target("REP_HEAT", rest=True))
    day.given(
        c.CallPenalty(race=ONE, competitor=BEA, reason="Impeding"),
        c.DeclareResultOfficial(race=ONE),
    )
    assert {who: mark.to for who, mark in found(day).items()} == {
        ANN: "QF",
        CIA: "REP_HEAT",
        DEE: "REP_HEAT",
    }


def test_an_advancement_is_certain_with_its_race() -> None:
    """ADA is the referee's word; it takes the place by time unless the table says otherwise."""
    day = semifinals(*FINALS)
    day.given(
        c.GrantAdvancement(race=ONE, competitor=DEE, reason="Impeded"),
        c.DeclareResultOfficial(race=ONE),
    )
    assert certain(day) == {ANN: "QA", BEA: "QA", DEE: "ADA"}
    assert found(day)[CIA].text == ""
    day.when(
        c.SetProgression(distance=DISTANCE, round="SF", targets=FINALS, takes_time_place=False)
    )
    assert found(day)[CIA].text == "qA"


def test_without_a_table_only_the_referee_advances() -> None:
    """A mark by place or time would be a guess."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]))
    day.given(
        c.GrantAdvancement(race=ONE, competitor=DEE, reason="Impeded"),
        c.GrantAdvancement(race=ONE, competitor=CIA, reason="Impeded", final="FINAL_B"),
        c.DeclareResultOfficial(race=ONE),
    )
    assert found(day) == {
        CIA: Mark("ADB", "FINAL_B", "referee", certain=True),
        DEE: Mark("ADV", None, "referee", certain=True),
    }


@pytest.mark.parametrize(
    "targets",
    [
        (Target("SF", 2),),
        (Target("QF", 2), Target("QF", 0, 1)),
        (Target("FINAL_A"),),
        (Target("REP_HEAT", rest=True), Target("QF", 1)),
    ],
)
def test_a_table_that_cannot_be_followed_is_refused(targets: tuple[Target, ...]) -> None:
    """To itself, twice to one round, nobody at all, or nobody left."""
    with pytest.raises(BadProgression):
        semifinals(*targets)


def test_a_table_is_for_a_round_of_the_programme() -> None:
    """Without the round, or without the distance, there is nothing to go on from."""
    day = rounds([ANN, BEA, CIA, DEE], list(MORE[:4]))
    for distance in (DISTANCE, "cup/women-1000"):
        with pytest.raises(Unknown) as refused:
            day.when(c.SetProgression(distance=distance, round="HEAT", targets=FINALS))
        assert isinstance(refused.value, Refusal)


def test_notation_is_read_as_programmes_print_it() -> None:
    """`2+4`, `2`, `1+3*`; anything else is named."""
    assert parse("2+4", "QF") == Target("QF", 2, 4)
    assert parse(" 2 ", "QF") == Target("QF", 2)
    assert parse("1+3*", "SF") == Target("SF", 1, 3)
    for wrong in ("", "2+", "+2", "two", "2+2+2"):
        with pytest.raises(ValueError, match="2\\+1"):
            parse(wrong, "QF")
    table = (Target("QF", 2, 2), Target("REP_HEAT", rest=True))
    assert words(table) == "2+2 to QF, rest to REP_HEAT"
    assert parse(notation(table[0]), "QF") == table[0]
