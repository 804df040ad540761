"""How a race's state follows from several events at once."""

from collections.abc import Iterable

from msgspec.structs import replace

from tracker.domain import events as e
from tracker.domain.race import Crossing, Race
from tracker.domain.race_evolve import evolve, put_in


def evolve_all(state: Race, facts: Iterable[tuple[int, e.RaceEvent]]) -> Race:
    """Return the race after several events: what evolving it by one after the other comes to.

    Crossings that only lengthen what their competitors have skated are put in together.
    """
    crossed: list[tuple[int, e.CrossingRecorded]] = []
    for version, event in facts:
        if isinstance(event, e.CrossingRecorded):
            crossed.append((version, event))
            continue
        if crossed:
            state, crossed = _crossed(state, crossed), []
        state = evolve(state, version, event)
    return _crossed(state, crossed) if crossed else state


def _crossed(state: Race, facts: list[tuple[int, e.CrossingRecorded]]) -> Race:
    """Return the race after a run of recorded crossings."""
    field = {competitor: list(c.crossings) for competitor, c in state.field.items()}
    started, limit = state.started_at_ms, state.lap_rows
    unassigned = list(state.unassigned)
    for version, event in facts:
        if event.attempt != state.attempt:
            continue
        crossing = Crossing(
            version, event.at_ms, event.elapsed_ms, event.time_source, event.source, event.flags
        )
        crossings = None if event.competitor is None else field.get(event.competitor)
        if crossings is None:
            unassigned.append(crossing)
        else:
            put_in(crossings, crossing, started, limit)
    return replace(
        state,
        version=facts[-1][0],
        facts=(*state.facts, *facts),
        unassigned=tuple(unassigned),
        field={
            competitor: c
            if len(field[competitor]) == len(c.crossings) and field[competitor] == list(c.crossings)
            else replace(c, crossings=tuple(field[competitor]))
            for competitor, c in state.field.items()
        },
    )
