"""From facts to a race's result sheet: finish order, places, statuses, state.

The order across the line decides, not the time (an order read by the photo-finish judge, else
photo-finish times, else the recorded crossings); whose time counts, `finish_times` says. After
those who finished come the declared finished, then DNF, PEN, YC, RC and DNS. Equal places are dead
heats: the next place is left out.
"""

from collections.abc import Iterable

from tracker.domain.finish_times import counting, opinions, photo_read, reading
from tracker.domain.laps import instant_ms
from tracker.domain.race import Decision, OnIce, Race, ResultRow

STATUS_ORDER = {"DNF": 1, "WDR": 1, "PEN": 2, "YC": 3, "RC": 4, "DNS": 5}
"""Where an unplaced competitor stands in a race; anything else is placed."""
_SEVERITY = {"PEN": 1, "YC": 2, "RC": 3}
_last: dict[bool, tuple[Race, tuple[ResultRow, ...]]] = {}
"""The sheet that was worked out last, public or not: several ask for it after one event."""


def result_state(race: Race) -> str:
    """Return the state in the words of the Olympic Data Feed, as the public may know it."""
    if race.cancelled:
        return "CANCELLED"
    if race.official is not None:
        return "CORRECTED" if race.official.revision > 1 else "OFFICIAL"
    if race.review_open and (race.ended_at_ms is not None or anybody_finished(race)):
        return "UNDER_REVIEW"
    if race.published:
        return "UNOFFICIAL"
    if race.ended_at_ms is not None:
        return "UNCONFIRMED"
    if race.started_at_ms is not None:
        return "LIVE"
    return "START_LIST" if race.has_start_list else "SCHEDULED"


def anybody_finished(race: Race) -> bool:
    """Return whether at least one competitor has crossed the line for the last time."""
    return bool(race.finish_groups) or any(_has_finished(race, c) for c in race.field.values())


def sheet(race: Race, *, public: bool = True) -> tuple[ResultRow, ...]:
    """Return the result as far as it is known, best first.

    The public sheet leaves out what is under embargo, and stays as declared once it is official.
    """
    if public and race.official is not None:
        return race.official.rows
    known = _last.get(public)
    if known is not None and _as_before(race, known[0]):
        return known[1]
    rows = _sheet(race, public=public)
    _last[public] = (race, rows)
    return rows


def _as_before(race: Race, before: Race) -> bool:
    """Say whether a race is the same in all that its sheet follows from."""
    return (
        race.field is before.field
        and race.scheduled is before.scheduled
        and race.finish_groups is before.finish_groups
        and race.started_at_ms == before.started_at_ms
        and race.decisions == before.decisions
    )


def _sheet(race: Race, *, public: bool) -> tuple[ResultRow, ...]:
    penalties = _in_force(race.decisions, public=public, kinds=frozenset(_SEVERITY))
    advancements = _in_force(race.decisions, public=public, kinds=frozenset({"ADV"}))
    placed: list[tuple[int, str]] = []
    rank = 1
    for group in finish_groups(race):
        clean = [c for c in group if c not in penalties]
        placed += [(rank, c) for c in clean]
        rank += len(clean)
    ranks = {competitor: place for place, competitor in placed}
    best = _best_time(race, placed)
    rows = [
        _row(race, c, ranks.get(k), best, (penalties.get(k), advancements.get(k)))
        for k, c in race.field.items()
    ]
    rows.sort(key=_sheet_key)
    return tuple(rows)


def finish_groups(race: Race) -> list[list[str]]:
    """Return who finished, in order; competitors in one group share a place."""
    finished = [c for c in race.field.values() if c.out is None and _has_finished(race, c)]
    read = {c: i for i, group in enumerate(race.finish_groups) for c in group}
    across = [c for c in finished if c.declared is None]
    groups: list[list[str]] = []
    by_photo = all(_photo_ms(c) is not None for c in across)
    previous: object = None
    for c in sorted(across, key=lambda c: _finish_key(race, c, read, by_photo=by_photo)):
        key = _tie_key(c, read, by_photo=by_photo)
        if groups and key is not None and key == previous:
            groups[-1].append(c.starter.competitor)
        else:
            groups.append([c.starter.competitor])
        previous = key
    return groups + _declared_groups(c for c in finished if c.declared is not None)


