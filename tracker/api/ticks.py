"""The moments that a scrubber marks: public facts of a race, decisions of a competition."""

from collections.abc import Mapping
from typing import Any

import msgspec

from projections.projection import Row
from tracker.api import who
from tracker.domain import events as e

KINDS: dict[str, tuple[str, str]] = {
    e.StartListPublished.__name__: ("start-list", "Start list"),
    e.StartPositionsChanged.__name__: ("start-list", "Start positions changed"),
    e.RaceStarted.__name__: ("gun", "Gun"),
    e.FalseStartCalled.__name__: ("false-start", "False start"),
    e.RaceStopped.__name__: ("stop", "Stopped"),
    e.RestartOrdered.__name__: ("stop", "Restart ordered"),
    e.CrossingRecorded.__name__: ("crossing", "Crossing"),
    e.ExchangeRecorded.__name__: ("exchange", "Exchange"),
    e.FallRecorded.__name__: ("fall", "Fall"),
    e.GettingUpRecorded.__name__: ("up", "Up again"),
    e.WithdrawalRecorded.__name__: ("out", "Withdrawn"),
    e.DidNotFinishRecorded.__name__: ("out", "Did not finish"),
    e.DidNotStartRecorded.__name__: ("out", "Did not start"),
    e.BellRung.__name__: ("bell", "Bell"),
    e.FinishOrderRecorded.__name__: ("finish", "Finish order"),
    e.FinishTimesRecorded.__name__: ("finish", "Finish times"),
    e.DeclaredFinished.__name__: ("finish", "Declared finished"),
    e.RaceEnded.__name__: ("end", "End of the race"),
    e.ReviewOpened.__name__: ("review", "Review opened"),
    e.ReviewClosed.__name__: ("review", "Review closed"),
    e.PenaltyCalled.__name__: ("decision", "Penalty"),
    e.AdvancementGranted.__name__: ("decision", "Advancement"),
    e.DecisionWithdrawn.__name__: ("decision", "Decision withdrawn"),
    e.DecisionsAnnounced.__name__: ("announcement", "Decisions announced"),
    e.ResultPublished.__name__: ("announcement", "Result unofficial"),
    e.ResultDeclaredOfficial.__name__: ("announcement", "Result official"),
    e.ResultCorrected.__name__: ("announcement", "Result corrected"),
    e.ProtestLodged.__name__: ("protest", "Protest"),
    e.ProtestDecided.__name__: ("protest", "Protest decided"),
    e.FactRetracted.__name__: ("correction", "Taken back"),
    e.FactAmended.__name__: ("correction", "Amended"),
    e.RaceCancelled.__name__: ("stop", "Cancelled"),
    e.LapsMiscounted.__name__: ("decision", "Laps miscounted"),
    e.BestTimeConfirmed.__name__: ("decision", "Best time confirmed"),
}
"""What each event is on a scrubber; others (line-ups, the schedule) are no moment of the race."""


DECISIVE = (
    e.PenaltyCalled.__name__,
    e.AdvancementGranted.__name__,
    e.DecisionWithdrawn.__name__,
    e.LapsMiscounted.__name__,
    e.ProtestDecided.__name__,
    e.DecisionsAnnounced.__name__,
    e.ResultDeclaredOfficial.__name__,
    e.ResultCorrected.__name__,
    e.RaceCancelled.__name__,
)
"""What may move the standings of a series: official results, decisions, announcements."""
SERIES_LIMIT = 2000
"""Moments of a series in one answer: a season of six competitions has some 1,000."""


def ticks(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the moments of a race from its public facts, in the order of the log."""
    rows = [
        _tick(row, msgspec.json.decode(bytes(row["data"])))
        for row in facts["rows"]
        if row["type"] in KINDS
    ]
    return {"position": facts["position"], "race": facts["race"], "rows": rows}


def decisive_ticks(journal: dict[str, Any]) -> dict[str, Any]:
    """Return the moments of a competition from its journal, each where it became public."""
    return {
        "position": journal["position"],
        "competition": journal["competition"],
        "name": journal["name"],
        "rows": _public(journal["rows"], ()),
    }


def series_ticks(decisive: dict[str, Any]) -> dict[str, Any]:
    """Return the moments of a series, each where it became public, with where it happened."""
    return {**decisive, "rows": _public(decisive["rows"], ("name", "round", "city"))}


def named(answer: dict[str, Any], people: Mapping[str, Mapping[str, Row]]) -> dict[str, Any]:
    """Return moments that say beside each competitor's id who it is; `people` by competition."""
    rows = [_named(row, _race_of(row, answer), people) for row in answer["rows"]]
    return {**answer, "rows": rows}


def competitions_of(answer: dict[str, Any]) -> frozenset[str]:
    """Return the competitions whose competitors some moments speak of."""
    races = (_race_of(row, answer) for row in answer["rows"] if row["competitor"])
    return frozenset(_competition(race) for race in races)


def _named(row: Row, race: str, people: Mapping[str, Mapping[str, Row]]) -> Row:
    entered = people.get(_competition(race), {})
    return {**row, "who": who.named(row["competitor"], entered)}


def _race_of(row: Row, answer: dict[str, Any]) -> str:
    return str(row.get("race") or answer["race"])


def _competition(race: str) -> str:
    return race.split("/", maxsplit=1)[0]


def _public(rows: list[dict[str, Any]], kept: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the moments of journals in the order in which they became public."""
    instants = {row["position"]: row["recorded_at"] for row in rows}
    found = [
        {
            **_tick(row, row["data"]),
            "position": row["public_at"],
            "race": row["race"],
            "recorded_at": instants.get(row["public_at"], row["recorded_at"]),
            **{name: row[name] for name in kept},
        }
        for row in rows
        if row["type"] in KINDS
    ]
    return sorted(found, key=lambda row: (row["position"], row["version"]))


def _tick(row: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    kind, text = KINDS[row["type"]]
    return {
        "id": row["id"],
        "position": row["position"],
        "version": row["version"],
        "type": row["type"],
        "kind": kind,
        "text": text,
        "competitor": data.get("competitor"),
        "lap": data.get("lap"),
        "elapsed_ms": data.get("elapsed_ms"),
        "reason": data.get("reason"),
        "official": row["official"],
        "occurred_at": row["occurred_at"],
        "recorded_at": row["recorded_at"],
    }
