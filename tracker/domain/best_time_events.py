"""What is recorded about best times; the rules of `events` hold here too."""

from tracker.domain.fact import Fact
from tracker.domain.values import (
    BestTimeKind,
    CompetitionId,
    CompetitorId,
    ConfirmedKind,
    Day,
    FinishedIn,
    Gender,
    Lap,
    Metres,
    Name,
    Noc,
    RaceId,
    Reason,
    SkaterId,
)


class BestTimeStated(Fact, frozen=True):
    """This best time stood when the competition began; a later statement replaces it."""

    competition: CompetitionId
    kind: BestTimeKind
    gender: Gender
    metres: Metres
    relay: bool
    skater: SkaterId | None
    """Whose season or personal best it is; `None` for a relay's, which belongs to the NOC."""
    name: Name
    noc: Noc
    time_ms: FinishedIn
    set_on: Day | None
    set_at: Name | None


class BestTimeConfirmed(Fact, frozen=True):
    """An official recognised an official time as a world, championship or track best time.

    It is void while a correction of the result takes the time away.
    """

    race: RaceId
    competitor: CompetitorId
    kind: ConfirmedKind
    time_ms: FinishedIn


class LapsMiscounted(Fact, frozen=True):
    """The race went over another number of lap rows than it has.

    Its result stands; its times are recognised for no best time.
    """

    race: RaceId
    attempt: int
    lap_rows: Lap
    """What was skated."""
    reason: Reason
