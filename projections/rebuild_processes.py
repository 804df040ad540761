"""Rebuilds several projections at once, in this process and in others beside it."""

import asyncio
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, suppress
from queue import Empty
from typing import TYPE_CHECKING

import asyncpg

from projections import ALL, rebuild
from projections.rebuild import OnProgress, Progress, Rebuilt
from tracker.log.event_log import open_event_log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from multiprocessing.queues import Queue

_LOOK_S = 0.1
_GIVE_WAY = 10
"""How much less urgent than officials and viewers a rebuild is to the operating system."""
_COSTS = {
    "classification": 10.0,
    "rounds": 4.5,
    "best-times": 4.0,
    "programme": 3.5,
    "standings": 3.5,
    "journal": 3.5,
}
"""Microseconds for each event of a season, beside what reading and folding take; others: 1."""
_told: "Queue[Progress] | None" = None


def shares(names: Sequence[str], processes: int) -> list[tuple[str, ...]]:
    """Return which projections go together, in so many shares at most, the largest one first."""
    found: list[list[str]] = [[] for _ in range(min(processes, len(names)))]
    for name in sorted(names, key=_cost, reverse=True):
        min(found, key=lambda share: sum(map(_cost, share))).append(name)
    found.sort(key=lambda share: sum(map(_cost, share)), reverse=True)
    return [tuple(share) for share in found]


def _cost(name: str) -> float:
    return _COSTS.get(name, 1.0)


def spare() -> int:
    """Return how many processes leave a core to officials and viewers, where there are two."""
    return max(1, (os.cpu_count() or 1) - 1)


def give_way() -> None:
    """Make this process, and those it starts, less urgent than officials and viewers."""
    if hasattr(os, "nice"):
        os.nice(_GIVE_WAY)


async def rebuild_in_processes(
    url: str, name: str = "all", *, processes: int, on_progress: OnProgress
) -> list[Rebuilt]:
    """Rebuild one projection, or all; each share reads the log and is swapped in by itself.

    Raises what `rebuild` does; shares that were swapped in before another failed stay.
    """
    names = [each.name for each in rebuild.named(ALL, name)]
    connection = await asyncpg.connect(url)
    try:
        await rebuild.prepare(connection)
        first, *others = shares(names, processes)
        async with _beside(url, others, on_progress) as elsewhere:
            here = asyncio.create_task(_rebuild(url, first, on_progress))
            done = await asyncio.gather(here, *elsewhere, return_exceptions=True)
    finally:
        await connection.close()
    return _in_order(names, done)


@asynccontextmanager
async def _beside(
    url: str, shares_: Sequence[tuple[str, ...]], on_progress: OnProgress
) -> "AsyncIterator[list[asyncio.Future[list[Rebuilt]]]]":
    """Yield what is rebuilt in other processes, one for each share."""
    if not shares_:
        yield []
        return
    context = multiprocessing.get_context("spawn")
    told: Queue[Progress] = context.Queue()
    with ProcessPoolExecutor(
        len(shares_), mp_context=context, initializer=_begin, initargs=(told,)
    ) as pool:
        loop = asyncio.get_running_loop()
        work = [loop.run_in_executor(pool, _share, url, share) for share in shares_]
        passing_on = asyncio.create_task(_pass_on(told, on_progress))
        try:
            yield work
        finally:
            passing_on.cancel()


def _in_order(
    names: Sequence[str], shares_: Sequence[list[Rebuilt] | BaseException]
) -> list[Rebuilt]:
    for share in shares_:
        if isinstance(share, BaseException):
            raise share
    done = {each.name: each for share in shares_ if isinstance(share, list) for each in share}
    return [done[name] for name in names]


async def _pass_on(told: "Queue[Progress]", on_progress: OnProgress) -> None:
    while True:
        with suppress(Empty):
            while True:
                on_progress(told.get_nowait())
        await asyncio.sleep(_LOOK_S)


def _begin(told: "Queue[Progress]") -> None:
    global _told  # noqa: PLW0603 - a process is handed its queue as it begins
    _told = told


def _share(url: str, names: tuple[str, ...]) -> list[Rebuilt]:
    assert _told is not None, "a process is handed its queue as it begins"
    return asyncio.run(_rebuild(url, names, _told.put))


async def _rebuild(url: str, names: tuple[str, ...], on_progress: OnProgress) -> list[Rebuilt]:
    chosen = [each for each in ALL if each.name in names]
    connection = await asyncpg.connect(url)
    try:
        async with open_event_log(url) as log:
            return await rebuild.fill(log, connection, chosen, on_progress=on_progress)
    finally:
        await connection.close()
