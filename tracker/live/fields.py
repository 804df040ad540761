"""Field filters: the parts of a document that a viewer wants."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from tracker.live.limits import Limits
from tracker.live.merge_patch import Document
from tracker.live.refusals import BadFields

Tree: TypeAlias = "dict[str, Tree | None]"
"""Keys that are wanted, each with what is wanted of it; None is everything."""

DEPTH_LIMIT = 8
"""Steps in one path of a filter."""
_STEP = r"(?:[A-Za-z0-9_-]+|\*)"
_PATH = re.compile(rf"{_STEP}(?:\.{_STEP}){{0,{DEPTH_LIMIT - 1}}}")


def checked(paths: Iterable[str] | None, limits: Limits) -> tuple[str, ...]:
    """Return a filter's paths, each once and in order; none means everything.

    Raises BadFields.
    """
    found = tuple(sorted(set(paths or ())))
    if len(found) > limits.fields:
        raise BadFields(f"{len(found)} fields are too many: name at most {limits.fields}")
    for path in found:
        if not _PATH.fullmatch(path):
            raise BadFields(
                f"{path[:60]!r} is no field: write keys with dots between them, * for every key, "
                f"such as entries.*.rank, and at most {DEPTH_LIMIT} of them"
            )
    return found


def tree(paths: Sequence[str]) -> Tree:
    """Return paths as a tree; whoever wants a whole gets its parts with it."""
    root: Tree = {}
    for path in paths:
        node: Tree | None = root
        *steps, last = path.split(".")
        for step in steps:
            if node is None:
                break
            node = node.setdefault(step, {})
        if node is not None:
            node[last] = None
    return root


def select(document: Document, wanted: Tree) -> Document:
    """Return what a tree wants of a document."""
    every = wanted.get("*", _NOTHING)
    found: Document = {}
    for key, value in document.items():
        named = wanted.get(key, _NOTHING)
        if named is _NOTHING and every is _NOTHING:
            continue
        if named is None or every is None:
            found[key] = value
        elif isinstance(value, dict):
            found[key] = select(value, _both(named, every))
    return found


_NOTHING: Any = {}


def _both(one: Tree, other: Tree) -> Tree:
    """Return a tree that wants what either of two wants."""
    if not one or not other:
        return one or other
    found: Tree = dict(one)
    for key, wanted in other.items():
        known = found.get(key, _NOTHING)
        found[key] = None if known is None or wanted is None else _both(known, wanted)
    return found
