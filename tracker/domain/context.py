"""What a decision about one stream may look up in others."""

from msgspec import Struct

from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.ruleset import Ruleset


class Context(Struct, frozen=True):
    """The neighbouring states and the moment, gathered by the command handler before deciding."""

    now_ms: int
    """When it happened at the rink, from the envelope."""
    ruleset: Ruleset | None = None
    """The ruleset a command names, already looked up."""
    competition: Competition | None = None
    distance: Distance | None = None
    official: str = ""
    device: str = ""
    """Who asks, and from where; empty in a supposition."""
