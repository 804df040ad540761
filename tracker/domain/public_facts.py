"""Which facts of a race the public may see.

All but embargoed decisions, referees' flags, and what was recorded under a hold that lasts.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from tracker.domain.events import (
    AdvancementGranted,
    DecisionsAnnounced,
    DecisionWithdrawn,
    Event,
    FactAmended,
    FactRetracted,
    FlaggedToReferee,
    PenaltyCalled,
    PublicBoardHeld,
    PublicBoardReleased,
    RaceCancelled,
    ResultCorrected,
    ResultDeclaredOfficial,
    ResultPublished,
)

DECISIVE = frozenset(
    each.__name__
    for each in (
        PenaltyCalled,
        AdvancementGranted,
        DecisionWithdrawn,
        DecisionsAnnounced,
        FactAmended,
        FactRetracted,
        FlaggedToReferee,
        ResultCorrected,
        ResultDeclaredOfficial,
    )
)
"""Events that may be hidden, or end it: where one stands, its whole stream must be looked at."""


ENDS_A_HOLD = (
    PublicBoardReleased,
    RaceCancelled,
    ResultPublished,
    ResultDeclaredOfficial,
    ResultCorrected,
)
"""Events after which the public board of their race is not held."""


class Secrets(Struct, frozen=True):
    """What is hidden at the end of a stream, and what became public at which version of it."""

    hidden: frozenset[int]
    announced: dict[int, tuple[int, ...]]


def secrets(stream: Iterable[tuple[int, Event]], *, held: bool = True) -> Secrets:
    """Return which of a race's facts are hidden at the end of its stream.

    Without `held`, it is asked for somebody who may see what a hold of the public board hides.
    """
    facts = list(stream)
    found = _under_embargo(facts)
    if held and any(isinstance(event, PublicBoardHeld) for _, event in facts):
        return _under_holds(facts, found)
    return found


def _under_holds(facts: Sequence[tuple[int, Event]], found: Secrets) -> Secrets:
    """Hide as well what was recorded under a hold that lasts; the end of one announces it."""
    announced = dict(found.announced)
    under: list[int] | None = None
    for version, event in facts:
        if under is None:
            under = [] if isinstance(event, PublicBoardHeld) else None
        elif not isinstance(event, ENDS_A_HOLD):
            under.append(version)
        else:
            told = {*under, *announced.get(version, ())}
            told.update(*(announced.pop(each, ()) for each in under))
            later = {each for at, all_ in announced.items() if at > version for each in all_}
            announced[version] = tuple(sorted(told - later - found.hidden))
            under = None
    return Secrets(hidden=found.hidden | frozenset(under or ()), announced=announced)


def _under_embargo(stream: Sequence[tuple[int, Event]]) -> Secrets:
    """Return which of a race's facts are under embargo at the end of its stream.

    What is said about a hidden decision is as secret as the decision: its amendment by another,
    its retraction, the withdrawal of it.
    """
    hidden: set[int] = set()
    announced: dict[int, tuple[int, ...]] = {}
    about: dict[int, int] = {}
    withdrawn: set[int] = set()
    private: set[int] = set()
    for version, event in stream:
        if isinstance(event, FlaggedToReferee) or _target(event) in private:
            # What is meant for the referee alone is never announced.
            private.add(version)
            continue
        if isinstance(event, ResultCorrected | DecisionsAnnounced | ResultDeclaredOfficial):
            shown = set(hidden)
            if not isinstance(event, ResultCorrected):
                named = {*_announces(event)}
                shown = {each for each in hidden if each in named or about.get(each) in named}
            else:
                # A decision that was taken back under embargo was never meant for the public.
                taken_back = {about[each] for each in withdrawn if each in hidden}
                shown = {
                    each
                    for each in hidden
                    if each not in taken_back and about.get(each) not in taken_back
                }
            if shown or not isinstance(event, ResultDeclaredOfficial):
                announced[version] = tuple(sorted(shown))
            hidden -= shown
            continue
        target = _target(event)
        if _embargoed(event) or target in hidden:
            hidden.add(version)
            if target is not None:
                about[version] = target
                if target in hidden and not isinstance(event, FactAmended):
                    withdrawn.add(version)
    return Secrets(hidden=frozenset(hidden | private), announced=announced)


def _announces(event: DecisionsAnnounced | ResultDeclaredOfficial) -> tuple[int, ...]:
    return event.decisions if isinstance(event, DecisionsAnnounced) else event.announced


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
