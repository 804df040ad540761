"""What the server does beside answering."""

import asyncio
import gc
from types import SimpleNamespace

from tracker import app


async def test_what_the_log_has_come_to_is_not_looked_through_again() -> None:
    """Python leaves it out of its search for cycles, from when all is read until the end."""
    runner = SimpleNamespace(caught_up=asyncio.Event())
    before = gc.get_freeze_count()
    async with app.settling(runner):  # type: ignore[arg-type]  # all that it asks of one
        await asyncio.sleep(0)
        assert gc.get_freeze_count() == before, "it is not read yet"
        runner.caught_up.set()
        for _ in range(3):
            await asyncio.sleep(0)
        assert gc.get_freeze_count() > before + 1000
    assert gc.get_freeze_count() == 0


async def test_a_server_that_stops_before_waits_for_nothing() -> None:
    """The log may be long: whoever stops the server meanwhile need not wait for its end."""
    async with app.settling(SimpleNamespace(caught_up=asyncio.Event())):  # type: ignore[arg-type]  # as above
        pass
    assert gc.get_freeze_count() == 0
