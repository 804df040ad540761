"""The public events of a race alone lead to its official result, whatever happened in it."""

import pytest
from hypothesis import given, settings

from tests.support.race_day import RACE, RaceDay, competition, scheduled, skated
from tests.support.recorded import recorded
from tests.unit.projections.worlds import book_of, days
from tracker.domain import commands as c
from tracker.domain.public_facts import secrets
from tracker.log.codec import decode
from tracker.log.commitment import CHECKPOINTED
from tracker.proof.derivation import NotDerivable, derive, document, streams_of


@given(day=days())
@settings(max_examples=120, deadline=None)
def test_public_events_lead_to_every_official_result(day: RaceDay) -> None:
    """What is under embargo, or was taken back under it, adds nothing to a declared result."""
    events = recorded(day.log)
    for declared in events:
        if declared.type not in CHECKPOINTED:
            continue
        race_id = declared.stream.removeprefix("race-")
        until = events[: declared.position]
        own = [each for each in until if each.stream == declared.stream]
        hidden = secrets((each.version, decode(each)) for each in own).hidden
        wanted = streams_of(race_id)
        public = [
            each
            for each in until
            if each.stream in wanted
            and not (each.stream == declared.stream and each.version in hidden)
        ]
        book = book_of(until)
        ruleset = book.ruleset_of(race_id.split("/")[0])
        assert ruleset is not None
        assert derive(race_id, public).result == document(book.races[race_id], ruleset)


def day_skated() -> RaceDay:
    """Return a day with a race that is skated and not official."""
    return skated(scheduled(competition()), ("ann-one", "bea-two", "cia-three", "dee-four"))


def test_without_a_declaration_nothing_is_derived() -> None:
    """A result that nobody has declared is none."""
    with pytest.raises(NotDerivable, match="no official result"):
        derive(RACE, recorded(day_skated().log))


@pytest.mark.parametrize("type_", ["RulesetAdopted", "DistanceAdded"])
def test_without_its_rules_nothing_is_derived(type_: str) -> None:
    """A result needs the ruleset and the distance that it was skated under."""
    day = day_skated().given(c.PublishResult(race=RACE), c.DeclareResultOfficial(race=RACE))
    events = [each for each in recorded(day.log) if each.type != type_]
    with pytest.raises(NotDerivable, match="missing"):
        derive(RACE, events)
