"""Several processes share a rebuild, and one that fails says why."""

import shutil
import sys

import asyncpg
import pytest
from msgspec.structs import replace

from projections import ALL, store
from projections.rebuild import Progress
from projections.rebuild_processes import rebuild_beside, rebuild_in_processes, shares
from projections.rebuild_share import Share
from tests.integration.projections.test_live_and_rebuilt import assert_the_same, official
from tests.support.recorded import append_of, fill
from tracker.errors import ProjectionError
from tracker.log.event_log import EventLog
from tracker.log.recorded_event import NewEvent

NAMES = [each.name for each in ALL]


@pytest.mark.parametrize("processes", [1, 2, 3, 20])
def test_every_projection_is_in_one_share(processes: int) -> None:
    """However many processes there are, each projection is rebuilt once, and none does nothing."""
    found = shares(NAMES, processes)

    assert sorted(name for share in found for name in share) == sorted(NAMES)
    assert len(found) <= processes
    assert all(found)


def test_projections_that_lean_on_the_same_stay_together() -> None:
    """Marks are worked out by one process, for classification and rounds."""
    assert any({"classification", "rounds"} <= {*share} for share in shares(NAMES, 3))
    assert shares(["rounds"], 2) == [("rounds",)]


async def test_two_processes_come_to_the_rows_of_one(
    event_log: EventLog, database_url: str
) -> None:
    """What two processes rebuild is what one has rebuilt, and both tell how far they are."""
    await fill(event_log, official().log)
    told: list[Progress] = []
    await rebuild_in_processes(database_url, processes=1, on_progress=told.append)
    alone = {each.names for each in told}
    told.clear()

    again = await rebuild_in_processes(database_url, processes=2, on_progress=told.append)

    assert_the_same(again)
    assert all(each.compared for each in again)
    assert (len(alone), len({each.names for each in told})) == (1, 2)


async def test_a_process_that_dies_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a process that ends without an answer, whoever waits for it learns the status."""
    monkeypatch.setattr(sys, "executable", shutil.which("false"))

    with pytest.raises(ProjectionError, match="rebuilt medals ended with status 1"):
        await rebuild_beside(Share("postgresql:///nowhere", ("medals",)), lambda _: None)


async def test_why_a_process_fails_is_known_here(event_log: EventLog, database_url: str) -> None:
    """An event that cannot be decoded stops the process, which passes on why."""
    position = await fill(event_log, official().log)
    strange = NewEvent("NeverHeardOf", b'{"type":"NeverHeardOf"}')
    append = replace(append_of("series-strange", 1), events=(strange,))
    assert (await event_log.append(append)).position == position + 1
    async with asyncpg.create_pool(database_url) as pool, pool.acquire() as connection:
        await store.install(connection)

    with pytest.raises(ProjectionError, match="NeverHeardOf"):
        await rebuild_beside(Share(database_url, ("medals",)), lambda _: None)
