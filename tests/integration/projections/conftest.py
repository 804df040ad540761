"""A log, a pool and a runner for the projections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import pytest

from projections import ALL
from projections.projection import Projection
from projections.read_models import ReadModels
from projections.runner import Runner
from tracker.log.event_log import EventLog, open_pool

Running = Callable[..., AbstractAsyncContextManager[Runner]]
Killing = Callable[[], Awaitable[None]]


@pytest.fixture
async def pool(database_url: str) -> "AsyncIterator[asyncpg.Pool[Any]]":
    """Open connections as the application's role."""
    pool = await open_pool(database_url)
    yield pool
    await pool.close()


@pytest.fixture
def running(event_log: EventLog, pool: "asyncpg.Pool[Any]") -> Running:
    """Run a runner for as long as a test needs it."""

    @asynccontextmanager
    async def run(projections: Sequence[Projection] = ALL) -> AsyncIterator[Runner]:
        runner = Runner(event_log, pool, projections)
        task = asyncio.create_task(runner.run())
        try:
            yield runner
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return run


@pytest.fixture
def read_models(event_log: EventLog, pool: "asyncpg.Pool[Any]") -> ReadModels:
    """Return the read models as a process without a runner reads them."""
    return ReadModels(event_log, pool)


@pytest.fixture
def kill_the_writer(database_url: str) -> Killing:
    """Kill the server process of the connection that holds the runner's lock."""

    async def kill() -> None:
        admin = await asyncpg.connect(database_url)
        await admin.execute(
            """
            select pg_terminate_backend(pid)
            from pg_locks join pg_database on pg_database.oid = pg_locks.database
            where locktype = 'advisory' and granted and datname = current_database()
            """
        )
        await admin.close()

    return kill
