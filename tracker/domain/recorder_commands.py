"""Every request about who records a race."""

from tracker.domain.request import Request, Text
from tracker.domain.values import CompetitorId, RaceId, Version


class TakePen(Request, frozen=True):
    """Let the crossings of the sending device be the race's.

    While another device holds the pen, it is refused unless `from_other` says that this is meant.
    """

    race: RaceId
    from_other: bool = False


class AdoptCrossing(Request, frozen=True):
    """Make an observed crossing one of the race."""

    race: RaceId
    observation: Version


class FlagToReferee(Request, frozen=True):
    """Ask the referee to look at a competitor, without any public effect."""

    race: RaceId
    competitor: CompetitorId
    words: Text = ""
