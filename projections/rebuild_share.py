"""Rebuilds a share of the projections in a process of its own, which says on a line how far it is.

The order is one line on standard input. It is not handed over as arguments, which others could
read: the URL of a database may hold a password.
"""

import asyncio
import os
import sys
import traceback
from collections.abc import Coroutine
from typing import BinaryIO, TypeAlias

import asyncpg
import msgspec
from msgspec import Struct

from projections import ALL, rebuild
from projections.rebuild import OnProgress, Progress, Rebuilt
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
_ENCODER = msgspec.json.Encoder()


async def rebuild_share(share: Share, on_progress: OnProgress) -> list[Rebuilt]:
    """Rebuild some projections together; the lock is held by who asks for it."""
    chosen = [each for each in ALL if each.name in share.names]
    connection = await asyncpg.connect(share.url)
    try:
        async with open_event_log(share.url) as log:
            return await rebuild.fill(log, connection, chosen, on_progress=on_progress)
    finally:
        await connection.close()


def main() -> None:
    """Rebuild what is asked for."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is logged is no answer
        share = msgspec.json.decode(sys.stdin.buffer.readline(), type=Share)

        def tell(progress: Progress) -> None:
            _say(answers, Far(progress))

        try:
            _say(answers, Done(_run(rebuild_share(share, tell))))
        except TrackerError as error:
            _say(answers, Failed(error.message))
        except Exception as error:  # noqa: BLE001 - the edge of the process: who waits has to know
            traceback.print_exc()
            _say(answers, Failed(f"{type(error).__name__}: {error}"))


def _run(work: Coroutine[None, None, list[Rebuilt]]) -> list[Rebuilt]:
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
