"""Which facts of a race the public may see: all but decisions under embargo."""

from collections.abc import Iterable

from tracker.domain.events import (
    AdvancementGranted,
    DecisionsAnnounced,
    DecisionWithdrawn,
    Event,
    FactAmended,
    FactRetracted,
    PenaltyCalled,
    ResultCorrected,
)


def may_be_hidden(event: Event) -> bool:
    """Say whether an event could be under embargo, so that its whole stream must be looked at."""
    return _embargoed(event) or _target(event) is not None


def hidden(stream: Iterable[tuple[int, Event]]) -> frozenset[int]:
    """Return the versions of a race's facts that are still under embargo at the end of `stream`.

    What is said about a hidden decision is as secret as the decision: its amendment by another,
    its retraction, the withdrawal of it.
    """
    secret: set[int] = set()
    about: dict[int, int] = {}
    for version, event in stream:
        if isinstance(event, ResultCorrected):  # announces whatever was waiting
            secret.clear()
            continue
        if isinstance(event, DecisionsAnnounced):
            named = {*event.decisions}
            secret -= {each for each in secret if each in named or about.get(each) in named}
            continue
        target = _target(event)
        if _embargoed(event) or target in secret:
            secret.add(version)
            if target is not None:
                about[version] = target
    return frozenset(secret)


def _embargoed(event: Event) -> bool:
    """Say whether an event is a decision that was not meant for the public yet."""
    match event:
        case PenaltyCalled() | AdvancementGranted() | DecisionWithdrawn():
            return event.embargo
        case FactAmended(replacement=PenaltyCalled() | AdvancementGranted() as replacement):
            return replacement.embargo
        case _:
            return False


def _target(event: Event) -> int | None:
    """Return the version of the earlier fact that an event speaks about."""
    match event:
        case DecisionWithdrawn():
            return event.decision
        case FactAmended() | FactRetracted():
            return event.target
        case _:
            return None
