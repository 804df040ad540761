"""A person in place of the lap recorder: shows the ice, and judges what was keyed."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct

from tracker.domain import decider
from tracker.domain.events import Event
from tracker.domain.race import Race
from tracker.simulation import ice, training
from tracker.simulation.moves import LAP_RECORDER, Skated
from tracker.simulation.player import SimulationRefused, Training

_TICK_S = 0.05
_OVER_MS = 1_000
_OK = 200

Say = Callable[[str], None]


class Judged(Struct, frozen=True):
    """A race and the score that was reached in it."""

    skated: Skated
    score: training.Score


class Trainee:
    """One person at a console, over all races of a simulation."""

    def __init__(
        self,
        url: str,
        *,
        say: Say,
        draw: Say | None = None,
        judged: Callable[[Judged], None] = lambda _: None,
        speed: float = 1.0,
    ) -> None:
        """Show the ice by `draw`, line over line, or else who crosses by `say`."""
        self._url = url.rstrip("/")
        self._say = say
        self._draw = draw
        self._tell = judged
        self._speed = speed
        self._skated: dict[str, Skated] = {}
        self.judged: list[Judged] = []

    def training(self) -> Training:
        """Return what the player needs to know of this person."""
        return Training(LAP_RECORDER, self.announce, self.watch, self.judge)

    def announce(self, skated: Skated, to_gun_s: float) -> None:
        """Tell where the next race is keyed, early enough to go there."""
        self._say(f"Next is {skated.name}, in about {to_gun_s:.0f} s. Key it at")
        self._say(f"{self._url}/console?race={skated.race}")

    async def watch(self, skated: Skated) -> None:
        """Show a race as it is skated."""
        self._skated[skated.race] = skated
        self._say(f"{skated.name}: {len(skated.labels)} come to the line.")
        loop = asyncio.get_running_loop()
        gun_s = loop.time() + (skated.gun_ms - skated.sent_ms) / 1_000 / self._speed
        last_ms = max(times[-1] for times in skated.crossings.values() if times)
        shown = ""
        elapsed_ms = -1
        while elapsed_ms < last_ms + _OVER_MS:
            elapsed_ms = round((loop.time() - gun_s) * 1_000 * self._speed)
            line = ice.view(skated.crossings, skated.labels, elapsed_ms)
            crossing = line.rpartition("|")[2].strip()
            if self._draw is not None:
                self._draw(line)
            elif crossing and crossing != shown:
                self._say(f"{ice.clock(elapsed_ms)} {crossing}")
            shown = crossing
            await asyncio.sleep(_TICK_S)
        self._say("The race is over: correct what you want before it is official.")

    async def judge(self, race: str, position: int) -> None:
        """Hold what was keyed against what happened."""
        document = await self._events(race, position)
        state = decider.initial(f"race-{race}")
        for row in document["rows"]:
            event: Event = msgspec.convert(row["data"], Event)
            state = decider.evolve(state, row["version"], event)
        assert isinstance(state, Race)
        skated = self._skated[race]
        found = Judged(skated, training.score(skated.crossings, training.keyed(state)))
        self.judged.append(found)
        self._tell(found)

    async def _events(self, race: str, position: int) -> dict[str, Any]:
        url = f"{self._url}/api/v1/races/{race}/events"
        query = {"after": str(position)}
        async with aiohttp.ClientSession() as http, http.get(url, params=query) as answer:
            if answer.status != _OK:
                raise SimulationRefused(f"{url} answers {answer.status}")
            document: dict[str, Any] = await answer.json()
            return document
