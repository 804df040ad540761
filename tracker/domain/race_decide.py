"""Which events an official's request about a race leads to, or why it is refused."""

from typing import assert_never

from tracker.domain import best_time_decide, noc
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.context import Context
from tracker.domain.hold_decide import decide_on_hold
from tracker.domain.race import Race
from tracker.domain.race_ice import competitor_on_ice, decide_on_the_ice
from tracker.domain.race_programme import decide_before_the_gun
from tracker.domain.recorder_decide import decide_on_recorders
from tracker.domain.ruleset import Ruleset

_RETRACTABLE = (
    e.DidNotStartRecorded,
    e.LineUpNamed,
    e.RaceStarted,
    e.FalseStartCalled,
    e.RaceStopped,
    e.RestartOrdered,
    e.CrossingRecorded,
    e.CrossingAssigned,
    e.CrossingObserved,
    e.CrossingAdopted,
    e.FlaggedToReferee,
    e.ExchangeRecorded,
    e.FallRecorded,
    e.GettingUpRecorded,
    e.WithdrawalRecorded,
    e.DidNotFinishRecorded,
    e.BellRung,
    e.FinishOrderRecorded,
    e.FinishTimesRecorded,
    e.DeclaredFinished,
    e.RaceEnded,
    e.ResultPublished,
    e.PenaltyCalled,
    e.AdvancementGranted,
    e.LapsMiscounted,
    e.BestTimeConfirmed,
)


def decide(command: c.RaceCommand, state: Race, context: Context) -> tuple[e.RaceEvent, ...]:
    """Return the events that a command leads to.

    Raises a refusal that says what stands against it.
    """
    if isinstance(command, c.ScheduleRace):
        return decide_before_the_gun(command, state, context)
    if state.scheduled is None:
        raise r.Unknown(f"race {command.race} is not on the programme: schedule it first")
    if state.cancelled:
        raise r.AlreadyOver(f"race {command.race} was cancelled")
    match command:
        case (
            c.CancelRace()
            | c.PublishStartList()
            | c.ChangeStartPositions()
            | c.NameLineUp()
            | c.RecordDidNotStart()
        ):
            return decide_before_the_gun(command, state, context)
        case (
            c.StartRace()
            | c.CallFalseStart()
            | c.StopRace()
            | c.OrderRestart()
            | c.RecordCrossing()
            | c.AssignCrossing()
            | c.RecordExchange()
            | c.RecordFall()
            | c.RecordGettingUp()
            | c.RecordWithdrawal()
            | c.RecordDidNotFinish()
            | c.RingBell()
            | c.RecordFinishOrder()
            | c.RecordFinishTimes()
            | c.DeclareFinished()
            | c.EndRace()
        ):
            return decide_on_the_ice(command, state, context)
        case c.CallPenalty() | c.GrantAdvancement() | c.WithdrawDecision() | c.AnnounceDecisions():
            ruleset = context.competition.ruleset if context.competition else None
            return (_decision(command, state, ruleset),)
        case (
            c.OpenReview()
            | c.CloseReview()
            | c.PublishResult()
            | c.DeclareResultOfficial()
            | c.CorrectResult()
            | c.SignSheet()
        ):
            return (_result(command, state, context.now_ms),)
        case c.LodgeProtest() | c.DecideProtest():
            return (_protest(command, state, context.now_ms),)
        case c.RetractFact() | c.AmendFact():
            return (_correction(command, state),)
        case c.TakePen() | c.AdoptCrossing() | c.FlagToReferee():
            return (decide_on_recorders(command, state, context),)
        case c.HoldPublicBoard() | c.ReleasePublicBoard():
            return (decide_on_hold(command, state, context),)
        case c.RecordMiscount():
            return (best_time_decide.record_miscount(command, state),)
        case c.ConfirmBestTime():
            return (best_time_decide.confirm_best_time(command, state, context.competition),)
        case _:
            assert_never(command)


