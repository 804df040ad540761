"""What the public sees of a race: as it stands, or as it was when its board was held."""

from collections.abc import Callable
from typing import TypeAlias

from projections.projection import Document
from projections.race_header import held_row
from tracker.domain.marks import Marks
from tracker.domain.race import Race

Render: TypeAlias = Callable[[Race, Marks], Document]


def public(render: Render) -> Render:
    """Return a render that shows a race whose board is held as it was then, marked as held."""

    def shown(race: Race, marks: Marks) -> Document:
        if race.held is None:
            return render(race, marks)
        found = render(race.held.shown, marks)
        return Document({**found.header, "held": held_row(race)}, found.entries, found.order)

    return shown
