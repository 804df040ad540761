"""Documents as they are read: some are stored in a shape in which less of them changes."""

from collections.abc import Callable, Mapping

from projections import classification, rounds
from projections.projection import Document

_READ: Mapping[str, Callable[[Document], Document]] = {
    classification.ClassificationProjection.name: classification.ranked,
    rounds.RoundsProjection.name: rounds.joined,
}


def as_read(name: str, stored: Document) -> Document:
    """Return a projection's document as it is read."""
    read = _READ.get(name)
    return stored if read is None else read(stored)
