"""The journal of operations: rebuilds, and the events that operators had a projection leave out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from projections import store
from projections.projection import Projection
from tracker import sql
from tracker.errors import BadRequest, NotFound

if TYPE_CHECKING:
    import asyncpg

    from projections.store import Connection

_SQL = sql.load(Path(__file__).with_name("operations.sql"))
Skips: TypeAlias = Mapping[str, frozenset[int]]
"""Positions that each projection leaves out."""


class NotStopped(BadRequest):
    """An event can be left out only where a projection has stopped at it."""

    code = "not-stopped"


class Operation(Struct, frozen=True):
    """Something that was done with a projection."""

    number: int
    at: datetime
    operation: Literal["skip", "rebuild"]
    projection: str
    position: int
    official: str | None
    reason: str | None
    outcome: Any


async def journal(connection: "Connection") -> list[Operation]:
    """Return all that was done, in order."""
    rows = await connection.fetch(_SQL["journal"])
    return [Operation(**{**row, "outcome": msgspec.json.decode(row["outcome"])}) for row in rows]


async def skips(connection: "Connection") -> Skips:
    """Return what is left out of this log by whom; what another log had there does not count."""
    found: dict[str, set[int]] = {}
    for row in await connection.fetch(_SQL["skips"]):
        found.setdefault(row["projection"], set()).add(row["position"])
    return {name: frozenset(positions) for name, positions in found.items()}


async def skip(
    pool: "asyncpg.Pool[Any]",
    projections: Sequence[Projection],
    name: str,
    position: int,
    *,
    official: str,
    reason: str,
) -> str:
    """Have a projection that has stopped at an event go on without it, and return why it stopped.

    A running tracker goes on within a second. Raises NotFound for an unknown name, NotStopped when
    the projection did not stop there.
    """
    if name not in {each.name for each in projections}:
        names = ", ".join(each.name for each in projections)
        raise NotFound(f"no projection is called {name}: there are {names}")
    async with pool.acquire() as connection, connection.transaction():
        await store.install(connection)
        known = [each for each in await store.generations(connection) if each.projection == name]
        stopped = [each for each in known if each.failure is not None]
        there = [each for each in stopped if each.position == position - 1]
        if not there:
            where = ", ".join(f"it has stopped before position {g.position + 1}" for g in stopped)
            raise NotStopped(
                f"{name} has not stopped at position {position}: {where or 'it goes on'}"
            )
        failure = there[0].failure or ""
        outcome = msgspec.json.encode({"failure": failure}).decode()
        await connection.execute(_SQL["skip"], name, position, official, reason, outcome)
        await connection.execute(_SQL["go_on"], [each.number for each in there])
    return failure


async def note_rebuild(
    connection: "Connection", projection: str, position: int, outcome: Mapping[str, object]
) -> None:
    """Write down that a projection was rebuilt; within the transaction that swaps it in."""
    text = msgspec.json.encode(outcome).decode()
    await connection.execute(_SQL["rebuild"], projection, position, text)
