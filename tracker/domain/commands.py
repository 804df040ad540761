"""Every request that an official or a device may make.

Identity and time arrive with the envelope, never from a clock in the domain. A command goes to one
stream; unknown fields are refused, so that a misspelt one cannot be lost in silence.
"""

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from tracker.domain.best_time_commands import ConfirmBestTime, RecordMiscount, StateBestTime
from tracker.domain.hold_commands import HoldPublicBoard, ReleasePublicBoard
from tracker.domain.race_commands import (
    AmendFact,
    AnnounceDecisions,
    AssignCrossing,
    CallFalseStart,
    CallPenalty,
    CancelRace,
    ChangeStartPositions,
    CloseReview,
    CorrectResult,
    DecideProtest,
    DeclareFinished,
    DeclareResultOfficial,
    EndRace,
    GrantAdvancement,
    LodgeProtest,
    NameLineUp,
    OpenReview,
    OrderRestart,
    PublishResult,
    PublishStartList,
    RaceCommand,
    RecordCrossing,
    RecordDidNotFinish,
    RecordDidNotStart,
    RecordExchange,
    RecordFall,
    RecordFinishOrder,
    RecordFinishTimes,
    RecordGettingUp,
    RecordWithdrawal,
    RetractFact,
    RingBell,
    ScheduleRace,
    SignSheet,
    StartRace,
    StopRace,
    WithdrawDecision,
)
from tracker.domain.recorder_commands import AdoptCrossing, FlagToReferee, TakePen
from tracker.domain.request import Request, Text
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
    "AddDistance",
    "AddRound",
    "AdoptCrossing",
    "AdoptRuleset",
    "AmendFact",
    "AnnounceDecisions",
    "AssignCrossing",
    "AssignHelmetNumber",
    "BringPoints",
    "CallFalseStart",
    "CallPenalty",
    "CancelRace",
    "ChangeStartPositions",
    "CloseReview",
    "Command",
    "CompetitionCommand",
    "ConfirmBestTime",
    "CorrectResult",
    "CreateCompetition",
    "CreateSeries",
    "DecideProtest",
    "DeclareFinished",
    "DeclareResultOfficial",
    "DistanceCommand",
    "EndRace",
    "EnterSkater",
    "EnterTeam",
    "Envelope",
    "FlagToReferee",
    "GrantAdvancement",
    "HoldPublicBoard",
    "LodgeProtest",
    "NameLineUp",
    "OpenReview",
    "OrderRestart",
    "PublishResult",
    "PublishStartList",
    "RaceCommand",
    "RecordCrossing",
    "RecordDidNotFinish",
    "RecordDidNotStart",
    "RecordExchange",
    "RecordFall",
    "RecordFinishOrder",
    "RecordFinishTimes",
    "RecordGettingUp",
    "RecordMiscount",
    "RecordWithdrawal",
    "ReleasePublicBoard",
    "Request",
    "RetractFact",
    "RingBell",
    "ScheduleRace",
    "SeriesCommand",
    "SetProgression",
    "SignSheet",
    "StartRace",
    "StateBestTime",
    "StopRace",
    "TakePen",
    "WithdrawDecision",
    "WithdrawEntry",
]

_WHO = r"^[\w .,:@/+()'-]+$"
"""Letters of any language, digits and plain punctuation, on one line."""
RulesetName = Annotated[str, Meta(min_length=1, max_length=64)]


# --- series and competition --------------------------------------------------------------------


class CreateSeries(Request, frozen=True):
    """Set up a season's series under a ruleset known by name, or given whole."""

    series: SeriesId
    name: Name
    season: Name
    ruleset: RulesetName | Ruleset


class BringPoints(Request, frozen=True):
    """Enter points that were won before the log began."""

    series: SeriesId
    table: Name
    competitor: CompetitorId
    name: Name
    noc: Noc
    points: Annotated[int, Meta(ge=-100_000, le=1_000_000)]
    competition: CompetitionId | None = None
    note: Text = ""


class CreateCompetition(Request, frozen=True):
    """Set up a competition."""

    competition: CompetitionId
    name: Name
    city: Name
    country: Noc
    starts_on: Day
    ends_on: Day
    series: SeriesId | None = None


class AdoptRuleset(Request, frozen=True):
    """Adopt a ruleset known by name, or given whole; it is copied into the log."""

    competition: CompetitionId
    ruleset: RulesetName | Ruleset


class EnterSkater(Request, frozen=True):
    """Enter a skater."""

    competition: CompetitionId
    skater: SkaterId
    name: Name
    noc: Noc
    gender: Gender
    family_name: Text = ""
    helmet_number: HelmetNumber | None = None
    native_name: Text = ""
    distances: tuple[DistanceId, ...] = ()
    """What they are entered for; empty: every distance of their gender."""


class AssignHelmetNumber(Request, frozen=True):
    """Give a skater a helmet number."""

    competition: CompetitionId
    skater: SkaterId
    helmet_number: HelmetNumber


class EnterTeam(Request, frozen=True):
    """Enter a relay team with the skaters it may line up."""

    competition: CompetitionId
    team: CompetitorId
    name: Name
    noc: Noc
    gender: Gender
    skaters: tuple[SkaterId, ...]
    helmet_number: HelmetNumber | None = None
    distances: tuple[DistanceId, ...] = ()


class WithdrawEntry(Request, frozen=True):
    """Take a skater or team out of the competition."""

    competition: CompetitionId
    competitor: CompetitorId
    reason: Reason


# --- distance ----------------------------------------------------------------------------------


class AddDistance(Request, frozen=True):
    """Put a distance on the programme; its laps come from the ruleset."""

    distance: DistanceId
    name: Name
    gender: Gender
    metres: Annotated[int, Meta(ge=100, le=10_000)]
    relay: bool = False
    number: Annotated[int, Meta(ge=1, le=9)] | None = None
    order: int = 0


class AddRound(Request, frozen=True):
    """Put a round of a distance on the programme."""

    distance: DistanceId
    round: Round
    name: Name


class SetProgression(Request, frozen=True):
    """Say how many go on from a round, and to where; a later table replaces an earlier one."""

    distance: DistanceId
    round: Round
    targets: Annotated[tuple[Target, ...], Meta(min_length=1, max_length=6)]
    takes_time_place: bool | None = None
    """Without it, as the ruleset says."""
    by_time_alone: bool | None = None
    byes: Annotated[int, Meta(ge=0, le=60)] = 0


SeriesCommand: TypeAlias = CreateSeries | BringPoints
CompetitionCommand: TypeAlias = (
    CreateCompetition
    | AdoptRuleset
    | EnterSkater
    | AssignHelmetNumber
    | EnterTeam
    | WithdrawEntry
    | StateBestTime
)
DistanceCommand: TypeAlias = AddDistance | AddRound | SetProgression
Command: TypeAlias = SeriesCommand | CompetitionCommand | DistanceCommand | RaceCommand


class Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command with who sends it, from which device, and when it happened at the rink.

    `device_seq` counts up per device: the same number with the same body is answered as the first
    time, so a device may send again whatever it is unsure of.
    """

    command: Command
    official: Annotated[str, Meta(pattern=_WHO, max_length=64)]
    device: Annotated[str, Meta(pattern=_WHO, max_length=64)]
    device_seq: Annotated[int, Meta(ge=1, le=9_007_199_254_740_991)] | None = None
    occurred_at: datetime | None = None
    """Aware; without it, the moment of arrival."""
    expected_version: Annotated[int, Meta(ge=0)] | None = None
