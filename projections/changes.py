"""Which temporal rows open and close when a document is rendered again."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, islice
from operator import is_not
from typing import TypeAlias

from msgspec import Struct

from projections.projection import HEADER, Document, Row, encode

_HEADER_ORD = -1
_Fresh: TypeAlias = tuple[str, int, Row, bytes]
"""A row with its key, its place, and what it is encoded to."""


class Held(Struct, frozen=True):
    """A row that holds now; `row` is what was encoded, when it was rendered here."""

    ord: int
    since: int
    data: bytes
    row: Row | None = None


class Opened(Struct, frozen=True):
    """A row to be written; `until` is set when it was closed again before it was."""

    scope: str
    key: str
    ord: int
    since: int
    until: int | None
    data: bytes


class Closed(Struct, frozen=True):
    """A written row that ceases to hold."""

    scope: str
    key: str
    until: int


class Plan(Struct, frozen=True):
    """How a scope's rows differ from a document."""

    scope: str
    gone: tuple[str, ...]
    fresh: Sequence[_Fresh]
    document: Document | None


class Changes:
    """The rows of one generation that hold now, and how they differ from what is written."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, Held]] = {}
        """By scope; the one that changed longest ago comes first."""
        self._shown: dict[str, Document | None] = {}
        """What each scope was compared with last."""
        self._unwritten: dict[str, dict[str, None]] = {}
        """Keys of rows that hold now and are not written, by scope."""
        self._changed: dict[str, int] = {}
        """Where each scope changed last."""
        self._opened: list[Opened] = []
        self._closed: list[Closed] = []

    def __len__(self) -> int:
        """Return how many rows are to be opened or closed."""
        unwritten = sum(map(len, self._unwritten.values()))
        return unwritten + len(self._opened) + len(self._closed)

    @property
    def over(self) -> int:
        """Return how many rows are to be written that will not change any more."""
        return len(self._opened)

    @property
    def held(self) -> int:
        """Return how many rows that hold now are in memory."""
        return sum(map(len, self._held.values()))

    def knows(self, scope: str) -> bool:
        """Say whether a scope's rows are known here."""
        return scope in self._held

    def learn(self, scope: str, rows: dict[str, Held]) -> None:
        """Take what is written of a scope as what holds now."""
        self._held[scope] = rows
        self._shown.pop(scope, None)

    def forget(self, limit: int) -> None:
        """Keep no more than `limit` scopes in memory; only when nothing is unwritten."""
        assert not len(self), "rows that are not written would be lost"
        self._drop(tuple(islice(self._held, max(len(self._held) - limit, 0))))

    def compare(self, scope: str, document: Document | None) -> Plan:
        """Return how a scope's rows differ from its document; nothing is changed yet."""
        shown = self._shown.get(scope)
        if document is not None and shown is document:
            return Plan(scope, (), (), document)
        held = self._held.get(scope, {})
        if document is None:
            return Plan(scope, tuple(held), (), None)
        if shown is not None and document.follows(shown):
            gone: tuple[str, ...] = ()
            rows = _named(document, shown, held)
        else:
            goes_on = shown is not None and _goes_on(document, shown)
            rows = _rows(document, shown)
            gone = () if goes_on else _gone(held, document)
        fresh: list[_Fresh] = []
        for key, order, row in rows:
            before = held.get(key)
            if before is None:
                fresh.append((key, order, row, encode(row)))
            elif before.row is not row or before.ord != order:
                data = encode(row)
                if before.data != data or before.ord != order:
                    fresh.append((key, order, row, data))
        return Plan(scope, gone, fresh, document)

    def apply(self, plan: Plan, position: int) -> None:
        """Make a scope's rows those of the document it was compared with, from a position on."""
        scope = plan.scope
        self._shown[scope] = plan.document
        held = self._held.get(scope)
        if held is None:
            held = self._held[scope] = {}
            self._changed[scope] = position
        if not plan.gone and not plan.fresh:
            return
        self._held[scope] = self._held.pop(scope)
        self._changed[scope] = position
        unwritten = self._unwritten.setdefault(scope, {})
        for key in plan.gone:
            self._close(scope, key, held.pop(key), position, unwritten)
        opened = self._opened
        for key, order, row, data in plan.fresh:
            before = held.get(key)
            if before is None:
                unwritten[key] = None
            elif key in unwritten:
                opened.append(Opened(scope, key, before.ord, before.since, position, before.data))
            else:
                self._closed.append(Closed(scope, key, position))
                unwritten[key] = None
            held[key] = Held(order, position, data, row)

    def take(self) -> tuple[list[Closed], list[Opened]]:
        """Return what is to be written, closings first, and regard it as written."""
        closed, opened = self.take_over()
        for scope, keys in self._unwritten.items():
            held = self._held[scope]
            opened += [_opened(scope, key, held[key]) for key in keys]
        self._unwritten = {}
        return closed, opened

    def take_over(self) -> tuple[list[Closed], list[Opened]]:
        """Return the rows that hold no more: they are written once, with both their ends."""
        closed, opened = self._closed, self._opened
        self._closed, self._opened = [], []
        return closed, opened

    def quiet(self, since: int) -> bool:
        """Say whether a scope in memory has not changed since a position."""
        oldest = next(iter(self._held), None)
        return oldest is not None and self._changed.get(oldest, 0) < since

    def spill(self, limit: int, since: int = 0) -> tuple[list[str], list[Opened]]:
        """Keep no more than `limit` rows in memory, and none of scopes unchanged since a position.

        Return the scopes that go, and their unwritten rows. They must be learned before they are
        compared with a document again.
        """
        left, scopes, opened = self.held, [], []
        for scope, held in self._held.items():
            if left <= limit and self._changed.get(scope, 0) >= since:
                break
            left -= len(held)
            scopes.append(scope)
            keys = self._unwritten.pop(scope, ())
            opened += [_opened(scope, key, held[key]) for key in keys]
        self._drop(scopes)
        return scopes, opened

    def _drop(self, scopes: Iterable[str]) -> None:
        for scope in scopes:
            del self._held[scope]
            self._shown.pop(scope, None)
            self._changed.pop(scope, None)

    def _close(
        self, scope: str, key: str, held: Held, position: int, unwritten: dict[str, None]
    ) -> None:
        if key in unwritten:
            del unwritten[key]
            self._opened.append(Opened(scope, key, held.ord, held.since, position, held.data))
        else:
            self._closed.append(Closed(scope, key, position))


