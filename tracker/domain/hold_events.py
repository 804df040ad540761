"""What is recorded about a hold of the public board; the rules of `events` hold here too."""

from tracker.domain.fact import Fact
from tracker.domain.values import EpochMs, RaceId, Version


class PublicBoardHeld(Fact, frozen=True):
    """Until the hold ends, the public sees of this race what it saw just before, marked as held.

    It ends with its release, or with the race's cancellation or a result that is published: an
    act that vouches for the whole sheet.
    """

    race: RaceId
    at_ms: EpochMs


class PublicBoardReleased(Fact, frozen=True):
    """The hold of that version is over: the public sees the race as it stands."""

    race: RaceId
    hold: Version
    at_ms: EpochMs
