"""The lap chart as a picture: whole by itself, and true to the laps."""

from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from tracker.api import lap_chart_svg

SVG = "{http://www.w3.org/2000/svg}"


def row(name: str, start: int, ranks: list[int], **more: Any) -> dict[str, Any]:
    """Return a competitor's row of a board."""
    return {
        "id": name.lower(),
        "name": name,
        "family_name": "",
        "noc": "CAN",
        "helmet": start * 10,
        "start_position": start,
        "status": None,
        "chart": {str(i): [rank, None, None] for i, rank in enumerate(ranks, 1)},
        "marks": {},
        **more,
    }


def board(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a board of a race of nine laps."""
    race = {"name": "Men 1000 m", "round": "Final A", "state": "LIVE", "laps_total": 9}
    return {**race, "rows": list(rows)}


def texts(picture: str) -> list[str]:
    """Return the words of a picture."""
    return [each.text or "" for each in ET.fromstring(picture).iter(f"{SVG}text")]


def test_every_competitor_has_a_line_and_a_label() -> None:
    """Who skates is in the picture, with helmet number and what befell them."""
    fall = {"7": {"kind": "fall", "row": 2}}
    picture = lap_chart_svg.render(
        board(row("Ann", 1, [1, 2], status="PEN"), row("Bea", 2, [2, 1], marks=fall))
    )
    found = texts(picture)
    assert {"Men 1000 m", "Final A · Live", "10 Ann PEN", "20 Bea", "9"} <= {*found}
    assert "⊗ fall" in found
    lines = [
        each.get("d", "").count("C")
        for each in ET.fromstring(picture).iter(f"{SVG}path")
        if each.get("stroke-width") == "4"
    ]
    assert lines == [2, 2]
    described = ET.fromstring(picture).find(f"{SVG}desc")
    assert described is not None
    assert described.text == "Order at the end of lap 2: 1 Bea, 2 Ann."


def test_before_the_start_there_is_a_picture_too() -> None:
    """A race without laps, or without a start list, is no error."""
    assert "No lap has been skated." in lap_chart_svg.render(board(row("Ann", 1, [])))
    assert "No lap has been skated." in lap_chart_svg.render(board())


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_name_cannot_break_the_picture(name: str, family: str) -> None:
    """Whatever somebody is called, the picture is well-formed and has no style or script."""
    printable = "".join(c for c in name if c.isprintable())
    kept = "".join(c for c in family if c.isprintable())
    hostile = f"<script>{printable}&\"'"
    picture = lap_chart_svg.render(board(row(hostile, 1, [1], family_name=kept)))
    tags = {each.tag for each in ET.fromstring(picture).iter()}
    assert tags <= {SVG + tag for tag in "svg title desc rect text path g circle".split()}
    assert "style" not in picture
