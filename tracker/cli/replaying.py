"""`bell-lap replay`: a race or a whole day again, into a fresh log."""

import math
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tracker import replay as replays
from tracker.app import connected
from tracker.cli.store import STORE, Store, run
from tracker.errors import BadRequest

AT_ONCE = "max"


class BadSpeed(BadRequest):
    """A speed at which nothing can be replayed."""

    code = "bad-speed"


def replay(
    name: str,
    /,
    *,
    into: Annotated[
        str, Parameter(help="A data directory or the URL of a PostgreSQL, without events yet.")
    ],
    speed: Annotated[
        str, Parameter(help="How many times faster than it was; `max` is at once.")
    ] = AT_ONCE,
    store: Store = STORE,
) -> None:
    """Copy the events of a race or competition into a fresh log, in their time.

    Who stated them, and when they happened and were recorded, stays as it was; a pause is no
    longer than ten seconds. `bell-lap serve` on the fresh log shows it as it goes.

    Parameters
    ----------
    name
        A race such as dresden-2024/men-500/final-a, or a competition.
    """
    pace = _speed(speed)
    target = Store(database=into) if "://" in into else Store(data=Path(into))

    async def work() -> int:
        async with connected(store.settings()) as source:
            events = await replays.lines(source, name)
        async with connected(target.settings()) as connection:
            return await replays.replay(events, connection, speed=pace, on_progress=_tell)

    count = run(work())
    print(f"{count} events of {name} in {into}")  # noqa: T201 - it is the answer


def _speed(text: str) -> float | None:
    if text == AT_ONCE:
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not (math.isfinite(speed) and speed > 0):
        raise BadSpeed(f"nothing is replayed at a speed of {text}: give a number above 0, or max")
    return speed


def _tell(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {of}", end="\n" if done == of else "", file=sys.stderr)  # noqa: T201 - it is the answer
