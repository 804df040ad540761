"""`bell-lap serve` and `bell-lap demo`: the tracker as a process, empty or with a weekend in it."""

import asyncio
import contextlib
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import aiohttp
from cyclopts import Parameter

from tracker import app
from tracker.cli import tables
from tracker.cli.store import STORE, Store, run
from tracker.demo import player
from tracker.demo.weekend import load
from tracker.errors import SettingsError

READY_WITHIN_S = 90.0
"""PostgreSQL may have to recover first."""
STOPPED_WITHIN_S = 30.0
DEMO_SPEED = 20.0


def serve(
    *,
    port: int | None = None,
    host: str | None = None,
    official_feed: Annotated[bool | None, Parameter(negative="")] = None,
    store: Store = STORE,
) -> None:
    """Run the tracker until Ctrl-C or SIGTERM.

    Parameters
    ----------
    port
        Where it listens; 0 takes any free port.
    host
        The address it listens on; without it, this machine alone.
    official_feed
        Shows decisions under embargo on the feed to whoever asks for them; for a closed network.
    """
    settings = store.settings(port=port, host=host, official_feed=official_feed)
    run(app.serve(settings, announce=_say), log_level=settings.log_level)


def demo(
    *,
    speed: float = DEMO_SPEED,
    exit_: Annotated[
        bool, Parameter(name="--exit", negative="", help="Stop when the weekend is over.")
    ] = False,
    port: int | None = None,
    store: Store = STORE,
) -> None:
    """Skate the Dresden weekend of February 2024 on a server of its own.

    Parameters
    ----------
    speed
        How many times faster than the skaters were.
    port
        Where the server listens; without it, the usual port or any free one.
    """
    with contextlib.ExitStack() as stack:
        if store == STORE:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bell-lap-demo-"))
            store = Store(data=Path(folder) / "data")
        run(_demo(store, speed=speed, leave=exit_, port=port))


async def _demo(store: Store, *, speed: float, leave: bool, port: int | None) -> None:
    """Start a server, play, print what came of it, and stop or stay."""
    port = port or usable(store.settings().port)
    async with running_server(store, port) as process:
        url = f"http://127.0.0.1:{port}"
        await ready(url, process)
        _say(f"Open {url}/ for the programme and {url}/scoreboard for the scoreboard.")
        await player.play(url, speed, on_progress=_say)
        await _print_tables(url)
        if not leave:
            _say(f"The weekend is over. {url}/ stays open until Ctrl-C.")
            await process.wait()


@contextlib.asynccontextmanager
async def running_server(store: Store, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `bell-lap serve` as its own process; what it logs goes to a file beside the data."""
    command = [sys.executable, "-m", "tracker", "serve", "--port", str(port)]
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=store.environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        terminated = _cancelled_by_sigterm()
        try:
            yield process
        except asyncio.CancelledError:
            if terminated:
                raise SystemExit(128 + signal.SIGTERM) from None
            raise
        except SettingsError as error:
            log.seek(0)
            last = log.read().decode(errors="replace").strip().splitlines()[-1:]
            raise SettingsError(": ".join([error.message, *last])) from None
        finally:
            await _stop(process)


def _cancelled_by_sigterm() -> list[bool]:
    """Have SIGTERM end this task as Ctrl-C does, so that its server goes too; say when it came."""
    came: list[bool] = []
    task = asyncio.current_task()
    assert task is not None, "a server is run in a task"

    def end() -> None:
        came.append(True)
        task.cancel()

    with contextlib.suppress(NotImplementedError):  # Windows has no handlers of this kind
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    return came


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ask a server to end, and insist after a while."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), timeout=STOPPED_WITHIN_S)
    except TimeoutError:
        process.kill()
        await process.wait()


async def ready(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until a server can be used."""
    async with aiohttp.ClientSession() as http:
        for _ in range(int(READY_WITHIN_S * 10)):
            if process.returncode is not None:
                raise SettingsError("the server did not start")
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{url}/readyz") as answer:
                    if answer.status == aiohttp.web.HTTPOk.status_code:
                        return
            await asyncio.sleep(0.1)
    raise SettingsError(f"the server was not ready within {READY_WITHIN_S:.0f} s")


async def _print_tables(url: str) -> None:
    """Print the finals, the medals and what the season's best win, as the API has them."""
    weekend, console = load(), tables.console()
    async with aiohttp.ClientSession(base_url=f"{url}/api/v1/") as http:

        async def get(path: str, **query: str) -> dict[str, Any]:
            async with http.get(path, params=query) as answer:
                answer.raise_for_status()
                document: dict[str, Any] = await answer.json()
                return document

        head = (await get("events", limit="1"))["position"]
        programme = await get(f"competitions/{weekend.competition}", after=str(head))
        for row in programme["rows"]:
            if row["id"].endswith("/final-a"):
                console.print(tables.result(await get(f"races/{row['id']}/result")))
        console.print(tables.medals(await get(f"competitions/{weekend.competition}/medals")))
        ruleset = await get(f"competitions/{weekend.competition}/ruleset")
        standings = f"series/{weekend.series}/standings"
        for table in ("men", "women"):
            best = tables.first(await get(standings, table=table), tables.BEST_ROWS)
            console.print(tables.standings(best, title=ruleset["overall"]["title"]))


def usable(port: int) -> int:
    """Return a port if it is free, or else any that is."""
    for wanted in (port, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", wanted))
            found: int = probe.getsockname()[1]
            return found
    raise SettingsError("no port is free on this machine")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - it is the answer
