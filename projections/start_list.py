"""Who starts where, under which helmet number."""

from projections.projection import Document
from projections.race_header import header, starter
from tracker.domain.race import Race


def render(race: Race) -> Document:
    """Return the start list from the inside out, empty until it is published."""
    entries = {
        competitor: {
            "rank": None,
            **starter(c),
            "status": "DNS" if c.out == "DNS" else None,
            "line_up": [
                {"skater": member.skater, "name": member.name} for member in c.starter.line_up
            ],
        }
        for competitor, c in race.field.items()
    }
    order = sorted(entries, key=lambda k: race.field[k].starter.start_position)
    return Document(header(race), entries, tuple(order))
