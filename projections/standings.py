"""The tables of a series: overall, for each distance, for each relay, for teams."""

from typing import ClassVar

from projections.book import BEFORE_A_RESULT, Book, Scope
from projections.kept import Kept
from projections.projection import Document, Row, ids
from tracker.domain.events import Event
from tracker.domain.standings import TEAMS, Standing

_OVERALL = ("men", "women")


def scope_of(series: str, table: str = "men") -> str:
    """Return the scope of one table, such as `world-cup-2023-24:men`."""
    return f"{series}:{table}"


def table_names(book: Book, series: str) -> tuple[str, ...]:
    """Return the tables of a series: also those in which nobody stands yet."""
    names = set(_OVERALL)
    for distance in book.distances_in(f"series {series}"):
        if distance.added is not None:
            names.add(distance.added.code)
            if not distance.added.relay:
                names.add(distance.added.gender)
    state = book.series.get(series)
    if state is not None:
        names |= {brought.table for brought in state.brought_in}
        if state.created is not None and state.created.ruleset.overall.teams != "none":
            names.add(TEAMS)
    return (*_OVERALL, *sorted(names - {*_OVERALL}))


class StandingsProjection:
    """One document for each table of each series."""

    name: ClassVar[str] = "standings"
    version: ClassVar[int] = 2
    ignored: ClassVar[tuple[type[Event], ...]] = BEFORE_A_RESULT
    reads_notes: ClassVar[bool] = False
    of_a_competition: ClassVar[bool] = False

    def __init__(self) -> None:
        self._documents = Kept()

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return every table of the series in which an official result may be another."""
        if not book.may_settle(event):
            return ()
        names = ids("series", touched)
        return tuple(f"{name}:{table}" for name in names for table in table_names(book, name))

    def render(self, book: Book, scope: str) -> Document | None:
        """Return a table of a series."""
        series, _, table = scope.partition(":")
        state = book.series.get(series)
        if state is None or state.created is None:
            return None
        names = table_names(book, series)
        if table not in names:
            return None
        created = state.created
        standings = book.standings(series).get(table, ())

        def document() -> Document:
            return Document(
                {
                    "series": series,
                    "name": created.name,
                    "season": created.season,
                    "table": table,
                    "tables": list(names),
                },
                {one.competitor: _entry(one) for one in standings},
                tuple(one.competitor for one in standings),
            )

        return self._documents.of(scope, (created, standings, *names), document)


def feed(book: Book, series: str) -> Row:
    """Return all tables as one document of the feed."""
    projection = StandingsProjection()
    tables = {}
    name = None
    for table in table_names(book, series):
        document = projection.render(book, scope_of(series, table)) or Document({})
        name = document.header.get("name")
        tables[table] = {"order": list(document.order), "entries": document.entries}
    return {"series": series, "name": name, "tables": tables}


def _entry(one: Standing) -> Row:
    return {
        "rank": one.rank,
        "name": one.name,
        "family_name": one.family_name,
        "noc": one.noc,
        "points": one.points,
        "golds": one.wins,
        "silvers": one.seconds,
        "bronzes": one.thirds,
        "results": {
            scored.distance: {
                "rank": scored.rank,
                "points": scored.points,
                "counts": scored.counts,
            }
            for scored in one.results
        },
        "bonus": one.bonus,
        "brought_in": one.brought_in,
    }
