"""World, championship and track best times: proposed, confirmed, void, refused."""

import pytest

from tests.support.best_times import (
    ANN,
    BEA,
    DEE,
    confirm,
    ended,
    official,
    race_id,
    read,
    stated,
)
from tests.support.race_day import RaceDay, competition
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.best_times import Confirmable, confirmable
from tracker.domain.competition import Competition

ONE, TWO = (race_id(n) for n in (1, 2))


@pytest.fixture
def day() -> RaceDay:
    """Return a competition with five skaters and a 500 m."""
    return competition()


def found(day: RaceDay, *races: str) -> Confirmable:
    """Return what stands and waits after races that became official in this order."""
    cup = day.state("competition-cup")
    assert isinstance(cup, Competition)
    return confirmable([day.race(race) for race in races], cup.best_times)


def test_a_time_under_what_stands_is_proposed_and_holds_when_confirmed(day: RaceDay) -> None:
    """Only the race's fastest; one that was confirmed is what the next must beat."""
    day.given(stated("track", 42_050), stated("world", 41_000))
    official(day, ONE)
    (proposal,) = found(day, ONE).proposals
    assert (proposal.kind, proposal.best.holder, proposal.best.time_ms) == ("track", ANN, 42_000)
    assert proposal.beats.time_ms == 42_050
    (event,) = day.when(confirm(ONE, ANN, 42_000))
    assert isinstance(event, e.BestTimeConfirmed)
    after = found(day, ONE)
    assert after.proposals == ()
    assert [(x.kind, x.best.time_ms, x.best.race) for x in after.standing] == [
        ("track", 42_000, ONE),
        ("world", 41_000, None),
    ]
    official(day, TWO, winner_ms=42_020)
    assert found(day, ONE, TWO).proposals == ()


def test_a_time_equal_to_what_stands_is_proposed_as_equalled(day: RaceDay) -> None:
    """Who was first keeps standing first."""
    day.when(stated("track", 42_000))
    official(day, ONE)
    (proposal,) = found(day, ONE).proposals
    assert proposal.best.time_ms == proposal.beats.time_ms
    day.when(confirm(ONE, ANN, 42_000))
    (standing,) = found(day, ONE).standing
    assert standing.best.name == "Old Champion"
    assert [x.holder for x in standing.equalled_by] == [ANN]


def test_a_dead_heat_is_proposed_for_both(day: RaceDay) -> None:
    """Two who share the fastest time share the best time."""
    day.when(stated("track", 42_500))
    ended(day, ONE)
    day.given(read(ONE, {ANN: 42_000, BEA: 42_000}), c.DeclareResultOfficial(race=ONE))
    assert {x.best.holder for x in found(day, ONE).proposals} == {ANN, BEA}
    day.given(confirm(ONE, ANN, 42_000), confirm(ONE, BEA, 42_000))
    (standing,) = found(day, ONE).standing
    assert (standing.best.holder, [x.holder for x in standing.equalled_by]) == (ANN, [BEA])


def test_what_stood_when_the_result_became_official_counts(day: RaceDay) -> None:
    """Each of two heats was the fastest so far, in whichever order they are confirmed."""
    day.when(stated("track", 43_000))
    official(official(day, ONE, winner_ms=42_500), TWO, winner_ms=42_000)
    assert [x.best.race for x in found(day, ONE, TWO).proposals] == [ONE, TWO]
    day.given(confirm(TWO, ANN, 42_000), confirm(ONE, ANN, 42_500))
    (standing,) = found(day, ONE, TWO).standing
    assert (standing.best.time_ms, standing.before.time_ms if standing.before else 0) == (
        42_000,
        42_500,
    )
    assert found(day, ONE, TWO).void == ()


def test_a_slower_time_waits_behind_one_that_waits(day: RaceDay) -> None:
    """It is proposed only when the faster one before it is taken away."""
    day.when(stated("track", 43_000))
    official(official(day, ONE, winner_ms=42_000), TWO, winner_ms=42_500)
    assert [x.best.race for x in found(day, ONE, TWO).proposals] == [ONE]
    day.when(c.RecordMiscount(race=ONE, lap_rows=4, reason="The bell rang early"))
    assert [x.best.race for x in found(day, ONE, TWO).proposals] == [TWO]


def test_a_confirmation_that_an_earlier_race_overtakes_is_void(day: RaceDay) -> None:
    """The race itself cannot know of another; what is derived does."""
    day.when(stated("track", 43_000))
    official(official(day, ONE, winner_ms=42_000), TWO, winner_ms=42_500)
    day.given(confirm(ONE, ANN, 42_000), confirm(TWO, ANN, 42_500))
    after = found(day, ONE, TWO)
    assert [(x.race, x.why) for x in after.void] == [(TWO, "Ann One had skated 42.000")]
    assert [x.best.race for x in after.standing] == [ONE]


