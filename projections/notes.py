"""Decisions with who took them, and since when the public may read of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain import events as e
from tracker.domain.race import Race

Decided: TypeAlias = e.PenaltyCalled | e.AdvancementGranted

NOTED = (
    e.RaceCancelled,
    e.StartPositionsChanged,
    e.FalseStartCalled,
    e.RaceStopped,
    e.RestartOrdered,
    e.WithdrawalRecorded,
    e.DeclaredFinished,
    e.ReviewOpened,
    e.ReviewClosed,
    e.PenaltyCalled,
    e.AdvancementGranted,
    e.DecisionWithdrawn,
    e.DecisionsAnnounced,
    e.ResultPublished,
    e.ResultDeclaredOfficial,
    e.ResultCorrected,
    e.SheetSigned,
    e.ProtestLodged,
    e.ProtestDecided,
    e.FactRetracted,
    e.FactAmended,
    e.LapsMiscounted,
    e.BestTimeConfirmed,
    e.PublicBoardHeld,
    e.PublicBoardReleased,
)
"""Facts that are decisions: the journal keeps who took them."""


class Note(Struct, frozen=True):
    """A decision with who took it and when."""

    position: int
    version: int
    event: e.RaceEvent
    official: str
    device: str
    occurred_at: datetime
    recorded_at: datetime
    replaced: e.RaceEvent | None
    """The earlier fact that it retracts, amends or withdraws, as that stood before."""
    public_at: int | None
    """The position at which the public may read it; None while it is under embargo."""
    people: tuple[str, ...] = ()
    """The names of those it concerns."""
    held: bool = False
    """Whether the public may not read it only because the race's board is held."""


def target_of(event: e.RaceEvent) -> int | None:
    """Return the version of the earlier fact that a decision speaks about."""
    match event:
        case e.DecisionWithdrawn():
            return event.decision
        case e.FactRetracted() | e.FactAmended():
            return event.target
        case _:
            return None


def published(notes: Sequence[Note], race: Race, position: int) -> tuple[Note, ...]:
    """Return the notes, with those that became public at this position marked so.

    What is said about a decision that the public does not know is as secret as the decision. One
    that was amended before its announcement is announced as amended, and `replaced` is what the
    public knew before.
    """
    facts = dict(race.facts)
    public_at: dict[int, int] = {}
    known: dict[int, e.RaceEvent] = {}
    found: list[Note] = []
    for note in notes:
        shown = note
        target = target_of(note.event)
        if note.public_at is None and _is_public(note, race, public_at.get(target or 0)):
            event = facts.get(note.version, note.event)
            shown = replace(
                note,
                event=event,
                people=_people(event, race),
                replaced=note.replaced if target is None else known.get(target, note.replaced),
                public_at=position,
            )
        found.append(shown)
        if shown.public_at is not None:
            public_at[shown.version] = shown.public_at
            known[shown.version] = shown.event
            if isinstance(shown.event, e.FactAmended):
                known[shown.event.target] = shown.event.replacement
    return tuple(found)


def held_back(notes: Sequence[Note], position: int, *, lasts: bool) -> tuple[Note, ...]:
    """Return the notes of a race whose board was held before this position.

    What became public here waits while the hold lasts; at its end, all that waited is public.
    """
    if lasts:
        return tuple(
            replace(note, held=True) if note.public_at == position else note for note in notes
        )
    return tuple(
        replace(note, held=False, public_at=position) if note.held else note for note in notes
    )


def _is_public(note: Note, race: Race, target_public_at: int | None) -> bool:
    """Say whether the public may read of a decision now; once it may, it may for ever."""
    event = note.event
    match event:
        case e.PenaltyCalled() | e.AdvancementGranted():
            decision = race.decision(note.version)
            return decision is not None and decision.announced
        case e.DecisionWithdrawn():
            decision = race.decision(event.decision)
            return target_public_at is not None and decision is not None and not decision.announced
        case e.FactRetracted() if isinstance(note.replaced, Decided):
            return target_public_at is not None
        case e.FactAmended() if isinstance(note.replaced, Decided):
            decision = race.decision(event.target)
            return (
                target_public_at is not None
                and target_public_at < note.position
                and decision is not None
                and decision.announced
                and dict(race.facts).get(event.target) == event.replacement
            )
        case _:
            return True


def _people(event: e.RaceEvent, race: Race) -> tuple[str, ...]:
    """Return the names of those whom a decision names."""
    match event:
        case e.ReviewOpened():
            concerned = event.competitors
        case (
            e.PenaltyCalled()
            | e.AdvancementGranted()
            | e.WithdrawalRecorded()
            | e.DeclaredFinished()
            | e.BestTimeConfirmed()
        ):
            concerned = (event.competitor,)
        case e.FalseStartCalled(competitor=str() as competitor):
            concerned = (competitor,)
        case _:
            concerned = ()
    return tuple(race.field[c].starter.name if c in race.field else c for c in concerned)