def _opened(scope: str, key: str, held: Held) -> Opened:
    return Opened(scope, key, held.ord, held.since, None, held.data)


def _named(
    document: Document, shown: Document, held: Mapping[str, Held]
) -> list[tuple[str, int, Row]]:
    """Return the rows that a document says it does not have in common with what was shown."""
    entries, order = document.entries, document.order
    rows = [(key, held[key].ord, entries[key]) for key in document.changed]
    if document.header is not shown.header:
        rows.append((HEADER, _HEADER_ORD, document.header))
    start = len(shown.order)
    rows += [(key, place, entries[key]) for place, key in enumerate(order[start:], start)]
    return rows


def _rows(document: Document, shown: Document | None) -> list[tuple[str, int, Row]]:
    """Return the rows of a document, without those that are the same objects as were shown."""
    assert HEADER not in document.entries, "the empty key is the header's"
    entries, order = document.entries, document.order
    rows = [(HEADER, _HEADER_ORD, document.header)]
    same = 0
    if shown is not None and _goes_on(document, shown):
        same = len(shown.order)
        now, before = map(entries.get, order), map(shown.entries.get, shown.order)
        places = compress(range(same), map(is_not, now, before))
        rows += [(order[place], place, entries[order[place]]) for place in places]
    rows += [(key, place, entries[key]) for place, key in enumerate(order[same:], same)]
    return rows


def _gone(held: dict[str, Held], document: Document) -> tuple[str, ...]:
    """Return the keys that a document has no more."""
    gone = held.keys() - document.entries.keys()
    gone.discard(HEADER)
    return tuple(sorted(gone))


def _goes_on(document: Document, shown: Document) -> bool:
    """Say whether a document begins with the rows of another, in their order."""
    if document.order is shown.order:
        return True
    return document.order[: len(shown.order)] == shown.order
