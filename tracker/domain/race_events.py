"""Every fact of a race that can be recorded; these names are the storage format.

Rules of this file: a class is never renamed or removed; a field is never renamed, removed or
retyped; a new field has a default that means "not known then"; nothing is written with defaults
omitted. A version names an earlier event of the same stream.
"""

from typing import TypeAlias

from tracker.domain.best_time_events import BestTimeConfirmed, LapsMiscounted
from tracker.domain.fact import Fact
from tracker.domain.hold_events import PublicBoardHeld, PublicBoardReleased
from tracker.domain.recorder_events import (
    CrossingAdopted,
    CrossingObserved,
    FlaggedToReferee,
    PenTaken,
)
from tracker.domain.values import (
    CompetitionId,
    CompetitorId,
    Count,
    DistanceId,
    Drawn,
    EpochMs,
    FinishTime,
    Gender,
    Lap,
    Member,
    Name,
    Noc,
    Place,
    RaceId,
    Reason,
    Round,
    Sanction,
    SeriesId,
    SkaterId,
    Slug,
    Starter,
    StartPosition,
    Thousandths,
    TimeSource,
    Version,
    Zone,
)

# --- race: before the gun ----------------------------------------------------------------------


class RaceScheduled(Fact, frozen=True):
    """A race was put on the programme, complete in itself so that its stream can stand alone."""

    race: RaceId
    distance: DistanceId
    competition: CompetitionId
    series: SeriesId | None
    name: Name
    """The distance's name; the race's own is `round_name`."""
    round: Round
    round_name: Name
    number: int
    gender: Gender
    relay: bool
    metres: int
    lap_rows: int
    first_row_half: bool
    false_starts_allowed: int
    protest_minutes: int
    scheduled_at_ms: EpochMs | None
    order: int


class RaceCancelled(Fact, frozen=True):
    """A scheduled race will not be skated."""

    race: RaceId
    reason: Reason


class StartListPublished(Fact, frozen=True):
    """The start list is this, from inside to outside, until the gun or the next list."""

    race: RaceId
    starters: tuple[Starter, ...]
    drawn: Drawn | None = None


class StartPositionsChanged(Fact, frozen=True):
    """Competitors start from other positions than the list said."""

    race: RaceId
    positions: dict[CompetitorId, StartPosition]
    reason: Reason


class LineUpNamed(Fact, frozen=True):
    """A relay team skates with these skaters."""

    race: RaceId
    competitor: CompetitorId
    line_up: tuple[Member, ...]


class DidNotStartRecorded(Fact, frozen=True):
    """A competitor on the start list did not start."""

    race: RaceId
    competitor: CompetitorId
    reason: str


# --- race: start, stop, restart ----------------------------------------------------------------


class RaceStarted(Fact, frozen=True):
    """The gun went off."""

    race: RaceId
    attempt: int
    at_ms: EpochMs


class FalseStartCalled(Fact, frozen=True):
    """The starter recalled the field; the offender is named when there is one."""

    race: RaceId
    attempt: int
    competitor: CompetitorId | None


class RaceStopped(Fact, frozen=True):
    """The referee stopped the race."""

    race: RaceId
    attempt: int
    reason: Reason


class RestartOrdered(Fact, frozen=True):
    """The race is skated again as a new attempt; what happened in the earlier one is void.

    Decisions stand until they are withdrawn. `excluded` do not come to the new start.
    """

    race: RaceId
    attempt: int
    re_skate: bool
    """True: later, as a race of its own; false: at once, from the line."""
    excluded: tuple[CompetitorId, ...]
    reason: Reason


# --- race: on the ice --------------------------------------------------------------------------


class CrossingRecorded(Fact, frozen=True):
    """A competitor crossed the finish line; without a competitor, it is assigned afterwards."""

    race: RaceId
    attempt: int
    competitor: CompetitorId | None
    at_ms: EpochMs
    elapsed_ms: Thousandths | None
    """Since the gun, as measured; `None` when only the order was seen."""
    time_source: TimeSource
    flags: tuple[str, ...]
    """Why an official should look at it: `not-running`, `not-on-list`, `after-finish`, …"""


class CrossingAssigned(Fact, frozen=True):
    """An earlier crossing without a competitor belongs to this one."""

    race: RaceId
    crossing: Version
    competitor: CompetitorId


class ExchangeRecorded(Fact, frozen=True):
    """A relay team exchanged: this skater races now."""

    race: RaceId
    attempt: int
    competitor: CompetitorId
    skater: SkaterId
    at_ms: EpochMs
    flags: tuple[str, ...]


class FallRecorded(Fact, frozen=True):
    """A competitor fell."""

    race: RaceId
    attempt: int
    competitor: CompetitorId
    lap: Lap | None
    at_ms: EpochMs


class GettingUpRecorded(Fact, frozen=True):
    """A fallen competitor got up and races on."""

    race: RaceId
    attempt: int
    competitor: CompetitorId
    at_ms: EpochMs


class WithdrawalRecorded(Fact, frozen=True):
    """A competitor was taken or went out of a running race."""

    race: RaceId
    attempt: int
    competitor: CompetitorId
    reason: Reason


class DidNotFinishRecorded(Fact, frozen=True):
    """A competitor did not finish."""

    race: RaceId
    attempt: int
    competitor: CompetitorId
    reason: str


class BellRung(Fact, frozen=True):
    """The bell rang for the leader's last lap."""

    race: RaceId
    attempt: int
    at_ms: EpochMs


# --- race: the finish --------------------------------------------------------------------------


class FinishOrderRecorded(Fact, frozen=True):
    """The photo-finish judge read this order; competitors in one group are in a dead heat."""

    race: RaceId
    attempt: int
    groups: tuple[tuple[CompetitorId, ...], ...]