def _decision(
    command: c.CallPenalty | c.GrantAdvancement | c.WithdrawDecision | c.AnnounceDecisions,
    state: Race,
    ruleset: Ruleset | None,
) -> e.RaceEvent:
    match command:
        case c.CallPenalty():
            return _call_penalty(command, state, ruleset)
        case c.GrantAdvancement():
            competitor_on_ice(state, command.competitor)
            if command.cause is not None and state.decision(command.cause) is None:
                raise r.UnknownDecision(
                    f"no penalty of version {command.cause} explains the advancement"
                )
            return e.AdvancementGranted(
                race=command.race,
                competitor=command.competitor,
                final=command.final,
                takes_time_place=command.takes_time_place,
                cause=command.cause,
                reason=command.reason,
                embargo=command.embargo or state.official is not None,
                source=command.source,
            )
        case c.WithdrawDecision():
            decision = state.decision(command.decision)
            if decision is None or not decision.in_force:
                raise r.UnknownDecision(
                    f"no decision of version {command.decision} is in force in {command.race}"
                )
            return e.DecisionWithdrawn(
                race=command.race,
                decision=command.decision,
                reason=command.reason,
                embargo=command.embargo or state.official is not None,
                source=command.source,
            )
        case c.AnnounceDecisions():
            return _announce(command, state)
        case _:
            assert_never(command)


def _call_penalty(command: c.CallPenalty, state: Race, ruleset: Ruleset | None) -> e.PenaltyCalled:
    competitor_on_ice(state, command.competitor)
    if command.victim is not None:
        competitor_on_ice(state, command.victim)
    zone = command.zone
    if command.infringement:
        known = {i.code: i for i in ruleset.infringements} if ruleset else {}
        if command.infringement not in known:
            codes = ", ".join(known) or "none"
            raise r.UnknownInfringement(
                f"{command.infringement} is not an infringement of the ruleset: it has {codes}"
            )
        zone = zone or known[command.infringement].zone
    return e.PenaltyCalled(
        race=command.race,
        competitor=command.competitor,
        sanction=command.sanction,
        infringement=command.infringement,
        reason=command.reason,
        zone=zone,
        lap=command.lap,
        victim=command.victim,
        # Once a result is official, a decision shows only with the corrected result.
        embargo=command.embargo or state.official is not None,
        source=command.source,
    )


def _announce(command: c.AnnounceDecisions, state: Race) -> e.DecisionsAnnounced:
    if state.official is not None:
        raise r.AlreadyOfficial(
            f"the result of {command.race} is official: correct the result, "
            "which announces the decisions in the same step"
        )
    if state.held is not None:
        raise r.BoardHeld(
            f"the public board of {command.race} is held: release it, then announce; "
            "what nobody can see is not announced"
        )
    pending = {d.version for d in state.decisions if d.pending}
    for version in command.decisions:
        if version not in pending:
            raise r.UnknownDecision(
                f"decision {version} of {command.race} is not waiting to be announced"
            )
    if not pending:
        raise r.NothingToDo(f"no decision of {command.race} is waiting to be announced")
    return e.DecisionsAnnounced(
        race=command.race,
        decisions=command.decisions or tuple(sorted(pending)),
        source=command.source,
    )


def _result(
    command: c.OpenReview
    | c.CloseReview
    | c.PublishResult
    | c.DeclareResultOfficial
    | c.CorrectResult
    | c.SignSheet,
    state: Race,
    now_ms: int,
) -> e.RaceEvent:
    match command:
        case c.OpenReview():
            if state.started_at_ms is None:
                raise r.NotStarted(f"{command.race} has not started: nothing can be reviewed")
            for competitor in command.competitors:
                competitor_on_ice(state, competitor)
            return e.ReviewOpened(
                race=command.race,
                reason=command.reason,
                competitors=command.competitors,
                source=command.source,
            )
        case c.CloseReview():
            if not state.review_open:
                raise r.NothingToDo(f"no review of {command.race} is open")
            return e.ReviewClosed(race=command.race, outcome=command.outcome, source=command.source)
        case c.PublishResult():
            _over(state, command.race)
            if state.official is not None:
                raise r.AlreadyOfficial(f"the result of {command.race} is official already")
            return e.ResultPublished(race=command.race, source=command.source)
        case c.DeclareResultOfficial():
            return _declare(command, state, now_ms)
        case c.CorrectResult():
            if state.official is None:
                raise r.NotOfficial(
                    f"the result of {command.race} is not official: nothing to correct"
                )
            return e.ResultCorrected(
                race=command.race, reason=command.reason, source=command.source
            )
        case c.SignSheet():
            return _sign(command, state)
        case _:
            assert_never(command)


