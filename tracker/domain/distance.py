"""A distance of a competition: how it is skated, and in which rounds."""

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.commands import AddDistance, AddRound, DistanceCommand, SetProgression
from tracker.domain.competition import Competition
from tracker.domain.events import DistanceAdded, DistanceEvent, ProgressionSet, RoundAdded
from tracker.domain.refusals import (
    AlreadyExists,
    BadProgression,
    DistanceNotInRuleset,
    NoRuleset,
    Unknown,
    WrongName,
)


class Distance(Struct, frozen=True):
    """What the log says of a distance."""

    version: int = 0
    added: DistanceAdded | None = None
    rounds: tuple[RoundAdded, ...] = ()
    progressions: dict[str, ProgressionSet] = {}
    """By round."""


def evolve(state: Distance, version: int, event: DistanceEvent) -> Distance:
    """Return the distance after one more event."""
    if isinstance(event, DistanceAdded):
        return replace(state, version=version, added=event)
    if isinstance(event, ProgressionSet):
        progressions = {**state.progressions, event.round: event}
        return replace(state, version=version, progressions=progressions)
    return replace(state, version=version, rounds=(*state.rounds, event))


def decide(
    command: DistanceCommand, state: Distance, competition: Competition | None
) -> tuple[DistanceEvent, ...]:
    """Return the events that a command leads to."""
    if isinstance(command, AddDistance):
        return (_add(command, state, competition),)
    if isinstance(command, SetProgression):
        return (_set_progression(command, state, competition),)
    return (_add_round(command, state),)


def _add(command: AddDistance, state: Distance, competition: Competition | None) -> DistanceAdded:
    if state.added:
        raise AlreadyExists(f"{command.distance} is on the programme already")
    name = command.distance.split("/")[0]
    if competition is None or competition.created is None:
        raise Unknown(f"competition {name} has not been created")
    if competition.ruleset is None:
        raise NoRuleset(f"competition {name} adopts a ruleset before distances are added")
    form = competition.ruleset.format(command.metres, relay=command.relay)
    kind = "relay" if command.relay else "distance"
    if form is None or command.gender not in form.genders:
        known = ", ".join(
            f"{d.metres} m{' relay' if d.relay else ''}" for d in competition.ruleset.distances
        )
        raise DistanceNotInRuleset(
            f"ruleset {competition.ruleset.id} has no {kind} of {command.metres} m for "
            f"{command.gender}: it has {known}"
        )
    suffix = "-relay" if command.relay else ""
    return DistanceAdded(
        distance=command.distance,
        competition=name,
        series=competition.created.series,
        name=command.name,
        gender=command.gender,
        relay=command.relay,
        metres=command.metres,
        lap_rows=form.lap_rows,
        first_row_half=form.first_row_half,
        code=f"{command.gender}-{command.metres}{suffix}",
        number=command.number,
        order=command.order,
        source=command.source,
    )


def _add_round(command: AddRound, state: Distance) -> RoundAdded:
    if state.added is None:
        raise Unknown(f"{command.distance} is not on the programme")
    if any(known.round == command.round for known in state.rounds):
        raise AlreadyExists(f"{command.distance} has a round {command.round} already")
    if command.name.strip() == "":
        raise WrongName("a round needs a name, such as Semifinals")
    return RoundAdded(
        distance=command.distance, round=command.round, name=command.name, source=command.source
    )


def _set_progression(
    command: SetProgression, state: Distance, competition: Competition | None
) -> ProgressionSet:
    if state.added is None:
        raise Unknown(f"{command.distance} is not on the programme")
    if competition is None or competition.ruleset is None:
        raise NoRuleset(f"the competition of {command.distance} has not adopted a ruleset")
    if not any(known.round == command.round for known in state.rounds):
        raise Unknown(f"{command.distance} has no round {command.round}: add it first")
    _check_targets(command)
    ruleset = competition.ruleset
    takes, alone = command.takes_time_place, command.by_time_alone
    return ProgressionSet(
        distance=command.distance,
        round=command.round,
        targets=command.targets,
        takes_time_place=ruleset.advancement_takes_time_place if takes is None else takes,
        by_time_alone=ruleset.places_by_time == "time_alone" if alone is None else alone,
        byes=command.byes,
        source=command.source,
    )


def _check_targets(command: SetProgression) -> None:
    to = [target.to for target in command.targets]
    if command.round in to:
        raise BadProgression(f"{command.round} cannot lead to itself: name another round")
    if len(set(to)) != len(to):
        raise BadProgression(f"a round is named twice among {', '.join(to)}: name each once")
    for target in command.targets:
        if not (target.by_place or target.by_time or target.rest):
            raise BadProgression(
                f"nobody goes on to {target.to}: say how many by_place or by_time, or rest"
            )
    if any(target.rest for target in command.targets[:-1]):
        raise BadProgression("rest leaves nobody for the targets after it: put it last")
