"""The live race: running order, laps to go, gaps, who fell."""

from projections.lap_chart import cells_by_row, marks
from projections.projection import Document, Row
from projections.race_header import header, lap_header, mark, penalty, skater_name, starter
from tracker.domain.laps import Cell, Progress, chart, running
from tracker.domain.marks import UNMARKED, Marks
from tracker.domain.race import OnIce, Race, ResultRow
from tracker.domain.result import sheet


def render(race: Race, marks: Marks = UNMARKED, *, public: bool = True) -> Document:
    """Return the board: the running order, and from the end of the race on the result sheet.

    What is not public shows decisions under embargo as well.
    """
    progress = {each.competitor: each for each in running(race)}
    rows = {row.competitor: row for row in sheet(race, public=public)}
    cells = chart(race)
    settled = _is_settled(race)
    order = [k for k in rows if k in progress] if settled else list(progress)
    ranks = {k: row.rank for k, row in rows.items()} if settled else _running_ranks(race, order)
    entries = {
        k: {
            **_entry(
                race.field[k], progress[k], rows.get(k), cells[k], rank=ranks[k], settled=settled
            ),
            **mark(k, marks),
        }
        for k in order
    }
    leader = next((rows[k].time_ms for k in order if k in rows and ranks[k] == 1), None)
    return Document(
        {
            **header(race),
            **lap_header(race),
            "finished_ms": leader,
            "notice": race.notice,
            "reviewing": list(race.reviewing),
        },
        entries,
        tuple(order),
    )


def _is_settled(race: Race) -> bool:
    """Say whether the result orders the board: the race is over, or its finish was read."""
    return race.ended_at_ms is not None or race.official is not None or bool(race.finish_groups)


def _running_ranks(race: Race, order: list[str]) -> dict[str, int | None]:
    """Return the ranks on the ice; nobody has one before a first crossing, or when out."""
    return {
        k: i if race.field[k].rows and race.field[k].out is None else None
        for i, k in enumerate(order, start=1)
    }


def _entry(
    c: OnIce,
    progress: Progress,
    row: ResultRow | None,
    cells: tuple[Cell, ...],
    *,
    rank: int | None,
    settled: bool,
) -> Row:
    status = row.status if row is not None and (settled or row.status != "no time") else c.out
    if status is None and c.fallen:
        status = "FELL"
    return {
        "rank": rank,
        **starter(c),
        "laps": progress.rows,
        "last_lap_ms": progress.last_lap_ms,
        "elapsed_ms": progress.elapsed_ms,
        "gap_ms": row.gap_ms if settled and row is not None else progress.gap_ms,
        "laps_behind": progress.laps_behind,
        "status": status,
        "fallen": c.fallen,
        "time_ms": row.time_ms if row is not None else None,
        "finished": progress.finished or (row is not None and row.finished),
        "penalty": penalty(row.penalty) if row is not None else None,
        "skater": skater_name(c, c.skater),
        "chart": cells_by_row(cells),
        "marks": marks(c),
    }
