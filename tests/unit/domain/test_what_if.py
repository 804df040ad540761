"""What would have been: equal to a log in which it was so, and nothing where nothing changes."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support import random_days
from tests.support.race_day import RACE, SKATERS, RaceDay, competition, scheduled, skated
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.refusals import Refusal
from tracker.domain.result import sheet
from tracker.domain.what_if import BadWhatIf, Changes, Facts, Move, named, supposed

ANN, BEA, CIA, DEE = (skater[0] for skater in SKATERS[:4])
PENALTY = c.CallPenalty(race=RACE, competitor=ANN, reason="Impeding")


@pytest.fixture
def day() -> RaceDay:
    """Return a final skated in the order Ann, Bea, Cia, Dee; Ann penalised; official."""
    day = skated(scheduled(competition()), [ANN, BEA, CIA, DEE])
    return day.given(PENALTY, c.DeclareResultOfficial(race=RACE))


def facts(day: RaceDay, race: str = RACE) -> Facts:
    """Return a race's events as the log has them."""
    return [
        (version, event)  # type: ignore[misc]  # a race's stream holds facts of a race
        for stream, version, event in day.log
        if stream == f"race-{race}"
    ]


def order(day: RaceDay, changes: Changes) -> list[str]:
    """Return who would have stood where on the official sheet."""
    race = supposed(facts(day), changes, day.context(PENALTY))
    assert race.official is not None
    return [row.competitor for row in race.official.rows]


def test_without_the_penalty_the_podium_is_another(day: RaceDay) -> None:
    """The word names the only penalty; what was declared official is declared on other facts."""
    version = named(facts(day), "penalty")
    assert order(day, Changes()) == [BEA, CIA, DEE, ANN]
    assert order(day, Changes(drop=(version,))) == [ANN, BEA, CIA, DEE]


def test_an_added_decision_is_decided_before_the_result(day: RaceDay) -> None:
    """Had Bea been penalised as well, Cia would have won, in the same declaration."""
    added = c.CallPenalty(race=RACE, competitor=BEA, reason="Impeding")
    assert order(day, Changes(add=(added,))) == [CIA, DEE, ANN, BEA]


def test_a_correction_is_decided_after_the_result(day: RaceDay) -> None:
    """With a correction among them, commands come last, and the sheet has another revision."""
    added = c.CallPenalty(race=RACE, competitor=BEA, reason="Impeding")
    changes = Changes(add=(added, c.CorrectResult(race=RACE, reason="Video review")))
    race = supposed(facts(day), changes, day.context(PENALTY))
    assert race.official is not None
    assert [row.competitor for row in race.official.rows] == [CIA, DEE, ANN, BEA]
    assert race.official.revision == 2


def test_a_changed_fact_and_a_moved_one(day: RaceDay) -> None:
    """Another competitor penalised; the result declared before the penalty was called."""
    version = named(facts(day), "penalty")
    assert order(day, Changes(change={version: {"competitor": DEE}})) == [ANN, BEA, CIA, DEE]
    declared = day.versions(RACE, e.ResultDeclaredOfficial)[0]
    assert order(day, Changes(move=(Move(declared, version),))) == [ANN, BEA, CIA, DEE]


@pytest.mark.parametrize(
    "changes",
    [
        Changes(drop=(99,)),
        Changes(drop=(1,)),
        Changes(drop=(2,)),
        Changes(change={30: {"nobody": 1}}),
        Changes(change={5: {"competitor": 7}}),
        Changes(change={5: {"race": "cup/women-500/final-b"}}),
        Changes(move=(Move(5, 1),)),
        Changes(move=(Move(5, 99),)),
        Changes(drop=tuple(range(3, 24))),
    ],
)
def test_what_cannot_be_supposed(day: RaceDay, changes: Changes) -> None:
    """No such event, no race without it, no such field, not of that kind, too much at once."""
    with pytest.raises(BadWhatIf):
        supposed(facts(day), changes, day.context(PENALTY))


def test_a_command_that_would_be_refused_is_refused(day: RaceDay) -> None:
    """Nobody can suppose a penalty for somebody who did not start."""
    added = c.CallPenalty(race=RACE, competitor="zoe-a", reason="Impeding")
    with pytest.raises(Refusal):
        supposed(facts(day), Changes(add=(added,)), day.context(PENALTY))


def test_a_word_names_one_event(day: RaceDay) -> None:
    """None, or several, and the answer says how to name it."""
    for word, said in (("fall", "0 events"), ("crossing", "position"), ("luck", "penalty")):
        with pytest.raises(BadWhatIf, match=said):
            named(facts(day), word)


random_log = st.lists(random_days.requests, max_size=60)


@given(random_log)
@settings(max_examples=80, deadline=None)
def test_what_if_of_nothing_changes_nothing(requests: list[c.Command]) -> None:
    """On any day, a race folded on its own facts is the race."""
    day = random_days.morning()
    for request in requests:
        random_days.attempt(day, request)
    for race in random_days.RACES:
        assert supposed(facts(day, race), Changes(), day.context(PENALTY)) == day.race(race)


@given(random_log, st.data())
@settings(max_examples=150, deadline=None)
def test_dropping_a_decision_equals_a_log_without_it(
    requests: list[c.Command], data: st.DataObject
) -> None:
    """The same requests without the penalty or advancement come to the same sheet."""
    plain, whole = random_days.morning(), random_days.morning()
    race = random_days.RACES[0]
    at = data.draw(st.integers(0, len(requests)))
    kind: Any = data.draw(st.sampled_from((c.CallPenalty, c.GrantAdvancement)))
    decision = kind(race=race, competitor=data.draw(random_days.competitors), reason="Impeding")
    dropped: list[int] = []
    for i, request in enumerate([*requests[:at], decision, *requests[at:]]):
        # Requests that name a decision by its version would name another one.
        assume(not isinstance(request, _BY_VERSION))
        answered = random_days.attempt(whole, request)
        if i == at:
            assume(answered)
            dropped = [whole.race(race).version]
        else:
            # Decided alone it may be refused, as when only the correction had something to say.
            assume(bool(random_days.attempt(plain, request)) == bool(answered))
    found = supposed(facts(whole, race), Changes(drop=tuple(dropped)), whole.context(PENALTY))
    for public in (True, False):
        assert _named(sheet(found, public=public)) == _named(sheet(plain.race(race), public=public))


_BY_VERSION = (
    c.WithdrawDecision,
    c.AnnounceDecisions,
    c.RetractFact,
    c.AmendFact,
    c.AssignCrossing,
)


def _named(rows: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Return what a sheet says, without the versions of events."""
    return [
        (
            row.competitor,
            row.rank,
            row.status,
            row.time_ms,
            row.penalty.reason if row.penalty else None,
            row.advancement.reason if row.advancement else None,
        )
        for row in rows
    ]


@given(random_log, st.data())
@settings(max_examples=150, deadline=None)
def test_any_event_but_the_foundations_can_be_left_out(
    requests: list[c.Command], data: st.DataObject
) -> None:
    """Whatever is dropped, the rest still folds: nothing crashes on what is not there."""
    day = random_days.morning()
    for request in requests:
        random_days.attempt(day, request)
    own = facts(day)
    loose = [v for v, event in own if not isinstance(event, e.RaceScheduled | e.StartListPublished)]
    if loose:
        dropped = data.draw(st.lists(st.sampled_from(loose), max_size=5, unique=True))
        race = supposed(own, Changes(drop=tuple(dropped)), day.context(PENALTY))
        assert sheet(race) is not None
