"""A trainee sees the ice as it is skated, at the pace of the rink."""

import asyncio
import re

from tracker.simulation.moves import Skated
from tracker.simulation.trainee import Trainee


async def test_the_ice_is_shown_as_the_race_runs() -> None:
    """Where nothing can be drawn, whoever crosses is said by number, in the order of the truth."""
    skated = Skated(
        sent_ms=0,
        race="cup/women-500/final-a",
        name="Final A",
        gun_ms=400,
        labels={"ann": "17", "bea": "4"},
        crossings={"ann": (700, 1_900), "bea": (1_300, 2_500)},
    )
    said: list[str] = []
    drawn: list[str] = []
    speaking = Trainee("http://rink/", say=said.append, speed=2.0)
    drawing = Trainee("http://rink", say=lambda _: None, draw=drawn.append, speed=2.0)
    speaking.announce(skated, 130.0)
    await asyncio.gather(speaking.watch(skated), drawing.watch(skated))
    assert said[0] == "Next is Final A, in about 130 s. Key it at"
    assert said[1] == "http://rink/console?race=cup/women-500/final-a"
    crossed = [line.split()[-1] for line in said if re.match(r" \d:\d\d\.\d \d+$", line)]
    assert crossed == ["17", "4", "17", "4"]
    assert drawn[0].startswith("-0:00.")
    assert any({"17", "4"} == {*line.split("|")[1].split()} for line in drawn)
