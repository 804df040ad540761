"""The rounds of a distance: who goes on to where, and which start lists hang on which results."""

from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar

from msgspec import Struct

from projections.book import Book, Scope
from projections.kept import KEPT
from projections.projection import Document, Row, ids
from projections.touches import Touch, races_between
from tracker.domain.classification import counts
from tracker.domain.distance import Distance
from tracker.domain.events import DistanceAdded, Event, ProgressionSet
from tracker.domain.marks import UNMARKED, Mark, Marks
from tracker.domain.progression import words
from tracker.domain.race import Race, ResultRow
from tracker.domain.result import result_state
from tracker.domain.values import Round


class _Round(Struct, frozen=True):
    """A round as it was rendered last, with what its row shows."""

    distance: Distance
    names: tuple[str, ...]
    marked: Marks
    complete: bool
    races: tuple[Row, ...]
    drawn: frozenset[str]
    """Races whose start lists hang on the results of others."""
    row: Row


class _Known(Struct, frozen=True):
    """The rounds of a distance as they were rendered last, with what they show."""

    touch: Touch | None
    distance: Distance
    names: Mapping[Round, tuple[str, ...]]
    marked: Mapping[str, Marks]
    rounds: dict[Round, _Round]
    document: Document


class RoundsProjection:
    """One document for each distance, one row for each round."""

    name: ClassVar[str] = "rounds"
    version: ClassVar[int] = 1
    ignored: ClassVar[tuple[type[Event], ...]] = ()
    reads_notes: ClassVar[bool] = False
    of_a_competition: ClassVar[bool] = True

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the distances that the event touched, where a round shows it."""
        if not book.may_show_marks(event):
            return ()
        return ids("distance", touched)

    def render(self, book: Book, scope: str) -> Document | None:
        """Return the rounds of a distance in the order of the programme."""
        distance = book.distances.get(scope)
        if distance is None or distance.added is None:
            return None
        known = self._known.pop(scope, None)
        known = self._known[scope] = _render(book, distance, distance.added, known)
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return known.document


def _render(book: Book, distance: Distance, added: DistanceAdded, known: _Known | None) -> _Known:
    """Return the rounds of a distance; the same rows as were known where nothing has changed."""
    scope, names = added.distance, book.names_in(added.distance)
    touch, marked = book.touch("distance", scope), book.marks_in(scope)
    races = None if known is None else races_between(known.touch, touch)
    before = {} if known is None else known.rounds
    goes_on = known is not None and races is not None
    if known is not None and goes_on and known.distance is distance and known.names is names:
        again = _others(known, marked, races or ())
        order = known.document.order
    else:
        again = order = _order(distance, names)
    found = {
        each: _round(
            book, distance, names.get(each, ()), _Shown(each, marked, before.get(each), races)
        )
        for each in again
    }
    if known is not None and goes_on and order == known.document.order:
        document, rounds = known.document, known.rounds
        changed: dict[str, Row] = {
            key: each.row for key, each in found.items() if each is not rounds[key]
        }
        if changed:
            rounds = rounds | found
            rows: dict[str, Row] = {**document.entries, **changed}
            document = document.patched(document.header, rows, document.order, changed)
    else:
        rounds = found
        rows = {key: each.row for key, each in found.items()}
        document = Document(_header(added), rows, order)
    return _Known(touch, distance, names, marked, rounds, document)


def _others(
    known: _Known, marked: Mapping[str, Marks], races: Collection[str]
) -> tuple[Round, ...]:
    """Return the rounds that may show something else, after some races became others."""
    return tuple(
        each
        for each, names in known.names.items()
        if known.rounds[each].drawn
        or marked.get(each) is not known.marked.get(each)
        or any(race in names for race in races)
    )


def _header(added: DistanceAdded) -> Row:
    return {
        "distance": added.distance,
        "competition": added.competition,
        "name": added.name,
        "gender": added.gender,
        "relay": added.relay,
    }


class _Shown(Struct, frozen=True):
    """What is known of a round that is rendered."""

    round: Round
    marks: Mapping[str, Marks]
    known: _Round | None
    races: tuple[str, ...] | None
    """The only ones that may be others than they are known."""


def _round(book: Book, distance: Distance, names: tuple[str, ...], shown: _Shown) -> _Round:
    """Return a round; the same object as long as nothing in it has changed."""
    round_, known, races = shown.round, shown.known, shown.races
    marked = shown.marks.get(round_, UNMARKED)
    again: Collection[str] = names
    same = known is not None and known.marked is marked and known.distance is distance
    if known is not None and races is not None and known.names == names:
        again = known.drawn.union(race for race in races if race in names)
        if same and not again:
            return known
    rows = _rows(book, names, again, known)
    complete = all(row["revision"] for row in rows) and bool(rows)
    if known is not None and same and known.complete is complete and rows == known.races:
        return known
    marks = None
    if known is not None and known.marked is marked:
        marks = known.row["marks"]
    row: Row = {
        "name": _name(distance, round_, [book.races[race].shown for race in names]),
        **_table(distance.progressions.get(round_)),
        "complete": complete,
        "races": list(rows),
        "marks": _marks(book, names, marked) if marks is None else marks,
    }
    drawn = frozenset(race["race"] for race in rows if race["drawn"] is not None)
    return _Round(distance, names, marked, complete, rows, drawn, row)


def _rows(
    book: Book, names: Iterable[str], again: Collection[str], known: _Round | None
) -> tuple[Row, ...]:
    """Return the rows of a round's races, of which some may be others than before."""
    before = {} if known is None else {row["race"]: row for row in known.races}
    return tuple(
        _race(book.races[name].shown, _revisions(book, book.races[name].shown))
        if name in again or name not in before
        else before[name]
        for name in names
    )


