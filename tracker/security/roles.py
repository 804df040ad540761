"""Which role may send which command: one table, looked up wherever a command comes in."""

from typing import Literal, get_args

from msgspec import Struct

from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.race import Race
from tracker.errors import TrackerError

Role = Literal[
    "lap-recorder",
    "timekeeper",
    "starter",
    "photo-finish",
    "referee",
    "chief-referee",
    "steward",
    "secretary",
    "announcer",
    "display",
    "admin",
]
ROLES: tuple[Role, ...] = get_args(Role)

_ON_THE_ICE: frozenset[Role] = frozenset({"lap-recorder", "referee", "chief-referee"})
_START: frozenset[Role] = frozenset({"starter", "referee", "chief-referee"})
_FINISH: frozenset[Role] = frozenset({"photo-finish", "timekeeper", "chief-referee"})
_REFEREES: frozenset[Role] = frozenset({"referee", "chief-referee"})
_CHIEF: frozenset[Role] = frozenset({"chief-referee"})
_OFFICE: frozenset[Role] = frozenset({"secretary"})
_STEWARDS: frozenset[Role] = frozenset({"steward", "secretary"})
_FIELD_OF_PLAY = _ON_THE_ICE | _START | _FINISH

MAY: dict[type[c.Command], frozenset[Role]] = {
    # the office: what is set up before the ice is opened
    c.CreateSeries: _OFFICE,
    c.BringPoints: _OFFICE,
    c.CreateCompetition: _OFFICE,
    c.AdoptRuleset: _OFFICE | _CHIEF,
    c.EnterSkater: _STEWARDS,
    c.AssignHelmetNumber: _STEWARDS,
    c.EnterTeam: _STEWARDS,
    c.WithdrawEntry: _STEWARDS | _CHIEF,
    c.StateBestTime: _OFFICE,
    c.AddDistance: _OFFICE,
    c.AddRound: _STEWARDS,
    c.SetProgression: _STEWARDS | _CHIEF,
    c.ScheduleRace: _STEWARDS,
    c.CancelRace: _STEWARDS | _CHIEF,
    # the competitors' stewards: who starts where
    c.PublishStartList: _STEWARDS,
    c.ChangeStartPositions: _STEWARDS | _START,
    c.NameLineUp: _STEWARDS,
    c.RecordDidNotStart: _STEWARDS | _START,
    # the ice
    c.StartRace: _START | _ON_THE_ICE,
    c.CallFalseStart: _START,
    c.StopRace: _START | _ON_THE_ICE,
    c.OrderRestart: _REFEREES,
    c.RecordCrossing: _ON_THE_ICE | frozenset[Role]({"timekeeper"}),
    c.AssignCrossing: _ON_THE_ICE | frozenset[Role]({"timekeeper"}),
    c.TakePen: _ON_THE_ICE,
    c.AdoptCrossing: _ON_THE_ICE,
    c.FlagToReferee: _FIELD_OF_PLAY,
    c.HoldPublicBoard: _FIELD_OF_PLAY,
    c.ReleasePublicBoard: _FIELD_OF_PLAY,
    c.RecordExchange: _ON_THE_ICE,
    c.RecordFall: _ON_THE_ICE,
    c.RecordGettingUp: _ON_THE_ICE,
    c.RecordWithdrawal: _ON_THE_ICE,
    c.RecordDidNotFinish: _ON_THE_ICE,
    c.RingBell: _ON_THE_ICE,
    c.EndRace: _FIELD_OF_PLAY,
    c.RecordMiscount: _REFEREES,
    # the line
    c.RecordFinishOrder: _FINISH,
    c.RecordFinishTimes: _FINISH,
    c.DeclareFinished: _REFEREES,
    # decisions
    c.OpenReview: _REFEREES,
    c.CloseReview: _REFEREES,
    c.CallPenalty: _REFEREES,
    c.GrantAdvancement: _REFEREES,
    c.WithdrawDecision: _REFEREES,
    c.AnnounceDecisions: _CHIEF,
    c.PublishResult: _REFEREES | frozenset[Role]({"photo-finish", "secretary"}),
    c.DeclareResultOfficial: _CHIEF,
    c.CorrectResult: _CHIEF,
    c.SignSheet: _OFFICE,
    c.LodgeProtest: _REFEREES | _OFFICE,
    c.DecideProtest: _CHIEF,
    c.ConfirmBestTime: _OFFICE | _CHIEF,
    # corrections: of one's own kind of fact; the referees of any
    c.RetractFact: _FIELD_OF_PLAY | _STEWARDS,
    c.AmendFact: _FIELD_OF_PLAY | _STEWARDS,
}
"""An `admin` may send every command; whoever stands nowhere here sends none."""

