"""Rebuilds a share of the projections in a process of its own, which says on a line how far it is.

The order is one line on standard input. It is not handed over as arguments, which others could
read: the URL of a database may hold a password.
"""

import asyncio
import gc
import os
import sys
import traceback
from collections.abc import Coroutine
from typing import BinaryIO, TypeAlias, TypeVar

import asyncpg
import msgspec
from msgspec import Struct

from projections import ALL
from projections.rebuild import (
    COLLECT_AFTER,
    OnProgress,
    Progress,
    Rebuilding,
    Rebuilt,
    collecting_rarely,
)
from tracker.errors import TrackerError
from tracker.log.event_log import open_event_log


class Share(Struct, frozen=True):
    """What a process is to rebuild."""

    url: str
    names: tuple[str, ...]


class Far(Struct, frozen=True, tag="far"):
    """How far it is."""

    progress: Progress


class Done(Struct, frozen=True, tag="done"):
    """What it did."""

    rebuilt: list[Rebuilt]


class Failed(Struct, frozen=True, tag="failed"):
    """Why it stops."""

    message: str


Said: TypeAlias = Far | Done | Failed
"""What a process says on one line."""
_T = TypeVar("_T")
_ENCODER = msgspec.json.Encoder()


async def rebuild_share(share: Share, on_progress: OnProgress) -> list[Rebuilt]:
    """Rebuild some projections together; the lock is held by who asks for it."""
    with collecting_rarely():
        rebuilding, rebuilt = await _rebuilt(share, on_progress)
        del rebuilding
    return rebuilt


async def _rebuilt(share: Share, on_progress: OnProgress) -> tuple[Rebuilding, list[Rebuilt]]:
    """Rebuild some projections; return also what holds all that was folded."""
    chosen = [each for each in ALL if each.name in share.names]
    connection = await asyncpg.connect(share.url)
    try:
        async with open_event_log(share.url) as log:
            rebuilding = Rebuilding(log, connection, chosen, on_progress)
            return rebuilding, await rebuilding.run()
    finally:
        await connection.close()


def main() -> None:
    """Rebuild what is asked for."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is logged is no answer
        share = msgspec.json.decode(sys.stdin.buffer.readline(), type=Share)

        def tell(progress: Progress) -> None:
            _say(answers, Far(progress))

        gc.set_threshold(COLLECT_AFTER)
        try:
            _folded, rebuilt = _run(_rebuilt(share, tell))
            _say(answers, Done(rebuilt))
        except TrackerError as error:
            _say(answers, Failed(error.message))
        except Exception as error:  # noqa: BLE001 - the edge of the process: who waits has to know
            traceback.print_exc()
            _say(answers, Failed(f"{type(error).__name__}: {error}"))
        sys.stderr.flush()
        # Nothing is left to be done but to take apart, one by one, what was folded.
        os._exit(0)


def _run(work: Coroutine[None, None, _T]) -> _T:
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
