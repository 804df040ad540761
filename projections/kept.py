"""Keeps what followed from the very same objects, so that it need not be worked out again."""

from collections.abc import Callable, Hashable
from operator import is_
from typing import Any, TypeVar

KEPT = 32
"""How many answers are kept; the one that was made longest ago goes first."""
_T = TypeVar("_T")


class Kept:
    """Answers by key, each with the objects it was made from.

    States are frozen and their parts shared, so what has not changed is the very same object.
    """

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._known: dict[Hashable, tuple[tuple[object, ...], Any]] = {}

    def of(self, key: Hashable, inputs: tuple[object, ...], make: Callable[[], _T]) -> _T:
        """Return the answer of these inputs: the same object as long as they are the same."""
        known = self._known.get(key)
        if known is not None and same(known[0], inputs):
            value: _T = known[1]
            return value
        value = make()
        self._known.pop(key, None)
        self._known[key] = (inputs, value)
        if len(self._known) > self._limit:
            del self._known[next(iter(self._known))]
        return value

    def last(self, key: Hashable) -> Any:  # what is kept is typed by its key
        """Return the answer that was given last, or None."""
        known = self._known.get(key)
        return None if known is None else known[1]


def same(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    """Say whether two lists hold the very same objects."""
    return len(some) == len(others) and all(map(is_, some, others))
