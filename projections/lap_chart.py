"""Every lap of every competitor, with falls and exchanges."""

from projections.projection import Document, Row
from projections.race_header import header, lap_header, skater_name, starter
from tracker.domain.laps import Cell, chart, running
from tracker.domain.race import OnIce, Race
from tracker.domain.result import sheet


def render(race: Race) -> Document:
    """Return the lap chart; competitors stand in the order of the result, else as they skate."""
    cells = chart(race)
    entries = {
        competitor: {
            **starter(c),
            "laps": [
                {
                    "row": cell.row,
                    "rank": cell.rank,
                    "elapsed_ms": cell.elapsed_ms,
                    "lap_ms": cell.lap_ms,
                    "source": cell.source,
                }
                for cell in cells[competitor]
            ],
            "chart": cells_by_row(cells[competitor]),
            "marks": marks(c),
        }
        for competitor, c in race.field.items()
    }
    if race.ended_at_ms is not None or race.official is not None:
        order = [row.competitor for row in sheet(race) if row.competitor in entries]
    else:
        order = [progress.competitor for progress in running(race)]
    return Document({**header(race), **lap_header(race)}, entries, tuple(order))


def cells_by_row(cells: tuple[Cell, ...]) -> Row:
    """Return rank, time and source by lap row, as the board has them."""
    return {str(cell.row): [cell.rank, cell.elapsed_ms, cell.source] for cell in cells}


def marks(c: OnIce) -> Row:
    """Return falls, gettings-up and exchanges by the version of the fact."""
    found: Row = {}
    for each in c.marks:
        found[str(each.version)] = {"kind": each.kind, "row": each.row}
        if each.kind == "exchange":
            found[str(each.version)]["skater"] = skater_name(c, each.skater)
    return found
