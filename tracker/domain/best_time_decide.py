"""Which events a request about best times leads to, or why it is refused."""

from typing import TYPE_CHECKING

from tracker.domain import noc
from tracker.domain import refusals as r
from tracker.domain.best_time_commands import ConfirmBestTime, RecordMiscount, StateBestTime
from tracker.domain.best_time_events import BestTimeConfirmed, BestTimeStated, LapsMiscounted
from tracker.domain.best_times import (
    OWN_KINDS,
    clock,
    key_of,
    of_statement,
    official_row,
    recognised,
    skated,
    unrecognised,
)
from tracker.domain.race import Race, ResultRow

if TYPE_CHECKING:
    from tracker.domain.competition import Competition

_FIRST = ("track", "championship")
"""Kinds of which an official may confirm the first: of a new rink, at a new championship."""


def state_best_time(command: StateBestTime, state: "Competition") -> BestTimeStated:
    """Return the statement of what stood when a competition began."""
    ruleset = state.ruleset
    if ruleset is None:
        raise r.NoRuleset(
            f"competition {command.competition} adopts a ruleset before best times are stated"
        )
    form = ruleset.format(command.metres, relay=command.relay)
    if form is None or command.gender not in form.genders:
        raise r.DistanceNotInRuleset(
            f"ruleset {ruleset.id} has no {'relay' if command.relay else 'distance'} of "
            f"{command.metres} m for {command.gender}"
        )
    _check_holder(command, state)
    event = BestTimeStated(
        competition=command.competition,
        kind=command.kind,
        gender=command.gender,
        metres=command.metres,
        relay=command.relay,
        skater=command.skater,
        name=command.name,
        noc=noc.check(command.noc),
        time_ms=command.time_ms,
        set_on=command.set_on,
        set_at=command.set_at,
        source=command.source,
    )
    if state.best_times.get(key_of(event)) == event:
        raise r.NothingToDo(f"this {command.kind} best time is stated already, word for word")
    return event


def _check_holder(command: StateBestTime, state: "Competition") -> None:
    """Refuse a season or personal best that no skater of the competition can beat."""
    if command.relay:
        if command.skater is not None:
            raise r.HolderMissing(
                f"a relay's best time belongs to {command.noc}, not to {command.skater}: "
                "leave the skater out"
            )
        return
    if command.skater is None:
        if command.kind in OWN_KINDS:
            raise r.HolderMissing(
                f"a {command.kind} best belongs to a skater: name the id of {command.name}"
            )
        return
    if command.kind not in OWN_KINDS:
        return
    entry = state.skaters.get(command.skater)
    if entry is None or command.skater in state.withdrawn:
        raise r.NotEntered(
            f"{command.skater} is not entered in {command.competition}: enter them first"
        )
    if entry.gender != command.gender or entry.noc != command.noc:
        raise r.NotEntered(
            f"{command.skater} is entered for {entry.noc} among the {entry.gender}, "
            f"not for {command.noc} among the {command.gender}"
        )


def record_miscount(command: RecordMiscount, state: Race) -> LapsMiscounted:
    """Return that a race went over another number of lap rows than it has."""
    if state.started_at_ms is None:
        raise r.NotStarted(f"{command.race} has not started: no lap can have been miscounted")
    if command.lap_rows in (state.lap_rows, state.miscounted):
        raise r.NothingToDo(
            f"{command.race} went over {command.lap_rows} lap rows: that is what it has"
            if command.lap_rows == state.lap_rows
            else f"that {command.race} went over {command.lap_rows} lap rows is recorded already"
        )
    return LapsMiscounted(
        race=command.race,
        attempt=state.attempt,
        lap_rows=command.lap_rows,
        reason=command.reason,
        source=command.source,
    )


def confirm_best_time(
    command: ConfirmBestTime, state: Race, competition: "Competition | None"
) -> BestTimeConfirmed:
    """Return that an official time is a best time.

    Whether an earlier race of the competition was faster still stands in its own stream; that is
    looked up when what stands is derived.
    """
    if state.official is None:
        raise r.NotOfficial(
            f"the result of {command.race} is not official: a best time is confirmed afterwards"
        )
    row = official_row(state, command.competitor)
    if row is None:
        raise r.NotOnStartList(f"{command.competitor} is not in the result of {command.race}")
    _check_time(command, state, row)
    _check_beaten(command, state, competition)
    asked = (command.competitor, command.kind, command.time_ms)
    if any((x.competitor, x.kind, x.time_ms) == asked for x in state.confirmed):
        raise r.AlreadyConfirmed(
            f"{clock(command.time_ms)} by {row.name} is confirmed as a {command.kind} "
            "best time already"
        )
    return BestTimeConfirmed(
        race=command.race,
        competitor=command.competitor,
        kind=command.kind,
        time_ms=command.time_ms,
        source=command.source,
    )


def _check_time(command: ConfirmBestTime, state: Race, row: ResultRow) -> None:
    """Refuse a time that is not the competitor's official one, or counts for no best time."""
    if row.time_ms is None:
        raise r.NotTheOfficialTime(
            f"{row.name} has no official time in {command.race} ({row.status or 'none was read'})"
        )
    if row.time_ms != command.time_ms:
        raise r.NotTheOfficialTime(
            f"the official time of {row.name} is {clock(row.time_ms)}, not {clock(command.time_ms)}"
        )
    why = unrecognised(state, row)
    if why is not None:
        raise r.TimeNotRecognised(f"{clock(command.time_ms)} counts for no best time: {why}")


def _check_beaten(command: ConfirmBestTime, state: Race, competition: "Competition | None") -> None:
    """Refuse a time that is not at or under what stands, as far as this race can know it."""
    fastest = recognised(state)[0]
    if fastest.time_ms < command.time_ms:
        raise r.NothingBeaten(
            f"{fastest.name} was faster in the same race: {clock(fastest.time_ms)}"
        )
    about = skated(state)
    stated = competition.best_times.get((command.kind, about.table, "")) if competition else None
    if stated is None:
        if command.kind not in _FIRST:
            raise r.NothingBeaten(
                f"no {command.kind} best time of {about.table} was stated: "
                "state what stood when the competition began"
            )
        return
    best = of_statement(stated)[1]
    if best.time_ms < command.time_ms:
        raise r.NothingBeaten(
            f"the {command.kind} best time of {about.table} is {clock(best.time_ms)} by "
            f"{best.name} ({best.noc}): {clock(command.time_ms)} is not under it"
        )
