"""The rounds of a distance: who goes on to where, and which start lists hang on which results."""

from typing import ClassVar

from projections.book import Book, Scope
from projections.kept import KEPT, Kept
from projections.projection import Document, Row
from tracker.domain.classification import counts
from tracker.domain.distance import Distance
from tracker.domain.events import Event, ProgressionSet
from tracker.domain.marks import UNMARKED, Mark, Marks, is_complete
from tracker.domain.progression import words
from tracker.domain.race import Race, ResultRow
from tracker.domain.result import result_state
from tracker.domain.values import Round


class RoundsProjection:
    """One document for each distance, one row for each round."""

    name: ClassVar[str] = "rounds"
    version: ClassVar[int] = 1

    def __init__(self) -> None:
        self._documents = Kept()
        self._looked_at = Kept(4 * KEPT)
        self._rows = Kept(4 * KEPT)
        self._marks = Kept(4 * KEPT)

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the distances that the event touched."""
        del event, book
        return tuple(sorted(name for kind, name in touched if kind == "distance"))

    def render(self, book: Book, scope: str) -> Document | None:
        """Return the rounds of a distance in the order of the programme."""
        distance = book.distances.get(scope)
        if distance is None or distance.added is None:
            return None
        added, races = distance.added, book.rounds_in(scope)
        order = _order(distance, races)
        rows: dict[str, Row] = {
            round_: self._row(book, scope, round_, races.get(round_, [])) for round_ in order
        }

        def document() -> Document:
            header = {
                "distance": scope,
                "competition": added.competition,
                "name": added.name,
                "gender": added.gender,
                "relay": added.relay,
            }
            return Document(header, rows, order)

        return self._documents.of(scope, (added, *rows.values()), document)

    def _row(self, book: Book, scope: str, round_: Round, races: list[Race]) -> Row:
        """Return a round's row; the same object as long as nothing in it has changed."""
        distance = book.distances[scope]
        marked = book.marks_in(scope).get(round_, UNMARKED)
        behind = [
            book.races[each.race].shown
            for race in races
            if race.drawn is not None
            for each in race.drawn.computed_from
            if each.race in book.races
        ]
        return self._looked_at.of(
            (scope, round_),
            (distance, marked, *races, *behind),
            lambda: self._row_of(book, distance, round_, races, behind),
        )

    def _row_of(
        self, book: Book, distance: Distance, round_: Round, races: list[Race], behind: list[Race]
    ) -> Row:
        """Return a round's row, the same object as long as nothing that it shows has changed."""
        assert distance.added is not None
        scope = distance.added.distance
        marked = book.marks_in(scope).get(round_, UNMARKED)
        revisions = {
            race.scheduled.race: revision(race) for race in behind if race.scheduled is not None
        }

        def row() -> Row:
            return {
                "name": _name(distance, round_, races),
                **_table(distance.progressions.get(round_)),
                "complete": is_complete(races),
                "races": [_race(race, revisions) for race in races],
                "marks": self._marks.of(
                    (scope, round_), (marked,), lambda: _marks(book, races, marked)
                ),
            }

        shown = (
            part
            for race in races
            for part in (
                race.scheduled,
                result_state(race),
                race.drawn,
                race.field if race.drawn else None,
                revision(race),
                race.started_at_ms is None,
            )
        )
        return self._rows.of((scope, round_), (distance, marked, *shown, *revisions.values()), row)


def revision(race: Race) -> int:
    """Return how often a race's result was declared official, 0 being not yet."""
    return race.official.revision if race.official is not None else 0


def read_marks(row: Row) -> Marks:
    """Return the marks that a stored row of a round holds."""
    return {
        competitor: Mark(each["mark"] or "", each["to"], each["right"], each["certain"])
        for competitor, each in row["marks"].items()
    }


def _order(distance: Distance, races: dict[Round, list[Race]]) -> tuple[Round, ...]:
    return tuple(dict.fromkeys((*(added.round for added in distance.rounds), *races)))


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


def _marks(book: Book, races: list[Race], marks: Marks) -> Row:
    rows: dict[str, tuple[str, ResultRow]] = {}
    for race in races:
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
