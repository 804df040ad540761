"""The rounds of a distance: who goes on to where, and which start lists hang on which results."""

from collections.abc import Collection, Iterable, Iterator, Mapping
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


class _Race(Struct, frozen=True):
    """A race as it was rendered last, with what its row shows."""

    head: Row
    sheet: tuple[ResultRow, ...]
    marks: Marks
    row: Row


class _Round(Struct, frozen=True):
    """A round as it was rendered last, with what its rows show."""

    names: tuple[str, ...]
    marked: Marks
    races: dict[str, _Race]
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
    """One document for each distance, one row for each round, and one for each race of it.

    So a result makes another row of its own race, not of all that were skated in its round.
    """

    name: ClassVar[str] = "rounds"
    version: ClassVar[int] = 2
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
        """Return the rounds of a distance, and their races."""
        distance = book.distances.get(scope)
        if distance is None or distance.added is None:
            return None
        known = self._known.pop(scope, None)
        known = self._known[scope] = _render(book, distance, distance.added, known)
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return known.document


def joined(stored: Document) -> Document:
    """Return the rounds of a distance in the order of the programme, each with its races."""
    entries = stored.entries
    rounds: dict[str, Row] = {}
    for key in stored.order:
        if _is_race(key):
            continue
        races = [entries[race] for race in entries[key]["races"]]
        marks = {
            competitor: {"race": race["race"], **mark}
            for race in races
            for competitor, mark in race["marks"].items()
        }
        heads = [{what: race[what] for what in race if what != "marks"} for race in races]
        rounds[key] = {**entries[key], "races": heads, "marks": marks}
    return Document(stored.header, rounds, tuple(rounds))


def _is_race(key: str) -> bool:
    """Say whether a row is a race's: its id begins with that of its distance."""
    return "/" in key


def _render(book: Book, distance: Distance, added: DistanceAdded, known: _Known | None) -> _Known:
    """Return the rounds of a distance; the same rows as were known where nothing has changed."""
    scope, names = added.distance, book.names_in(added.distance)
    touch, marked = book.touch("distance", scope), book.marks_in(scope)
    races = None if known is None else races_between(known.touch, touch)
    before = {} if known is None else known.rounds
    goes_on = known is not None and known.distance is distance and known.names is names
    if known is not None and goes_on and races is not None:
        again: Iterable[Round] = _others(known, marked, races)
        order = known.document.order
    else:
        again, order = _rounds_of(distance, names), _order(book, distance, names)
    found = {
        each: _round(
            book, distance, names.get(each, ()), _Shown(each, marked, before.get(each), races)
        )
        for each in again
    }
    rows = {key: row for each, new in found.items() for key, row in _changed(each, new, before)}
    if known is not None and order is known.document.order:
        document, rounds = known.document, known.rounds
        if rows:
            rounds = rounds | found
            document = document.patched(
                document.header, {**document.entries, **rows}, order, tuple(rows)
            )
    else:
        rounds = found
        if known is not None:
            rows = {**known.document.entries, **rows}
        document = Document(_header(added), {key: rows[key] for key in order}, order)
    return _Known(touch, distance, names, marked, rounds, document)


def _changed(name: Round, new: _Round, before: Mapping[Round, _Round]) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a round that are others than before."""
    old = before.get(name)
    if old is None or new.row is not old.row:
        yield name, new.row
    for race, each in new.races.items():
        if old is None or each is not old.races.get(race):
            yield race, each.row


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
    """Return a round, with the same rows as long as nothing in them has changed."""
    round_, known = shown.round, shown.known
    marked = shown.marks.get(round_, UNMARKED)
    before = {} if known is None else known.races
    again: Collection[str] = names
    if known is not None and shown.races is not None:
        again = known.drawn.union(shown.races)
    same = known is not None and known.marked is marked
    races = {
        name: before[name]
        if same and name in before and name not in again
        else _race(book, name, marked, before.get(name), touched=name in again)
        for name in names
    }
    row: Row = {
        "name": _name(distance, round_, (book.races[race].shown for race in names)),
        **_table(distance.progressions.get(round_)),
        "complete": bool(races) and all(each.head["revision"] for each in races.values()),
        "races": list(names),
    }
    if known is not None and row == known.row:
        row = known.row
    drawn = frozenset(name for name, each in races.items() if each.head["drawn"] is not None)
    return _Round(names, marked, races, drawn, row)


def _race(book: Book, name: str, marked: Marks, known: _Race | None, *, touched: bool) -> _Race:
    """Return a race of a round; the same as was known where nothing of it has changed."""
    race = book.races[name].shown
    head = _head(race, _revisions(book, race)) if known is None or touched else known.head
    sheet = book.sheet(race) if counts(race) else ()
    marks = {row.competitor: marked[row.competitor] for row in sheet if row.competitor in marked}
    if known is not None and head == known.head and sheet is known.sheet and marks == known.marks:
        return known
    rows = {
        row.competitor: _mark(marks[row.competitor], row)
        for row in sheet
        if row.competitor in marks
    }
    return _Race(head, sheet, marks, {**head, "marks": rows})


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
    """Return the marks that a stored row of a race holds."""
    return {
        competitor: Mark(each["mark"] or "", each["to"], each["right"], each["certain"])
        for competitor, each in row["marks"].items()
    }


def _rounds_of(distance: Distance, names: Iterable[Round]) -> tuple[Round, ...]:
    """Return the rounds in the order of the programme."""
    return tuple(dict.fromkeys((*(added.round for added in distance.rounds), *names)))


def _order(
    book: Book, distance: Distance, names: Mapping[Round, tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the keys of the rows: what is scheduled comes to the end, and moves no other row."""
    keys: dict[str, None] = dict.fromkeys(added.round for added in distance.rounds)
    round_of = {race: each for each, races in names.items() for race in races}
    assert distance.added is not None, "a distance that has rounds was added"
    for race in book.races_of.get(distance.added.distance, ()):
        if race in round_of:
            keys |= dict.fromkeys((round_of[race], race))
    return tuple(keys)


def _name(distance: Distance, round_: Round, races: Iterable[Race]) -> str:
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


def _head(race: Race, revisions: dict[str, int]) -> Row:
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


def _mark(mark: Mark, row: ResultRow) -> Row:
    return {
        "mark": mark.text or None,
        "to": mark.to,
        "right": mark.right,
        "certain": mark.certain,
        "name": row.name,
        "noc": row.noc,
        "rank": row.rank,
        "time_ms": row.time_ms,
    }
