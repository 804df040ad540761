"""Documents as they are read, from a book alone."""

from projections.book import Book
from projections.classification import ClassificationProjection, ranked
from projections.projection import Document, Projection


def as_read(projection: Projection, book: Book, scope: str) -> Document | None:
    """Return a stored document as it is read."""
    found = projection.render(book, scope)
    if found is None or projection.name != ClassificationProjection.name:
        return found
    return ranked(found)
