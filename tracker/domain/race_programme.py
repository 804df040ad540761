"""What may be changed about a race before its gun."""

from collections.abc import Sequence
from typing import assert_never

from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.competition import Competition
from tracker.domain.context import Context
from tracker.domain.events import SkaterEntered
from tracker.domain.race import Race
from tracker.domain.values import Member, Starter, StarterRequest


def decide_before_the_gun(
    command: c.ScheduleRace
    | c.CancelRace
    | c.PublishStartList
    | c.ChangeStartPositions
    | c.NameLineUp
    | c.RecordDidNotStart,
    state: Race,
    context: Context,
) -> tuple[e.RaceEvent, ...]:
    """Return the events of a request about the programme or the start list."""
    if isinstance(command, c.ScheduleRace):
        return (_schedule(command, state, context),)
    if isinstance(command, c.RecordDidNotStart):
        return (_did_not_start(command, state),)
    if state.started_at_ms is not None or state.ended_at_ms is not None:
        raise r.StartListClosed(f"the gun of {command.race} has gone off: the start list stands")
    match command:
        case c.CancelRace():
            return (
                e.RaceCancelled(race=command.race, reason=command.reason, source=command.source),
            )
        case c.PublishStartList():
            return (_start_list(command, state, context.competition),)
        case c.ChangeStartPositions():
            return (_positions(command, state),)
        case c.NameLineUp():
            return (_line_up(command, state, context.competition),)
        case _:
            assert_never(command)


def _schedule(command: c.ScheduleRace, state: Race, context: Context) -> e.RaceScheduled:
    if state.scheduled is not None:
        raise r.AlreadyExists(f"race {command.race} is on the programme already")
    distance_id = command.race.rsplit("/", 1)[0]
    if context.distance is None or context.distance.added is None:
        raise r.Unknown(f"distance {distance_id} is not on the programme: add it first")
    if context.competition is None or context.competition.ruleset is None:
        raise r.NoRuleset(f"the competition of {command.race} has not adopted a ruleset")
    added = context.distance.added
    ruleset = context.competition.ruleset
    return e.RaceScheduled(
        race=command.race,
        distance=distance_id,
        competition=added.competition,
        series=added.series,
        name=added.name,
        round=command.round,
        round_name=command.round_name,
        number=command.number,
        gender=added.gender,
        relay=added.relay,
        metres=added.metres,
        lap_rows=added.lap_rows,
        first_row_half=added.first_row_half,
        false_starts_allowed=ruleset.false_starts_allowed,
        protest_minutes=ruleset.protest_minutes,
        scheduled_at_ms=command.scheduled_at_ms,
        order=command.order,
        source=command.source,
    )


def _start_list(
    command: c.PublishStartList, state: Race, competition: Competition | None
) -> e.StartListPublished:
    _distinct([s.competitor for s in command.starters], "competitor")
    _distinct([str(s.start_position) for s in command.starters], "start position")
    if not command.starters:
        raise r.BadStartList(f"the start list of {command.race} names nobody")
    entries = competition or Competition()
    starters = tuple(_starter(s, state, entries) for s in command.starters)
    _distinct([str(s.helmet_number) for s in starters if s.helmet_number], "helmet number")
    return e.StartListPublished(
        race=command.race, starters=starters, drawn=command.drawn, source=command.source
    )


def _distinct(values: Sequence[str], what: str) -> None:
    for value in values:
        if values.count(value) > 1:
            raise r.BadStartList(f"{what} {value} stands twice on the start list")


def _starter(request: StarterRequest, state: Race, entries: Competition) -> Starter:
    entry = entries.entered(request.competitor)
    race = state.scheduled
    if entry is None or race is None:
        raise r.NotEntered(f"{request.competitor} is not entered in the competition")
    if race.relay == isinstance(entry, SkaterEntered):
        kind = "teams" if race.relay else "skaters"
        raise r.BadStartList(f"{race.race} is for {kind}: {request.competitor} is none")
    if entry.gender != race.gender:
        raise r.BadStartList(
            f"{race.race} is for {race.gender}: {request.competitor} is entered for {entry.gender}"
        )
    return Starter(
        competitor=request.competitor,
        name=entry.name,
        family_name=entry.family_name if isinstance(entry, SkaterEntered) else "",
        noc=entry.noc,
        start_position=request.start_position,
        helmet_number=entry.helmet_number,
        line_up=_members(request.competitor, request.line_up, entries),
    )


def _members(team: str, skaters: Sequence[str], entries: Competition) -> tuple[Member, ...]:
    _distinct(skaters, "skater")
    members = []
    for skater in skaters:
        entry = entries.skaters.get(skater)
        entered = entries.teams.get(team)
        if entry is None or entered is None or skater not in entered.skaters:
            raise r.NotEntered(f"{skater} is not entered with team {team}")
        members.append(Member(skater, entry.name))
    return tuple(members)


def _positions(command: c.ChangeStartPositions, state: Race) -> e.StartPositionsChanged:
    if not command.positions:
        raise r.NothingToDo("no start position was given")
    after = {k: v.starter.start_position for k, v in state.field.items() if v.out is None}
    for competitor, position in command.positions.items():
        if competitor not in state.field:
            raise r.NotOnStartList(f"{competitor} is not on the start list")
        after[competitor] = position
    _distinct([str(position) for position in after.values()], "start position")
    return e.StartPositionsChanged(
        race=command.race,
        positions=dict(command.positions),
        reason=command.reason,
        source=command.source,
    )


def _line_up(command: c.NameLineUp, state: Race, competition: Competition | None) -> e.LineUpNamed:
    if command.competitor not in state.field:
        raise r.NotOnStartList(f"{command.competitor} is not on the start list")
    if state.scheduled and not state.scheduled.relay:
        raise r.BadStartList(f"{command.race} is not a relay: it has no line-ups")
    members = _members(command.competitor, command.line_up, competition or Competition())
    return e.LineUpNamed(
        race=command.race, competitor=command.competitor, line_up=members, source=command.source
    )


def _did_not_start(command: c.RecordDidNotStart, state: Race) -> e.DidNotStartRecorded:
    c_on_ice = state.field.get(command.competitor)
    if c_on_ice is None:
        raise r.NotOnStartList(f"{command.competitor} is not on the start list")
    if c_on_ice.out == "DNS":
        raise r.NothingToDo(f"{command.competitor} is recorded as not started already")
    return e.DidNotStartRecorded(
        race=command.race,
        competitor=command.competitor,
        reason=command.reason,
        source=command.source,
    )
