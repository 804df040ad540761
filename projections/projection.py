"""What a projection is: a name, a version, the scopes an event changes, and a pure render."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol, TypeAlias, get_args
from weakref import ref

import msgspec
from msgspec import Struct

from projections.book import Book, Scope
from tracker.domain.events import Event

Row: TypeAlias = dict[str, Any]
"""JSON as it is sent: what is in it depends on the document."""

EVENTS: tuple[type[Event], ...] = get_args(Event)
HEADER = ""
"""The key under which a document's header is stored among its rows."""


class Document(Struct, frozen=True, eq=False, weakref=True):
    """A read model's answer: a header, and rows by their stable ids, in order.

    Whoever receives one shares it with others: read it, never change it.
    """

    header: Row
    entries: dict[str, Row] = {}
    order: tuple[str, ...] = ()
    after: "ref[Document] | None" = None
    """The document that this one was patched from: it has the same order, or begins with it."""
    changed: tuple[str, ...] = ()
    """The rows of it that are others; further ones at the end of the order are not named."""

    def __eq__(self, other: object) -> bool:
        """Say whether two documents show the same, however they came about."""
        if not isinstance(other, Document):
            return NotImplemented
        mine = (self.header, self.entries, self.order)
        return mine == (other.header, other.entries, other.order)

    __hash__ = None  # type: ignore[assignment]  # rows are dictionaries

    def patched(
        self,
        header: Row,
        entries: dict[str, Row],
        order: tuple[str, ...],
        changed: Iterable[str] = (),
    ) -> "Document":
        """Return the document after some rows became others and some were added at the end."""
        return Document(header, entries, order, ref(self), tuple(changed))

    def follows(self, other: "Document") -> bool:
        """Say whether this document was patched from another."""
        return self.after is not None and self.after() is other

    def api(self) -> Row:
        """Return the document as the API sends it: the rows as a list, best first."""
        rows = [{"id": key, **self.entries[key]} for key in self.order]
        return {**self.header, "rows": rows}

    def feed(self) -> Row:
        """Return the document as the feed sends it: maps by id, for merge patches."""
        return {**self.header, "entries": self.entries, "order": list(self.order)}


class Projection(Protocol):
    """A read model that is stored as temporal rows.

    `scopes` may name a scope that does not change, but never leaves one out that does; it is asked
    after the event was folded into the book. It is not asked after a fact on the ice of a race
    that has no result yet: no document that is stored shows those.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    """Counted up when a render changes: the rows are then filled anew beside the old ones."""
    ignored: ClassVar[tuple[type[Event], ...]]
    """Events after which no document is another, whatever came before: they are not asked about."""
    reads_notes: ClassVar[bool]
    """Whether it reads who took which decision: for others, a rebuild keeps no notes of that."""
    of_a_competition: ClassVar[bool]
    """Whether each document follows from one competition, which begins its scope."""

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the scopes whose documents the event may have changed."""
        ...

    def render(self, book: Book, scope: str) -> Document | None:
        """Return a scope's document as the book stands, or None while there is none."""
        ...


def all_but(*heeded: type[Event]) -> tuple[type[Event], ...]:
    """Return every kind of event but those that a projection heeds."""
    return tuple(each for each in EVENTS if each not in heeded)


def ids(kind: str, touched: Iterable[Scope]) -> tuple[str, ...]:
    """Return the ids of what an event touched of a kind, in their order."""
    found = [name for each, name in touched if each == kind]
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)


encode: Callable[[Row], bytes] = msgspec.json.Encoder().encode
"""Returns a row as it is stored."""
