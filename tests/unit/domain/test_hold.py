"""A hold of the public board: who sees what, and what ends it."""

import pytest

from tests.support.race_day import RACE, RaceDay, competition, scheduled, skated
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.public_facts import secrets

ANN, BEA = "ann-one", "bea-two"
HOLD, RELEASE = c.HoldPublicBoard(race=RACE), c.ReleasePublicBoard(race=RACE)


def running() -> RaceDay:
    """Return a race in which one competitor has skated a lap row."""
    day = scheduled(competition()).given(c.StartRace(race=RACE))
    return day.given(c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=7_000))


def over() -> RaceDay:
    """Return a race that has been skated to its end."""
    return skated(scheduled(competition()), (ANN, BEA))


def hidden(day: RaceDay, *, held: bool = True) -> set[str]:
    """Return the types of the facts that are hidden now."""
    stream = [(v, event) for s, v, event in day.log if s == f"race-{RACE}"]
    versions = secrets(stream, held=held).hidden
    return {type(event).__name__ for version, event in stream if version in versions}


def test_the_public_sees_the_race_as_it_was_held() -> None:
    """Given a hold, when the race goes on, then it does so for the officials alone."""
    day = running()
    before = day.race(RACE)
    day.given(HOLD, c.RecordCrossing(race=RACE, competitor=BEA, elapsed_ms=7_100))
    race = day.race(RACE)
    assert race.shown is before
    assert race.field[BEA].rows == 1
    assert race.held is not None
    assert race.held.version == before.version + 1
    assert day.given(RELEASE).race(RACE).shown.field[BEA].rows == 1


def test_an_event_names_the_instant_and_the_hold() -> None:
    """Given a hold, when it is released, then the event says which, and both say when."""
    day = running()
    (held,) = day.when(HOLD)
    assert held == e.PublicBoardHeld(race=RACE, at_ms=day.now_ms)
    version = day.race(RACE).version
    (released,) = day.when(RELEASE)
    assert released == e.PublicBoardReleased(race=RACE, hold=version, at_ms=day.now_ms)


def test_a_second_hold_is_refused() -> None:
    """Given a hold, when another official asks for it as well, then nothing changes."""
    day = running().given(HOLD)
    with pytest.raises(r.BoardHeld, match="held already"):
        day.when(HOLD)


def test_what_is_not_held_is_not_released() -> None:
    """Given no hold, when one is released, then the refusal says so."""
    with pytest.raises(r.BoardNotHeld, match="is not held"):
        running().when(RELEASE)


def test_a_late_release_does_not_end_a_later_hold() -> None:
    """Given a second hold, when the release of the first comes late, then it is refused."""
    day = running().given(HOLD)
    first = day.race(RACE).version
    day.given(RELEASE, HOLD)
    with pytest.raises(r.BoardNotHeld, match=f"version {first} is over"):
        day.when(c.ReleasePublicBoard(race=RACE, hold=first))
    second = day.race(RACE).version
    assert day.given(c.ReleasePublicBoard(race=RACE, hold=second)).race(RACE).held is None


def test_an_official_result_is_not_held() -> None:
    """Given an official result, when it shall be held, then the refusal names the correction."""
    day = over().given(c.DeclareResultOfficial(race=RACE))
    with pytest.raises(r.AlreadyOfficial, match="corrected, not held"):
        day.when(HOLD)


@pytest.mark.parametrize(
    "act",
    [
        c.PublishResult(race=RACE),
        c.DeclareResultOfficial(race=RACE),
        c.CancelRace(race=RACE, reason="Power cut"),
    ],
)
def test_who_vouches_for_the_whole_sheet_ends_the_hold(act: c.RaceCommand) -> None:
    """Given a hold, when the sheet is published, then it is seen in the same step."""
    day = (scheduled(competition()) if isinstance(act, c.CancelRace) else over()).given(HOLD)
    (event,) = day.when(act)
    race = day.race(RACE)
    assert race.held is None
    assert race.shown is race
    assert not hidden(day)
    assert type(event).__name__ != "PublicBoardReleased"


