"""A race or a whole competition again, into a fresh log, at any speed.

Recorded events are copied, with who stated them, from which device, and when they happened and were
recorded; only positions, and with them the chain, are new. Commands are not decided again: they
are not in the log, and today's rules would not have to decide as those of the day did.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tracker import archive
from tracker.archive import Line

if TYPE_CHECKING:
    import asyncpg

LONGEST_PAUSE_S = 10.0
"""Nobody waits for a night, or for the ice to be made."""
_BATCH = 5_000

OnProgress = Callable[[int, int], None]


async def lines(source: "asyncpg.Connection[Any]", name: str) -> list[Line]:
    """Return the events of a competition, or of a race with what it hangs on, in their order.

    Raises NotFound when the log has neither.
    """
    competition, slash, _ = name.partition("/")
    found = archive.export(source, competition, name if slash else None)
    return list(archive.read([line async for line in found]))


async def replay(
    events: Sequence[Line],
    target: "asyncpg.Connection[Any]",
    *,
    speed: float | None,
    on_progress: OnProgress = lambda _done, _of: None,
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> int:
    """Append events to a fresh log at `speed` times the pace of the day; None is at once.

    Returns how many they were. Raises ArchiveDamaged when the log is not fresh, or somebody else
    writes to it.
    """
    chained = await archive.begin(target)
    loop = asyncio.get_running_loop()
    ahead_s = 0.0
    for wait_s, step in _steps(events, speed):
        began = loop.time()
        if wait_s > ahead_s:
            await pause(wait_s - ahead_s)
        await archive.go_on(target, chained, step)
        on_progress(chained.position, len(events))
        # What an append takes is no part of the day: the next one comes the sooner.
        ahead_s = max(loop.time() - began - max(wait_s - ahead_s, 0.0), 0.0)
    return len(events)


def _steps(events: Sequence[Line], speed: float | None) -> Iterator[tuple[float, Sequence[Line]]]:
    """Yield what was recorded at one moment, with how long to wait before it."""
    if speed is None:
        for start in range(0, len(events), _BATCH):
            yield 0.0, events[start : start + _BATCH]
        return
    start = 0
    wait_s = 0.0
    for end in range(1, len(events) + 1):
        if end < len(events) and events[end].recorded_at == events[start].recorded_at:
            continue
        yield wait_s, events[start:end]
        if end < len(events):
            between = events[end].recorded_at - events[start].recorded_at
            wait_s = min(between.total_seconds() / speed, LONGEST_PAUSE_S)
        start = end
