"""Fills the rows of some competitions in a process of its own, which says on a line how far it is.

The order is one line on standard input. It is not handed over as arguments, which others could
read: the URL of a database may hold a password.
"""

import asyncio
import gc
import os
import sys
import traceback
from collections.abc import Coroutine
from typing import BinaryIO, TypeAlias

import asyncpg
import msgspec
from msgspec import Struct

from projections import ALL
from projections.filling import Filling, OnProgress, Progress
from projections.rebuild import COLLECT_AFTER
from projections.store import Generation
from projections.writer import Track
from tracker.errors import TrackerError
from tracker.log.event_log import open_event_log


class Table(Struct, frozen=True):
    """The table of a projection that is to be filled, and the positions it leaves out."""

    generation: Generation
    skipped: frozenset[int]


class Share(Struct, frozen=True):
    """What a process is to fill."""

    url: str
    process: int
    tables: tuple[Table, ...]
    competitions: tuple[str, ...]
    up_to: int


class Far(Struct, frozen=True, tag="far"):
    """How far it is."""

    progress: Progress


class Filled(Struct, frozen=True, tag="filled"):
    """It has done its share."""


class Failed(Struct, frozen=True, tag="failed"):
    """Why it stops."""

    message: str


Said: TypeAlias = Far | Filled | Failed
"""What a process says on one line."""
_ENCODER = msgspec.json.Encoder()


async def fill_share(share: Share, on_progress: OnProgress) -> Filling:
    """Fill the tables with the rows of some competitions; return what holds all that was folded."""
    by_name = {each.name: each for each in ALL}
    tracks = [
        Track(by_name[each.generation.projection], each.generation, each.skipped)
        for each in share.tables
    ]
    connection = await asyncpg.connect(share.url)
    try:
        async with open_event_log(share.url) as log:
            filling = Filling(
                log,
                connection,
                tracks,
                on_progress,
                competitions=share.competitions,
                process=share.process,
            )
            await filling.fill(share.up_to)
            return filling
    finally:
        await connection.close()


def main() -> None:
    """Fill what is asked for, if anything is."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is logged is no answer
        order = sys.stdin.buffer.readline()
        if not order:
            return

        def tell(progress: Progress) -> None:
            _say(answers, Far(progress))

        gc.set_threshold(COLLECT_AFTER)
        try:
            _folded = _run(fill_share(msgspec.json.decode(order, type=Share), tell))
            _say(answers, Filled())
        except TrackerError as error:
            _say(answers, Failed(error.message))
        except Exception as error:  # noqa: BLE001 - the edge of the process: who waits has to know
            traceback.print_exc()
            _say(answers, Failed(f"{type(error).__name__}: {error}"))
        sys.stderr.flush()
        # Nothing is left to be done but to take apart, one by one, what was folded.
        os._exit(0)


def _run(work: Coroutine[None, None, Filling]) -> Filling:
    """Run to the end, on the fastest loop there is."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop  # noqa: PLC0415 - there is none on Windows

    return uvloop.run(work)


def _say(answers: BinaryIO, said: Said) -> None:
    answers.write(_ENCODER.encode(said) + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
