"""The Dresden weekend up to a scene, posted as fast as it is taken."""

import aiohttp
import msgspec

from tests.support import officials
from tracker.demo.script import scenes
from tracker.demo.weekend import load

_BATCH = 400


async def play_until(http: aiohttp.ClientSession, url: str, title: str) -> int:
    """Post every scene up to the one of that title, with it, and return the last position."""
    commands: list[officials.Command] = []
    for scene in scenes(load()):
        steps = sorted(scene.steps, key=lambda step: step.at_ms)
        commands += [msgspec.to_builtins(step.command) for step in steps]
        if scene.title == title:
            break
    position = 0
    for i in range(0, len(commands), _BATCH):
        position = await officials.post_all(http, url, commands[i : i + _BATCH])
    return position
