"""Renders the rows of a document whose values are others, and leaves the rest as they were."""

from collections.abc import Callable, Mapping
from itertools import compress
from operator import is_not
from typing import Generic, TypeVar

from msgspec import Struct

from projections.projection import Document, Row

_T = TypeVar("_T")


class Rendered(Struct, Generic[_T], frozen=True):
    """A document, with the values that its rows were rendered from."""

    values: Mapping[str, _T]
    document: Document


def render(
    known: Rendered[_T] | None,
    header: Row,
    values: Mapping[str, _T],
    row: Callable[[_T], Row],
) -> Rendered[_T]:
    """Return the document of some values; a row is rendered anew where its value is another."""
    if known is None:
        rows = {key: row(value) for key, value in values.items()}
        return Rendered(values, Document(header, rows, tuple(rows)))
    before, document = known.values, known.document
    others = compress(values.items(), map(is_not, values.values(), map(before.get, values)))
    changed = {key: row(value) for key, value in others if before.get(key) != value}
    if header == document.header:
        header = document.header
    order = tuple(values)
    rows = {**document.entries, **changed} if changed else document.entries
    if order[: len(document.order)] != document.order:
        rows = {key: rows[key] for key in order}
        return Rendered(values, Document(header, rows, order))
    if changed or header is not document.header:
        named = [key for key in changed if key in document.entries]
        document = document.patched(header, rows, order, named)
    return Rendered(values, document)
