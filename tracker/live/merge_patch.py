"""Merge patches of RFC 7396 between documents without nulls.

A patch cannot say that a value is null, for null says that a key is gone. So documents on the feed
have no nulls in their objects: a key that is absent is a value that is not known. Arrays are
replaced as a whole, and what is in them is not looked into.
"""

from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
"""A JSON object."""


def without_nulls(document: Document) -> Document:
    """Return a document without the keys whose value is null."""
    return {
        key: without_nulls(value) if isinstance(value, dict) else value
        for key, value in document.items()
        if value is not None
    }


def diff(old: Document, new: Document) -> Document:
    """Return the smallest patch that makes `new` of `old`; both are without nulls."""
    patch: Document = {key: None for key in old if key not in new}
    for key, value in new.items():
        if key not in old:
            patch[key] = value
            continue
        before = old[key]
        if isinstance(before, dict) and isinstance(value, dict):
            inner = diff(before, value) if before is not value else None
            if inner:
                patch[key] = inner
        elif not _same(before, value):
            patch[key] = value
    return patch


def apply(document: Document, patch: Document) -> Document:
    """Return what a patch makes of a document, which stays as it is."""
    result = dict(document)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            before = result.get(key)
            result[key] = apply(before if isinstance(before, dict) else {}, value)
        else:
            result[key] = value
    return result


def _same(one: object, other: object) -> bool:
    """Say whether two values are the same JSON: for Python, 1 equals true."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    return type(one) is type(other) and one == other
