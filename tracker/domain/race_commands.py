"""Every request about a race that an official or a device may make."""

from typing import Annotated, TypeAlias

from msgspec import Meta

from tracker.domain.best_time_commands import ConfirmBestTime, RecordMiscount
from tracker.domain.hold_commands import HoldPublicBoard, ReleasePublicBoard
from tracker.domain.race_events import AmendableFact
from tracker.domain.recorder_commands import AdoptCrossing, FlagToReferee, TakePen
from tracker.domain.request import Request, Text
from tracker.domain.values import (
    CompetitorId,
    Count,
    Drawn,
    EpochMs,
    FinishTime,
    HelmetNumber,
    Lap,
    Name,
    Noc,
    Place,
    RaceId,
    Reason,
    Round,
    Sanction,
    SkaterId,
    Slug,
    StarterRequest,
    StartPosition,
    Thousandths,
    TimeSource,
    Version,
    Zone,
)

# --- race: before the gun ----------------------------------------------------------------------


class ScheduleRace(Request, frozen=True):
    """Put a race on the programme."""

    race: RaceId
    round: Round
    round_name: Name
    number: Annotated[int, Meta(ge=1, le=99)] = 1
    scheduled_at_ms: EpochMs | None = None
    order: int = 0


class CancelRace(Request, frozen=True):
    """Take a race off the programme before its gun."""

    race: RaceId
    reason: Reason


class PublishStartList(Request, frozen=True):
    """Publish who starts where; a later list replaces an earlier one until the gun."""

    race: RaceId
    starters: tuple[StarterRequest, ...]
    drawn: Drawn | None = None
    """The draw that this list was proposed by; what differs from it was changed by hand."""


class ChangeStartPositions(Request, frozen=True):
    """Move competitors on the start list, as after a scratch at the line."""

    race: RaceId
    positions: dict[CompetitorId, StartPosition]
    reason: Reason


class NameLineUp(Request, frozen=True):
    """Name the skaters of a relay team."""

    race: RaceId
    competitor: CompetitorId
    line_up: tuple[SkaterId, ...]


class RecordDidNotStart(Request, frozen=True):
    """Record that a competitor did not start."""

    race: RaceId
    competitor: CompetitorId
    reason: Text = ""


# --- race: start, stop, restart ----------------------------------------------------------------


class StartRace(Request, frozen=True):
    """Fire the gun, at the envelope's `occurred_at`."""

    race: RaceId


class CallFalseStart(Request, frozen=True):
    """Recall the field, naming the offender where there is one."""

    race: RaceId
    competitor: CompetitorId | None = None


class StopRace(Request, frozen=True):
    """Stop a running race."""

    race: RaceId
    reason: Reason


class OrderRestart(Request, frozen=True):
    """Order a new attempt: a restart at once, or a re-skate later."""

    race: RaceId
    reason: Reason
    re_skate: bool = False
    excluded: tuple[CompetitorId, ...] = ()


# --- race: on the ice --------------------------------------------------------------------------


class RecordCrossing(Request, frozen=True):
    """Record a crossing by helmet number, start position or competitor; by none: assign later.

    `elapsed_ms` is the measured time since the gun; without it only the order is known.
    """

    race: RaceId
    helmet_number: HelmetNumber | None = None
    start_position: StartPosition | None = None
    competitor: CompetitorId | None = None
    elapsed_ms: Thousandths | None = None
    time_source: TimeSource = "hand"


class AssignCrossing(Request, frozen=True):
    """Say whose an unassigned crossing was."""

    race: RaceId
    crossing: Version
    competitor: CompetitorId


class RecordExchange(Request, frozen=True):
    """Record who races now for a relay team."""

    race: RaceId
    competitor: CompetitorId
    skater: SkaterId


class RecordFall(Request, frozen=True):
    """Record a fall; without a lap, it is the lap the competitor is in."""

    race: RaceId
    competitor: CompetitorId
    lap: Lap | None = None


class RecordGettingUp(Request, frozen=True):
    """Record that a fallen competitor races on."""

    race: RaceId
    competitor: CompetitorId


class RecordWithdrawal(Request, frozen=True):
    """Record that a competitor left a running race, or was taken out of it."""

    race: RaceId
    competitor: CompetitorId
    reason: Reason


class RecordDidNotFinish(Request, frozen=True):
    """Record that a competitor did not finish."""

    race: RaceId
    competitor: CompetitorId
    reason: Text = ""


class RingBell(Request, frozen=True):
    """Record that the bell rang."""

    race: RaceId


