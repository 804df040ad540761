"""Which ruleset a publication is held to."""

from tracker import rulesets
from tracker.conform.published import Published, season_of
from tracker.domain.ruleset import Ruleset

_SEASONAL = ("isu-", "world-tour-")
"""Rulesets of the international season; a club's or a qualification's is asked for by name."""


def ruleset_for(published: Published) -> Ruleset:
    """Return the ruleset in force at the turn of the publication's season, or the nearest."""
    turn = f"{season_of(published)}-12-31"
    known = [rulesets.load(name) for name in rulesets.names() if name.startswith(_SEASONAL)]
    for ruleset in known:
        if ruleset.valid_from <= turn <= ruleset.valid_to:
            return ruleset
    return min(known, key=lambda ruleset: abs(_year(ruleset.valid_from) - _year(turn)))


def _year(day: str) -> int:
    return int(day[:4])
