"""Rebuilt rows are compared up to a position first, and what happened since in the end."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest

from projections import comparison, store
from projections.changes import Closed, Opened
from projections.store import Advance, Generation

if TYPE_CHECKING:
    from projections.store import Connection

POSITION, END = 10, 12
KEPT = Opened("cup", "ann", 0, 3, None, b'{"rank":1}')
MOVED = Opened("cup", "bea", 1, 4, None, b'{"rank":2}')
LATER = Opened("cup", "bea", 0, 11, None, b'{"rank":1}')
"""What both hold at the position, one row of which is replaced after it."""


class Pair:
    """A live generation and a rebuilt one, with what they came to at the position."""

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.rows = store.Rows(connection)
        self.live: Generation
        self.rebuilt: Generation

    async def fill(self) -> None:
        """Give both the same rows, up to the position."""
        here = self.connection
        self.live = await store.begin(here, "medals", 1, live=True, filled_by="runner", epoch="e")
        self.rebuilt = await store.begin(
            here, "medals", 1, live=False, filled_by="rebuild", epoch="e"
        )
        await store.index(here, self.rebuilt.number)
        await store.attach(here, self.rebuilt.number)
        for each in (self.live, self.rebuilt):
            await self.rows.copy(each, [KEPT, MOVED])
            await self.rows.advance([Advance(each.number, 0, POSITION)])

    async def compared(self) -> comparison.Compared:
        """Compare up to the position."""
        return await comparison.compared(self.connection, self.rebuilt.number, self.live, POSITION)

    async def go_on(self, generation: Generation, row: Opened = LATER) -> None:
        """Replace a row after the position, and reach the end."""
        await self.rows.write(generation.number, [Closed(row.scope, row.key, row.since)], [row])
        await self.rows.advance([Advance(generation.number, POSITION, END)])

    async def verdict(self, so_far: comparison.Compared | None) -> comparison.Verdict:
        """Compare at the end."""
        known = await store.generations(self.connection)
        live = next(each for each in known if each.live)
        return await comparison.verdict(self.connection, self.rebuilt.number, live, END, so_far)


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[Pair]:
    """Return two generations with the same rows."""
    connection = await asyncpg.connect(database_url)
    await store.install(connection)
    found = Pair(connection)
    await found.fill()
    yield found
    await connection.close()


async def test_a_writer_that_goes_on_changes_nothing(pair: Pair) -> None:
    """Rows as of a position are the same before and after the live ones go on."""
    await pair.go_on(pair.live)
    so_far = await pair.compared()
    assert (so_far.rows, so_far.agreed) == (2, True)


async def test_what_happened_since_is_compared_too(pair: Pair) -> None:
    """Equal tails agree; the rows are counted as if all had been looked at."""
    so_far = await pair.compared()
    so_far.scopes.add("cup")
    for each in (pair.live, pair.rebuilt):
        await pair.go_on(each)
    found = await pair.verdict(so_far)
    assert found == await pair.verdict(None)
    assert found == comparison.Verdict(3, 0, ())


async def test_a_tail_that_differs_is_told(pair: Pair) -> None:
    """A row that the live generation closed otherwise is reported from both sides."""
    so_far = await pair.compared()
    so_far.scopes.add("cup")
    await pair.go_on(pair.live, Opened("cup", "bea", 0, 11, None, b'{"rank":9}'))
    await pair.go_on(pair.rebuilt)
    found = await pair.verdict(so_far)
    assert found.differences == 2
    assert {each.data for each in found.shown} == {'{"rank":9}', '{"rank":1}'}


async def test_what_differed_before_is_told_in_the_end(pair: Pair) -> None:
    """A forged row of long ago is found by the first comparison, and reported by the last."""
    await pair.connection.execute(
        "update read_model.rows set data = '{\"rank\":7}' where generation = $1 and key = 'ann'",
        pair.live.number,
    )
    so_far = await pair.compared()
    assert not so_far.agreed
    for each in (pair.live, pair.rebuilt):
        await pair.go_on(each)
    assert (await pair.verdict(so_far)).differences == 2