# --- race: the finish --------------------------------------------------------------------------


class RecordFinishOrder(Request, frozen=True):
    """Record the photo-finish order; a group of several is a dead heat."""

    race: RaceId
    groups: tuple[tuple[CompetitorId, ...], ...]


class RecordFinishTimes(Request, frozen=True):
    """Record finish times in thousandths; null is `no time`."""

    race: RaceId
    times: tuple[FinishTime, ...]
    time_source: TimeSource = "photo"


class DeclareFinished(Request, frozen=True):
    """Declare a competitor finished, without a time, at a place or after those who finished."""

    race: RaceId
    competitor: CompetitorId
    place: Place | None = None


class EndRace(Request, frozen=True):
    """Declare the end of the race."""

    race: RaceId


# --- race: decisions ---------------------------------------------------------------------------


class OpenReview(Request, frozen=True):
    """Put the race under review."""

    race: RaceId
    reason: Reason
    competitors: tuple[CompetitorId, ...] = ()


class CloseReview(Request, frozen=True):
    """End the review."""

    race: RaceId
    outcome: Reason


class CallPenalty(Request, frozen=True):
    """Penalise a competitor, or show a yellow or red card.

    Under embargo, officials see it and nobody else, until it is announced.
    """

    race: RaceId
    competitor: CompetitorId
    reason: Reason
    sanction: Sanction = "PEN"
    infringement: Annotated[str, Meta(max_length=16)] = ""
    zone: Zone | None = None
    lap: Lap | None = None
    victim: CompetitorId | None = None
    embargo: bool = False


class GrantAdvancement(Request, frozen=True):
    """Advance a competitor who was impeded."""

    race: RaceId
    competitor: CompetitorId
    reason: Reason
    final: Round | None = None
    takes_time_place: bool | None = None
    cause: Version | None = None
    embargo: bool = False


class WithdrawDecision(Request, frozen=True):
    """Take a penalty, card or advancement back."""

    race: RaceId
    decision: Version
    reason: Reason
    embargo: bool = False


class AnnounceDecisions(Request, frozen=True):
    """Make decisions public in one step; without a list, all that are under embargo."""

    race: RaceId
    decisions: tuple[Version, ...] = ()


class PublishResult(Request, frozen=True):
    """Make the result unofficial."""

    race: RaceId


class DeclareResultOfficial(Request, frozen=True):
    """Make the result official; with `announce`, decisions under embargo with it, in one step."""

    race: RaceId
    announce: bool = False


class CorrectResult(Request, frozen=True):
    """Replace an official result by what the facts and decisions say now."""

    race: RaceId
    reason: Reason


class SignSheet(Request, frozen=True):
    """Sign the sheet of the official result, in the revision that was read."""

    race: RaceId
    revision: Count


class LodgeProtest(Request, frozen=True):
    """Lodge a protest."""

    race: RaceId
    protest: Slug
    noc: Noc
    subject: Reason


class DecideProtest(Request, frozen=True):
    """Decide a protest."""

    race: RaceId
    protest: Slug
    upheld: bool
    reason: Reason


class RetractFact(Request, frozen=True):
    """Take an earlier fact of the race back."""

    race: RaceId
    target: Version
    reason: Reason


class AmendFact(Request, frozen=True):
    """Replace an earlier fact of the race by another of its kind."""

    race: RaceId
    target: Version
    replacement: AmendableFact
    reason: Reason


RaceCommand: TypeAlias = (
    ScheduleRace
    | CancelRace
    | PublishStartList
    | ChangeStartPositions
    | NameLineUp
    | RecordDidNotStart
    | StartRace
    | CallFalseStart
    | StopRace
    | OrderRestart
    | RecordCrossing
    | AssignCrossing
    | RecordExchange
    | RecordFall
    | RecordGettingUp
    | RecordWithdrawal
    | RecordDidNotFinish
    | RingBell
    | RecordFinishOrder
    | RecordFinishTimes
    | DeclareFinished
    | EndRace
    | OpenReview
    | CloseReview
    | CallPenalty
    | GrantAdvancement
    | WithdrawDecision
    | AnnounceDecisions
    | PublishResult
    | DeclareResultOfficial
    | CorrectResult
    | SignSheet
    | LodgeProtest
    | DecideProtest
    | RetractFact
    | AmendFact
    | RecordMiscount
    | ConfirmBestTime
    | TakePen
    | AdoptCrossing
    | FlagToReferee
    | HoldPublicBoard
    | ReleasePublicBoard
)
