"""Which store a command works on: `--data DIR` or `--database URL`."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import Parameter

from tracker import config
from tracker.telemetry import structured_logging

T = TypeVar("T")
_VARIABLES = ("BELL_LAP_DATA", "BELL_LAP_DATABASE")


@Parameter(name="*")
@dataclass(frozen=True)
class Store:
    """A data directory with an embedded PostgreSQL, or the URL of another."""

    data: Annotated[
        Path | None,
        Parameter(help="Data directory; its PostgreSQL is started if need be [BELL_LAP_DATA]."),
    ] = None
    database: Annotated[
        str | None, Parameter(help="URL of a PostgreSQL to use instead [BELL_LAP_DATABASE].")
    ] = None

    def settings(
        self,
        *,
        port: int | None = None,
        host: str | None = None,
        official_feed: bool | None = None,
    ) -> config.Settings:
        """Return the settings of this process."""
        return config.read(
            data=self.data,
            database=self.database,
            port=port,
            host=host,
            official_feed=official_feed,
        )

    def environment(self) -> dict[str, str]:
        """Return this process's environment, naming this store to another process.

        Not by arguments: a URL may hold a password, and everybody can read arguments.
        """
        found = {name: value for name, value in os.environ.items() if name not in _VARIABLES}
        given = {"BELL_LAP_DATA": self.data, "BELL_LAP_DATABASE": self.database}
        return {**found, **{name: str(value) for name, value in given.items() if value}}


STORE = Store()
"""Whatever the environment says, else the user's own data directory."""


def run(work: Coroutine[None, None, T], *, log_level: str = "warning") -> T:
    """Run a command to its end, on the fastest loop there is."""
    structured_logging.configure(log_level)
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop  # noqa: PLC0415 - there is none on Windows

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
