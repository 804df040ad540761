"""The flat array for vision mixers: text alone, every field in every row."""

from tracker.api import overlay_rows

BOARD = {
    "race": "cup/men-500/final-a",
    "name": "Men 500 m",
    "round": "Final A",
    "state": "LIVE",
    "notice": None,
    "laps_total": 5,
    "laps_to_go": 1,
    "bell": True,
    "rows": [
        {"id": "ann", "rank": 1, "helmet": 7, "noc": "CAN", "name": "Ann", "elapsed_ms": 86_406},
        {"id": "bea", "rank": None, "noc": "KOR", "name": "Bea", "gap_ms": 113, "laps_behind": 0},
        {"id": "cia", "rank": 3, "laps_behind": 2, "penalty": {"code": "C1", "text": "Push"}},
    ],
}


def test_every_row_has_the_same_fields_and_all_are_text() -> None:
    """A title that is bound to a column finds it in each line."""
    rows = overlay_rows.flat(BOARD)
    assert len({tuple(sorted(row)) for row in rows}) == 1
    assert all(isinstance(value, str) for row in rows for value in row.values())


def test_the_race_is_repeated_and_figures_are_written_as_in_the_sport() -> None:
    """Laps, bell, times, gaps, laps down and penalties, ready to be shown."""
    ann, bea, cia = overlay_rows.flat(BOARD)
    assert {row["race_name"] for row in (ann, bea, cia)} == {"Men 500 m"}
    assert (ann["laps_to_go"], ann["bell"], ann["time"], ann["gap"]) == ("1", "1", "1:26.406", "")
    assert (bea["rank"], bea["gap"]) == ("", "+0.113")
    assert (cia["gap"], cia["penalty_code"], cia["penalty"]) == ("+2 L", "C1", "Push")
