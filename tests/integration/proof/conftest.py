"""A log with official results, and who signs for it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support import proofs
from tracker.log.event_log import EventLog
from tracker.proof.notary import Notary


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator["asyncpg.Pool[Any]"]:
    """Connect as the application does."""
    async with asyncpg.create_pool(
        database_url, min_size=1, max_size=4, server_settings={"role": "bell_lap_app"}
    ) as found:
        yield found


@pytest.fixture
async def notary(event_log: EventLog, pool: "asyncpg.Pool[Any]", tmp_path: Path) -> Notary:
    """Sign for a log with the day of `proofs` in it."""
    await proofs.filled(event_log)
    return proofs.notary(event_log, pool, tmp_path)
