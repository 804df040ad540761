"""The medal tables of a competition, by NOC and by skater."""

from collections.abc import Iterator
from typing import ClassVar

from projections import nations
from projections.book import BEFORE_A_RESULT, Book, Scope
from projections.kept import Kept
from projections.projection import Document, Row, ids
from tracker.domain.classification import Classified
from tracker.domain.events import Event

GENDERS = ("all", "men", "women", "mixed")
TABLES = tuple(f"{by}-{gender}" for by in ("noc", "skater") for gender in GENDERS)
"""`noc-all`, `noc-men`, … `skater-mixed`: whose medals, of which distances."""


def scope_of(competition: str, *, by: str = "noc", gender: str = "all") -> str:
    """Return the scope of one table, such as `dresden-2024:noc-all`."""
    return f"{competition}:{by}-{gender}"


class MedalsProjection:
    """One document for each table of each competition."""

    name: ClassVar[str] = "medals"
    version: ClassVar[int] = 1
    ignored: ClassVar[tuple[type[Event], ...]] = BEFORE_A_RESULT
    reads_notes: ClassVar[bool] = False
    of_a_competition: ClassVar[bool] = True

    def __init__(self) -> None:
        self._documents = Kept()

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return every table of the competitions in which an official result may be another."""
        if not book.may_settle(event):
            return ()
        names = ids("competition", touched)
        return tuple(f"{name}:{table}" for name in names for table in TABLES)

    def render(self, book: Book, scope: str) -> Document | None:
        """Return a table: distances count as soon as all their races are official."""
        competition, _, table = scope.partition(":")
        state = book.competitions.get(competition)
        if state is None or state.created is None:
            return None
        by, _, gender = table.partition("-")
        final = tuple(_final(book, competition, gender))

        def document() -> Document:
            medals = (one for each in final for one in each if one.medal is not None)
            rows = _count(medals, by)
            return Document(
                {"competition": competition, "by": by, "gender": gender}, rows, tuple(rows)
            )

        return self._documents.of(scope, final, document)


def feed(book: Book, competition: str) -> Row:
    """Return all tables as one document of the feed."""
    projection = MedalsProjection()
    tables = {}
    for table in TABLES:
        document = projection.render(book, f"{competition}:{table}") or Document({})
        tables[table] = {"order": list(document.order), "entries": document.entries}
    return {"competition": competition, "tables": tables}


def _final(book: Book, competition: str, gender: str) -> Iterator[tuple[Classified, ...]]:
    """Yield the classifications of the distances that are final."""
    for distance in book.distances_in(competition):
        added = distance.added
        if added is None or gender not in ("all", added.gender):
            continue
        if book.is_final(added.distance):
            yield book.classified(added.distance)


def _count(medallists: Iterator[Classified], by: str) -> dict[str, Row]:
    """Count medals; a relay's is one for its NOC, and one for each skater of its line-up."""
    lines: dict[str, Row] = {}
    for one in medallists:
        for key, name in _holders(one, by):
            line = lines.setdefault(
                key,
                {"rank": 0, "name": name, "noc": one.noc, "gold": 0, "silver": 0, "bronze": 0},
            )
            line[one.medal or ""] += 1
    ordered = sorted(lines.items(), key=lambda item: (_best_first(item[1]), item[1]["name"]))
    ranked: dict[str, Row] = {}
    before: Row | None = None
    for i, (key, line) in enumerate(ordered, start=1):
        tied = before is not None and _best_first(before) == _best_first(line)
        rank = before["rank"] if before is not None and tied else i
        total = line["gold"] + line["silver"] + line["bronze"]
        before = ranked[key] = {**line, "rank": rank, "total": total}
    return ranked


def _holders(one: Classified, by: str) -> list[tuple[str, str]]:
    """Return whose medal it is, as (id, name)."""
    if by == "noc":
        return [(one.noc, nations.name_of(one.noc))]
    if one.line_up:
        return [(member.skater, member.name) for member in one.line_up]
    return [(one.competitor, one.name)]


def _best_first(line: Row) -> tuple[int, int, int]:
    return (-line["gold"], -line["silver"], -line["bronze"])