def _declare(
    command: c.DeclareResultOfficial, state: Race, now_ms: int
) -> e.ResultDeclaredOfficial:
    _over(state, command.race)
    if state.official is not None:
        raise r.AlreadyOfficial(
            f"the result of {command.race} is official already: correct it instead"
        )
    pending = tuple(sorted(d.version for d in state.decisions if d.pending))
    if pending and not command.announce:
        raise r.UnderEmbargo(
            f"decisions in {command.race} are under embargo: announce or withdraw them before the "
            "result becomes official, or announce them with it"
        )
    return e.ResultDeclaredOfficial(
        race=command.race, at_ms=now_ms, announced=pending, source=command.source
    )


def _sign(command: c.SignSheet, state: Race) -> e.SheetSigned:
    if state.official is None:
        raise r.NotOfficial(f"the result of {command.race} is not official: there is no sheet yet")
    revision = state.official.revision
    if command.revision != revision:
        raise r.WrongRevision(
            f"the sheet of {command.race} stands at revision {revision}, "
            f"not {command.revision}: read it again before you sign"
        )
    if state.signed == revision:
        raise r.NothingToDo(f"revision {revision} of the sheet of {command.race} is signed already")
    return e.SheetSigned(race=command.race, revision=revision, source=command.source)


def _protest(
    command: c.LodgeProtest | c.DecideProtest, state: Race, now_ms: int
) -> e.ProtestLodged | e.ProtestDecided:
    known = {p.protest: p for p in state.protests}
    if isinstance(command, c.LodgeProtest):
        if command.protest in known:
            raise r.AlreadyExists(f"protest {command.protest} was lodged already")
        minutes = state.scheduled.protest_minutes if state.scheduled else 0
        late = state.official is not None and now_ms > state.official.at_ms + minutes * 60_000
        return e.ProtestLodged(
            race=command.race,
            protest=command.protest,
            noc=noc.check(command.noc),
            subject=command.subject,
            at_ms=now_ms,
            late=late,
            source=command.source,
        )
    if command.protest not in known or known[command.protest].upheld is not None:
        raise r.UnknownProtest(f"no open protest {command.protest} in {command.race}")
    return e.ProtestDecided(
        race=command.race,
        protest=command.protest,
        upheld=command.upheld,
        reason=command.reason,
        source=command.source,
    )


def _correction(
    command: c.RetractFact | c.AmendFact, state: Race
) -> e.FactRetracted | e.FactAmended:
    fact = next((fact for version, fact in state.facts if version == command.target), None)
    if fact is None:
        raise r.UnknownFact(
            f"no fact of version {command.target} is in force in {command.race}: "
            "it may have been retracted already"
        )
    if isinstance(command, c.RetractFact):
        if not isinstance(fact, _RETRACTABLE):
            raise r.NotAmendable(f"{type(fact).__name__} is not retracted: record what replaces it")
        return e.FactRetracted(
            race=command.race, target=command.target, reason=command.reason, source=command.source
        )
    replacement = command.replacement
    if type(replacement) is not type(fact):
        raise r.NotAmendable(
            f"version {command.target} is a {type(fact).__name__}: "
            f"it cannot become a {type(replacement).__name__}"
        )
    if replacement.race != command.race:
        raise r.WrongName(f"the replacement belongs to {replacement.race}, not to {command.race}")
    if isinstance(replacement, e.PenaltyCalled | e.AdvancementGranted):
        _check_amended_decision(command.target, replacement, state)
    competitor = getattr(replacement, "competitor", None)
    if competitor is not None:
        competitor_on_ice(state, competitor)
    return e.FactAmended(
        race=command.race,
        target=command.target,
        replacement=replacement,
        reason=command.reason,
        source=command.source,
    )


def _check_amended_decision(
    target: int, replacement: e.PenaltyCalled | e.AdvancementGranted, state: Race
) -> None:
    """Refuse an amendment that would publish a decision, or hide one that is public."""
    if state.official is not None:
        raise r.NotAmendable(
            f"decision {target} stands in an official result: withdraw it, "
            "call the right one, and correct the result"
        )
    decision = state.decision(target)
    announced = decision is not None and decision.announced
    if announced and replacement.embargo:
        raise r.NotAmendable(
            f"decision {target} is public: amend it in public, or withdraw it and call another"
        )
    if not announced and not replacement.embargo:
        raise r.NotAmendable(
            f"decision {target} is under embargo: amend it under embargo, then announce it"
        )


def _over(state: Race, race: str) -> None:
    if state.started_at_ms is None:
        raise r.NotStarted(f"{race} has not started: it has no result")
    if state.ended_at_ms is None:
        raise r.NotOver(f"{race} is not over: declare its end first")
