"""What may be recorded between the gun and the end of a race.

A crossing is never refused because of a race's state: it is stored, and flagged for an official.
"""

from typing import assert_never

from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.context import Context
from tracker.domain.race import OnIce, Race
from tracker.domain.recorder_decide import as_observation, is_opinion

_EXCHANGE_CLOSES_AT = 2
"""Laps a team has to go from which an exchange is an infringement (the last two laps)."""

IceCommand = (
    c.StartRace
    | c.CallFalseStart
    | c.StopRace
    | c.OrderRestart
    | c.RecordCrossing
    | c.AssignCrossing
    | c.RecordExchange
    | c.RecordFall
    | c.RecordGettingUp
    | c.RecordWithdrawal
    | c.RecordDidNotFinish
    | c.RingBell
    | c.RecordFinishOrder
    | c.RecordFinishTimes
    | c.DeclareFinished
    | c.EndRace
)


def decide_on_the_ice(
    command: IceCommand, state: Race, context: Context
) -> tuple[e.RaceEvent, ...]:
    """Return the events of a request about a race that is being skated."""
    match command:
        case c.RecordCrossing():
            crossing = _crossing(command, state, context.now_ms)
            if is_opinion(state, context):
                return (as_observation(crossing, context),)
            return (crossing,)
        case c.AssignCrossing():
            return (_assign(command, state),)
        case c.StartRace() | c.CallFalseStart() | c.StopRace() | c.OrderRestart():
            return _start(command, state, context.now_ms)
        case (
            c.RecordExchange()
            | c.RecordFall()
            | c.RecordGettingUp()
            | c.RecordWithdrawal()
            | c.RecordDidNotFinish()
            | c.RingBell()
        ):
            return (_on_the_ice(command, state, context.now_ms),)
        case c.RecordFinishOrder() | c.RecordFinishTimes() | c.DeclareFinished() | c.EndRace():
            return (_finish(command, state, context.now_ms),)
        case _:
            assert_never(command)


def _start(
    command: c.StartRace | c.CallFalseStart | c.StopRace | c.OrderRestart,
    state: Race,
    now_ms: int,
) -> tuple[e.RaceEvent, ...]:
    race = command.race
    match command:
        case c.StartRace():
            if not state.has_start_list:
                raise r.BadStartList(f"{race} has no start list: publish it before the gun")
            if state.started_at_ms is not None:
                raise r.AlreadyStarted(f"{race} has started: attempt {state.attempt} is running")
            started = e.RaceStarted(
                race=race, attempt=state.attempt, at_ms=now_ms, source=command.source
            )
            return (started,)
        case c.CallFalseStart():
            if state.before_the_gun(now_ms):
                raise _of_an_earlier_attempt(race, state)
            return _false_start(command, state)
        case c.StopRace():
            if not state.running:
                raise r.NotStarted(f"{race} is not running: it cannot be stopped")
            if state.before_the_gun(now_ms):
                raise _of_an_earlier_attempt(race, state)
            stopped = e.RaceStopped(
                race=race, attempt=state.attempt, reason=command.reason, source=command.source
            )
            return (stopped,)
        case c.OrderRestart():
            if state.official is not None:
                raise r.AlreadyOfficial(f"the result of {race} is official: it is not skated again")
            if not state.stopped and state.ended_at_ms is None:
                raise r.NotStopped(f"{race} was neither stopped nor ended: stop it first")
            for competitor in command.excluded:
                competitor_on_ice(state, competitor)
            restart = e.RestartOrdered(
                race=race,
                attempt=state.attempt + 1,
                re_skate=command.re_skate,
                excluded=command.excluded,
                reason=command.reason,
                source=command.source,
            )
            return (restart,)
        case _:
            assert_never(command)


def _of_an_earlier_attempt(race: str, state: Race) -> r.NotStarted:
    return r.NotStarted(
        f"that was before the gun of attempt {state.attempt} of {race}, which it cannot stop"
    )


