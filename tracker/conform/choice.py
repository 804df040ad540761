"""Which ruleset a publication is held to."""

from tracker import rulesets
from tracker.conform.published import Published, season_of
from tracker.domain.ruleset import Ruleset

_SEASONAL = ("isu-", "world-tour-")
"""Rulesets of the international season; a club's or a qualification's is asked for by name."""


def ruleset_for(published: Published) -> Ruleset:
    """Return the ruleset in force at the turn of the publication's season.

    Rules hold until others replace them: a season without its own has the last one before it, and
    what is older than every ruleset has the first.
    """
    turn = f"{season_of(published)}-12-31"
    known = [rulesets.load(name) for name in rulesets.names() if name.startswith(_SEASONAL)]
    known.sort(key=lambda ruleset: ruleset.valid_from)
    begun = [ruleset for ruleset in known if ruleset.valid_from <= turn]
    return begun[-1] if begun else known[0]