_RECORDED_BY: dict[type[e.Event], type[c.Command]] = {
    e.CrossingRecorded: c.RecordCrossing,
    e.CrossingAssigned: c.AssignCrossing,
    e.CrossingObserved: c.RecordCrossing,
    e.CrossingAdopted: c.AdoptCrossing,
    e.FlaggedToReferee: c.FlagToReferee,
    e.ExchangeRecorded: c.RecordExchange,
    e.FallRecorded: c.RecordFall,
    e.GettingUpRecorded: c.RecordGettingUp,
    e.WithdrawalRecorded: c.RecordWithdrawal,
    e.DidNotFinishRecorded: c.RecordDidNotFinish,
    e.DidNotStartRecorded: c.RecordDidNotStart,
    e.BellRung: c.RingBell,
    e.RaceStarted: c.StartRace,
    e.FalseStartCalled: c.CallFalseStart,
    e.RaceStopped: c.StopRace,
    e.RaceEnded: c.EndRace,
    e.FinishOrderRecorded: c.RecordFinishOrder,
    e.FinishTimesRecorded: c.RecordFinishTimes,
    e.LapsMiscounted: c.RecordMiscount,
    e.BestTimeConfirmed: c.ConfirmBestTime,
}
"""Whoever may record a fact may correct it; any other fact is the chief referee's to correct."""

MAY_SEE_EMBARGO: frozenset[Role] = frozenset(
    {"referee", "chief-referee", "secretary", "photo-finish", "admin"}
)
"""Who may read what is decided and not announced."""


MAY_SEE_HELD: frozenset[Role] = frozenset(ROLES) - {"announcer", "display"}
"""Who may read a race as it stands while its public board is held."""


class NotYourRole(TrackerError):
    """An official asks for what belongs to another role."""

    code = "not-your-role"


class NotYourName(TrackerError):
    """An envelope names another official or device than the one that sends it."""

    code = "not-your-name"


class Principal(Struct, frozen=True):
    """Who sends a command, as proven by a token."""

    official: str
    device: str
    """Empty where the token is not bound to a device."""
    roles: frozenset[str]

    def may_see_embargo(self) -> bool:
        """Return whether decisions that are not announced may be shown."""
        return bool(self.roles & MAY_SEE_EMBARGO)

    def may_see_held(self) -> bool:
        """Return whether a race may be shown as it stands while its public board is held."""
        return bool(self.roles & MAY_SEE_HELD)


def authorize(principal: Principal, envelope: c.Envelope) -> None:
    """Return when the official may send the command under the names it carries.

    Raises NotYourRole, NotYourName.
    """
    command = type(envelope.command)
    _check(principal, MAY.get(command, frozenset()), command.__name__)
    if envelope.official != principal.official:
        raise NotYourName(
            f"this token is {principal.official}'s: the envelope says {envelope.official}"
        )
    if principal.device and envelope.device != principal.device:
        raise NotYourName(
            f"this token was given to the device {principal.device}: "
            f"the envelope says {envelope.device}"
        )


def authorize_correction(principal: Principal, command: c.Command, race: object) -> None:
    """Return when the official may correct the fact that a command names.

    Raises NotYourRole. A fact that is not there is for the decider to refuse.
    """
    if not isinstance(command, c.RetractFact | c.AmendFact) or not isinstance(race, Race):
        return
    fact = dict(race.facts).get(command.target)
    if fact is None:
        return
    recorded_by = _RECORDED_BY.get(type(fact))
    allowed = MAY[recorded_by] if recorded_by is not None else _CHIEF
    _check(principal, allowed | _CHIEF, f"correcting a {type(fact).__name__}")


def _check(principal: Principal, allowed: frozenset[Role], what: str) -> None:
    if "admin" not in principal.roles and not principal.roles & allowed:
        raise NotYourRole(
            f"{what} is for {', '.join(sorted(allowed)) or 'an admin'}: "
            f"{principal.official} is {', '.join(sorted(principal.roles)) or 'without a role'}"
        )
