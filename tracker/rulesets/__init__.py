"""Rulesets as data: one TOML file each, loaded by name.

A file may name a table of `shared/` instead of repeating it; what is loaded is always whole.
"""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from tracker.domain.ruleset import Ruleset
from tracker.errors import NotFound

_HERE = Path(__file__).parent
_SHARED = ("distances", "infringements")


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
    content = tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))
    for key in _SHARED:
        if isinstance(content.get(key), str):
            path = _HERE / "shared" / f"{content[key]}.toml"
            content[key] = tomllib.loads(path.read_text(encoding="utf-8"))[key]
    return msgspec.convert(content, Ruleset, strict=True)
