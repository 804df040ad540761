"""The final order of a distance, with medals and points once all of it is official."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeAlias

from msgspec import Struct

from projections.book import Book, Scope
from projections.kept import Kept
from projections.projection import Document, Row, ids
from projections.race_header import mark_row as mark
from projections.rendered import Rendered, render
from tracker.domain.classification import Classified
from tracker.domain.events import Event
from tracker.domain.marks import UNMARKED, Mark, Marks
from tracker.domain.values import Member

_Line: TypeAlias = tuple[Classified, Mark | None, bool]
"""A line, how somebody goes on from it, and whether it is official."""


class _Known(Struct, frozen=True):
    """A classification as it was rendered last, with what it follows from."""

    classified: Sequence[Classified]
    marked: Mapping[str, Marks]
    official: bool
    rendered: Rendered[_Line]


class ClassificationProjection:
    """One document for each distance."""

    name: ClassVar[str] = "classification"
    version: ClassVar[int] = 2
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
            if known is None:
                lines = _lines({}, classified, marked, official=official)
            elif known.classified is classified and known.official is official:
                lines = _marked_anew(known, marked)
            else:
                lines = _lines(known.rendered.values, classified, marked, official=official)
            now = render(None if known is None else known.rendered, header, lines, _row)
            return _Known(classified, marked, official, now)

        found = self._documents.of(scope, (added, official, classified, marked), rendered)
        return found.rendered.document


def _lines(
    before: Mapping[str, _Line],
    classified: Sequence[Classified],
    marked: Mapping[str, Marks],
    *,
    official: bool,
) -> dict[str, _Line]:
    """Return the lines by competitor: the same object for what says the same."""
    lines: dict[str, _Line] = {}
    for one in classified:
        found = marked.get(one.round, UNMARKED).get(one.competitor)
        line = before.get(one.competitor)
        if line is None or line[0] is not one or line[1] is not found or line[2] is not official:
            line = (one, found, official)
        lines[one.competitor] = line
    return lines


def _marked_anew(known: _Known, marked: Mapping[str, Marks]) -> dict[str, _Line]:
    """Return the lines of a classification in which nothing but marks may be another."""
    lines, before = dict(known.rendered.values), known.marked
    for each in marked.keys() | before.keys():
        now, then = marked.get(each, UNMARKED), before.get(each, UNMARKED)
        if now is then:
            continue
        for competitor in now.keys() | then.keys():
            line = lines.get(competitor)
            if line is not None and line[0].round == each:
                lines[competitor] = (line[0], now.get(competitor), line[2])
    return lines


def _row(line: _Line) -> Row:
    one, found, official = line
    return {**_entry(one, official=official), **mark(found)}


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


def _entry(one: Classified, *, official: bool) -> Row:
    return {
        "rank": one.rank,
        "name": one.name,
        "family_name": one.family_name,
        "noc": one.noc,
        "round": one.round,
        "race": one.race,
        "place": one.place,
        "time_ms": one.time_ms,
        "status": one.status,
        "line_up": [{"skater": member.skater, "name": member.name} for member in one.line_up],
        "points": one.points if official else None,
        "medal": one.medal if official else None,
    }
