"""Every fact that can be recorded; these names and fields are the storage format.

The facts of a race stand in `race_events`.

Rules of this file: a class is never renamed or removed; a field is never renamed, removed or
retyped; a new field has a default that means "not known then"; nothing is written with defaults
omitted. A version names an earlier event of the same stream.
"""

from typing import TypeAlias

from tracker.domain.best_time_events import BestTimeConfirmed, BestTimeStated, LapsMiscounted
from tracker.domain.fact import Fact
from tracker.domain.hold_events import PublicBoardHeld, PublicBoardReleased
from tracker.domain.race_events import (
    AdvancementGranted,
    AmendableFact,
    BellRung,
    CrossingAssigned,
    CrossingRecorded,
    DecisionsAnnounced,
    DecisionWithdrawn,
    DeclaredFinished,
    DidNotFinishRecorded,
    DidNotStartRecorded,
    ExchangeRecorded,
    FactAmended,
    FactRetracted,
    FallRecorded,
    FalseStartCalled,
    FinishOrderRecorded,
    FinishTimesRecorded,
    GettingUpRecorded,
    LineUpNamed,
    PenaltyCalled,
    ProtestDecided,
    ProtestLodged,
    RaceCancelled,
    RaceEnded,
    RaceEvent,
    RaceScheduled,
    RaceStarted,
    RaceStopped,
    RestartOrdered,
    ResultCorrected,
    ResultDeclaredOfficial,
    ResultPublished,
    ReviewClosed,
    ReviewOpened,
    SheetSigned,
    StartListPublished,
    StartPositionsChanged,
    WithdrawalRecorded,
)
from tracker.domain.recorder_events import (
    CrossingAdopted,
    CrossingObserved,
    FlaggedToReferee,
    PenTaken,
)
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import (
    CompetitionId,
    CompetitorId,
    Day,
    DistanceId,
    Gender,
    HelmetNumber,
    Name,
    Noc,
    Reason,
    Round,
    SeriesId,
    SkaterId,
    Target,
)

__all__ = [
    "AdvancementGranted",
    "AmendableFact",
    "BellRung",
    "BestTimeConfirmed",
    "BestTimeStated",
    "CompetitionCreated",
    "CompetitionEvent",
    "CrossingAdopted",
    "CrossingAssigned",
    "CrossingObserved",
    "CrossingRecorded",
    "DecisionWithdrawn",
    "DecisionsAnnounced",
    "DeclaredFinished",
    "DidNotFinishRecorded",
    "DidNotStartRecorded",
    "DistanceAdded",
    "DistanceEvent",
    "EntryWithdrawn",
    "Event",
    "ExchangeRecorded",
    "Fact",
    "FactAmended",
    "FactRetracted",
    "FallRecorded",
    "FalseStartCalled",
    "FinishOrderRecorded",
    "FinishTimesRecorded",
    "FlaggedToReferee",
    "GettingUpRecorded",
    "HelmetNumberAssigned",
    "LapsMiscounted",
    "LineUpNamed",
    "PenTaken",
    "PenaltyCalled",
    "PointsBroughtIn",
    "ProgressionSet",
    "ProtestDecided",
    "ProtestLodged",
    "PublicBoardHeld",
    "PublicBoardReleased",
    "RaceCancelled",
    "RaceEnded",
    "RaceEvent",
    "RaceScheduled",
    "RaceStarted",
    "RaceStopped",
    "RestartOrdered",
    "ResultCorrected",
    "ResultDeclaredOfficial",
    "ResultPublished",
    "ReviewClosed",
    "ReviewOpened",
    "RoundAdded",
    "RulesetAdopted",
    "SeriesCreated",
    "SeriesEvent",
    "SheetSigned",
    "SkaterEntered",
    "StartListPublished",
    "StartPositionsChanged",
    "TeamEntered",
    "WithdrawalRecorded",
]

# --- series ------------------------------------------------------------------------------------


class SeriesCreated(Fact, frozen=True):
    """A season's series of competitions was set up under a ruleset."""

    series: SeriesId
    name: Name
    season: Name
    ruleset: Ruleset


