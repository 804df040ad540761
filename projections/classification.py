"""The final order of a distance, with medals and points once all of it is official."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeAlias

from projections.book import Book, Scope
from projections.kept import Kept
from projections.projection import Document, Row, ids
from projections.race_header import mark_row as mark
from tracker.domain.classification import Classified
from tracker.domain.events import Event
from tracker.domain.marks import UNMARKED, Mark, Marks
from tracker.domain.values import Member

_Line: TypeAlias = tuple[Classified, Mark | None, bool]


class ClassificationProjection:
    """One document for each distance."""

    name: ClassVar[str] = "classification"
    version: ClassVar[int] = 2
    ignored: ClassVar[tuple[type[Event], ...]] = ()
    reads_notes: ClassVar[bool] = False

    def __init__(self) -> None:
        self._documents = Kept()
        self._rows = Kept()

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

        def document() -> Document:
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
            rows = self._changed(scope, classified, marked, official=official)
            return Document(header, rows, tuple(rows))

        return self._documents.of(scope, (added, official, classified, marked), document)

    def _changed(
        self,
        scope: str,
        classified: Sequence[Classified],
        marked: Mapping[str, Marks],
        *,
        official: bool,
    ) -> dict[str, Row]:
        """Return the rows; the same object for the same line, so that it is encoded once."""
        before: dict[str, tuple[_Line, Row]] = self._rows.last(scope) or {}
        now: dict[str, tuple[_Line, Row]] = {}
        for one in classified:
            found = marked.get(one.round, UNMARKED).get(one.competitor)
            line = (one, found, official)
            known = before.get(one.competitor)
            if known is None or known[0] != line:  # what is the same object is not looked into
                row = {**_entry(one, official=official), **mark(found)}
                known = (line, row)
            now[one.competitor] = known
        self._rows.of(scope, (now,), lambda: now)
        return {competitor: row for competitor, (_, row) in now.items()}


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