def test_what_nobody_can_see_is_not_announced() -> None:
    """Given a hold, when a decision is to be announced, then it waits for the release."""
    day = over().given(
        c.CallPenalty(race=RACE, competitor=ANN, reason="Contact", embargo=True), HOLD
    )
    with pytest.raises(r.BoardHeld, match="release it, then announce"):
        day.when(c.AnnounceDecisions(race=RACE))
    day.given(RELEASE, c.AnnounceDecisions(race=RACE))
    assert day.race(RACE).decisions[0].announced


def test_a_mistake_that_is_put_right_under_a_hold_was_never_seen() -> None:
    """Given a hold, when an earlier crossing is retracted, then the public still sees it."""
    day = running()
    crossing = day.race(RACE).version
    day.given(HOLD, c.RetractFact(race=RACE, target=crossing, reason="Keyed by mistake"))
    race = day.race(RACE)
    assert race.field[ANN].rows == 0
    assert race.shown.field[ANN].rows == 1
    assert day.given(RELEASE).race(RACE).shown.field[ANN].rows == 0


def test_a_hold_is_released_and_not_taken_back() -> None:
    """Given a hold, when it shall be retracted, then the refusal says what to do."""
    day = running().given(HOLD)
    with pytest.raises(r.NotAmendable, match="not retracted"):
        day.when(c.RetractFact(race=RACE, target=day.race(RACE).version, reason="Slip"))


def test_a_hold_outlasts_a_restart() -> None:
    """Given a hold, when the race is ordered again, then the public sees the first attempt."""
    day = running().given(
        HOLD,
        c.StopRace(race=RACE, reason="Fall"),
        c.OrderRestart(race=RACE, reason="Fall"),
        c.StartRace(race=RACE),
    )
    race = day.race(RACE)
    assert (race.attempt, race.shown.attempt) == (2, 1)


def test_facts_under_a_hold_are_hidden_while_it_lasts() -> None:
    """Given a hold, when facts are recorded, then the release announces them, in their places."""
    day = running().given(
        HOLD,
        c.RecordCrossing(race=RACE, competitor=BEA, elapsed_ms=7_100),
        c.FlagToReferee(race=RACE, competitor=BEA, words="arm"),
        c.CallPenalty(race=RACE, competitor=ANN, reason="Contact", embargo=True),
        c.CallPenalty(race=RACE, competitor=BEA, reason="Cutting", embargo=False),
    )
    assert hidden(day) == {"CrossingRecorded", "FlaggedToReferee", "PenaltyCalled"}
    assert hidden(day, held=False) == {"FlaggedToReferee", "PenaltyCalled"}
    first = day.versions(RACE, e.CrossingRecorded)[-1]
    day.given(RELEASE)
    stream = [(v, event) for s, v, event in day.log if s == f"race-{RACE}"]
    found = secrets(stream)
    embargoed, public = day.versions(RACE, e.PenaltyCalled)
    flag = day.versions(RACE, e.FlaggedToReferee)[0]
    assert found.announced == {stream[-1][0]: (first, public)}
    assert found.hidden == {embargoed, flag}


def test_a_decision_is_announced_once_however_it_was_held() -> None:
    """Given a decision called under a hold, when it is announced, then only there it comes out."""
    day = over().given(
        HOLD, c.CallPenalty(race=RACE, competitor=ANN, reason="Contact", embargo=True), RELEASE
    )
    version = day.versions(RACE, e.PenaltyCalled)[0]
    day.given(c.AnnounceDecisions(race=RACE))
    stream = [(v, event) for s, v, event in day.log if s == f"race-{RACE}"]
    told = [each for all_ in secrets(stream).announced.values() for each in all_]
    assert told.count(version) == 1
    assert secrets(stream).announced[stream[-1][0]] == (version,)


def test_a_declaration_under_a_hold_announces_all_at_once() -> None:
    """Given a hold, when the result is declared with its decisions, then all is told there."""
    day = over().given(
        c.CallPenalty(race=RACE, competitor=ANN, reason="Contact", embargo=True),
        HOLD,
        c.CallPenalty(race=RACE, competitor=BEA, reason="Cutting", embargo=False),
        c.DeclareResultOfficial(race=RACE, announce=True),
    )
    stream = [(v, event) for s, v, event in day.log if s == f"race-{RACE}"]
    assert secrets(stream).announced[stream[-1][0]] == tuple(day.versions(RACE, e.PenaltyCalled))
    assert not secrets(stream).hidden
