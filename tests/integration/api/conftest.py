"""The whole site on a real database, spoken to over HTTP."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.support import officials
from tracker import app
from tracker.config import Settings


@pytest.fixture
async def tracker(database_url: str) -> AsyncIterator[app.Tracker]:
    """Run a tracker on a database of its own."""
    settings = Settings(data=None, database=database_url, port=0)
    async with app.opened(settings) as running:
        await running.runner.caught_up.wait()
        yield running


@pytest.fixture
async def http(tracker: app.Tracker) -> AsyncIterator[aiohttp.ClientSession]:
    """Speak to the tracker."""
    async with (
        TestServer(tracker.site) as server,
        aiohttp.ClientSession(base_url=server.make_url("/")) as session,
    ):
        yield session


@pytest.fixture
async def race(http: aiohttp.ClientSession) -> aiohttp.ClientSession:
    """Speak to a tracker that has a final with a start list."""
    await officials.post_all(http, "", officials.programme())
    return http


@pytest.fixture
async def skated(race: aiohttp.ClientSession) -> tuple[aiohttp.ClientSession, int]:
    """Speak to a tracker whose final is official, and know the position of that."""
    return race, await officials.post_all(race, "", officials.skated())
