"""A season's series of competitions: its ruleset and what skaters bring into it."""

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain import noc
from tracker.domain.commands import BringPoints, CreateSeries, SeriesCommand
from tracker.domain.context import Context
from tracker.domain.events import PointsBroughtIn, SeriesCreated, SeriesEvent
from tracker.domain.refusals import AlreadyExists, NoRuleset, Unknown


class Series(Struct, frozen=True):
    """What the log says of a series."""

    version: int = 0
    created: SeriesCreated | None = None
    brought_in: tuple[PointsBroughtIn, ...] = ()


def evolve(state: Series, version: int, event: SeriesEvent) -> Series:
    """Return the series after one more event."""
    if isinstance(event, SeriesCreated):
        return replace(state, version=version, created=event)
    return replace(state, version=version, brought_in=(*state.brought_in, event))


def decide(command: SeriesCommand, state: Series, context: Context) -> tuple[SeriesEvent, ...]:
    """Return the events that a command leads to."""
    if isinstance(command, CreateSeries):
        return (_create(command, state, context),)
    return (_bring(command, state),)


def _create(command: CreateSeries, state: Series, context: Context) -> SeriesCreated:
    if state.created:
        raise AlreadyExists(f"series {command.series} was created already")
    if context.ruleset is None:
        raise NoRuleset(f"series {command.series} needs a ruleset")
    return SeriesCreated(
        series=command.series,
        name=command.name,
        season=command.season,
        ruleset=context.ruleset,
        source=command.source,
    )


def _bring(command: BringPoints, state: Series) -> PointsBroughtIn:
    if not state.created:
        raise Unknown(f"series {command.series} has not been created")
    return PointsBroughtIn(
        series=command.series,
        table=command.table,
        competitor=command.competitor,
        name=command.name,
        noc=noc.check(command.noc),
        points=command.points,
        competition=command.competition,
        note=command.note,
        source=command.source,
    )
