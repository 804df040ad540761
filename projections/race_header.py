"""What the documents of one race have in common: their header and small values."""

from datetime import UTC, datetime

from projections.projection import Row
from tracker.domain.laps import current_row, laps_to_go
from tracker.domain.marks import Mark, Marks
from tracker.domain.race import Decision, OnIce, Race
from tracker.domain.result import result_state


def header(race: Race) -> Row:
    """Return what every document of a race starts with."""
    scheduled = race.scheduled
    assert scheduled is not None, "a race has documents from when it is scheduled"
    return {
        "race": scheduled.race,
        "competition": scheduled.competition,
        "distance": scheduled.distance,
        "name": scheduled.name,
        "round": scheduled.round_name,
        "gender": scheduled.gender,
        "relay": scheduled.relay,
        "metres": scheduled.metres,
        "state": result_state(race),
        "attempt": race.attempt,
        "scheduled_at": instant(scheduled.scheduled_at_ms),
        "held": held_row(race),
    }


def held_row(race: Race) -> Row | None:
    """Return the mark of a board that is held: since when, and the hold's name."""
    held = race.held
    return None if held is None else {"version": held.version, "at_ms": held.at_ms}


def lap_header(race: Race) -> Row:
    """Return what the lap counter shows."""
    return {
        "stopped": race.stopped,
        "laps_total": race.lap_rows,
        "laps_to_go": laps_to_go(race),
        "bell": race.bell_rung or (race.running and laps_to_go(race) == 1),
        "lap": current_row(race),
        "started_at_ms": race.started_at_ms,
    }


def instant(at_ms: int | None) -> str | None:
    """Return an instant as RFC 3339 in UTC; whole seconds without a fraction."""
    if at_ms is None:
        return None
    when = datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)
    spec = "milliseconds" if at_ms % 1000 else "seconds"
    return when.isoformat(timespec=spec).replace("+00:00", "Z")


def starter(c: OnIce) -> Row:
    """Return who a competitor is, as every list of the race says it."""
    return {
        "name": c.starter.name,
        "family_name": c.starter.family_name,
        "noc": c.starter.noc,
        "helmet": c.starter.helmet_number,
        "start_position": c.starter.start_position,
    }


def penalty(decision: Decision | None) -> Row | None:
    """Return a penalty as it is shown."""
    if decision is None:
        return None
    return {
        "code": decision.infringement,
        "text": decision.reason,
        "reason": decision.reason,
        "sanction": decision.kind,
        "lap": decision.lap,
    }


def mark(competitor: str, marks: Marks) -> Row:
    """Return the mark beside a place, and whether anything can still take it away."""
    return mark_row(marks.get(competitor))


def mark_row(found: Mark | None) -> Row:
    """Return a mark as it is shown."""
    if found is None:
        return {"mark": None, "mark_certain": None}
    return {"mark": found.text or None, "mark_certain": found.certain}


def skater_name(c: OnIce, skater: str | None) -> str | None:
    """Return the name of a skater of a relay team."""
    names = {member.skater: member.name for member in c.starter.line_up}
    return None if skater is None else names.get(skater, skater)
