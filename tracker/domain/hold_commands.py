"""What may be asked about a hold of the public board."""

from tracker.domain.request import Request
from tracker.domain.values import RaceId, Version


class HoldPublicBoard(Request, frozen=True):
    """Hold what the public sees of a race as it is now; officials see the race go on."""

    race: RaceId


class ReleasePublicBoard(Request, frozen=True):
    """Let the public see the race as it stands."""

    race: RaceId
    hold: Version | None = None
    """The hold that is meant, so that a late request does not end a later one; None: any."""
