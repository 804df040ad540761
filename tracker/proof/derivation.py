"""From the events of a bundle to its result: the same fold as everywhere, and nothing else."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from projections import race_result
from tracker.domain import decider
from tracker.domain import events as e
from tracker.domain.race import Race
from tracker.domain.ruleset import Ruleset
from tracker.errors import TrackerError
from tracker.log.codec import decode
from tracker.log.recorded_event import RecordedEvent

RULES = (e.CompetitionCreated, e.RulesetAdopted)
"""What is taken from the competition's stream."""


class NotDerivable(TrackerError):
    """Events that do not lead to an official result."""

    code = "not-derivable"


class Derived(Struct, frozen=True):
    """The rules that a race was skated under, and its result."""

    ruleset: Ruleset
    result: dict[str, Any]


def streams_of(race: str) -> tuple[str, str, str]:
    """Return the streams that a result rests on: of the competition, the distance, the race."""
    competition, distance, _ = race.split("/")
    return f"competition-{competition}", f"distance-{competition}/{distance}", f"race-{race}"


def derive(race_id: str, events: Iterable[RecordedEvent]) -> Derived:
    """Fold a race's events and return its public result, with the rules' words for penalties.

    Raises NotDerivable when something is missing that a result needs.
    """
    race = Race()
    ruleset: Ruleset | None = None
    distance: e.DistanceAdded | None = None
    for recorded in events:
        event = decode(recorded)
        match event:
            case e.RulesetAdopted():
                ruleset = event.ruleset
            case e.DistanceAdded():
                distance = event
            case _ if recorded.stream == f"race-{race_id}":
                race = decider.evolve(race, recorded.version, event)  # type: ignore[assignment]  # a race stays one
    if ruleset is None or distance is None:
        raise NotDerivable("the ruleset or the distance is missing")
    if race.scheduled is None or race.official is None:
        raise NotDerivable(f"{race_id} has no official result")
    form = (distance.metres, distance.relay, distance.lap_rows, distance.distance)
    skated = race.scheduled
    if form != (skated.metres, skated.relay, skated.lap_rows, skated.distance):
        raise NotDerivable(f"{race_id} is not a race of {distance.distance} as it was added")
    return Derived(ruleset, document(race, ruleset))


def document(race: Race, ruleset: Ruleset) -> dict[str, Any]:
    """Return a race's public result as JSON, with the rules' words for penalties."""
    texts = {each.code: each.text for each in ruleset.infringements}
    found = race_result.render(race).api()
    for row in found["rows"]:
        if row["penalty"] is not None:
            row["penalty"]["rule"] = texts.get(row["penalty"]["code"])
    encoded = msgspec.json.encode({**found, "ruleset": ruleset.id})
    as_sent: dict[str, Any] = msgspec.json.decode(encoded)
    return as_sent
