"""How far a rebuild is: a bar for each process at a terminal, else a line now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from projections.filling import OnProgress, Progress

EVERY_S = 2.0
"""How often a line is printed where there is no terminal."""


@contextmanager
def shown(console: Console | None = None) -> Iterator[OnProgress]:
    """Yield what shows progress on stderr."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield _lines(lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201 - it is the answer
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}, {task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    tasks: dict[int, TaskID] = {}
    with Bars(*columns, console=console) as bars:

        def show(each: Progress) -> None:
            if each.process not in tasks:
                tasks[each.process] = bars.add_task(label(each), total=each.of, rate="")
            task = tasks[each.process]
            bars.update(task, completed=each.position, total=each.of, rate=_rate(each))

        yield show


def _lines(say: Callable[[str], None]) -> OnProgress:
    last: dict[int, float] = {}

    def show(each: Progress) -> None:
        now = time.monotonic()
        if each.position < each.of and now - last.get(each.process, 0.0) < EVERY_S:
            return
        last[each.process] = now
        say(line(each))

    return show


def line(each: Progress) -> str:
    """Return how far a process is, in one line."""
    left_s = each.seconds * (each.of - each.position) / max(each.position, 1)
    return f"{label(each)}: {each.position:,} of {each.of:,}, {_rate(each)}, {left_s:.0f} s left"


def label(each: Progress) -> str:
    """Return what a process rebuilds: projections, or how many they are."""
    first, *others = each.names
    what = f"{first} and {len(others)} others" if len(others) > 1 else ", ".join(each.names)
    return f"{what}, by process {each.process + 1}" if each.process else what


def _rate(each: Progress) -> str:
    return f"{each.position / max(each.seconds, 0.001):,.0f} events/s"
