"""Who is entered at a competition: names in full, also in their own script."""

from projections import nations
from projections.projection import Document, Row
from tracker.domain.competition import Competition
from tracker.domain.events import SkaterEntered, TeamEntered


def render(competition: Competition) -> Document:
    """Return the entries that stand, skaters before teams, each in the order they were made."""
    entries = {k: v for k, v in everybody(competition).items() if k not in competition.withdrawn}
    return Document({}, entries, tuple(entries))


def everybody(competition: Competition) -> dict[str, Row]:
    """Return who was ever entered, by id: also one who has withdrawn is spoken of by name."""
    entered: dict[str, SkaterEntered | TeamEntered] = {**competition.skaters, **competition.teams}
    return {k: _entry(each) for k, each in entered.items()}


def _entry(each: SkaterEntered | TeamEntered) -> Row:
    skater = each if isinstance(each, SkaterEntered) else None
    return {
        "kind": "skater" if skater else "team",
        "name": each.name,
        "family_name": skater.family_name if skater else None,
        "native_name": (skater.native_name or None) if skater else None,
        "noc": each.noc,
        "nation": nations.name_of(each.noc),
        "gender": each.gender,
        "helmet": each.helmet_number,
    }
