"""Who is meant by a competitor's id, as the entries of a competition have it."""

from collections.abc import Mapping
from typing import Any

from projections.projection import Row

NAMES = ("name", "family_name", "native_name", "noc")
"""What is said of a competitor."""


def named(competitor: str | None, people: Mapping[str, Row]) -> Row | None:
    """Return who a competitor is; nobody where none is meant, or where none was entered so."""
    who = people.get(competitor) if competitor else None
    return {name: who[name] for name in NAMES} if who else None


def concerned(decision: Mapping[str, Any], people: Mapping[str, Row]) -> list[Row | None]:
    """Return who each of a decision's `people` is, in their order."""
    if not decision["people"]:
        return []
    data = decision["data"]
    return [named(each, people) for each in data.get("competitors") or (data.get("competitor"),)]


def journal(found: dict[str, Any], people: Mapping[str, Row]) -> dict[str, Any]:
    """Return a journal whose rows say who is concerned."""
    return {**found, "rows": [{**row, "who": concerned(row, people)} for row in found["rows"]]}
