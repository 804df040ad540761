"""Crossings into laps: running order, laps to go, gaps, the lap chart.

A row is the stretch between two crossings of the line. 500 m has five rows of which the first is
half a lap; 1500 m has fourteen. The counter shows the laps to go at the start of a row:
`to_go(row k) = rows - k + 1` (row 9 of 14 is skated under a 6).
"""

from msgspec import Struct

from tracker.domain.race import Crossing, OnIce, Race


class Progress(Struct, frozen=True):
    """How far a competitor is; gaps are to the leader at the same row."""

    competitor: str
    rows: int
    last_lap_ms: int | None
    elapsed_ms: int | None
    gap_ms: int | None
    laps_behind: int
    finished: bool


class Cell(Struct, frozen=True):
    """One competitor at the end of one row."""

    row: int
    rank: int
    elapsed_ms: int | None
    lap_ms: int | None
    source: str | None


def instant_ms(crossing: Crossing, started_at_ms: int | None) -> int:
    """Return when a crossing happened after the gun: as measured, else by the rink's clock."""
    if crossing.elapsed_ms is not None:
        return crossing.elapsed_ms
    return crossing.at_ms - (started_at_ms or 0)


def leader_rows(race: Race) -> int:
    """Return how many rows the leader has completed."""
    return max((c.rows for c in race.field.values()), default=0)


def current_row(race: Race) -> int:
    """Return the row the leader is skating, from 1; after the finish, the last one."""
    return min(leader_rows(race) + 1, race.lap_rows)


def laps_to_go(race: Race) -> int:
    """Return what the lap counter shows; 0 once the leader has finished."""
    return max(race.lap_rows - leader_rows(race), 0)


def running(race: Race) -> tuple[Progress, ...]:
    """Return the competitors in running order: most rows first, then who crossed earlier.

    Before the first crossing they stand by start position; who is out stands last.
    """
    ordered = sorted(race.field.values(), key=lambda c: _running_key(race, c))
    leaders = _leader_times(race)
    most = leader_rows(race)
    return tuple(_progress(race, c, leaders, most) for c in ordered)


def chart(race: Race) -> dict[str, tuple[Cell, ...]]:
    """Return every competitor's rank and time at the end of every row they completed."""
    cells: dict[str, list[Cell]] = {competitor: [] for competitor in race.field}
    for row in range(1, min(leader_rows(race), race.lap_rows) + 1):
        here = [c for c in race.field.values() if c.rows >= row]
        here.sort(key=lambda c: _crossing_key(race, c.crossings[row - 1]))
        for rank, c in enumerate(here, start=1):
            crossing = c.crossings[row - 1]
            cells[c.starter.competitor].append(
                Cell(row, rank, crossing.elapsed_ms, _lap_ms(c, row), crossing.source)
            )
    return {competitor: tuple(row) for competitor, row in cells.items()}


def _crossing_key(race: Race, crossing: Crossing) -> tuple[int, int]:
    return (instant_ms(crossing, race.started_at_ms), crossing.version)


def _running_key(race: Race, c: OnIce) -> tuple[bool, int, tuple[int, int]]:
    if not c.crossings:
        return (c.out is not None, 0, (c.starter.start_position, 0))
    return (c.out is not None, -c.rows, _crossing_key(race, c.crossings[-1]))


def _leader_times(race: Race) -> list[int | None]:
    """Return the elapsed time of the first competitor at the end of each row."""
    times: list[int | None] = []
    for row in range(leader_rows(race)):
        here = [c.crossings[row] for c in race.field.values() if c.rows > row]
        times.append(min(here, key=lambda x: _crossing_key(race, x)).elapsed_ms)
    return times


def _lap_ms(c: OnIce, row: int) -> int | None:
    """Return how long a row took, or None when either end was not measured."""
    end = c.crossings[row - 1].elapsed_ms
    start = 0 if row == 1 else c.crossings[row - 2].elapsed_ms
    return None if end is None or start is None else end - start


def _progress(race: Race, c: OnIce, leaders: list[int | None], most: int) -> Progress:
    rows = c.rows
    elapsed = c.crossings[-1].elapsed_ms if rows else None
    lead = leaders[rows - 1] if rows else None
    finished = 0 < race.lap_rows <= rows
    return Progress(
        competitor=c.starter.competitor,
        rows=rows,
        last_lap_ms=_lap_ms(c, rows) if rows else None,
        elapsed_ms=elapsed,
        gap_ms=None if elapsed is None or lead is None else elapsed - lead,
        laps_behind=0 if finished else max(most - rows - 1, 0),
        finished=finished,
    )
