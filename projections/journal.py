"""Who decided what, when, and what it replaced."""

from operator import lt
from typing import TYPE_CHECKING, Any, ClassVar, TypeGuard

import msgspec
from msgspec import Struct

from projections.book import Book, Scope
from projections.kept import KEPT
from projections.notes import NOTED, Note, target_of
from projections.projection import Document, Row, all_but, ids
from projections.touches import Touch, races_between
from tracker.domain import events as e
from tracker.domain.best_times import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHOWN = (*NOTED, e.RaceScheduled)
"""Facts after which a journal may be another."""
_KINDS_SHOWN = frozenset(_SHOWN)


class _Known(Struct, frozen=True):
    """A journal as it was rendered last, with the notes that it shows."""

    touch: Touch | None
    notes: dict[str, tuple[Note, ...]]
    """By race; of races without a note there is nothing. The next one goes on with this table."""
    document: Document


def _is_shown(event: e.Event) -> TypeGuard[e.RaceEvent]:
    return type(event) in _KINDS_SHOWN


class JournalProjection:
    """One document for each competition, and one for each race.

    A decision under embargo is not in it before the position at which it became public.
    """

    name: ClassVar[str] = "journal"
    version: ClassVar[int] = 3
    ignored: ClassVar[tuple[type[e.Event], ...]] = all_but(e.CompetitionCreated, *_SHOWN)
    reads_notes: ClassVar[bool] = True
    of_a_competition: ClassVar[bool] = True

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def scopes(self, event: e.Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the race of a decision and its competition; a new race or competition likewise."""
        del book
        if isinstance(event, e.CompetitionCreated):
            return (event.competition,)
        if not _is_shown(event):
            return ()
        above = ids("competition", touched)
        return (*above, event.race)

    def render(self, book: Book, scope: str) -> Document | None:
        """Return the public journal of a race or a competition in the order of the log."""
        header = _header(book, scope)
        if header is None:
            return None
        known = self._known.pop(scope, None)
        touch, races = None, None
        if "race" in header:
            names: Iterable[str] = (scope,)
        else:
            touch = book.touch("competition", scope)
            races = None if known is None else races_between(known.touch, touch)
            names = book.programme_of(scope) if races is None else races
        if known is None or known.document.header != header:
            known = _Known(touch, {}, Document(header))
        else:
            header = known.document.header
        notes = {race: own for race in names if (own := book.notes.get(race)) is not None}
        if races is None:
            gone = {race: () for race in known.notes if race not in notes}
        else:
            gone = {race: () for race in races if race in known.notes and race not in notes}
        known = self._known[scope] = _changed(known, touch, {**notes, **gone})
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return known.document


def _header(book: Book, scope: str) -> Row | None:
    race = book.races.get(scope)
    if race is not None:
        if race.scheduled is None:
            return None
        return {
            "race": scope,
            "competition": race.scheduled.competition,
            "name": race.scheduled.name,
            "round": race.scheduled.round_name,
        }
    competition = book.competitions.get(scope)
    if competition is None or competition.created is None:
        return None
    return {"competition": scope, "name": competition.created.name}


def _changed(known: _Known, touch: Touch | None, notes: dict[str, tuple[Note, ...]]) -> _Known:
    """Return a journal with the notes of some races as they are now: the same rows for the same."""
    others = {race: own for race, own in notes.items() if known.notes.get(race, ()) is not own}
    if not others:
        return _Known(touch, known.notes, known.document)
    public = {
        note.position: (race, note)
        for race, own in others.items()
        for note in own
        if note.public_at is not None and not note.held
    }
    before = {
        note.position: note
        for race in others
        for note in known.notes.get(race, ())
        if note.public_at and not note.held
    }
    gone = before.keys() - public.keys()
    fresh = {str(key): each for key, each in public.items() if before.get(key) is not each[1]}
    document = known.document
    if gone or fresh:
        rows, order = document.entries, document.order
        added = [key for key in fresh if key not in rows]
        changed = [key for key in fresh if key in rows]
        rows = {**rows, **{key: _entry(*each) for key, each in fresh.items()}}
        if gone or not _goes_on(order, added):
            places = sorted(key for key in map(int, rows) if key not in gone)
            rows = {key: rows[key] for key in map(str, places)}
            document = Document(document.header, rows, tuple(rows))
        else:
            document = document.patched(document.header, rows, (*order, *added), changed)
    known.notes.update(others)
    return _Known(touch, known.notes, document)


def _goes_on(order: "Sequence[str]", added: "Sequence[str]") -> bool:
    """Say whether further positions come after those that are there, each after the last."""
    places = [int(key) for key in (*order[-1:], *added)]
    return all(map(lt, places, places[1:]))


def _entry(race: str, note: Note) -> Row:
    event = note.event
    data = msgspec.to_builtins(event)
    return {
        "position": note.position,
        "race": race,
        "version": note.version,
        "type": type(event).__name__,
        "text": sentence(note),
        "people": list(note.people),
        "reason": data.get("reason") or data.get("outcome") or data.get("subject"),
        "official": note.official,
        "device": note.device,
        "occurred_at": msgspec.to_builtins(note.occurred_at),
        "recorded_at": msgspec.to_builtins(note.recorded_at),
        "public_at": note.public_at,
        "replaced": _replaced(note),
        "source": event.source,
        "data": data,
    }


def _replaced(note: Note) -> dict[str, Any] | None:
    if note.replaced is None:
        return None
    return {
        "version": target_of(note.event),
        "type": type(note.replaced).__name__,
        "data": msgspec.to_builtins(note.replaced),
    }


def sentence(note: Note) -> str:
    """Return a decision as a person would say it."""
    event = note.event
    who = ", ".join(note.people)
    match event:
        case e.PenaltyCalled():
            code = f" ({event.infringement})" if event.infringement else ""
            return f"{event.sanction}{code}: {who}"
        case e.AdvancementGranted():
            return f"Advanced by the referee: {who}"
        case e.FalseStartCalled():
            return f"False start: {who}" if who else "False start"
        case e.LapsMiscounted():
            return f"Laps miscounted: {event.lap_rows} lap rows skated"
        case e.BestTimeConfirmed():
            return f"{event.kind.capitalize()} best time confirmed: {who} {clock(event.time_ms)}"
        case e.WithdrawalRecorded():
            return f"Withdrawn: {who}"
        case e.DeclaredFinished():
            return f"Declared finished: {who}"
        case e.ReviewOpened():
            return f"Review opened: {who}" if who else "Review opened"
        case e.RestartOrdered():
            return "Re-skate ordered" if event.re_skate else "Restart ordered"
        case e.ProtestLodged():
            return f"Protest of {event.noc}" + (" (late)" if event.late else "")
        case e.ProtestDecided():
            return f"Protest {'upheld' if event.upheld else 'dismissed'}"
        case e.FactRetracted() | e.FactAmended() | e.DecisionWithdrawn():
            return f"{_ABOUT_A_FACT[type(event).__name__]}: {_fact(note.replaced)}"
        case _:
            return _PLAIN[type(event).__name__]


_ABOUT_A_FACT = {
    "FactRetracted": "Retracted",
    "FactAmended": "Amended",
    "DecisionWithdrawn": "Decision withdrawn",
}
_PLAIN = {
    "RaceCancelled": "Race cancelled",
    "StartPositionsChanged": "Start positions changed",
    "RaceStopped": "Race stopped",
    "ReviewClosed": "Review closed",
    "DecisionsAnnounced": "Decisions announced",
    "ResultPublished": "Result unofficial",
    "ResultDeclaredOfficial": "Result official",
    "ResultCorrected": "Result corrected",
    "SheetSigned": "Sheet signed",
    "PublicBoardHeld": "Public board held",
    "PublicBoardReleased": "Public board released",
}


def _fact(event: e.RaceEvent | None) -> str:
    """Return a fact's name in words: `FallRecorded` is a fall recorded."""
    if event is None:
        return "a fact that is no longer in force"
    name = type(event).__name__
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
