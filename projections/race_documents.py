"""The documents that are folded from one race's stream, by name."""

from collections.abc import Callable

from projections import lap_chart, race_board, race_result, start_list
from projections.projection import Document
from tracker.domain.race import Race

RENDERS: dict[str, Callable[[Race], Document]] = {
    "start-list": start_list.render,
    "board": race_board.render,
    "lap-chart": lap_chart.render,
    "result": race_result.render,
}
