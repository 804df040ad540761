"""Remembers what touched a scope, so that a document is patched instead of made again."""

from msgspec import Struct

_KEPT = 32
"""Touches that surely hang together; whoever has not looked for longer works out everything."""


class Touch(Struct, eq=False):
    """One touch of a scope after others; no two are the same, whatever the book."""

    before: "Touch | None"
    race: str | None
    """The one race that became another; None when anything may have."""
    number: int = 0


def follow(before: Touch | None, race: str | None) -> Touch:
    """Return the touch that follows another; now and then, those of long ago are let go."""
    if before is None:
        return Touch(None, race)
    touch = Touch(before, race, before.number + 1)
    if touch.number % _KEPT == 0:
        last: Touch | None = before
        for _ in range(_KEPT):
            last = last and last.before
        if last is not None:
            last.before = None
    return touch


def races_between(then: Touch | None, now: Touch | None) -> tuple[str, ...] | None:
    """Return the races that a scope's touches since then were about, the latest first.

    None means that anything in the scope may be another.
    """
    if then is None or now is None:
        return None
    races: list[str] = []
    while now is not then:
        if now.race is None or now.before is None:
            return None
        if now.race not in races:
            races.append(now.race)
        now = now.before
    return tuple(races)
