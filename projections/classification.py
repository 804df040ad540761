"""The final order of a distance, with medals and points once all of it is official."""

from typing import ClassVar

from projections.book import Book, Scope
from projections.projection import Document, Row
from projections.race_header import mark
from tracker.domain.classification import Classified
from tracker.domain.events import Event
from tracker.domain.marks import UNMARKED
from tracker.domain.values import Member


class ClassificationProjection:
    """One document for each distance."""

    name: ClassVar[str] = "classification"
    version: ClassVar[int] = 2

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the distances that the event touched."""
        del event, book
        return tuple(sorted(name for kind, name in touched if kind == "distance"))

    def render(self, book: Book, scope: str) -> Document | None:
        """Return a distance's classification; provisional until every race of it is official."""
        distance = book.distances.get(scope)
        if distance is None or distance.added is None:
            return None
        added = distance.added
        official = book.is_final(scope)
        classified = book.classified(scope)
        return Document(
            {
                "distance": scope,
                "competition": added.competition,
                "series": added.series,
                "name": added.name,
                "gender": added.gender,
                "relay": added.relay,
                "metres": added.metres,
                "official": official,
            },
            {
                one.competitor: {
                    **_entry(one, official=official),
                    **mark(one.competitor, book.marks_in(scope).get(one.round, UNMARKED)),
                }
                for one in classified
            },
            tuple(one.competitor for one in classified),
        )


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