def _false_start(command: c.CallFalseStart, state: Race) -> tuple[e.RaceEvent, ...]:
    """Recall the field; whose false start exceeds the allowance of the race is penalised."""
    if state.ended_at_ms is not None:
        raise r.AlreadyOver(f"{command.race} is over: it had no false start")
    if state.started_at_ms is None and not state.has_start_list:
        raise r.BadStartList(f"{command.race} has no start list")
    recalled = e.FalseStartCalled(
        race=command.race,
        attempt=state.attempt,
        competitor=command.competitor,
        source=command.source,
    )
    if command.competitor is None:
        return (recalled,)
    competitor_on_ice(state, command.competitor)
    allowed = state.scheduled.false_starts_allowed if state.scheduled else 0
    if state.false_starts < allowed:
        return (recalled,)
    penalty = e.PenaltyCalled(
        race=command.race,
        competitor=command.competitor,
        sanction="PEN",
        infringement="",
        reason="False start",
        zone="start",
        lap=None,
        victim=None,
        embargo=False,
        source=command.source,
    )
    absent = e.DidNotStartRecorded(
        race=command.race,
        competitor=command.competitor,
        reason="False start",
        source=command.source,
    )
    return (recalled, penalty, absent)


def _crossing(command: c.RecordCrossing, state: Race, now_ms: int) -> e.CrossingRecorded:
    competitor, flags = _who(command, state)
    on_ice = state.field.get(competitor) if competitor else None
    if state.before_the_gun(now_ms):
        flags.append("before-the-gun")
    elif not state.running:
        flags.append("not-running")
    if on_ice is not None and on_ice.out is not None:
        flags.append(f"competitor-{on_ice.out.lower()}")
    if on_ice is not None and on_ice.rows >= state.lap_rows:
        flags.append("after-finish")
    return e.CrossingRecorded(
        race=command.race,
        attempt=state.attempt_at(now_ms),
        competitor=competitor,
        at_ms=now_ms,
        elapsed_ms=command.elapsed_ms,
        time_source=command.time_source,
        flags=tuple(flags),
        source=command.source,
    )


def _who(command: c.RecordCrossing, state: Race) -> tuple[str | None, list[str]]:
    """Return who crossed; what was keyed and fits nobody is kept as a flag."""
    named = (command.competitor, command.helmet_number, command.start_position)
    if sum(x is not None for x in named) > 1:
        raise r.NotOnStartList(
            "a crossing is named by helmet number, start position or competitor: give one of them"
        )
    for competitor, on_ice in state.field.items():
        starter = on_ice.starter
        if (
            competitor == command.competitor
            or (command.helmet_number and starter.helmet_number == command.helmet_number)
            or (command.start_position and starter.start_position == command.start_position)
        ):
            return competitor, []
    if command.helmet_number is not None:
        return None, [f"helmet-{command.helmet_number}-not-on-list"]
    if command.start_position is not None:
        return None, [f"start-position-{command.start_position}-not-on-list"]
    if command.competitor is not None:
        return None, [f"competitor-{command.competitor}-not-on-list"]
    return None, ["unassigned"]


def _assign(command: c.AssignCrossing, state: Race) -> e.CrossingAssigned:
    competitor_on_ice(state, command.competitor)
    nameless = [x.version for x in state.unassigned]
    nameless += [o.version for o in state.observations if o.competitor is None]
    if command.crossing not in nameless:
        raise r.UnknownFact(
            f"version {command.crossing} of {command.race} is no unassigned crossing"
        )
    return e.CrossingAssigned(
        race=command.race,
        crossing=command.crossing,
        competitor=command.competitor,
        source=command.source,
    )


