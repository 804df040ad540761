"""What is recorded for those who look at the video; the rules of `events` hold here too."""

from tracker.domain.fact import Fact
from tracker.domain.values import EpochMs, Lap, RaceId, Thousandths


class VideoBookmarked(Fact, frozen=True):
    """An official marked an instant to be looked at on the video; the public is not told."""

    race: RaceId
    attempt: int
    at_ms: EpochMs
    elapsed_ms: Thousandths | None
    """What the race clock showed; None when none ran."""
    lap: Lap | None
    label: str
    official: str
