"""Rulesets as data: one TOML file each, loaded by name."""

from functools import cache
from pathlib import Path

import msgspec

from tracker.domain.ruleset import Ruleset
from tracker.errors import NotFound

_HERE = Path(__file__).parent


def names() -> tuple[str, ...]:
    """Return the names of the rulesets that come with Bell Lap."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.toml")))


@cache
def load(name: str) -> Ruleset:
    """Return a ruleset by name.

    Raises NotFound, with the names there are.
    """
    if name not in names():
        raise NotFound(f"no ruleset is called {name}: there are {', '.join(names())}")
    return msgspec.toml.decode((_HERE / f"{name}.toml").read_bytes(), type=Ruleset, strict=True)
