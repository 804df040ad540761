"""What is recorded about who records a race; the rules of `events` hold here too."""

from tracker.domain.fact import Fact
from tracker.domain.values import (
    CompetitorId,
    EpochMs,
    Lap,
    RaceId,
    Thousandths,
    TimeSource,
    Version,
)


class PenTaken(Fact, frozen=True):
    """From now on this device's crossings are the race's; every other device's are opinions.

    `adopted` are observations of the same device that nobody else had: they become crossings.
    """

    race: RaceId
    device: str
    official: str
    adopted: tuple[Version, ...]


class CrossingObserved(Fact, frozen=True):
    """A device without the pen saw a crossing: an opinion, until somebody adopts it."""

    race: RaceId
    attempt: int
    device: str
    competitor: CompetitorId | None
    at_ms: EpochMs
    elapsed_ms: Thousandths | None
    time_source: TimeSource
    flags: tuple[str, ...]


class CrossingAdopted(Fact, frozen=True):
    """An observed crossing became one of the race, at the instant at which it was observed."""

    race: RaceId
    observation: Version


class FlaggedToReferee(Fact, frozen=True):
    """An official at the ice asks the referee to look at a competitor; the public is not told."""

    race: RaceId
    attempt: int
    competitor: CompetitorId
    lap: Lap | None
    at_ms: EpochMs
    words: str
