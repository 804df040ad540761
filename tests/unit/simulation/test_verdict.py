"""What a trainee reads after a race."""

import pytest

from tracker.cli import simulating, tables
from tracker.simulation.moves import Skated
from tracker.simulation.trainee import Judged
from tracker.simulation.training import score

TRUTH = {"ann": (8_000, 17_000), "bea": (8_200, 17_300)}
SKATED = Skated(
    sent_ms=0,
    race="cup/women-500/final-a",
    name="Women 500 m, Final A",
    gun_ms=0,
    labels={"ann": "17", "bea": "4"},
    crossings=TRUTH,
)


def test_a_verdict_has_the_score_and_what_it_is_made_of() -> None:
    """One sentence: points, each kind of mistake, the order row by row, the delay."""
    keyed = {"ann": (8_100, 18_200), "bea": (8_250, 8_400)}
    told = simulating._verdict(Judged(SKATED, score(TRUTH, keyed)))
    assert told == (
        "Women 500 m, Final A: 43.8 of 100. Of 4 crossings 1 missed, 1 doubled, 1 late; "
        "order right in 2 of 2 rows; delay 100 ms."
    )
    nothing = simulating._verdict(Judged(SKATED, score(TRUTH, {})))
    assert "0.0 of 100" in nothing
    assert "nothing was keyed" in nothing


def test_the_errors_are_listed_by_row_and_number(capsys: pytest.CaptureFixture[str]) -> None:
    """Whose crossing it was, by the number on the helmet, and how far off; not without end."""
    console = tables.console()
    keyed = {"ann": (8_000, 18_200), "bea": (8_200,)}
    console.print(simulating._mistakes(Judged(SKATED, score(TRUTH, keyed))))
    shown = capsys.readouterr().out
    assert "17 ann" in shown
    assert "late by +1.2 s" in shown
    assert "missed" in shown
    many = {"ann": tuple(range(30_000, 60_000, 2_000))}
    console.print(simulating._mistakes(Judged(SKATED, score(TRUTH, many))))
    assert "and 7 more" in capsys.readouterr().out
