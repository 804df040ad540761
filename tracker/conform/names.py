"""Who is who in publications that spell names differently."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

_ALIKE = 0.72
"""How alike two spellings of one nation's skater must be, 1 being the same."""
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "\u0131": "i"}


def words(name: str) -> tuple[str, ...]:
    """Return a name's words without accents, capitals or order; what is in brackets is left out."""
    plain = re.sub(r"\(.*?\)", " ", name).lower()
    plain = "".join(_LETTERS.get(letter, letter) for letter in plain)
    plain = unicodedata.normalize("NFKD", plain)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(sorted(re.sub(r"[^a-z0-9]+", " ", plain).split()))


def slug(*parts: str) -> str:
    """Return an id of the words of some names."""
    return "-".join(word for part in parts for word in words(part))[:60].strip("-")


def alike(one: str, other: str) -> float:
    """Return how alike two names are, 1 being the same words."""
    first, second = words(one), words(other)
    if first == second or "".join(first) == "".join(second):
        return 1.0
    return SequenceMatcher(None, "".join(first), "".join(second)).ratio()


def same(one: str, other: str) -> bool:
    """Return whether two spellings may be one person's."""
    return alike(one, other) >= _ALIKE


def find(name: str, noc: str | None, known: Mapping[str, tuple[str, str]]) -> str | None:
    """Return the id of whoever is meant among the known (name, NOC) by id, or None."""
    candidates: Iterable[tuple[float, str]] = (
        (alike(name, other), key)
        for key, (other, other_noc) in known.items()
        if noc is None or noc == other_noc
    )
    best = max(candidates, default=(0.0, ""))
    return best[1] if best[0] >= _ALIKE else None
