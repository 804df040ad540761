"""Rebuilds several projections at once, each share of them in a process of its own."""

import asyncio
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from queue import Empty
from typing import TYPE_CHECKING

import asyncpg

from projections import ALL, rebuild
from projections.rebuild import OnProgress, Progress, Rebuilt
from tracker.log.event_log import open_event_log

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

_LOOK_S = 0.1
_GIVE_WAY = 10
"""How much less urgent than officials and viewers a rebuild is to the operating system."""
_told: "Queue[Progress] | None" = None


def shares(names: Sequence[str], processes: int) -> list[tuple[str, ...]]:
    """Return which projections go together, in so many shares at most."""
    return [found for i in range(processes) if (found := tuple(names[i::processes]))]


async def rebuild_in_processes(
    url: str, name: str = "all", *, processes: int, on_progress: OnProgress
) -> list[Rebuilt]:
    """Rebuild one projection, or all; each share reads the log and is swapped in by itself.

    Raises what `rebuild` does; shares that were swapped in before another failed stay.
    """
    names = [each.name for each in rebuild.named(ALL, name)]
    connection = await asyncpg.connect(url)
    context = multiprocessing.get_context("spawn")
    told: Queue[Progress] = context.Queue()
    try:
        await rebuild.prepare(connection)
        own = shares(names, processes)
        with ProcessPoolExecutor(
            len(own), mp_context=context, initializer=_begin, initargs=(told,)
        ) as pool:
            loop = asyncio.get_running_loop()
            work = asyncio.gather(
                *(loop.run_in_executor(pool, _share, url, share) for share in own),
                return_exceptions=True,
            )
            while not work.done():
                await asyncio.wait([work], timeout=_LOOK_S)
                _pass_on(told, on_progress)
    finally:
        await connection.close()
    return _in_order(names, await work)


def _in_order(
    names: Sequence[str], shares_: Sequence[list[Rebuilt] | BaseException]
) -> list[Rebuilt]:
    for share in shares_:
        if isinstance(share, BaseException):
            raise share
    done = {each.name: each for share in shares_ if isinstance(share, list) for each in share}
    return [done[name] for name in names]


def _pass_on(told: "Queue[Progress]", on_progress: OnProgress) -> None:
    with suppress(Empty):
        while True:
            on_progress(told.get_nowait())


def _begin(told: "Queue[Progress]") -> None:
    global _told  # noqa: PLW0603 - a process is handed its queue as it begins
    _told = told
    if hasattr(os, "nice"):
        os.nice(_GIVE_WAY)


def _share(url: str, names: tuple[str, ...]) -> list[Rebuilt]:
    return asyncio.run(_rebuild(url, names))


async def _rebuild(url: str, names: tuple[str, ...]) -> list[Rebuilt]:
    chosen = [each for each in ALL if each.name in names]
    connection, beside = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        async with open_event_log(url) as log:
            assert _told is not None, "a process is handed its queue as it begins"
            both = (connection, beside)
            return await rebuild.fill(log, both, chosen, on_progress=_told.put)
    finally:
        await beside.close()
        await connection.close()
