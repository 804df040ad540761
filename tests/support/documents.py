"""Documents as they are read, from a book alone."""

from projections import as_read as reading
from projections.book import Book
from projections.projection import Document, Projection


def as_read(projection: Projection, book: Book, scope: str) -> Document | None:
    """Return a stored document as it is read."""
    found = projection.render(book, scope)
    return None if found is None else reading.as_read(projection.name, found)
