"""The temporal rows in PostgreSQL: generations, what they hold, how far they are."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from projections.changes import Closed, Held, Opened
from tracker import sql
from tracker.errors import ProjectionError

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]

LAYOUT = "layout 8"
"""What `schema.sql` says of itself; another one is dropped, and filled anew."""
QUERIES = sql.load(Path(__file__).with_name("queries.sql"))
SCHEMA = sql.load(Path(__file__).with_name("schema.sql"))
NUMBERS_KEPT = 4096
"""Numbers of scopes that stay in memory."""
_COLUMNS = ("generation", "scope", "key", "ord", "since", "until", "data")

FilledBy: TypeAlias = Literal["runner", "rebuild"]


class Moved(ProjectionError):
    """The rows are at another position than this writer left them at."""

    code = "projection-moved"


class Generation(Struct, frozen=True):
    """One complete set of a projection's rows."""

    number: int
    projection: str
    version: int
    live: bool
    filled_by: FilledBy
    position: int
    failure: str | None
    epoch: str

    @property
    def table(self) -> str:
        """Return the name of the table that holds its rows."""
        return f"{self.projection}_v{self.version}_{self.number}"


class Digest(Struct, frozen=True):
    """How many rows, and what says whether others are the same; it minds no order."""

    rows: int
    sum: str


class Advance(Struct, frozen=True):
    """A generation's checkpoint, from where to where, and why it stops there."""

    generation: int
    before: int
    after: int
    failure: str | None = None


class Difference(Struct, frozen=True):
    """A row that only one of two generations holds."""

    side: Literal["live", "rebuilt"]
    scope: str
    key: str
    ord: int
    since: int
    until: int | None
    data: str


async def install(connection: "Connection") -> None:
    """Create the tables of the read models where they are not there yet."""
    if await connection.fetchval(SCHEMA["layout"]) == LAYOUT:
        return
    async with connection.transaction():
        await connection.execute(QUERIES["lock_installation"])
        if await connection.fetchval(SCHEMA["layout"]) != LAYOUT:
            await connection.execute(SCHEMA["drop"])
            await connection.execute(SCHEMA["install"])


async def try_lock(connection: "Connection", what: FilledBy) -> bool:
    """Take the lock of the only runner, or the only rebuild, for as long as the connection."""
    return bool(await connection.fetchval(QUERIES["try_lock"], what))


async def unlock(connection: "Connection", what: FilledBy) -> None:
    """Give a lock back."""
    await connection.execute(QUERIES["unlock"], what)


async def write_fast(connection: "Connection") -> None:
    """Let commits of this connection return before they are on disk.

    What a crash of PostgreSQL loses of them is derived from the log again.
    """
    await connection.execute(QUERIES["write_fast"])


async def generations(connection: "Connection") -> list[Generation]:
    """Return every generation there is."""
    rows = await connection.fetch(QUERIES["generations"])
    return [
        Generation(
            row["generation"],
            row["projection"],
            row["version"],
            row["live"],
            row["filled_by"],
            row["position"],
            row["failure"],
            row["epoch"],
        )
        for row in rows
    ]


async def begin(
    connection: "Connection",
    projection: str,
    version: int,
    *,
    live: bool,
    filled_by: FilledBy,
    epoch: str,
) -> Generation:
    """Create an empty generation; one that a rebuild fills must be completed to be read."""
    number = await connection.fetchval(
        QUERIES["begin_generation"], projection, version, live, filled_by, epoch
    )
    return Generation(number, projection, version, live, filled_by, 0, None, epoch)


async def index(connection: "Connection", generation: int) -> None:
    """Make what the rows are found by that a rebuild has filled a generation with."""
    await connection.execute(QUERIES["index_generation"], generation)


async def attach(connection: "Connection", generation: int) -> None:
    """Let the rows of a generation be found that is indexed."""
    await connection.execute(QUERIES["attach_generation"], generation)


async def promote(connection: "Connection", new: int, old: Generation | None) -> None:
    """Let one generation be read in place of another; within a transaction."""
    if old is not None:
        await connection.execute(QUERIES["retire"], old.number)
    await connection.execute(QUERIES["promote"], new)


async def hold(connection: "Connection", generation: int) -> None:
    """Keep a generation's writer waiting until this transaction ends."""
    await connection.execute(QUERIES["hold_generation"], generation)


async def digest_at(connection: "Connection", generation: int, position: int) -> Digest:
    """Return the digest of a generation's rows as they stood at a position."""
    return _told(await connection.fetchrow(QUERIES["digest_at"], generation, position))


