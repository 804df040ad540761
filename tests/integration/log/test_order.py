"""Position is commit order: a reader that tails the log loses nothing, whoever writes."""

import asyncio
import contextlib
import random
from datetime import UTC, datetime

import asyncpg

from tests.support import postgres
from tracker.log.chain import Verifier
from tracker.log.event_log import EventLog, open_event_log
from tracker.log.recorded_event import Append, NewEvent

WRITERS = 32
EACH = 40


def command(stream: str, device: str, seq: int) -> Append:
    """Return a command of one or two events."""
    event = NewEvent("Happened", b'{"n":1}')
    events = (event,) if seq % 3 else (event, event)
    return Append(stream, events, datetime.now(UTC), "o", device, seq, None, None, b"d" * 32)


async def write(log: EventLog, writer: int) -> None:
    """Append to a few streams, as fast as the log takes it."""
    for n in range(EACH):
        await log.append(command(f"race-{writer % 5}", f"device-{writer}", n + 1))


async def tail(log: EventLog, done: asyncio.Event) -> list[int]:
    """Read on from the last position seen, a few events at a time, until all is written."""
    seen: list[int] = []
    while True:
        finished = done.is_set()
        position = seen[-1] if seen else 0
        page = await log.read_after(position, limit=random.randint(1, 50))
        seen += [event.position for event in page]
        if not page:
            if finished:
                return seen
            await log.wakeup.wait(position, 0.05)


async def test_reader_misses_nothing_under_many_writers(database_url: str) -> None:
    """Thirty-two writers in two processes' worth of logs: a tailing reader sees every position."""
    async with open_event_log(database_url) as one, open_event_log(database_url) as two:
        done = asyncio.Event()
        reading = asyncio.create_task(tail(two, done))
        await asyncio.gather(*(write((one, two)[w % 2], w) for w in range(WRITERS)))
        done.set()
        seen = await reading
        head = await one.head()
        assert seen == list(range(1, head + 1))
        assert head == WRITERS * sum(1 if (n + 1) % 3 else 2 for n in range(EACH))
        verifier = Verifier()
        for event in await one.read_after(0, limit=head):
            verifier.check(event)


async def test_the_same_reader_loses_events_of_a_naive_table(database_url: str) -> None:
    """A sequence gives numbers before the commit: who commits later is passed over for good."""
    first = await asyncpg.connect(database_url)
    second = await asyncpg.connect(database_url)
    reader = await asyncpg.connect(database_url)
    try:
        await first.execute("create table naive (position bigserial primary key, n int)")
        slow = first.transaction()
        await slow.start()
        await first.execute("insert into naive (n) values (1)")
        await second.execute("insert into naive (n) values (2)")
        cursor, seen = 0, []
        for commit_slow in (True, False):
            rows = await reader.fetch("select * from naive where position > $1", cursor)
            seen += [row["n"] for row in rows]
            cursor = max([cursor, *(row["position"] for row in rows)])
            if commit_slow:
                await slow.commit()
        assert await reader.fetchval("select count(*) from naive") == 2
        assert seen == [2], "the naive reader is expected to lose the first event"
    finally:
        for connection in (first, second, reader):
            await connection.close()


async def test_an_open_append_makes_others_wait_instead_of_overtaking(database_url: str) -> None:
    """The interleaving that breaks the naive table cannot happen: the second append waits."""
    async with open_event_log(database_url) as log:
        holder = await asyncpg.connect(database_url)
        open_append = holder.transaction()
        await open_append.start()
        await holder.execute("select position from log_head for update")
        waiting = asyncio.create_task(log.append(command("race-x", "d", 1)))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        assert await log.read_after(0) == []
        await open_append.commit()
        await holder.close()
        assert (await waiting).position == 1


async def test_acknowledged_is_durable_and_once_when_connections_are_cut(
    server_url: str, template: str
) -> None:
    """Connections are killed while officials write: nothing is lost, nothing is doubled."""
    async with postgres.database(server_url, template) as url, open_event_log(url) as log:
        acknowledged: list[tuple[str, int]] = []

        async def write_and_note(writer: int) -> None:
            for n in range(30):
                await log.append(command(f"race-{writer}", f"device-{writer}", n + 1))
                acknowledged.append((f"device-{writer}", n + 1))

        async def cut() -> None:
            killer = await asyncpg.connect(url)
            try:
                while True:
                    await asyncio.sleep(0.02)
                    await killer.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where datname = current_database() and pid <> pg_backend_pid()"
                        " and query like '%append_events%'"
                    )
            finally:
                await killer.close()

        cutting = asyncio.create_task(cut())
        await asyncio.gather(*(write_and_note(w) for w in range(8)))
        cutting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await cutting
        events = await log.read_after(0, limit=10_000)
        commands = [(e.device, e.device_seq) for e in events if e.causation is None]
        assert sorted(commands, key=str) == sorted(acknowledged, key=str)
        verifier = Verifier()
        for event in events:
            verifier.check(event)


async def test_a_caller_who_gives_up_harms_nobody(event_log: EventLog) -> None:
    """A cancelled request neither stops the writer nor loses another's answer."""
    tasks = [
        asyncio.create_task(event_log.append(command("race-a", "d", n + 1))) for n in range(20)
    ]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(not isinstance(f, BaseException) for f in found) == 10
    assert (await event_log.append(command("race-b", "d", 99))).version == 2
