"""The live race as a flat array, one object for each competitor, for vision mixers.

vMix and its like bind a title's fields to the columns of a table and its lines to rows: every value
is text, every row has every field, and what concerns the whole race is repeated in each.
"""

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]

_MINUTE_MS = 60_000
_SECOND_MS = 1_000
_RACE_FIELDS = ("race", "name", "round", "state", "notice")


def flat(board: Row) -> list[dict[str, str]]:
    """Return a board's competitors in their order, each with the race's own fields."""
    race = {field: _text(board.get(field)) for field in _RACE_FIELDS}
    race["race_name"] = race.pop("name")
    race |= {
        "laps_to_go": _text(board.get("laps_to_go")),
        "laps_total": _text(board.get("laps_total")),
        "bell": "1" if board.get("bell") else "",
        "held": "1" if board.get("held") else "",
    }
    return [race | _competitor(row) for row in board["rows"]]


def _competitor(row: Row) -> dict[str, str]:
    penalty = row.get("penalty") or {}
    behind = row.get("laps_behind")
    return {
        "id": _text(row["id"]),
        "rank": _text(row.get("rank")),
        "helmet": _text(row.get("helmet")),
        "noc": _text(row.get("noc")),
        "competitor": _text(row.get("name")),
        "family_name": _text(row.get("family_name")),
        "time": clock(row.get("time_ms") or row.get("elapsed_ms")),
        "gap": f"+{behind} L" if behind else _gap(row.get("gap_ms")),
        "last_lap": clock(row.get("last_lap_ms")),
        "status": _text(row.get("status")),
        "mark": _text(row.get("mark")),
        "penalty_code": _text(penalty.get("code")),
        "penalty": _text(penalty.get("text")),
    }


def clock(ms: int | None) -> str:
    """Return a time as the sport writes it: `40.078`, `1:26.406`."""
    if ms is None:
        return ""
    minutes, rest = divmod(ms, _MINUTE_MS)
    seconds, thousandths = divmod(rest, _SECOND_MS)
    if minutes:
        return f"{minutes}:{seconds:02}.{thousandths:03}"
    return f"{seconds}.{thousandths:03}"


def _gap(ms: int | None) -> str:
    return f"+{clock(ms)}" if ms else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)
