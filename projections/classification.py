"""The final order of a distance, with medals and points once all of it is official."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeAlias

from msgspec import Struct

from projections.book import Book, Scope
from projections.kept import Kept
from projections.projection import Document, Row, ids
from projections.race_header import mark_row as mark
from projections.rendered import Rendered, render
from tracker.domain import classification
from tracker.domain.classification import Classified, Medal, Placed
from tracker.domain.events import Event
from tracker.domain.marks import UNMARKED, Mark, Marks
from tracker.domain.values import Member

_Line: TypeAlias = tuple[Placed, Mark | None, int | None, Medal | None]
"""A result, how somebody goes on from it, and the points and the medal once all is official."""
_ORDER = "sorted_by"
"""What a stored row is put in order by when it is read: key, order among equals, results lost."""
_NOTHING_WON: tuple[None, None] = (None, None)


class _Known(Struct, frozen=True):
    """A classification as it was rendered last, with what it follows from."""

    last: Mapping[str, Placed]
    marked: Mapping[str, Marks]
    official: bool
    rendered: Rendered[_Line]


class ClassificationProjection:
    """One document for each distance."""

    name: ClassVar[str] = "classification"
    version: ClassVar[int] = 3
    ignored: ClassVar[tuple[type[Event], ...]] = ()
    reads_notes: ClassVar[bool] = False
    of_a_competition: ClassVar[bool] = True

    def __init__(self) -> None:
        self._documents = Kept()

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the distances in which a result that is shown may be another."""
        if not book.may_show(event):
            return ()
        return ids("distance", touched)

    def render(self, book: Book, scope: str) -> Document | None:
        """Return a distance's classification; provisional until every race of it is official."""
        distance = book.distances.get(scope)
        if distance is None or distance.added is None:
            return None
        added = distance.added
        official = book.is_final(scope)
        classified, marked = book.classified(scope), book.marks_in(scope)
        last = book.last_results(scope)

        def rendered() -> _Known:
            known: _Known | None = self._documents.last(scope)
            header = {
                "distance": scope,
                "competition": added.competition,
                "series": added.series,
                "name": added.name,
                "gender": added.gender,
                "relay": added.relay,
                "metres": added.metres,
                "official": official,
            }
            if known is not None and known.last is last and known.official is official:
                lines = _marked_anew(known, marked)
            else:
                lines = _lines(last, marked, classified if official else ())
            now = render(None if known is None else known.rendered, header, lines, _row)
            return _Known(last, marked, official, now)

        found = self._documents.of(scope, (added, official, classified, last, marked), rendered)
        return found.rendered.document


def ranked(stored: Document) -> Document:
    """Return a classification in its order, with ranks.

    Stored rows hold neither: one more result would make another row of everybody's behind it.
    """
    entries = stored.entries
    order = tuple(sorted(stored.order, key=lambda key: entries[key][_ORDER]))
    ranks = classification.ranks(
        (entry[_ORDER][0], entry["place"] is not None, entry[_ORDER][2])
        for entry in map(entries.__getitem__, order)
    )
    rows: dict[str, Row] = {}
    for key, rank in zip(order, ranks, strict=True):
        rows[key] = {"rank": rank, **entries[key]}
        del rows[key][_ORDER]
    return Document(stored.header, rows, order)


def _lines(
    last: Mapping[str, Placed], marked: Mapping[str, Marks], official: Sequence[Classified]
) -> dict[str, _Line]:
    """Return the lines by competitor; with points and medals where those are official."""
    won = {each.competitor: (each.points, each.medal) for each in official}
    return {
        competitor: (
            one,
            marked.get(one.scheduled.round, UNMARKED).get(competitor),
            *won.get(competitor, _NOTHING_WON),
        )
        for competitor, one in last.items()
    }


def _marked_anew(known: _Known, marked: Mapping[str, Marks]) -> dict[str, _Line]:
    """Return the lines of a classification in which nothing but marks may be another."""
    lines, before = dict(known.rendered.values), known.marked
    for each in marked.keys() | before.keys():
        now, then = marked.get(each, UNMARKED), before.get(each, UNMARKED)
        if now is then:
            continue
        for competitor in now.keys() | then.keys():
            line = lines.get(competitor)
            if line is not None and line[0].scheduled.round == each:
                lines[competitor] = (line[0], now.get(competitor), *line[2:])
    return lines


def _row(line: _Line) -> Row:
    one, found, points, medal = line
    row = one.row
    return {
        "name": row.name,
        "family_name": row.family_name,
        "noc": row.noc,
        "round": one.scheduled.round,
        "race": one.scheduled.race,
        "place": row.rank,
        "time_ms": row.time_ms,
        "status": row.status,
        "line_up": [{"skater": member.skater, "name": member.name} for member in row.line_up],
        "points": points,
        "medal": medal,
        **mark(found),
        _ORDER: (one.key, one.among_equals, one.lost),
    }


def read_classified(document: Document) -> tuple[Classified, ...]:
    """Return what a stored classification holds."""
    return tuple(
        Classified(
            competitor=competitor,
            name=row["name"],
            family_name=row["family_name"],
            noc=row["noc"],
            rank=row["rank"],
            round=row["round"],
            race=row["race"],
            place=row["place"],
            time_ms=row["time_ms"],
            status=row["status"],
            points=row["points"] or 0,
            medal=row["medal"],
            line_up=tuple(Member(each["skater"], each["name"]) for each in row["line_up"]),
        )
        for competitor, row in ((key, document.entries[key]) for key in document.order)
    )
