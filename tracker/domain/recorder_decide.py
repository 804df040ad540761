"""Which events a request about the recorders of a race leads to, or why it is refused."""

from typing import assert_never

from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.context import Context
from tracker.domain.race import Race
from tracker.domain.recorders import missing

RecorderCommand = c.TakePen | c.AdoptCrossing | c.FlagToReferee


def decide_on_recorders(command: RecorderCommand, state: Race, context: Context) -> e.RaceEvent:
    """Return the event of a request about who records a race."""
    match command:
        case c.TakePen():
            return _take_pen(command, state, context)
        case c.AdoptCrossing():
            return _adopt(command, state)
        case c.FlagToReferee():
            if command.competitor not in state.field:
                raise r.NotOnStartList(f"{command.competitor} is not on the start list")
            rows = state.field[command.competitor].rows
            return e.FlaggedToReferee(
                race=command.race,
                attempt=state.attempt,
                competitor=command.competitor,
                lap=min(rows + 1, state.lap_rows) or None,
                at_ms=context.now_ms,
                words=command.words,
                source=command.source,
            )
        case _:
            assert_never(command)


def is_opinion(state: Race, context: Context) -> bool:
    """Return whether a crossing comes from a device without the pen."""
    return state.pen is not None and context.device not in ("", state.pen.device)


def as_observation(crossing: e.CrossingRecorded, context: Context) -> e.CrossingObserved:
    """Return a crossing as an opinion of the device that sent it."""
    return e.CrossingObserved(
        race=crossing.race,
        attempt=crossing.attempt,
        device=context.device,
        competitor=crossing.competitor,
        at_ms=crossing.at_ms,
        elapsed_ms=crossing.elapsed_ms,
        time_source=crossing.time_source,
        flags=crossing.flags,
        source=crossing.source,
    )


def _take_pen(command: c.TakePen, state: Race, context: Context) -> e.PenTaken:
    pen = state.pen
    if pen is not None and pen.device == context.device:
        raise r.NothingToDo(f"{pen.device} holds the pen of {command.race} already")
    if pen is not None and not command.from_other:
        raise r.PenHeld(
            f"{pen.device} ({pen.official}) holds the pen of {command.race}: what is recorded "
            "here is a second opinion until the pen is taken from there"
        )
    return e.PenTaken(
        race=command.race,
        device=context.device,
        official=context.official,
        adopted=missing(state, context.device),
        source=command.source,
    )


def _adopt(command: c.AdoptCrossing, state: Race) -> e.CrossingAdopted:
    found = next((o for o in state.observations if o.version == command.observation), None)
    if found is None:
        raise r.UnknownFact(
            f"version {command.observation} of {command.race} is no observed crossing"
        )
    if found.competitor is None:
        raise r.NotOnStartList(
            f"nobody has said whose the crossing of version {command.observation} was"
        )
    if any(x.version == found.version for x in state.field[found.competitor].crossings):
        raise r.NothingToDo(f"the crossing of version {command.observation} stands already")
    return e.CrossingAdopted(
        race=command.race, observation=command.observation, source=command.source
    )
