"""What was recorded in words that are used no more, in the words of today.

An event is never rewritten. One of a retired type is read as another type: its function takes the
JSON object as it was recorded and returns the object that says the same today, with its `type`. A
function that returns a retired type in turn is followed until the type is one of today's.
`docs/evolution.md` says when a type is retired, and what else that takes.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from tracker.errors import LogError

Object: TypeAlias = dict[str, Any]
Upcast: TypeAlias = Callable[[Object], Object]

RETIRED: dict[str, Upcast] = {}
"""By the type that was recorded. None has been retired so far."""
STEPS_LIMIT = 16
"""Retired types in a row; more is a circle."""


class NotReadable(LogError):
    """A retired event whose function leads nowhere."""

    code = "not-readable"


def upcast(type_: str, data: bytes) -> bytes:
    """Return an event's data in the words of today; data of a living type is returned as it is.

    Raises NotReadable when the functions lead in a circle.
    """
    if type_ not in RETIRED:
        return data
    now, said = type_, msgspec.json.decode(data, type=Object)
    for _ in range(STEPS_LIMIT):
        said = RETIRED[now](said)
        now = said["type"]
        if now not in RETIRED:
            return msgspec.json.encode(said)
    raise NotReadable(f"the retired type {type_} leads in a circle: see tracker/log/upcasting.py")
