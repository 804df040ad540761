"""Who records a race, lap row by lap row: whose crossings stand, and who saw it otherwise."""

from projections.projection import Document, Row
from projections.race_header import header
from projections.race_result import opinion
from tracker.domain.finish_times import opinions
from tracker.domain.laps import chart
from tracker.domain.race import Observation, Race
from tracker.domain.recorders import Difference, at_the_line, reconcile


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
            "times": _times(race),
        },
        rows,
        tuple(rows),
    )


def _times(race: Race) -> Row:
    """Return what every source has for each finish time, the one that counts first.

    `observed` are the finishes that devices without the pen measured: they count once adopted.
    """
    seen = at_the_line(race)
    found = {
        competitor: [
            *({**opinion(each), "device": None} for each in opinions(race, c)),
            *(_observed(each) for each in seen.get(competitor, ())),
        ]
        for competitor, c in race.field.items()
    }
    return {competitor: times for competitor, times in found.items() if times}


def _observed(each: Observation) -> Row:
    return {
        "version": each.version,
        "time_source": each.crossing.time_source,
        "time_ms": each.crossing.elapsed_ms,
        "kind": "observed",
        "counts": False,
        "source": each.crossing.source,
        "device": each.device,
    }


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
