"""The documents of one race, folded from its stream and marked with who goes on, by name."""

from projections import lap_chart, race_board, race_recorders, race_result, start_list
from projections.public import Render, public

LIVE: dict[str, Render] = {
    "start-list": lambda race, _: start_list.render(race),
    "board": race_board.render,
    "lap-chart": lambda race, _: lap_chart.render(race),
    "result": race_result.render,
    "recorders": lambda race, _: race_recorders.render(race),
}
"""A race as it stands, held or not, without what is under embargo."""
RENDERS: dict[str, Render] = {name: public(render) for name, render in LIVE.items()}
"""What the public may read."""
FOR_OFFICIALS: dict[str, Render] = {
    "official-board": lambda race, marks: race_board.render(race, marks, public=False),
    "official-result": race_result.render_for_officials,
    **{f"live-{name}": render for name, render in LIVE.items()},
}
"""What holds decisions under embargo, or shows a race whose public board is held."""
