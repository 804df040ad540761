"""What moved between two moments of a race, as the official results they would have been."""

from collections.abc import Sequence

from projections.differences import Difference
from projections.read_models import ReadModels
from projections.what_if import Asked, WhatIf
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.public_facts import secrets
from tracker.domain.what_if import BadWhatIf
from tracker.errors import Refusal
from tracker.log.codec import decode
from tracker.log.recorded_event import RecordedEvent


async def between_results(
    models: ReadModels, race: str, before: int, after: int
) -> list[Difference] | None:
    """Return what a race's result, declared official at two moments, would have changed.

    Before a result is official it gives no medal and no point: what a decision moved is told only
    by supposing the result of the earlier moment official as well. The facts that the public did
    not know then are left out, all else is as of the later moment. None where the race was not over
    at the earlier moment, or too much was recorded in between.
    """
    events = await models.events(f"race-{race}", as_of=after)
    known = _public([each for each in events if each.position <= before])
    public = [each for each in events if each.version in _public(events)]
    new = [each for each in public if each.version not in known]
    earlier = [each for each in public if each.version in known]
    if not new:
        return []
    try:
        return await WhatIf(models).ask(
            [Asked(race, add=_declared(race, public))],
            None,
            as_of=after,
            against=[
                Asked(
                    race,
                    drop=tuple(each.position for each in new),
                    add=_declared(race, earlier),
                )
            ],
        )
    except (BadWhatIf, Refusal):
        return None


def _public(events: Sequence[RecordedEvent]) -> set[int]:
    """Return the versions of a race's events that the public knows at the end of them."""
    hidden = secrets((each.version, decode(each)) for each in events).hidden
    return {each.version for each in events} - hidden


def _declared(race: str, events: list[RecordedEvent]) -> tuple[c.RaceCommand, ...]:
    """Return what would make a result official that is not."""
    official = e.ResultDeclaredOfficial.__name__
    if any(each.type == official for each in events):
        return ()
    return (c.DeclareResultOfficial(race=race),)
