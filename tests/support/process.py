"""The real process: `bell-lap serve` started, watched and ended by a test."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiohttp

READY_WITHIN_S = 60.0
COMMAND_WITHIN_S = 240.0
Target = Sequence[str]
"""`--data DIR` or `--database URL`."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def run(*arguments: str) -> tuple[int, str, str]:
    """Run a command to its end and return its status, stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tracker",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(COMMAND_WITHIN_S):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


class Served:
    """A running `bell-lap serve`, and the address it answers at."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, output: Path) -> None:
        self.process = process
        self.output = output
        self.url = f"http://127.0.0.1:{port}"

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, and return the exit status."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), timeout=READY_WITHIN_S)


async def start(target: Target, output: Path, *, port: int | None = None) -> Served:
    """Start a server and wait until it is ready."""
    port = port or free_port()
    with output.open("ab") as sink:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tracker",
            "serve",
            *target,
            "--port",
            str(port),
            stdout=sink,
            stderr=sink,
        )
    served = Served(process, port, output)
    try:
        await _ready(served)
    except BaseException:
        await served.end(signal.SIGKILL)
        raise
    return served


async def _ready(served: Served) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(READY_WITHIN_S):
        while True:
            assert served.process.returncode is None, served.output.read_text()[-4000:]
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{served.url}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def serving(target: Target, output: Path) -> AsyncIterator[Served]:
    """Run a server for the length of a block."""
    served = await start(target, output)
    try:
        yield served
    finally:
        if served.process.returncode is None:
            await served.end()


def postmasters(data: Path) -> list[int]:
    """Return the process ids of the PostgreSQL servers below a data directory."""
    pids = []
    for lock in data.rglob("postmaster.pid"):
        pid = int(lock.read_text().split()[0])
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            pids.append(pid)
    return pids
