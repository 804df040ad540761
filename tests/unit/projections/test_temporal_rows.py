"""The rows that a projection writes are its documents, at every position."""

from hypothesis import given, settings

from projections import ALL
from projections.book import Book
from projections.changes import Changes, Closed, Opened
from projections.projection import HEADER, Document, encode
from tests.support.race_day import RaceDay
from tests.support.recorded import recorded
from tests.unit.projections.worlds import days, rendered, stored


class Table:
    """The rows of one projection, as the database would hold them."""

    def __init__(self) -> None:
        self.rows: list[Opened] = []

    def write(self, closed: list[Closed], opened: list[Opened]) -> None:
        """Close and open rows as the store does."""
        for gone in closed:
            [i] = [
                i
                for i, row in enumerate(self.rows)
                if (row.scope, row.key, row.until) == (gone.scope, gone.key, None)
            ]
            row = self.rows[i]
            self.rows[i] = Opened(row.scope, row.key, row.ord, row.since, gone.until, row.data)
        self.rows += opened

    def as_of(self, scope: str, position: int) -> list[tuple[str, bytes]]:
        """Return a scope's rows at a position, in order."""
        held = [
            row
            for row in self.rows
            if row.scope == scope
            and row.since <= position
            and (row.until is None or row.until > position)
        ]
        return [(row.key, row.data) for row in sorted(held, key=lambda row: row.ord)]


def rows_of(document: Document | None) -> list[tuple[str, bytes]]:
    """Return a document as rows."""
    if document is None:
        return []
    rows = [(key, encode(document.entries[key])) for key in document.order]
    return [(HEADER, encode(document.header)), *rows]


@given(day=days())
@settings(max_examples=60, deadline=None)
def test_every_document_can_be_read_as_of_every_position(day: RaceDay) -> None:
    """Rows written by differences, in batches, give each document as one makes it from nothing."""
    changes = {p.name: Changes() for p in ALL}
    tables = {p.name: Table() for p in ALL}
    was = []
    book = Book()
    for event in recorded(day.log):
        touched = book.fold(event)
        for projection in ALL:
            mine = changes[projection.name]
            for scope in dict.fromkeys(projection.scopes(book.event, touched, book)):
                plan = mine.compare(scope, projection.render(book, scope))
                mine.apply(plan, event.position)
            if event.position % 7 == 0:
                tables[projection.name].write(*mine.take())
        plain = book.copy()
        plain.forget()
        was.append({key: rows_of(document) for key, document in stored(plain, rendered).items()})
    for name, mine in changes.items():
        tables[name].write(*mine.take())

    for position, documents in enumerate(was, start=1):
        for (name, scope), rows in documents.items():
            assert tables[name].as_of(scope, position) == rows, (name, scope, position)


def document(**rows: int) -> Document:
    """Return a document with rows of one number each."""
    return Document({"title": "t"}, {k: {"n": n} for k, n in rows.items()}, tuple(rows))


def test_a_row_that_stays_is_not_written_again() -> None:
    """Only what differs is closed and opened."""
    changes = Changes()
    changes.apply(changes.compare("s", document(a=1, b=2)), 5)
    assert len(changes.take()[1]) == 3

    changes.apply(changes.compare("s", document(a=1, b=3)), 6)
    closed, opened = changes.take()

    assert closed == [Closed("s", "b", 6)]
    assert opened == [Opened("s", "b", 1, 6, None, b'{"n":3}')]


def test_a_row_that_moves_is_written_again() -> None:
    """Its place in the order is part of a row."""
    changes = Changes()
    changes.apply(changes.compare("s", document(a=1, b=2)), 5)
    changes.take()

    changes.apply(changes.compare("s", document(b=2, a=1)), 6)

    assert {row.key: row.ord for row in changes.take()[1]} == {"b": 0, "a": 1}


def test_what_changes_twice_between_writes_keeps_both_moments() -> None:
    """A row that was opened and closed before it was written has both positions."""
    changes = Changes()
    changes.apply(changes.compare("s", document(a=1)), 5)
    changes.apply(changes.compare("s", document(a=2)), 6)
    changes.apply(changes.compare("s", None), 8)

    closed, opened = changes.take()

    assert closed == []
    assert {(row.key, row.since, row.until) for row in opened} == {
        ("a", 5, 6),
        ("a", 6, 8),
        ("", 5, 8),
    }