def _revisions(book: Book, race: Race) -> dict[str, int]:
    """Return the revisions of the results that a start list was drawn from."""
    behind = race.drawn.computed_from if race.drawn is not None else ()
    return {
        each.race: revision(book.races[each.race].shown)
        for each in behind
        if each.race in book.races
    }


def revision(race: Race) -> int:
    """Return how often a race's result was declared official, 0 being not yet."""
    return race.official.revision if race.official is not None else 0


def read_marks(row: Row) -> Marks:
    """Return the marks that a stored row of a round holds."""
    return {
        competitor: Mark(each["mark"] or "", each["to"], each["right"], each["certain"])
        for competitor, each in row["marks"].items()
    }


def _order(distance: Distance, names: Iterable[Round]) -> tuple[Round, ...]:
    return tuple(dict.fromkeys((*(added.round for added in distance.rounds), *names)))


def _name(distance: Distance, round_: Round, races: list[Race]) -> str:
    """Return what a round is called: as it was added, else as its first race is."""
    for added in distance.rounds:
        if added.round == round_:
            return added.name
    return next((race.scheduled.round_name for race in races if race.scheduled), round_)


def _table(progression: ProgressionSet | None) -> Row:
    if progression is None:
        return {"progression": None, "targets": [], "byes": 0}
    return {
        "progression": words(progression.targets),
        "targets": [
            {"to": t.to, "by_place": t.by_place, "by_time": t.by_time, "rest": t.rest}
            for t in progression.targets
        ],
        "takes_time_place": progression.takes_time_place,
        "by_time_alone": progression.by_time_alone,
        "byes": progression.byes,
    }


def _race(race: Race, revisions: dict[str, int]) -> Row:
    scheduled = race.scheduled
    assert scheduled is not None, "rounds are made of races that were scheduled"
    return {
        "race": scheduled.race,
        "name": scheduled.round_name,
        "state": result_state(race),
        "revision": revision(race),
        "drawn": drawn_row(race, revisions),
    }


def drawn_row(race: Race, revisions: dict[str, int]) -> Row | None:
    """Return how a start list came about: by which draw, what was changed, what has changed since.

    A list is stale when a result that it was computed from has been declared or corrected since,
    as long as the gun has not gone off.
    """
    drawn = race.drawn
    if drawn is None:
        return None
    now = sorted(race.field, key=lambda k: race.field[k].starter.start_position)
    return {
        "seed": drawn.seed,
        "computed_from": {each.race: each.revision for each in drawn.computed_from},
        "changed": [
            {
                "competitor": competitor,
                "proposed": _place(drawn.proposed, competitor),
                "now": _place(now, competitor),
            }
            for competitor in dict.fromkeys((*drawn.proposed, *now))
            if _place(drawn.proposed, competitor) != _place(now, competitor)
        ],
        "stale": [
            each.race
            for each in drawn.computed_from
            if race.started_at_ms is None and revisions.get(each.race, 0) != each.revision
        ],
    }


def _place(order: "tuple[str, ...] | list[str]", competitor: str) -> int | None:
    return order.index(competitor) + 1 if competitor in order else None


def _marks(book: Book, names: Iterable[str], marks: Marks) -> Row:
    rows: dict[str, tuple[str, ResultRow]] = {}
    for race in (book.races[name].shown for name in names):
        if race.scheduled is not None and counts(race):
            rows |= {row.competitor: (race.scheduled.race, row) for row in book.sheet(race)}
    return {competitor: _mark(mark, *rows[competitor]) for competitor, mark in marks.items()}


def _mark(mark: Mark, race: str, row: ResultRow) -> Row:
    return {
        "mark": mark.text or None,
        "to": mark.to,
        "right": mark.right,
        "certain": mark.certain,
        "race": race,
        "name": row.name,
        "noc": row.noc,
        "rank": row.rank,
        "time_ms": row.time_ms,
    }
