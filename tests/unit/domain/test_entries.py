"""Series, competitions, entries and start lists: what is checked before anybody skates."""

import pytest

from tests.support.race_day import RACE, SKATERS, RaceDay, competition
from tracker.domain import commands as c
from tracker.domain import noc
from tracker.domain import refusals as r
from tracker.domain.competition import Competition
from tracker.domain.values import StarterRequest

ANN, BEA, *_ = (skater[0] for skater in SKATERS)


@pytest.fixture
def day() -> RaceDay:
    """Return a competition with entries and one distance."""
    return competition()


def enter(skater: str, *, noc_code: str = "CAN", number: int | None = None) -> c.EnterSkater:
    """Return an entry of a woman."""
    return c.EnterSkater(
        competition="cup",
        skater=skater,
        name=skater.title(),
        noc=noc_code,
        gender="women",
        helmet_number=number,
    )


def test_unknown_noc_suggests_the_nearest(day: RaceDay) -> None:
    """An article's NAZ is a misprint for KAZ."""
    with pytest.raises(r.UnknownNoc, match="did you mean KAZ"):
        day.when(enter("adil", noc_code="NAZ"))
    assert noc.check("KAZ") == "KAZ"
    assert noc.nearest("QQQ") is None


def test_helmet_number_is_worn_by_one_of_a_gender(day: RaceDay) -> None:
    """Both genders have a No. 1; identity is the skater's id."""
    with pytest.raises(r.HelmetNumberTaken, match="Ann One"):
        day.when(enter("zoe", number=1))
    man = c.EnterSkater(
        competition="cup", skater="max", name="Max", noc="GER", gender="men", helmet_number=1
    )
    day.given(man, enter("zoe", number=77))
    day.when(c.AssignHelmetNumber(competition="cup", skater=ANN, helmet_number=78))
    day.when(c.AssignHelmetNumber(competition="cup", skater="zoe", helmet_number=1))
    state = day.state("competition-cup")
    assert isinstance(state, Competition)
    assert state.skaters["zoe"].helmet_number == 1


def test_withdrawn_entry_cannot_be_put_on_a_start_list(day: RaceDay) -> None:
    """Who has left the competition must be entered again first."""
    day.given(
        c.ScheduleRace(race=RACE, round="FINAL_A", round_name="Final A"),
        c.WithdrawEntry(competition="cup", competitor=ANN, reason="Ill"),
    )
    with pytest.raises(r.NotEntered):
        day.when(c.PublishStartList(race=RACE, starters=(StarterRequest(ANN, 1),)))
    day.given(enter(ANN), c.PublishStartList(race=RACE, starters=(StarterRequest(ANN, 1),)))


@pytest.mark.parametrize(
    "starters",
    [
        (),
        (StarterRequest(ANN, 1), StarterRequest(ANN, 2)),
        (StarterRequest(ANN, 1), StarterRequest(BEA, 1)),
    ],
)
def test_start_list_that_cannot_be_skated_is_refused(
    day: RaceDay, starters: tuple[StarterRequest, ...]
) -> None:
    """Nobody, somebody twice, or two in one place."""
    day.when(c.ScheduleRace(race=RACE, round="FINAL_A", round_name="Final A"))
    with pytest.raises(r.BadStartList):
        day.when(c.PublishStartList(race=RACE, starters=starters))


def test_distance_must_be_in_the_ruleset(day: RaceDay) -> None:
    """The refusal lists what the ruleset has."""
    with pytest.raises(r.DistanceNotInRuleset, match="1500 m"):
        day.when(c.AddDistance(distance="cup/women-777", name="777 m", gender="women", metres=777))


def test_things_are_set_up_in_their_order() -> None:
    """A distance needs a competition with a ruleset, a race needs its distance."""
    empty = RaceDay()
    with pytest.raises(r.Unknown):
        empty.when(enter(ANN))
    with pytest.raises(r.Unknown):
        empty.when(c.AddDistance(distance="cup/a", name="A", gender="men", metres=500))
    with pytest.raises(r.Unknown):
        empty.when(c.ScheduleRace(race=RACE, round="FINAL_A", round_name="Final A"))
    with pytest.raises(r.Unknown):
        empty.when(c.StartRace(race=RACE))
    with pytest.raises(r.AlreadyExists):
        competition().when(
            c.CreateSeries(series="season", name="x", season="x", ruleset="isu-2023-24")
        )


def test_relay_teams_line_up_their_own_skaters(day: RaceDay) -> None:
    """A team's skaters are entered, of its nation, and flagged when not in the line-up."""
    relay = "cup/women-3000-relay/final-a"
    with pytest.raises(r.NotEntered):
        day.when(
            c.EnterTeam(
                competition="cup",
                team="can",
                name="Canada",
                noc="CAN",
                gender="women",
                skaters=(ANN, BEA),
            )
        )
    day.given(
        c.EnterTeam(
            competition="cup",
            team="can",
            name="Canada",
            noc="CAN",
            gender="women",
            skaters=(ANN,),
        ),
        c.AddDistance(
            distance="cup/women-3000-relay",
            name="Women 3000 m relay",
            gender="women",
            metres=3000,
            relay=True,
        ),
        c.ScheduleRace(race=relay, round="FINAL_A", round_name="Final A"),
        c.PublishStartList(race=relay, starters=(StarterRequest("can", 1, (ANN,)),)),
        c.StartRace(race=relay),
    )
    (event,) = day.when(c.RecordExchange(race=relay, competitor="can", skater=BEA))
    assert getattr(event, "flags", None) == ("not-in-line-up",)
    day.when(c.ScheduleRace(race=RACE, round="FINAL_A", round_name="Final A"))
    with pytest.raises(r.BadStartList, match="for skaters"):
        day.when(c.PublishStartList(race=RACE, starters=(StarterRequest("can", 1),)))
