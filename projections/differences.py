"""Two states of the same documents side by side: every value that is not the same."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from projections import medals, nations, standings
from projections.book import Book
from projections.classification import ClassificationProjection, ranked
from projections.projection import Document
from projections.race_documents import RENDERS
from projections.rounds import RoundsProjection, joined
from tracker.domain.competition import Competition
from tracker.domain.result import result_state

BOARD = ("rank", "laps", "last_lap_ms", "status")
"""What spectators see of a running race, before there is a result."""
RESULT = ("rank", "status", "time_ms", "mark")
MARKS = ("mark", "to")
CLASSIFICATION = ("rank", "status", "points", "medal")
MEDALS = ("rank", "gold", "silver", "bronze")
STANDINGS = ("rank", "points", "bonus")


class Difference(Struct, frozen=True):
    """One value that would have been another."""

    document: str
    scope: str
    id: str
    name: str
    family_name: str
    """The part of the name that is written in capitals; empty where none is stated."""
    noc: str
    field: str
    before: object
    after: object


def between_books(
    before: Book, after: Book, distances: Sequence[str]
) -> Iterator[Iterator[Difference]]:
    """Yield every difference document by document, each rendered when it is gone through.

    It begins with boards of running races and results and ends with the standings. Only races of
    these distances may be others.
    """
    families: dict[str, str] = {}
    for each in dict.fromkeys(distance.split("/", maxsplit=1)[0] for distance in distances):
        families |= families_of(after.competitions[each])
    books = _Books(before, after, families)
    for distance in distances:
        for race in before.races_of.get(distance, ()):
            yield books.race(race)
        yield books.rounds(distance)
        yield books.classification(distance)
    all_added = [added for each in distances if (added := before.distances[each].added)]
    for competition in dict.fromkeys(added.competition for added in all_added):
        for by in ("noc", "skater"):
            yield books.medals(medals.scope_of(competition, by=by))
    for series in dict.fromkeys(each.series for each in all_added if each.series is not None):
        for name in standings.table_names(before, series):
            yield books.standings(standings.scope_of(series, name))


class _Books:
    """Two books side by side, document by document."""

    def __init__(self, before: Book, after: Book, families: Mapping[str, str]) -> None:
        self._before = before
        self._after = after
        self._families = families
        self._classification = ClassificationProjection()
        self._medals = medals.MedalsProjection()
        self._standings = standings.StandingsProjection()

    def race(self, race: str) -> Iterator[Difference]:
        """Yield what is different in a race: its board while it runs, and its result."""
        if result_state(self._before.races[race].shown) == "LIVE":
            yield from self._compared("board", race, _board, BOARD)
        yield from self._compared("result", race, _result, RESULT)

    def rounds(self, distance: str) -> Iterator[Difference]:
        """Yield who goes on otherwise."""
        now, then = _marks(self._before, distance), _marks(self._after, distance)
        for round_, marks in now.items():
            scope = f"{distance} {round_}"
            yield from compare("rounds", scope, marks, then[round_], MARKS, families=self._families)

    def classification(self, distance: str) -> Iterator[Difference]:
        """Yield what is different in a final order."""

        def render(book: Book, scope: str) -> Document | None:
            return _ranked(self._classification.render(book, scope))

        yield from self._compared("classification", distance, render, CLASSIFICATION)

    def medals(self, scope: str) -> Iterator[Difference]:
        """Yield what is different in a medal table."""
        yield from self._compared("medals", scope, self._medals.render, MEDALS)

    def standings(self, scope: str) -> Iterator[Difference]:
        """Yield what is different in a table of a season."""
        yield from self._compared("standings", scope, self._standings.render, STANDINGS)

    def _compared(
        self,
        document: str,
        scope: str,
        render: Callable[[Book, str], Document | None],
        fields: tuple[str, ...],
    ) -> Iterator[Difference]:
        both = (render(self._before, scope), render(self._after, scope))
        yield from compare(document, scope, *both, fields, families=self._families)


def _ranked(stored: Document | None) -> Document | None:
    return None if stored is None else ranked(stored)


def families_of(competition: Competition) -> dict[str, str]:
    """Return the family names of a competition's skaters: not every document has them."""
    return {each.skater: each.family_name for each in competition.skaters.values()}


def _marks(book: Book, distance: str) -> dict[str, Document]:
    """Return who goes on from each round."""
    found = RoundsProjection().render(book, distance)
    rows = joined(found).entries.items() if found is not None else ()
    return {round_: Document({}, row["marks"]) for round_, row in rows}


def _board(book: Book, race: str) -> Document:
    state = book.races[race]
    return RENDERS["board"](state, book.marks_of(state))


def _result(book: Book, race: str) -> Document:
    state = book.races[race]
    return RENDERS["result"](state, book.marks_of(state))


def compare(
    document: str,
    scope: str,
    before: Document | None,
    after: Document | None,
    fields: tuple[str, ...],
    *,
    families: Mapping[str, str],
) -> Iterator[Difference]:
    """Yield the fields in which two documents differ, row by row."""
    old = before.entries if before is not None else {}
    new = after.entries if after is not None else {}
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key, {}), new.get(key, {})
        row = one or other
        for field in fields:
            if one.get(field) != other.get(field):
                yield Difference(
                    document,
                    scope,
                    key,
                    row.get("name") or nations.name_of(key),
                    row.get("family_name") or families.get(key, ""),
                    row.get("noc") or "",
                    field,
                    one.get(field),
                    other.get(field),
                )