@pytest.mark.parametrize("penalised", [True, False], ids=["penalty", "corrected time"])
def test_a_correction_makes_a_confirmation_void_without_deleting_it(
    day: RaceDay, penalised: bool
) -> None:
    """The fact stays; what stood before stands again, and comes back with the time."""
    day.when(stated("track", 42_050))
    official(day, ONE)
    day.when(confirm(ONE, ANN, 42_000))
    cause = (
        c.CallPenalty(race=ONE, competitor=ANN, reason="Contact")
        if penalised
        else read(ONE, {ANN: 42_060, BEA: 42_100})
    )
    day.given(cause, c.CorrectResult(race=ONE, reason="Video"))
    after = found(day, ONE)
    assert [(x.competitor, x.time_ms) for x in after.void] == [(ANN, 42_000)]
    assert [x.best.time_ms for x in after.standing] == [42_050]
    assert len(day.race(ONE).confirmed) == 1
    if penalised:
        [decision] = day.versions(ONE, e.PenaltyCalled)
        day.given(
            c.WithdrawDecision(race=ONE, decision=decision, reason="Other skater"),
            c.CorrectResult(race=ONE, reason="Other skater"),
        )
        assert [x.best.time_ms for x in found(day, ONE).standing] == [42_000]


def test_a_confirmation_is_void_when_another_was_faster_after_all(day: RaceDay) -> None:
    """A penalty that is withdrawn gives the winner the race, and the best time, back."""
    ended(day, ONE).given(
        stated("track", 42_500),
        c.CallPenalty(race=ONE, competitor=ANN, reason="Contact"),
        c.DeclareResultOfficial(race=ONE),
        confirm(ONE, BEA, 42_100),
    )
    assert [x.best.holder for x in found(day, ONE).standing] == [BEA]
    [decision] = day.versions(ONE, e.PenaltyCalled)
    day.given(
        c.WithdrawDecision(race=ONE, decision=decision, reason="Other skater"),
        c.CorrectResult(race=ONE, reason="Other skater"),
    )
    after = found(day, ONE)
    assert [x.why for x in after.void] == ["Ann One was faster in the same race"]
    assert [x.best.holder for x in after.proposals] == [ANN]


def test_a_confirmation_is_taken_back_by_retraction(day: RaceDay) -> None:
    """It waits again, and may be confirmed again."""
    day.when(stated("track", 42_050))
    official(day, ONE).when(confirm(ONE, ANN, 42_000))
    [version] = day.versions(ONE, e.BestTimeConfirmed)
    day.when(c.RetractFact(race=ONE, target=version, reason="The photo is read again"))
    assert len(found(day, ONE).proposals) == 1
    day.when(confirm(ONE, ANN, 42_000))
    assert found(day, ONE).proposals == ()


def test_a_first_track_best_time_may_be_confirmed(day: RaceDay) -> None:
    """A new rink has none: nothing is proposed, but an official may say so."""
    official(day, ONE)
    assert found(day, ONE).proposals == ()
    day.given(confirm(ONE, ANN, 42_000), confirm(ONE, ANN, 42_000, "championship"))
    assert {(x.kind, x.before) for x in found(day, ONE).standing} == {
        ("track", None),
        ("championship", None),
    }


@pytest.mark.parametrize(
    ("command", "refusal", "says"),
    [
        (confirm(ONE, "nobody", 42_000), r.NotOnStartList, "not in the result"),
        (confirm(ONE, ANN, 41_999), r.NotTheOfficialTime, "is 42.000, not 41.999"),
        (confirm(ONE, DEE, 42_300), r.NotTheOfficialTime, "no official time .* .PEN."),
        (confirm(ONE, BEA, 42_100), r.NothingBeaten, "Ann One was faster in the same race"),
        (confirm(ONE, ANN, 42_000, "world"), r.NothingBeaten, "no world best time .* was stated"),
        (confirm(ONE, ANN, 42_000), r.NothingBeaten, "41.500 by Old Champion"),
        (confirm(ONE, ANN, 42_000, "championship"), r.AlreadyConfirmed, "confirmed .* already"),
    ],
)
def test_what_is_no_best_time_cannot_be_confirmed(
    day: RaceDay, command: c.ConfirmBestTime, refusal: type[Exception], says: str
) -> None:
    """The sentence says what stands against it."""
    day.given(stated("track", 41_500), stated("championship", 42_050))
    ended(day, ONE).given(
        c.CallPenalty(race=ONE, competitor=DEE, reason="Contact"),
        c.DeclareResultOfficial(race=ONE),
        confirm(ONE, ANN, 42_000, "championship"),
    )
    with pytest.raises(refusal, match=says):
        day.when(command)


def test_nothing_is_confirmed_before_the_result_is_official(day: RaceDay) -> None:
    """The time may still change."""
    ended(day, ONE)
    with pytest.raises(r.NotOfficial, match="confirmed afterwards"):
        day.when(confirm(ONE, ANN, 42_000))
