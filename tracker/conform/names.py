"""Who is who in publications that spell names differently."""

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache

_ALIKE = 0.72
"""How alike two spellings of one nation's skater must be, 1 being the same."""
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "\u0131": "i"}


@lru_cache(maxsize=20_000)
def plain(name: str) -> str:
    """Return a name without accents, capitals and signs; what is in brackets is left out."""
    text = re.sub(r"\(.*?\)", " ", name).lower()
    text = "".join(_LETTERS.get(letter, letter) for letter in text)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """Return a name's words without accents, capitals or order."""
    return tuple(sorted(plain(name).split()))


def slug(*parts: str) -> str:
    """Return an id of the words of some names."""
    return "-".join(word for part in parts for word in words(part))[:60].strip("-")


@lru_cache(maxsize=50_000)
def alike(one: str, other: str) -> float:
    """Return how alike two names are, 1 being the same words in any order, or run together.

    A name of no Latin letters is only like itself.
    """
    first, second = words(one), words(other)
    if not first or not second:
        return 1.0 if one.strip() == other.strip() else 0.0
    if first == second or _together(one) == _together(other):
        return 1.0
    ratios = [SequenceMatcher(None, "".join(first), "".join(second)).ratio()]
    ratios += [SequenceMatcher(None, _together(one), turned).ratio() for turned in _turned(other)]
    return min(max(ratios), 0.99)


def _together(name: str) -> str:
    return plain(name).replace(" ", "")


def _turned(name: str) -> list[str]:
    """Return a name run together, once with each of its words first: family or given name."""
    parts = plain(name).split()
    return ["".join(parts[i:] + parts[:i]) for i in range(len(parts))]


def same(one: str, other: str) -> bool:
    """Return whether two spellings may be one person's."""
    return alike(one, other) >= _ALIKE


def pair(
    wanted: Mapping[int, tuple[str, str]], known: Mapping[str, tuple[str, str]]
) -> dict[int, str]:
    """Return who is meant by each wanted (name, NOC): nobody by two of them, the likest first.

    A nation of its own goes before the same name of another.
    """
    likely = sorted(
        (noc != other_noc, -alike(name, other), number, key)
        for number, (name, noc) in wanted.items()
        for key, (other, other_noc) in known.items()
        if not noc or not other_noc or noc == other_noc or alike(name, other) == 1.0
    )
    found: dict[int, str] = {}
    taken: set[str] = set()
    for _, unlike, number, key in likely:
        if -unlike >= _ALIKE and number not in found and key not in taken:
            found[number] = key
            taken.add(key)
    return found