class FinishTimesRecorded(Fact, frozen=True):
    """Finish times to the thousandth, or `no time`, replace what was known for these."""

    race: RaceId
    attempt: int
    times: tuple[FinishTime, ...]
    time_source: TimeSource


class DeclaredFinished(Fact, frozen=True):
    """The referee declared a competitor finished; no time is assigned (Rule 298 §3)."""

    race: RaceId
    attempt: int
    competitor: CompetitorId
    place: Place | None


class RaceEnded(Fact, frozen=True):
    """The referee declared the end of the race."""

    race: RaceId
    attempt: int
    at_ms: EpochMs


# --- race: decisions ---------------------------------------------------------------------------


class ReviewOpened(Fact, frozen=True):
    """The referee is looking at the race again; the order shown may change."""

    race: RaceId
    reason: Reason
    competitors: tuple[CompetitorId, ...]


class ReviewClosed(Fact, frozen=True):
    """The referee has finished looking at the race."""

    race: RaceId
    outcome: Reason


class PenaltyCalled(Fact, frozen=True):
    """The referee penalised a competitor, or showed a card; under embargo until announced."""

    race: RaceId
    competitor: CompetitorId
    sanction: Sanction
    infringement: str
    """The ruleset's code; empty when the officials published only words."""
    reason: Reason
    zone: Zone | None
    lap: Lap | None
    victim: CompetitorId | None
    embargo: bool


class AdvancementGranted(Fact, frozen=True):
    """The referee advanced a competitor to the next round, or to a final by name."""

    race: RaceId
    competitor: CompetitorId
    final: Round | None
    takes_time_place: bool | None
    """Whether a place by time is used up; `None`: as the ruleset says."""
    cause: Version | None
    """The penalty that explains it."""
    reason: Reason
    embargo: bool


class DecisionWithdrawn(Fact, frozen=True):
    """The referee took a penalty, card or advancement back."""

    race: RaceId
    decision: Version
    reason: Reason
    embargo: bool


class DecisionsAnnounced(Fact, frozen=True):
    """Decisions under embargo became public, all at this one position."""

    race: RaceId
    decisions: tuple[Version, ...]


class ResultPublished(Fact, frozen=True):
    """The result became unofficial: checked, not yet decided upon."""

    race: RaceId


class ResultDeclaredOfficial(Fact, frozen=True):
    """The chief referee made the result official, as it is derived at this position."""

    race: RaceId
    at_ms: EpochMs
    announced: tuple[Version, ...] = ()
    """Decisions that were under embargo, and became public in the same step."""


class ResultCorrected(Fact, frozen=True):
    """An official result was replaced by the one derived at this position."""

    race: RaceId
    reason: Reason


class SheetSigned(Fact, frozen=True):
    """The competition secretary signed the sheet of an official result, in this revision."""

    race: RaceId
    revision: Count


class ProtestLodged(Fact, frozen=True):
    """A team protested."""

    race: RaceId
    protest: Slug
    noc: Noc
    subject: Reason
    at_ms: EpochMs
    late: bool
    """After the ruleset's time limit: recorded, for the referee to dismiss or hear."""


class ProtestDecided(Fact, frozen=True):
    """The referee decided a protest."""

    race: RaceId
    protest: Slug
    upheld: bool
    reason: Reason


# --- any fact, later ---------------------------------------------------------------------------


class FactRetracted(Fact, frozen=True):
    """An earlier fact of this race is taken back, as if it had not been recorded."""

    race: RaceId
    target: Version
    reason: Reason


AmendableFact: TypeAlias = (
    DidNotStartRecorded
    | RaceStarted
    | CrossingRecorded
    | CrossingAssigned
    | ExchangeRecorded
    | FallRecorded
    | GettingUpRecorded
    | WithdrawalRecorded
    | DidNotFinishRecorded
    | BellRung
    | FinishOrderRecorded
    | FinishTimesRecorded
    | DeclaredFinished
    | RaceEnded
    | PenaltyCalled
    | AdvancementGranted
)
"""Facts that may be replaced later; decisions about the result are withdrawn, not replaced."""


class FactAmended(Fact, frozen=True):
    """An earlier fact of this race is replaced, at its old place, by another of its kind."""

    race: RaceId
    target: Version
    replacement: AmendableFact
    reason: Reason


RaceEvent: TypeAlias = (
    RaceScheduled
    | RaceCancelled
    | StartListPublished
    | StartPositionsChanged
    | LineUpNamed
    | DidNotStartRecorded
    | RaceStarted
    | FalseStartCalled
    | RaceStopped
    | RestartOrdered
    | CrossingRecorded
    | CrossingAssigned
    | ExchangeRecorded
    | FallRecorded
    | GettingUpRecorded
    | WithdrawalRecorded
    | DidNotFinishRecorded
    | BellRung
    | FinishOrderRecorded
    | FinishTimesRecorded
    | DeclaredFinished
    | RaceEnded
    | ReviewOpened
    | ReviewClosed
    | PenaltyCalled
    | AdvancementGranted
    | DecisionWithdrawn
    | DecisionsAnnounced
    | ResultPublished
    | ResultDeclaredOfficial
    | ResultCorrected
    | SheetSigned
    | ProtestLodged
    | ProtestDecided
    | FactRetracted
    | FactAmended
    | LapsMiscounted
    | BestTimeConfirmed
    | PenTaken
    | CrossingObserved
    | CrossingAdopted
    | FlaggedToReferee
    | PublicBoardHeld
    | PublicBoardReleased
)
"""The facts of a `race-…` stream."""