async def digest_since(
    connection: "Connection", generation: int, position: int, scopes: Sequence[str]
) -> Digest:
    """Return the digest of what some scopes held at a position and later."""
    return _told(await connection.fetchrow(QUERIES["digest_since"], generation, position, scopes))


def _told(row: "asyncpg.Record | None") -> Digest:
    assert row is not None, "counting always answers"
    return Digest(row["rows"], row["digest"])


async def differences(
    connection: "Connection", live: int, rebuilt: int, limit: int
) -> tuple[int, tuple[Difference, ...]]:
    """Return how many rows only one of two generations holds, with the first of them."""
    rows = await connection.fetch(QUERIES["differences"], live, rebuilt, limit)
    found = tuple(
        Difference(
            "live" if row["side"] == 1 else "rebuilt",
            row["scope"],
            row["key"],
            row["ord"],
            row["since"],
            row["until"],
            row["data"],
        )
        for row in rows
    )
    return (rows[0]["total"] if rows else 0), found


async def drop(connection: "Connection", generation: int) -> None:
    """Throw away a generation that is not live."""
    await connection.execute(QUERIES["drop_generation"], generation)


async def written_to(connection: "Connection") -> int | None:
    """Return the position that every projection which has not stopped has reached."""
    position: int | None = await connection.fetchval(QUERIES["written_to"])
    return position


class Rows:
    """Reads and writes the rows of generations; knows scopes by their numbers."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}

    async def held(self, generation: int, scope: str) -> dict[str, Held]:
        """Return what a scope holds now, by key."""
        await self._number([scope])
        rows = await self._connection.fetch(QUERIES["rows_held"], generation, self._numbers[scope])
        return {row["key"]: Held(row["ord"], row["since"], row["data"].encode()) for row in rows}

    async def write(
        self, generation: int, closed: Sequence[Closed], opened: Sequence[Opened]
    ) -> None:
        """Close and open rows; within a transaction.

        Raises Moved when a row that is closed is not there.
        """
        await self._number({row.scope for row in closed} | {row.scope for row in opened})
        number = self._numbers
        if closed:
            count = await self._connection.fetchval(
                QUERIES["close_rows"],
                generation,
                [number[row.scope] for row in closed],
                [row.key for row in closed],
                [row.until for row in closed],
            )
            if count != len(closed):
                raise Moved(f"generation {generation} lacks rows that were to be closed")
        if opened:
            await self._connection.execute(
                QUERIES["open_rows"],
                generation,
                [number[row.scope] for row in opened],
                [row.key for row in opened],
                [row.ord for row in opened],
                [row.since for row in opened],
                [row.until for row in opened],
                [row.data.decode() for row in opened],
            )

    async def copy(self, generation: Generation, opened: Sequence[Opened]) -> None:
        """Write many rows of a generation that nobody reads yet."""
        await self._number({each.scope for each in opened})
        number, numbers = generation.number, self._numbers
        await self._connection.copy_records_to_table(
            generation.table,
            schema_name="read_model",
            columns=_COLUMNS,
            records=[
                (
                    number,
                    numbers[each.scope],
                    each.key,
                    each.ord,
                    each.since,
                    each.until,
                    each.data.decode(),
                )
                for each in opened
            ],
        )

    async def advance(self, moves: Sequence[Advance]) -> None:
        """Move checkpoints; within the transaction that writes the rows.

        Raises Moved when one does not stand where this writer left it.
        """
        count = await self._connection.fetchval(
            QUERIES["advance"],
            [move.generation for move in moves],
            [move.before for move in moves],
            [move.after for move in moves],
            [move.failure for move in moves],
        )
        if count != len(moves):
            raise Moved("a generation is not at the position it was left at")

    async def _number(self, scopes: Iterable[str]) -> None:
        scopes = tuple(scopes)
        if len(self._numbers) > NUMBERS_KEPT:
            self._numbers = {}
        unknown = [scope for scope in scopes if scope not in self._numbers]
        if not unknown:
            return
        rows = await self._connection.fetch(QUERIES["scope_numbers"], unknown)
        if len(rows) < len(unknown):
            known = {row["scope"] for row in rows}
            new = sorted(scope for scope in unknown if scope not in known)
            await self._connection.execute(QUERIES["name_scopes"], new)
            rows = await self._connection.fetch(QUERIES["scope_numbers"], unknown)
        self._numbers.update({row["scope"]: row["number"] for row in rows})
