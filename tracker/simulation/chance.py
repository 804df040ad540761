"""Chance that can be repeated: the same path always leads to the same numbers."""

from random import Random


def chance(*path: str | int) -> Random:
    """Return a source of numbers of its own for each path, such as `(7, "men-500", "gaps")`.

    Whatever is added to one part of a day leaves all others as they were.
    """
    return Random("/".join(map(str, path)))  # noqa: S311 - a game, and it must be repeatable
