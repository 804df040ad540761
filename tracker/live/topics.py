"""The names of topics, and which of them an event's scopes concern."""

import re
from collections.abc import Iterable
from typing import Final

from projections.book import Scope
from tracker.errors import BadRequest

_WORD = "[a-z0-9]+(?:-[a-z0-9]+)*"
_PARTS: Final = {
    "race": 3,
    "current": 1,
    "programme": 1,
    "medals": 1,
    "classification": 2,
    "standings": 1,
    "official": 4,
}
"""Of how many words the id of each kind of topic is made."""
OFFICIAL: Final = "official"
"""What the topics begin with that show decisions under embargo."""
KINDS: Final = tuple(_PARTS)
_IDS = {parts: re.compile(rf"{_WORD}(/{_WORD}){{{parts - 1}}}") for parts in set(_PARTS.values())}
_OF_SCOPE: Final = {
    "race": ("race", f"{OFFICIAL}/race"),
    "distance": ("classification",),
    "competition": ("programme", "medals", "current"),
    "series": ("standings",),
}


class BadTopic(BadRequest):
    """A topic whose name cannot be one."""

    code = "bad-topic"


def check(name: str) -> None:
    """Raise BadTopic when no topic can have the name; that it exists is not said."""
    kind, _, rest = name.partition("/")
    parts = _PARTS.get(kind)
    if parts is None:
        raise BadTopic(f"{name[:100]!r} is no topic: one starts with {', '.join(KINDS)}")
    if kind == OFFICIAL and not rest.startswith("race/"):
        raise BadTopic(f"{name[:100]!r} is no topic: {OFFICIAL}/race/… is the only official view")
    if not _IDS[parts].fullmatch(rest):
        raise BadTopic(
            f"{name[:100]!r} is no topic: after {kind}/ come {parts} words of lower-case letters, "
            "digits and hyphens, with slashes between them"
        )


def is_official(name: str) -> bool:
    """Say whether a topic shows what the public must not see yet."""
    return name.partition("/")[0] == OFFICIAL


def concerned(touched: Iterable[Scope]) -> set[str]:
    """Return the names of the topics that may look different after these scopes were touched."""
    names: set[str] = set()
    for kind, name in touched:
        names.update(f"{each}/{name}" for each in _OF_SCOPE.get(kind, ()))
        if kind == "race":
            names.add(f"current/{name.partition('/')[0]}")
    return names
