"""Which temporal rows open and close when a document is rendered again."""

from itertools import compress
from operator import is_not

from msgspec import Struct

from projections.projection import HEADER, Document, Row, encode

_HEADER_ORD = -1


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
    fresh: tuple[tuple[str, int, Row, bytes], ...]
    document: Document | None


class Changes:
    """The rows of one generation that hold now, and how they differ from what is written."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, Held]] = {}
        self._shown: dict[str, Document | None] = {}
        """What each scope was compared with last."""
        self._unwritten: dict[tuple[str, str], None] = {}
        self._opened: list[Opened] = []
        self._closed: list[Closed] = []

    def __len__(self) -> int:
        """Return how many rows are to be opened or closed."""
        return len(self._unwritten) + len(self._opened) + len(self._closed)

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
        while len(self._held) > limit:
            scope = next(iter(self._held))
            del self._held[scope]
            self._shown.pop(scope, None)

    def compare(self, scope: str, document: Document | None) -> Plan:
        """Return how a scope's rows differ from its document; nothing is changed yet."""
        if document is not None and self._shown.get(scope) is document:
            return Plan(scope, (), (), document)
        held = self._held.get(scope, {})
        shown = self._shown.get(scope)
        wanted = {} if document is None else _rows(document, shown)
        fresh: list[tuple[str, int, Row, bytes]] = []
        for key, (order, row) in wanted.items():
            before = held.get(key)
            if before is not None and before.row is row and before.ord == order:
                continue
            data = encode(row)
            if before is None or before.data != data or before.ord != order:
                fresh.append((key, order, row, data))
        return Plan(scope, _gone(held, document, shown), tuple(fresh), document)

    def apply(self, plan: Plan, position: int) -> None:
        """Make a scope's rows those of the document it was compared with, from a position on."""
        held = self._held.setdefault(plan.scope, {})
        self._shown[plan.scope] = plan.document
        for key in plan.gone:
            self._close(plan.scope, key, held.pop(key), position)
        for key, order, row, data in plan.fresh:
            if key in held:
                self._close(plan.scope, key, held[key], position)
            held[key] = Held(order, position, data, row)
            self._unwritten[plan.scope, key] = None

    def take(self) -> tuple[list[Closed], list[Opened]]:
        """Return what is to be written, closings first, and regard it as written."""
        closed, opened = self._closed, self._opened
        for scope, key in self._unwritten:
            held = self._held[scope][key]
            opened.append(Opened(scope, key, held.ord, held.since, None, held.data))
        self._closed, self._opened, self._unwritten = [], [], {}
        return closed, opened

    def _close(self, scope: str, key: str, held: Held, position: int) -> None:
        if (scope, key) in self._unwritten:
            del self._unwritten[scope, key]
            self._opened.append(Opened(scope, key, held.ord, held.since, position, held.data))
        else:
            self._closed.append(Closed(scope, key, position))


def _rows(document: Document, shown: Document | None) -> dict[str, tuple[int, Row]]:
    """Return the rows of a document, without those that are the same objects as were shown."""
    assert HEADER not in document.entries, "the empty key is the header's"
    entries, order = document.entries, document.order
    rows = {HEADER: (_HEADER_ORD, document.header)}
    same = 0
    if shown is not None and _goes_on(document, shown):
        same = len(shown.order)
        now, before = map(entries.get, order), map(shown.entries.get, shown.order)
        for place in compress(range(same), map(is_not, now, before)):
            rows[order[place]] = (place, entries[order[place]])
    for place in range(same, len(order)):
        rows[order[place]] = (place, entries[order[place]])
    return rows


def _gone(
    held: dict[str, Held], document: Document | None, shown: Document | None
) -> tuple[str, ...]:
    """Return the keys that a document has no more."""
    if document is None:
        return tuple(held)
    if shown is not None and _goes_on(document, shown):
        return ()
    return tuple(key for key in held if key != HEADER and key not in document.entries)


def _goes_on(document: Document, shown: Document) -> bool:
    """Say whether a document begins with the rows of another, in their order."""
    return document.order[: len(shown.order)] == shown.order
