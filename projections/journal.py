"""Who decided what, when, and what it replaced."""

from typing import Any, ClassVar

import msgspec

from projections.book import Book, Scope
from projections.notes import NOTED, Note
from projections.programme import in_order
from projections.projection import Document, Row
from tracker.domain import events as e
from tracker.domain.best_times import clock


class JournalProjection:
    """One document for each competition, and one for each race.

    A decision under embargo is not in it before the position at which it became public.
    """

    name: ClassVar[str] = "journal"
    version: ClassVar[int] = 1

    def __init__(self) -> None:
        self._rows: dict[int, tuple[Note, Row]] = {}

    def scopes(self, event: e.Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the race of a decision and its competition; a new race or competition likewise."""
        del book
        if isinstance(event, e.CompetitionCreated):
            return (event.competition,)
        if not isinstance(event, (*NOTED, e.RaceScheduled)):
            return ()
        return tuple(sorted(name for kind, name in touched if kind in {"race", "competition"}))

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
            races = [scope]
        else:
            competition = book.competitions.get(scope)
            if competition is None or competition.created is None:
                return None
            header = {"competition": scope, "name": competition.created.name}
            scheduled = (race.scheduled for race in in_order(book, book.distances_in(scope)))
            races = [each.race for each in scheduled if each is not None]
        found = [
            (note.position, race, note)
            for race in races
            for note in book.notes.get(race, ())
            if note.public_at is not None
        ]
        found.sort(key=lambda each: each[0])
        entries = {str(position): self._row(race, note) for position, race, note in found}
        return Document(header, entries, tuple(entries))

    def _row(self, race: str, note: Note) -> Row:
        """Return a note's row; the same object for the same note, so that it is encoded once."""
        known = self._rows.get(note.position)
        if known is None or known[0] is not note:
            known = self._rows[note.position] = (note, _entry(race, note))
        return known[1]


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
}


def _fact(event: e.RaceEvent | None) -> str:
    """Return a fact's name in words: `FallRecorded` is a fall recorded."""
    if event is None:
        return "a fact that is no longer in force"
    name = type(event).__name__
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
