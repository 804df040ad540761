"""A competition: the ruleset it adopted, and who is entered under which helmet number."""

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain import best_time_decide, noc
from tracker.domain.best_times import key_of
from tracker.domain.commands import (
    AdoptRuleset,
    AssignHelmetNumber,
    CompetitionCommand,
    CreateCompetition,
    EnterSkater,
    EnterTeam,
    StateBestTime,
    WithdrawEntry,
)
from tracker.domain.events import (
    BestTimeStated,
    CompetitionCreated,
    CompetitionEvent,
    EntryWithdrawn,
    HelmetNumberAssigned,
    RulesetAdopted,
    SkaterEntered,
    TeamEntered,
)
from tracker.domain.refusals import (
    AlreadyExists,
    HelmetNumberTaken,
    NoRuleset,
    NotEntered,
    Unknown,
    WrongName,
)
from tracker.domain.ruleset import Ruleset


class Competition(Struct, frozen=True):
    """What the log says of a competition."""

    version: int = 0
    created: CompetitionCreated | None = None
    ruleset: Ruleset | None = None
    skaters: dict[str, SkaterEntered] = {}
    teams: dict[str, TeamEntered] = {}
    withdrawn: frozenset[str] = frozenset()
    best_times: dict[tuple[str, str, str], BestTimeStated] = {}
    """What stood when it began, by kind, table and holder; see `best_times.key_of`."""

    def entered(self, competitor: str) -> SkaterEntered | TeamEntered | None:
        """Return an entry that has not been withdrawn."""
        if competitor in self.withdrawn:
            return None
        return self.skaters.get(competitor) or self.teams.get(competitor)


def evolve(state: Competition, version: int, event: CompetitionEvent) -> Competition:
    """Return the competition after one more event."""
    match event:
        case CompetitionCreated():
            return replace(state, version=version, created=event)
        case RulesetAdopted():
            return replace(state, version=version, ruleset=event.ruleset)
        case SkaterEntered():
            return replace(
                state,
                version=version,
                skaters={**state.skaters, event.skater: event},
                withdrawn=state.withdrawn - {event.skater},
            )
        case HelmetNumberAssigned():
            skater = replace(state.skaters[event.skater], helmet_number=event.helmet_number)
            skaters = {**state.skaters, event.skater: skater}
            return replace(state, version=version, skaters=skaters)
        case TeamEntered():
            return replace(
                state,
                version=version,
                teams={**state.teams, event.team: event},
                withdrawn=state.withdrawn - {event.team},
            )
        case EntryWithdrawn():
            return replace(state, version=version, withdrawn=state.withdrawn | {event.competitor})
        case BestTimeStated():
            best_times = {**state.best_times, key_of(event): event}
            return replace(state, version=version, best_times=best_times)
        case _:
            assert_never(event)


def decide(
    command: CompetitionCommand, state: Competition, ruleset: Ruleset | None
) -> tuple[CompetitionEvent, ...]:
    """Return the events that a command leads to; `ruleset` is the one a command names."""
    if isinstance(command, CreateCompetition):
        return (_create(command, state),)
    if not state.created:
        raise Unknown(f"competition {command.competition} has not been created")
    match command:
        case AdoptRuleset():
            if ruleset is None:
                raise NoRuleset(f"competition {command.competition} needs a ruleset by name")
            return (
                RulesetAdopted(
                    competition=command.competition, ruleset=ruleset, source=command.source
                ),
            )
        case EnterSkater():
            return (_enter_skater(command, state),)
        case AssignHelmetNumber():
            return (_assign_helmet_number(command, state),)
        case EnterTeam():
            return (_enter_team(command, state),)
        case WithdrawEntry():
            if not state.entered(command.competitor):
                raise NotEntered(f"{command.competitor} is not entered in {command.competition}")
            return (
                EntryWithdrawn(
                    competition=command.competition,
                    competitor=command.competitor,
                    reason=command.reason,
                    source=command.source,
                ),
            )
        case StateBestTime():
            return (best_time_decide.state_best_time(command, state),)
        case _:
            assert_never(command)


def _create(command: CreateCompetition, state: Competition) -> CompetitionCreated:
    if state.created:
        raise AlreadyExists(f"competition {command.competition} was created already")
    return CompetitionCreated(
        competition=command.competition,
        name=command.name,
        city=command.city,
        country=noc.check(command.country),
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        series=command.series,
        source=command.source,
    )


def _enter_skater(command: EnterSkater, state: Competition) -> SkaterEntered:
    if state.entered(command.skater):
        raise AlreadyExists(f"{command.skater} is entered in {command.competition} already")
    _check_helmet_number(state, command.skater, command.gender, command.helmet_number)
    return SkaterEntered(
        competition=command.competition,
        skater=command.skater,
        name=command.name,
        family_name=command.family_name,
        noc=noc.check(command.noc),
        gender=command.gender,
        helmet_number=command.helmet_number,
        native_name=command.native_name,
        distances=_of(command.distances, command.competition),
        source=command.source,
    )


def _assign_helmet_number(command: AssignHelmetNumber, state: Competition) -> HelmetNumberAssigned:
    skater = state.skaters.get(command.skater)
    if skater is None or command.skater in state.withdrawn:
        raise NotEntered(f"{command.skater} is not entered in {command.competition}")
    _check_helmet_number(state, command.skater, skater.gender, command.helmet_number)
    return HelmetNumberAssigned(
        competition=command.competition,
        skater=command.skater,
        helmet_number=command.helmet_number,
        source=command.source,
    )


def _check_helmet_number(
    state: Competition, skater: str, gender: str, helmet_number: int | None
) -> None:
    """Refuse a number that somebody else of the same gender wears; both genders have a No. 1."""
    if helmet_number is None:
        return
    for other in state.skaters.values():
        if (
            other.helmet_number == helmet_number
            and other.gender == gender
            and other.skater != skater
            and other.skater not in state.withdrawn
        ):
            raise HelmetNumberTaken(
                f"helmet number {helmet_number} ({gender}) is worn by {other.name} "
                f"({other.noc}): choose another for {skater}"
            )


def _enter_team(command: EnterTeam, state: Competition) -> TeamEntered:
    if state.entered(command.team):
        raise AlreadyExists(f"{command.team} is entered in {command.competition} already")
    for skater in command.skaters:
        entry = state.skaters.get(skater)
        if entry is None or skater in state.withdrawn:
            raise NotEntered(f"{skater} of team {command.team} is not entered: enter them first")
        if entry.noc != command.noc:
            raise NotEntered(f"{skater} skates for {entry.noc}, not for {command.noc}")
    return TeamEntered(
        competition=command.competition,
        team=command.team,
        name=command.name,
        noc=noc.check(command.noc),
        gender=command.gender,
        skaters=command.skaters,
        helmet_number=command.helmet_number,
        distances=_of(command.distances, command.competition),
        source=command.source,
    )


def _of(distances: tuple[str, ...], competition: str) -> tuple[str, ...]:
    for distance in distances:
        if not distance.startswith(f"{competition}/"):
            raise WrongName(f"{distance} is no distance of {competition}")
    return distances