class PointsBroughtIn(Fact, frozen=True):
    """A skater or team holds points from competitions that this log does not contain."""

    series: SeriesId
    table: Name
    """`men`, `women`, a distance such as `men-500`, or a relay."""
    competitor: CompetitorId
    name: Name
    noc: Noc
    points: int
    competition: CompetitionId | None
    """The competition they are brought into; `None` when before all of them."""
    note: str


# --- competition -------------------------------------------------------------------------------


class CompetitionCreated(Fact, frozen=True):
    """A competition was set up."""

    competition: CompetitionId
    name: Name
    city: Name
    country: Noc
    starts_on: Day
    ends_on: Day
    series: SeriesId | None


class RulesetAdopted(Fact, frozen=True):
    """A competition adopted a ruleset, recorded whole so that a replay never needs a file."""

    competition: CompetitionId
    ruleset: Ruleset


class SkaterEntered(Fact, frozen=True):
    """A skater was entered, under an identity that is not the helmet number."""

    competition: CompetitionId
    skater: SkaterId
    name: Name
    family_name: str
    """In the order of their own language, families differ: stated, never split from the name."""
    noc: Noc
    gender: Gender
    helmet_number: HelmetNumber | None
    native_name: str = ""
    distances: tuple[DistanceId, ...] = ()
    """What they are entered for; empty: every distance of their gender."""


class HelmetNumberAssigned(Fact, frozen=True):
    """A skater wears this helmet number from now on in this competition."""

    competition: CompetitionId
    skater: SkaterId
    helmet_number: HelmetNumber


class TeamEntered(Fact, frozen=True):
    """A relay team was entered with the skaters it may line up."""

    competition: CompetitionId
    team: CompetitorId
    name: Name
    noc: Noc
    gender: Gender
    skaters: tuple[SkaterId, ...]
    helmet_number: HelmetNumber | None = None
    distances: tuple[DistanceId, ...] = ()


class EntryWithdrawn(Fact, frozen=True):
    """A skater or team left the competition before a start."""

    competition: CompetitionId
    competitor: CompetitorId
    reason: Reason


# --- distance ----------------------------------------------------------------------------------


class DistanceAdded(Fact, frozen=True):
    """A distance was put on the competition's programme, with its laps as the ruleset has them."""

    distance: DistanceId
    competition: CompetitionId
    series: SeriesId | None
    name: Name
    gender: Gender
    relay: bool
    metres: int
    lap_rows: int
    """Rows in timing data: a half lap at the start is a row of its own."""
    first_row_half: bool
    code: Name
    """What the same distance is called in every competition, such as `men-1000`."""
    number: int | None
    """1 or 2 when the distance is skated twice at the competition."""
    order: int


class RoundAdded(Fact, frozen=True):
    """A round of a distance was put on the programme."""

    distance: DistanceId
    round: Round
    name: Name


class ProgressionSet(Fact, frozen=True):
    """From this round so many go on to these rounds; a later one replaces an earlier one."""

    distance: DistanceId
    round: Round
    targets: tuple[Target, ...]
    """In the order in which places are given."""
    takes_time_place: bool
    """Whether somebody whom the referee advances uses up a place by time."""
    by_time_alone: bool
    """Whether places by time go to the fastest, whatever their place."""
    byes: int
    """How many of the best ranked skip this round and start in the first round it leads to."""


SeriesEvent: TypeAlias = SeriesCreated | PointsBroughtIn
"""The facts of a `series-…` stream."""
CompetitionEvent: TypeAlias = (
    CompetitionCreated
    | RulesetAdopted
    | SkaterEntered
    | HelmetNumberAssigned
    | TeamEntered
    | EntryWithdrawn
    | BestTimeStated
)
"""The facts of a `competition-…` stream."""
DistanceEvent: TypeAlias = DistanceAdded | RoundAdded | ProgressionSet
"""The facts of a `distance-…` stream."""
Event: TypeAlias = SeriesEvent | CompetitionEvent | DistanceEvent | RaceEvent
