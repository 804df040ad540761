"""Documents of a book alone: as they are read, or beside those of another book."""

from collections.abc import Sequence

from projections import as_read as reading
from projections.book import Book
from projections.differences import Difference, between_books
from projections.projection import Document, Projection


def as_read(projection: Projection, book: Book, scope: str) -> Document | None:
    """Return a stored document as it is read."""
    found = projection.render(book, scope)
    return None if found is None else reading.as_read(projection.name, found)


def differences(before: Book, after: Book, distances: Sequence[str]) -> list[Difference]:
    """Return all that two books show differently."""
    return [each for document in between_books(before, after, distances) for each in document]
