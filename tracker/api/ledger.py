"""One decision whole: who, when, on which facts, under which rule, and what it changed."""

from typing import Any

import msgspec

from projections import entries
from projections.projection import Document
from projections.read_models import ReadModels
from projections.what_if import Asked, WhatIf
from tracker.api import who
from tracker.api.facts import Facts
from tracker.domain.competition import Competition
from tracker.domain.what_if import BadWhatIf
from tracker.errors import NotFound

_BESIDE = frozenset(
    {
        "CrossingRecorded",
        "FallRecorded",
        "GettingUpRecorded",
        "FinishOrderRecorded",
        "FinishTimesRecorded",
        "FalseStartCalled",
        "ReviewOpened",
        "ReviewClosed",
    }
)
"""Facts that a decision about a competitor may rest on."""
_LAST_CROSSINGS = 2
"""How many of a competitor's crossings stand with a decision: the laps around it."""


class Ledger:
    """Tells a public decision in full."""

    def __init__(self, models: ReadModels, facts: Facts) -> None:
        self._models = models
        self._facts = facts

    async def decision(self, race: str, version: int, *, as_of: int) -> dict[str, Any]:
        """Return a decision of a race's journal by its version.

        Raises NotFound for one that there is not, or that the public may not read of yet.
        """
        journal = await self._models.read("journal", race, as_of=as_of)
        row = next((each for each in journal.entries.values() if each["version"] == version), None)
        if row is None:
            raise NotFound(f"the journal of {race} has no decision {version} at position {as_of}")
        public = await self._facts.of_race(race, as_of=as_of)
        positions = {each["version"]: each["position"] for each in public["rows"]}
        competition = await self._models.state(
            f"competition-{journal.header['competition']}", as_of=as_of
        )
        assert isinstance(competition, Competition), "a competition's stream folds into one"
        replaced = row["replaced"]
        if replaced is not None:
            replaced = {**replaced, "position": positions.get(replaced["version"])}
        return {
            **row,
            "who": who.concerned(row, entries.everybody(competition)),
            "replaced": replaced,
            "superseded": _superseded(journal, version),
            "competition": journal.header["competition"],
            "name": journal.header["name"],
            "round": journal.header["round"],
            "id": str(row["position"]),
            "position": as_of,
            "decided_at_position": row["position"],
            "rule": _rule(competition, row["data"]),
            "rows": _rests_on(public["rows"], row),
            "changed": await self._changed(race, row["position"], as_of),
        }

    async def _changed(self, race: str, position: int, as_of: int) -> list[dict[str, Any]] | None:
        """Return what would be different without the decision, as things stood at a position.

        `before` is what is, `after` what would be without it; None where without it there would
        be no race to speak of.
        """
        try:
            found = await WhatIf(self._models).ask(
                [Asked(race=race, drop=(position,))], None, as_of=as_of
            )
        except BadWhatIf:
            return None
        return [msgspec.to_builtins(each) for each in found]


def _rule(competition: Competition, data: dict[str, Any]) -> dict[str, Any] | None:
    """Return the infringement that a penalty names, as the competition's ruleset has it."""
    ruleset = competition.ruleset
    if ruleset is None:
        return None
    code = data.get("infringement")
    found = next((each for each in ruleset.infringements if each.code == code), None)
    return {
        "ruleset": ruleset.id,
        "code": code or None,
        "text": found.text if found else None,
        "zone": found.zone if found else None,
    }


def _superseded(journal: Document, version: int) -> list[dict[str, Any]]:
    """Return the later decisions that take a decision back, amend it or withdraw it."""
    return [
        {
            name: each[name]
            for name in ("version", "position", "public_at", "type", "people", "official")
        }
        for each in journal.entries.values()
        if each["replaced"] is not None and each["replaced"]["version"] == version
    ]


def _rests_on(facts: list[dict[str, Any]], decision: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the facts before a decision that speak of those it speaks of, or that it names."""
    data = decision["data"]
    people = {data.get("competitor"), data.get("victim")} - {None}
    people |= set(data.get("competitors") or ())
    named = {data.get(each) for each in ("target", "decision", "cause")} - {None}
    named |= set(data.get("decisions") or ())
    found = []
    for row in facts:
        if row["position"] >= decision["position"]:
            continue
        told = msgspec.json.decode(bytes(row["data"]))
        if row["version"] in named or (row["type"] in _BESIDE and _speaks_of(told, people)):
            found.append({**row, "data": told})
    crossings = [row for row in found if row["type"] == "CrossingRecorded"]
    few = {
        row["position"]
        for who in people
        for row in [r for r in crossings if r["data"].get("competitor") == who][-_LAST_CROSSINGS:]
    }
    return [r for r in found if r["type"] != "CrossingRecorded" or r["position"] in few]


def _speaks_of(told: dict[str, Any], people: set[Any]) -> bool:
    """Return whether a fact is about somebody, or about the whole finish."""
    if told.get("competitor") in people:
        return True
    groups = {who for group in told.get("groups") or () for who in group}
    timed = {time["competitor"] for time in told.get("times") or ()}
    return bool(people & (groups | timed | set(told.get("competitors") or ())))
