"""Who records a race, lap row by lap row: whose crossings stand, and who saw it otherwise."""

from projections.projection import Document, Row
from projections.race_header import header
from tracker.domain.laps import chart
from tracker.domain.race import Race
from tracker.domain.recorders import Difference, reconcile


def render(race: Race) -> Document:
    """Return the pen, the opinions beside it, and every difference; a row for each lap row."""
    found = reconcile(race)
    cells = chart(race)
    rows = {
        str(row): {
            "order": [
                competitor
                for _, competitor in sorted(
                    (cell.rank, competitor)
                    for competitor, own in cells.items()
                    for cell in own
                    if cell.row == row
                )
            ],
            "agreed": agreed if found.opinions else None,
        }
        for row, agreed in found.agreed.items()
    }
    pen = race.pen
    return Document(
        {
            **header(race),
            "pen": None if pen is None else {"device": pen.device, "official": pen.official},
            "opinions": [
                {
                    "device": each.device,
                    "time_source": each.time_source,
                    "observed": each.observed,
                    "agreed": each.agreed,
                }
                for each in found.opinions
            ],
            "differences": [_difference(each) for each in found.differences],
        },
        rows,
        tuple(rows),
    )


def _difference(each: Difference) -> Row:
    return {
        "kind": each.kind,
        "device": each.device,
        "competitor": each.competitor,
        "row": each.row,
        "at_ms": each.at_ms,
        "observation": each.observation,
        "behind": each.behind,
    }
