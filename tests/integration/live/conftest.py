"""The feed's sockets are tried on both event loops."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run each test on the standard loop, and on the one that the server uses."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
