"""The documents of one race, folded from its stream and marked with who goes on, by name."""

from collections.abc import Callable

from projections import lap_chart, race_board, race_recorders, race_result, start_list
from projections.projection import Document
from tracker.domain.marks import Marks
from tracker.domain.race import Race

RENDERS: dict[str, Callable[[Race, Marks], Document]] = {
    "start-list": lambda race, _: start_list.render(race),
    "board": race_board.render,
    "lap-chart": lambda race, _: lap_chart.render(race),
    "result": race_result.render,
    "recorders": lambda race, _: race_recorders.render(race),
}
"""What the public may read."""
FOR_OFFICIALS: dict[str, Callable[[Race, Marks], Document]] = {
    "official-result": race_result.render_for_officials,
}
"""What holds decisions under embargo."""
