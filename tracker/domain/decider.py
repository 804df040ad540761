"""The one door to the deciders: which stream a command goes to, what it needs, what follows."""

from collections.abc import Iterable
from typing import TypeAlias

from tracker.domain import commands as c
from tracker.domain import competition as competitions
from tracker.domain import distance as distances
from tracker.domain import events as e
from tracker.domain import race_decide, race_evolve
from tracker.domain import series as series_rules
from tracker.domain.competition import Competition
from tracker.domain.context import Context
from tracker.domain.distance import Distance
from tracker.domain.race import Race
from tracker.domain.ruleset import Ruleset
from tracker.domain.series import Series

State: TypeAlias = Series | Competition | Distance | Race

_FROM_COMPETITION = (
    c.PublishStartList,
    c.NameLineUp,
    c.CallPenalty,
    c.ConfirmBestTime,
)
_INITIAL: dict[str, State] = {
    "series": Series(),
    "competition": Competition(),
    "distance": Distance(),
    "race": Race(),
}


def kind_of(stream: str) -> str:
    """Return what a stream is about: series, competition, distance or race."""
    return stream.split("-", 1)[0]


def stream_of(command: c.Command) -> str:
    """Return the stream that a command's events go to."""
    if isinstance(command, c.CreateSeries | c.BringPoints):
        return f"series-{command.series}"
    if isinstance(command, c.AddDistance | c.AddRound | c.SetProgression):
        return f"distance-{command.distance}"
    if isinstance(
        command,
        c.CreateCompetition
        | c.AdoptRuleset
        | c.EnterSkater
        | c.AssignHelmetNumber
        | c.EnterTeam
        | c.WithdrawEntry
        | c.StateBestTime,
    ):
        return f"competition-{command.competition}"
    return f"race-{command.race}"


def needs(command: c.Command) -> tuple[str, ...]:
    """Return the other streams whose states the decision looks up."""
    if isinstance(command, c.AddDistance | c.SetProgression):
        return (f"competition-{command.distance.split('/')[0]}",)
    if isinstance(command, c.ScheduleRace):
        competition, distance, _ = command.race.split("/")
        return (f"competition-{competition}", f"distance-{competition}/{distance}")
    if isinstance(command, _FROM_COMPETITION):
        return (f"competition-{command.race.split('/')[0]}",)
    return ()


def ruleset_named(command: c.Command) -> str | None:
    """Return the name of a ruleset that has to be looked up for a command."""
    if isinstance(command, c.CreateSeries | c.AdoptRuleset) and isinstance(command.ruleset, str):
        return command.ruleset
    return None


def ruleset_given(command: c.Command) -> Ruleset | None:
    """Return the ruleset that a command carries whole."""
    if isinstance(command, c.CreateSeries | c.AdoptRuleset) and not isinstance(
        command.ruleset, str
    ):
        return command.ruleset
    return None


def initial(stream: str) -> State:
    """Return the state of a stream before its first event."""
    return _INITIAL[kind_of(stream)]


def decide(command: c.Command, state: State, context: Context) -> tuple[e.Event, ...]:
    """Return the events that a command leads to; never none.

    Raises a Refusal that says what stands against the command.
    """
    match command, state:
        case (c.CreateSeries() | c.BringPoints(), Series()):
            return series_rules.decide(command, state, context)
        case (c.AddDistance() | c.AddRound() | c.SetProgression(), Distance()):
            return distances.decide(command, state, context.competition)
        case (
            c.CreateCompetition()
            | c.AdoptRuleset()
            | c.EnterSkater()
            | c.AssignHelmetNumber()
            | c.EnterTeam()
            | c.WithdrawEntry()
            | c.StateBestTime(),
            Competition(),
        ):
            return competitions.decide(command, state, context.ruleset)
        case (_, Race()):
            return race_decide.decide(command, state, context)  # type: ignore[arg-type]  # the other kinds went above; mypy does not narrow pairs
    raise TypeError(f"{type(command).__name__} does not go to a {type(state).__name__}")


def evolve(state: State, version: int, event: e.Event) -> State:
    """Return a state after one more event of its stream."""
    if isinstance(state, Race):
        return race_evolve.evolve(state, version, event)  # type: ignore[arg-type]  # a stream holds one kind of event
    if isinstance(state, Competition):
        return competitions.evolve(state, version, event)  # type: ignore[arg-type]  # likewise
    if isinstance(state, Distance):
        return distances.evolve(state, version, event)  # type: ignore[arg-type]  # likewise
    return series_rules.evolve(state, version, event)  # type: ignore[arg-type]  # likewise


def fold(stream: str, events: Iterable[tuple[int, e.Event]]) -> State:
    """Return the state of a stream after its events, given as (version, event)."""
    state = initial(stream)
    for version, event in events:
        state = evolve(state, version, event)
    return state
