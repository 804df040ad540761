"""A proxy that cuts connections anywhere, delays bytes, and lets later connections overtake."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

CHUNK = 4096


class Proxy:
    """Passes bytes on to a port of this machine, badly."""

    def __init__(
        self,
        port: int,
        *,
        life_s: tuple[float, float] = (0.2, 2.5),
        pause_s: float = 0.08,
        seed: int = 7,
    ) -> None:
        self.port = 0
        self.cuts = 0
        self.connections = 0
        self._to = port
        self._life_s = life_s
        self._pause_s = pause_s
        self._random = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Proxy"]:
        """Listen for the length of a block."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold a connection back for a while, pass bytes on, then cut it in the middle."""
        self.connections += 1
        there: asyncio.StreamWriter | None = None
        try:
            # One that came later may be through earlier.
            await asyncio.sleep(self._random.uniform(0, self._pause_s))
            here, there = await asyncio.open_connection("127.0.0.1", self._to)
            passing = [
                asyncio.create_task(self._pass(reader, there)),
                asyncio.create_task(self._pass(here, writer)),
            ]
            try:
                life_s = self._random.uniform(*self._life_s)
                done, _ = await asyncio.wait(
                    passing, timeout=life_s, return_when=asyncio.FIRST_COMPLETED
                )
                self.cuts += not done
            finally:
                for task in passing:
                    task.cancel()
                await asyncio.gather(*passing, return_exceptions=True)
        except OSError:
            pass
        finally:
            for each in (writer, there):
                if each is not None:
                    each.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(self._random.randint(1, CHUNK)):
            if self._random.random() < 0.2:
                await asyncio.sleep(self._random.uniform(0, self._pause_s))
            target.write(data)
            await target.drain()
