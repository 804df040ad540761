"""A server with a race on its programme, which can die and come back."""

import contextlib
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from tests.support import officials, process


class RaceServer:
    """A server that keeps its place and its data through its deaths, and how to speak to it."""

    def __init__(self, tmp_path: Path, http: aiohttp.ClientSession) -> None:
        self._tmp_path = tmp_path
        self._lives = 0
        self._port: int | None = None
        self.served: process.Served
        self.http = http

    @property
    def url(self) -> str:
        """Return the server's address."""
        return self.served.url

    async def start(self) -> None:
        """Start the server, where and with what it had before."""
        self._lives += 1
        target = ("--data", str(self._tmp_path / "data"))
        output = self._tmp_path / f"server-{self._lives}.txt"
        self.served = await process.start(target, output, port=self._port)
        self._port = int(self.url.rpartition(":")[2])

    async def die(self) -> None:
        """Kill the server."""
        await self.served.end(signal.SIGKILL)

    async def post(self, commands: Sequence[officials.Command]) -> None:
        """Have it take commands."""
        await officials.post_all(self.http, self.url, list(commands))

    async def read(self, document: str, race: str = officials.RACE, **query: str) -> dict[str, Any]:
        """Return a document of a race."""
        address = f"{self.url}/api/v1/races/{race}/{document}"
        found: dict[str, Any] = await officials.get(self.http, address, **query)
        return found

    async def facts(self, race: str = officials.RACE) -> list[dict[str, Any]]:
        """Return what has been recorded of a race."""
        rows: list[dict[str, Any]] = (await self.read("events", race))["rows"]
        return rows


@contextlib.asynccontextmanager
async def running(
    tmp_path: Path, commands: Sequence[officials.Command] = (), *, races: int = 1
) -> AsyncIterator[RaceServer]:
    """Run a server with start lists, and with what happened since."""
    async with aiohttp.ClientSession() as http:
        server = RaceServer(tmp_path, http)
        await server.start()
        try:
            await server.post([*officials.programme(races=races), *commands])
            yield server
        finally:
            if server.served.process.returncode is None:
                await server.served.end()


def under_a_hold() -> list[officials.Command]:
    """Return the commands of a race that is over, and was held two crossings before its end."""
    skated = officials.skated()
    end = next(i for i, command in enumerate(skated) if command["type"] == "PublishResult")
    last = max(i for i, each in enumerate(skated) if each["type"] == "RecordCrossing")
    hold: officials.Command = {"type": "HoldPublicBoard", "race": officials.RACE}
    return [*skated[: last - 2], hold, *skated[last - 2 : end]]
