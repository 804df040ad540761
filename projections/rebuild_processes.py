"""Rebuilds several projections at once, in this process and in others beside it."""

import asyncio
import os
import sys
from collections.abc import Sequence
from subprocess import PIPE
from typing import TYPE_CHECKING

import asyncpg
import msgspec

from projections import ALL, rebuild
from projections.rebuild_share import Done, Failed, Far, Said, Share, rebuild_share
from tracker.errors import ProjectionError

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from projections.rebuild import OnProgress, Rebuilt

_GIVE_WAY = 10
"""How much less urgent than officials and viewers a rebuild is to the operating system."""
_COSTS = {
    "classification": 7.5,
    "rounds": 4.5,
    "best-times": 3.8,
    "journal": 3.7,
    "standings": 3.3,
    "programme": 2.8,
}
"""Microseconds for each event of a season, beside what reading and folding take; others: less."""
_TOGETHER = (("classification", "rounds"),)
"""Projections that lean on the same: by one process, it is worked out once."""
_MOST = 2**24
"""Bytes of one line that a process says."""
_SAID: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def shares(names: Sequence[str], processes: int) -> list[tuple[str, ...]]:
    """Return which projections go together, in so many shares at most, the largest one first."""
    parts = [part for each in _TOGETHER if (part := tuple(n for n in each if n in names))]
    parts += [(name,) for name in names if not any(name in part for part in parts)]
    found: list[list[str]] = [[] for _ in range(min(processes, len(parts)))]
    for part in sorted(parts, key=_cost, reverse=True):
        min(found, key=_cost).extend(part)
    found.sort(key=_cost, reverse=True)
    return [tuple(share) for share in found]


def _cost(names: Sequence[str]) -> float:
    return sum(_COSTS.get(name, 0.8) for name in names)


def spare() -> int:
    """Return how many processes leave a core to officials and viewers, where there are two."""
    return max(1, (os.cpu_count() or 1) - 1)


def give_way() -> None:
    """Make this process, and those it starts, less urgent than officials and viewers."""
    if hasattr(os, "nice"):
        os.nice(_GIVE_WAY)


async def rebuild_in_processes(
    url: str, name: str = "all", *, processes: int, on_progress: "OnProgress"
) -> "list[Rebuilt]":
    """Rebuild one projection, or all; each share reads the log and is swapped in by itself.

    Raises what `rebuild` does; shares that were swapped in before another failed stay.
    """
    names = [each.name for each in rebuild.named(ALL, name)]
    prepared = asyncio.Event()
    first, *others = [Share(url, each) for each in shares(names, processes)]
    # Processes take a while to begin: they do so while the tables are prepared.
    elsewhere = [
        asyncio.create_task(rebuild_beside(each, on_progress, prepared)) for each in others
    ]
    connection = await asyncpg.connect(url)
    try:
        await rebuild.prepare(connection)
        prepared.set()
        here = asyncio.create_task(rebuild_share(first, on_progress))
        done = await asyncio.gather(here, *elsewhere, return_exceptions=True)
    finally:
        for task in elsewhere:
            task.cancel()
        await asyncio.gather(*elsewhere, return_exceptions=True)
        await connection.close()
    return _in_order(names, done)


async def rebuild_beside(
    share: Share, on_progress: "OnProgress", prepared: asyncio.Event | None = None
) -> "list[Rebuilt]":
    """Rebuild a share in a process of its own, as soon as the tables are prepared."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "projections.rebuild_share"),
        stdin=PIPE,
        stdout=PIPE,
        limit=_MOST,
    )
    try:
        if prepared is not None:
            await prepared.wait()
        return await _answer(process, share, on_progress)
    except BaseException:
        if process.returncode is None:
            process.kill()
        raise
    finally:
        await asyncio.shield(process.wait())


async def _answer(process: "Process", share: Share, on_progress: "OnProgress") -> "list[Rebuilt]":
    assert process.stdin is not None, "it is a pipe"
    assert process.stdout is not None, "it is a pipe"
    process.stdin.write(msgspec.json.encode(share) + b"\n")
    async for line in process.stdout:
        match _SAID.decode(line):
            case Far(progress):
                on_progress(progress)
            case Done(rebuilt):
                return rebuilt
            case Failed(message):
                raise ProjectionError(message)
    status = await process.wait()
    names = ", ".join(share.names)
    raise ProjectionError(f"the process that rebuilt {names} ended with status {status}")


def _in_order(
    names: Sequence[str], shares_: "Sequence[list[Rebuilt] | BaseException]"
) -> "list[Rebuilt]":
    for share in shares_:
        if isinstance(share, BaseException):
            raise share
    done = {each.name: each for share in shares_ if isinstance(share, list) for each in share}
    return [done[name] for name in names]