def _on_the_ice(
    command: c.RecordExchange
    | c.RecordFall
    | c.RecordGettingUp
    | c.RecordWithdrawal
    | c.RecordDidNotFinish
    | c.RingBell,
    state: Race,
    now_ms: int,
) -> e.RaceEvent:
    race, attempt, source = command.race, state.attempt_at(now_ms), command.source
    if state.started_at_ms is None:
        raise r.NotStarted(f"{race} has not started")
    if isinstance(command, c.RingBell):
        return e.BellRung(race=race, attempt=attempt, at_ms=now_ms, source=source)
    on_ice = competitor_on_ice(state, command.competitor)
    who = command.competitor
    match command:
        case c.RecordExchange():
            return _exchange(command, state, on_ice, now_ms)
        case c.RecordFall():
            return e.FallRecorded(
                race=race,
                attempt=attempt,
                competitor=who,
                lap=command.lap,
                at_ms=now_ms,
                source=source,
            )
        case c.RecordGettingUp():
            if not on_ice.fallen:
                raise r.NothingToDo(f"{who} has not fallen")
            return e.GettingUpRecorded(
                race=race, attempt=attempt, competitor=who, at_ms=now_ms, source=source
            )
        case c.RecordWithdrawal():
            return e.WithdrawalRecorded(
                race=race, attempt=attempt, competitor=who, reason=command.reason, source=source
            )
        case c.RecordDidNotFinish():
            return e.DidNotFinishRecorded(
                race=race, attempt=attempt, competitor=who, reason=command.reason, source=source
            )
        case _:
            assert_never(command)


def _exchange(
    command: c.RecordExchange, state: Race, on_ice: OnIce, now_ms: int
) -> e.ExchangeRecorded:
    if state.scheduled is None or not state.scheduled.relay:
        raise r.BadStartList(f"{command.race} is not a relay: nobody is exchanged")
    flags = []
    if on_ice.starter.line_up and all(
        member.skater != command.skater for member in on_ice.starter.line_up
    ):
        flags.append("not-in-line-up")
    if state.lap_rows - on_ice.rows <= _EXCHANGE_CLOSES_AT:
        flags.append("last-two-laps")
    return e.ExchangeRecorded(
        race=command.race,
        attempt=state.attempt_at(now_ms),
        competitor=command.competitor,
        skater=command.skater,
        at_ms=now_ms,
        flags=tuple(flags),
        source=command.source,
    )


def _finish(
    command: c.RecordFinishOrder | c.RecordFinishTimes | c.DeclareFinished | c.EndRace,
    state: Race,
    now_ms: int,
) -> e.RaceEvent:
    race, attempt, source = command.race, state.attempt_at(now_ms), command.source
    if state.started_at_ms is None:
        raise r.NotStarted(f"{race} has not started: nobody can have finished")
    match command:
        case c.RecordFinishOrder():
            named = [competitor for group in command.groups for competitor in group]
            for competitor in named:
                competitor_on_ice(state, competitor)
                if named.count(competitor) > 1:
                    raise r.BadFinishOrder(f"{competitor} stands twice in the finish order")
            if not named or not all(command.groups):
                raise r.BadFinishOrder("a finish order, and each group in it, names somebody")
            return e.FinishOrderRecorded(
                race=race, attempt=attempt, groups=command.groups, source=source
            )
        case c.RecordFinishTimes():
            if not command.times:
                raise r.NothingToDo("no finish time was given")
            for time in command.times:
                competitor_on_ice(state, time.competitor)
            return e.FinishTimesRecorded(
                race=race,
                attempt=attempt,
                times=command.times,
                time_source=command.time_source,
                source=source,
            )
        case c.DeclareFinished():
            competitor_on_ice(state, command.competitor)
            return e.DeclaredFinished(
                race=race,
                attempt=attempt,
                competitor=command.competitor,
                place=command.place,
                source=source,
            )
        case c.EndRace():
            if state.ended_at_ms is not None:
                raise r.AlreadyOver(f"{race} has been ended already")
            return e.RaceEnded(race=race, attempt=attempt, at_ms=now_ms, source=source)
        case _:
            assert_never(command)


def competitor_on_ice(state: Race, competitor: str) -> OnIce:
    """Return a competitor on the start list, or refuse with who is on it."""
    on_ice = state.field.get(competitor)
    if on_ice is None:
        names = ", ".join(state.field) or "nobody"
        raise r.NotOnStartList(f"{competitor} is not on the start list, which has {names}")
    return on_ice