def _has_finished(race: Race, c: OnIce) -> bool:
    read = reading(c)
    if c.declared is not None or (read is not None and read.time_ms is not None):
        return True
    return 0 < race.lap_rows <= c.rows or any(
        c.starter.competitor in group for group in race.finish_groups
    )


def _finish_key(
    race: Race, c: OnIce, read: dict[str, int], *, by_photo: bool
) -> tuple[int, int, int]:
    competitor = c.starter.competitor
    if competitor in read:
        return (0, read[competitor], 0)
    photo_ms = _photo_ms(c) if by_photo else None
    if photo_ms is not None:
        return (1, photo_ms, c.starter.start_position)
    if c.crossings:
        last = c.crossings[-1]
        return (1, instant_ms(last, race.started_at_ms), last.version)
    timed = reading(c)
    return (2, (timed.time_ms if timed else None) or 0, c.starter.start_position)


def _tie_key(c: OnIce, read: dict[str, int], *, by_photo: bool) -> object:
    """Return what two competitors in a dead heat have in common, or None."""
    if c.starter.competitor in read:
        return ("order", read[c.starter.competitor])
    return ("photo", _photo_ms(c)) if by_photo else None


def _photo_ms(c: OnIce) -> int | None:
    """Return the time that the photo-finish judge read last, or None."""
    read = reading(c)
    return read.time_ms if read is not None and read.time_source == "photo" else None


def _declared_groups(declared: Iterable[OnIce]) -> list[list[str]]:
    """Return the declared finished by the place they were given, which may be shared."""
    groups: dict[tuple[int, int], list[str]] = {}
    for c in declared:
        key = (c.declared_place, 0) if c.declared_place is not None else (99, c.declared or 0)
        groups.setdefault(key, []).append(c.starter.competitor)
    return [groups[key] for key in sorted(groups)]


def _in_force(
    decisions: Iterable[Decision], *, public: bool, kinds: frozenset[str]
) -> dict[str, Decision]:
    """Return each competitor's gravest decision that this reader may see."""
    found: dict[str, Decision] = {}
    for decision in decisions:
        seen = decision.announced if public else decision.in_force
        if seen and decision.kind in kinds:
            before = found.get(decision.competitor)
            if before is None or _SEVERITY.get(decision.kind, 0) >= _SEVERITY.get(before.kind, 0):
                found[decision.competitor] = decision
    return found


def finish_time_ms(race: Race, c: OnIce) -> int | None:
    """Return a competitor's finish time by the strongest source, or None."""
    found = counting(race, c)
    return found.time_ms if found is not None else None


def _best_time(race: Race, placed: list[tuple[int, str]]) -> int | None:
    """Return the winner's time, which gaps are counted from."""
    return finish_time_ms(race, race.field[placed[0][1]]) if placed else None


def _row(
    race: Race,
    c: OnIce,
    rank: int | None,
    best: int | None,
    decisions: tuple[Decision | None, Decision | None],
) -> ResultRow:
    penalty, advancement = decisions
    times = opinions(race, c)
    time = times[0] if times else None
    shown = penalty is None and c.out is None
    time_ms = time.time_ms if time is not None and shown else None
    untimed = c.declared is not None or (time is not None and time.time_ms is None)
    status: str | None = penalty.kind if penalty else c.out
    if status is None and rank is not None and untimed:
        # The officials say so; a time that nobody has read yet is just not there.
        status = "no time"
    return ResultRow(
        competitor=c.starter.competitor,
        name=c.starter.name,
        family_name=c.starter.family_name,
        noc=c.starter.noc,
        helmet_number=c.starter.helmet_number,
        start_position=c.starter.start_position,
        rank=rank,
        time_ms=time_ms,
        gap_ms=None if time_ms is None or best is None or rank is None else time_ms - best,
        status=status,
        fallen=c.fallen or any(mark.kind == "fall" for mark in c.marks),
        finished=rank is not None,
        penalty=penalty,
        advancement=advancement,
        line_up=c.starter.line_up,
        time_stated_by=time.source if time is not None else None,
        time_source=time.time_source if time is not None and time_ms is not None else None,
        photo_read=photo_read(c),
        times=times if shown else (),
    )


def _sheet_key(row: ResultRow) -> tuple[int, int, str, int]:
    """Sort by place, then status; equal penalties stand by NOC, as the ISU prints them."""
    if row.rank is not None:
        return (0, row.rank, "", row.start_position)
    order = STATUS_ORDER.get(row.status or "", 0)
    return (1, order, row.noc if order else "", row.start_position)
