"""Who decided what, when, and what it replaced."""

from itertools import compress
from operator import is_not
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from projections.book import Book, Scope
from projections.kept import KEPT, Kept
from projections.notes import NOTED, Note
from projections.projection import Document, Row
from tracker.domain import events as e
from tracker.domain.best_times import clock


class JournalProjection:
    """One document for each competition, and one for each race.

    A decision under embargo is not in it before the position at which it became public.
    """

    name: ClassVar[str] = "journal"
    version: ClassVar[int] = 2

    def __init__(self) -> None:
        self._rows: dict[str, _Rows] = {}
        self._known = Kept()

    def scopes(self, event: e.Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the race of a decision and its competition; a new race or competition likewise."""
        del book
        if isinstance(event, e.CompetitionCreated):
            return (event.competition,)
        if not isinstance(event, (*NOTED, e.RaceScheduled)):
            return ()
        above = sorted(name for kind, name in touched if kind == "competition")
        return (*above, event.race)

    def render(self, book: Book, scope: str) -> Document | None:
        """Return the public journal of a race or a competition in the order of the log."""
        if scope in book.races:
            race = book.races[scope]
            if race.scheduled is None:
                return None
            header = {
                "race": scope,
                "competition": race.scheduled.competition,
                "name": race.scheduled.name,
                "round": race.scheduled.round_name,
            }
            races: tuple[str, ...] = (scope,)
        else:
            competition = book.competitions.get(scope)
            if competition is None or competition.created is None:
                return None
            header = {"competition": scope, "name": competition.created.name}
            races = book.programme_of(scope)
        rows = self._entries(book, scope, races)
        return self._known.of(
            scope, (rows, *header.values()), lambda: Document(header, rows, tuple(rows))
        )

    def _entries(self, book: Book, scope: str, races: tuple[str, ...]) -> dict[str, Row]:
        """Return the rows of races; the same object for the same note: it is encoded once."""
        notes = tuple(map(book.notes.get, races))
        known = self._rows.pop(scope, None)
        if known is None or known.races != races:
            known = _Rows(races, (None,) * len(races), {}, {})
        seen, rows = known.seen, known.rows
        changed = zip(races, notes, known.notes, strict=True)
        others = list(compress(changed, map(is_not, notes, known.notes)))
        public = {
            note.position: (race, note)
            for race, own, _ in others
            for note in own or ()
            if note.public_at is not None and not note.held
        }
        gone = {note.position for *_, before in others for note in before or ()} - public.keys()
        if not gone.isdisjoint(seen):
            seen = {key: note for key, note in seen.items() if key not in gone}
            rows = {str(key): rows[str(key)] for key in seen}
        for position, (race, note) in public.items():
            if seen.get(position) is not note:
                seen = {**seen, position: note}
                rows = {**rows, str(position): _entry(race, note)}
        if list(seen) != sorted(seen):
            seen = dict(sorted(seen.items()))
            rows = {str(position): rows[str(position)] for position in seen}
        self._rows[scope] = _Rows(races, notes, seen, rows)
        if len(self._rows) > KEPT:
            del self._rows[next(iter(self._rows))]
        return rows


class _Rows(Struct, frozen=True):
    """The rows of a document, with the notes that they show."""

    races: tuple[str, ...]
    notes: tuple[tuple[Note, ...] | None, ...]
    seen: dict[int, Note]
    rows: dict[str, Row]


def _entry(race: str, note: Note) -> Row:
    event = note.event
    data = msgspec.to_builtins(event)
    return {
        "position": note.position,
        "race": race,
        "version": note.version,
        "type": type(event).__name__,
        "text": sentence(note),
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
    return {"type": type(note.replaced).__name__, "data": msgspec.to_builtins(note.replaced)}


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
