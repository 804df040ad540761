"""Every request about best times."""

from tracker.domain.request import Request
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


class StateBestTime(Request, frozen=True):
    """State a best time that stood when the competition began, in place of an earlier statement."""

    competition: CompetitionId
    kind: BestTimeKind
    gender: Gender
    metres: Metres
    name: Name
    noc: Noc
    time_ms: FinishedIn
    relay: bool = False
    skater: SkaterId | None = None
    set_on: Day | None = None
    set_at: Name | None = None


class ConfirmBestTime(Request, frozen=True):
    """Recognise an official time as a world, championship or track best time."""

    race: RaceId
    competitor: CompetitorId
    kind: ConfirmedKind
    time_ms: FinishedIn


class RecordMiscount(Request, frozen=True):
    """Record that a race went over another number of lap rows than it has."""

    race: RaceId
    lap_rows: Lap
    reason: Reason
