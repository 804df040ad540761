"""Compares rebuilt rows with those before, nearly all of it while nobody waits for it."""

from typing import TYPE_CHECKING

from msgspec import Struct

from projections import store
from projections.store import Difference, Digest, Generation

if TYPE_CHECKING:
    from projections.store import Connection

SHOWN = 20
"""Differences that are reported one by one."""


class Compared(Struct):
    """What two generations came to as they stood at a position, whatever is written to them since.

    Rows that end after the position count as not ended, so a writer that goes on changes nothing.
    """

    position: int
    live: int
    rows: int
    """Of the rebuilt generation."""
    agreed: bool
    scopes: set[str]
    """What may have changed since; what asks the log's events for their scopes adds to it."""


class Verdict(Struct, frozen=True):
    """How many rows a rebuilt generation has, and which differ from those before."""

    rows: int
    differences: int
    shown: tuple[Difference, ...]


async def compared(
    connection: "Connection",
    rebuilt: int,
    live: Generation,
    position: int,
    before: Digest | None = None,
) -> Compared:
    """Compare two generations as they stood at a position that both have reached.

    The digest of the live one is given where it is known already.
    """
    new = await store.digest_at(connection, rebuilt, position)
    before = before or await store.digest_at(connection, live.number, position)
    return Compared(position, live.number, new.rows, new == before, set())


async def verdict(
    connection: "Connection",
    rebuilt: int,
    live: Generation | None,
    position: int,
    so_far: Compared | None,
) -> Verdict:
    """Compare a rebuilt generation with the live one where it is, whose writer is kept waiting.

    Of rows that were compared before, only those of scopes in which something happened since are
    looked at. All of them are once it is known that something differs.
    """
    if live is None or live.position != position:
        return Verdict((await store.digest_at(connection, rebuilt, position)).rows, 0, ())
    if so_far is not None and so_far.live == live.number and so_far.agreed:
        since, scopes = so_far.position, sorted(so_far.scopes)
        new = await store.digest_since(connection, rebuilt, since, scopes)
        before = await store.digest_since(connection, live.number, since, scopes)
        rows = so_far.rows + new.rows
    else:
        new = await store.digest_at(connection, rebuilt, position)
        before = await store.digest_at(connection, live.number, position)
        rows = new.rows
    if new == before:
        return Verdict(rows, 0, ())
    total, shown = await store.differences(connection, live.number, rebuilt, SHOWN)
    return Verdict(rows, total, shown)
