"""Appends per second: the log, the raw database, and another library's recorder, in one run.

    python benchmarks/append.py [--quick] [--database URL]

Everything writes with synchronous_commit=on. On our side the hash chain, the idempotency of devices
and the expected versions are on. The cases run in turn, several rounds; medians are printed, and
ratios to the raw cases of the same run.
"""

import argparse
import asyncio
import gc
import os
import platform
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import asyncpg
import uvloop
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from tracker import migrations, postgres
from tracker.log.event_log import EventLog, open_event_log
from tracker.log.recorded_event import Append, NewEvent

DATA = (
    b'{"type":"CrossingRecorded","race":"dresden-2024/men-500/final-a","attempt":1,'
    b'"competitor":"felix-roussel","at_ms":1707661867000,"elapsed_ms":31200,'
    b'"time_source":"hand","flags":[],"source":null}'
)
DIGEST = sha256(DATA).digest()
RAW_INSERT = "insert into raw (stream, type, data, occurred_at) values ($1, $2, $3, $4)"
RAW_UNNEST = (
    "insert into raw (stream, type, data, occurred_at)"
    " select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])"
)
BATCH = 100


class Figures:
    """Rates and latencies of one case over the rounds."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.latencies_ms: list[float] = []

    @property
    def rate(self) -> float:
        """Return the median rate of the rounds."""
        return statistics.median(self.rates)

    @property
    def p99_ms(self) -> float:
        """Return the 99th percentile of all latencies."""
        ordered = sorted(self.latencies_ms)
        return ordered[int(len(ordered) * 0.99)] if ordered else float("nan")


async def measure(
    figures: Figures,
    writers: int,
    commands: int,
    events: int,
    write: Callable[[int, int], Awaitable[object]],
) -> None:
    """Run `writers` at once, each with its share of commands, and note rate and latencies."""

    async def one(writer: int) -> None:
        for n in range(commands // writers):
            began = time.perf_counter()
            await write(writer, n)
            figures.latencies_ms.append((time.perf_counter() - began) * 1000)

    gc.collect()
    began = time.perf_counter()
    await asyncio.gather(*(one(writer) for writer in range(writers)))
    took = time.perf_counter() - began
    figures.rates.append((commands // writers) * writers * events / took)


def ours(log: EventLog, events: int) -> Callable[[int, int], Awaitable[object]]:
    """Return a writer to the log, with a device and a stream of its own for each official."""
    run = secrets.token_hex(4)
    batch = tuple(NewEvent("CrossingRecorded", DATA) for _ in range(events))

    async def write(writer: int, n: int) -> object:
        return await log.append(
            Append(
                f"race-{run}/{writer}",
                batch,
                datetime.now(UTC),
                "lap-recorder",
                f"device-{run}-{writer}",
                n + 1,
                n * events,
                None,
                DIGEST,
            )
        )

    return write


async def raw_rounds(
    found: dict[str, Figures], connections: "list[asyncpg.Connection]", commands: int
) -> None:
    """Measure the database alone: single inserts on one and on eight connections, and batches."""
    text = DATA.decode()
    inserts = [await c.prepare(RAW_INSERT) for c in connections]
    unnest = await connections[0].prepare(RAW_UNNEST)

    async def insert(writer: int, _n: int) -> object:
        return await inserts[writer].fetch("race-x", "CrossingRecorded", text, datetime.now(UTC))

    async def batch(_writer: int, _n: int) -> object:
        now = datetime.now(UTC)
        return await unnest.fetch(
            ["race-x"] * BATCH, ["CrossingRecorded"] * BATCH, [text] * BATCH, [now] * BATCH
        )

    async def copy(_writer: int, _n: int) -> object:
        rows = [("race-x", "CrossingRecorded", text, datetime.now(UTC))] * BATCH
        return await connections[0].copy_records_to_table(
            "raw", records=rows, columns=["stream", "type", "data", "occurred_at"]
        )

    await measure(found["raw INSERT, 1 connection"], 1, commands // 2, 1, insert)
    await measure(found["raw INSERT, 8 connections"], 8, commands * 2, 1, insert)
    await measure(found["raw 100 rows, one statement"], 1, commands // 10, BATCH, batch)
    await measure(found["raw 100 rows, COPY"], 1, commands // 10, BATCH, copy)


def eventsourcing_round(found: dict[str, Figures], url: str, commands: int) -> None:
    """Measure the Python eventsourcing library's PostgreSQL recorder, eight writers in threads."""
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname])[0]
    with PostgresDatastore(
        dbname=parts.path[1:],
        host=host or "",
        port=parts.port or 5432,
        user=parts.username or "",
        password=parts.password or "",
        pool_size=8,
        max_overflow=8,
    ) as datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="eventsourcing_events")
        recorder.create_table()

        def write(events: int, times: int) -> None:
            for _ in range(times):
                recorder.insert_events(
                    [StoredEvent(uuid4(), 1, "CrossingRecorded", DATA) for _ in range(events)]
                )

        with ThreadPoolExecutor(8) as pool:
            for name, writers, events, times in (
                ("eventsourcing recorder, 8 writers", 8, 1, commands // 8),
                ("eventsourcing recorder, batches of 100", 1, BATCH, commands // 40),
            ):
                began = time.perf_counter()
                list(pool.map(lambda _, e=events, t=times: write(e, t), range(writers)))
                took = time.perf_counter() - began
                found[name].rates.append(writers * times * events / took)


CASES = (
    "raw INSERT, 1 connection",
    "raw INSERT, 8 connections",
    "raw 100 rows, one statement",
    "raw 100 rows, COPY",
    "eventsourcing recorder, 8 writers",
    "eventsourcing recorder, batches of 100",
    "log, 1 official",
    "log, 8 officials",
    "log, 32 officials",
    "log, 128 officials",
    "log, batches of 100, 1 official",
    "log, batches of 100, 8 officials",
    "log, batches of 100, 32 officials",
    "log, batches of 100, 128 officials",
)
TARGETS = (
    ("log, 8 officials", "raw INSERT, 8 connections", 0.8),
    ("log, 32 officials", "raw INSERT, 8 connections", 1.6),
    ("log, 128 officials", "raw INSERT, 8 connections", 2.2),
    ("log, batches of 100, 8 officials", "raw 100 rows, one statement", 0.65),
    ("log, 8 officials", "eventsourcing recorder, 8 writers", 8.0),
)


async def run(url: str, *, rounds: int, commands: int) -> dict[str, Figures]:
    """Run every case in turn, several times over."""
    found = {name: Figures() for name in CASES}
    connections = [await asyncpg.connect(url) for _ in range(8)]
    await connections[0].execute(
        "drop table if exists raw; create table raw (position bigserial primary key,"
        " stream text, type text, data text, occurred_at timestamptz)"
    )
    async with open_event_log(url) as log:
        for number in range(rounds + 1):
            into = found if number else {name: Figures() for name in CASES}  # the first warms up
            await raw_rounds(into, connections, commands)
            for officials in (1, 8, 32, 128):
                name = f"log, {officials} official{'s' if officials > 1 else ''}"
                share = commands * 2 if officials > 1 else commands // 2
                await measure(into[name], officials, share, 1, ours(log, 1))
                name = f"log, batches of 100, {officials} official{'s' if officials > 1 else ''}"
                share = max(commands // 10, officials * 2)
                await measure(into[name], officials, share, BATCH, ours(log, BATCH))
            await asyncio.to_thread(eventsourcing_round, into, url, commands // 4)
    for connection in connections:
        await connection.close()
    return found


def report(found: dict[str, Figures], server: str) -> bool:
    """Print the table and the targets; return whether all are met."""
    print(f"{server}; {os.cpu_count()} cores; Python {platform.python_version()}")
    print("\n| case | events/s | x eight raw connections | p99 ms |\n|---|---:|---:|---:|")
    base = found["raw INSERT, 8 connections"].rate
    for name, figures in found.items():
        print(
            f"| {name} | {figures.rate:,.0f} | {figures.rate / base:.2f} | {figures.p99_ms:.1f} |"
        )
    print("\n| ratio | measured | target | met |\n|---|---:|---:|---|")
    met = True
    for name, peer, target in TARGETS:
        ratio = found[name].rate / found[peer].rate
        met = met and ratio >= target
        print(
            f"| {name} : {peer} | {ratio:.2f} | {target} | {'yes' if ratio >= target else 'NO'} |"
        )
    return met


def arguments(directory: str) -> argparse.Namespace:
    """Return what was asked for; without a database, an embedded one in a directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--database", help="URL of a PostgreSQL of your own")
    parser.set_defaults(data=Path(directory))
    return parser.parse_args()


async def main(options: argparse.Namespace) -> bool:
    """Run the benchmark on an embedded or a given server."""
    rounds, commands = (1, 400) if options.quick else (5, 2000)
    async with postgres.running(data=options.data, database=options.database) as url:
        await migrations.migrate(url)
        connection = await asyncpg.connect(url)
        server = await connection.fetchval("select split_part(version(), ' on ', 1)")
        await connection.close()
        return report(await run(url, rounds=rounds, commands=commands), server)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        Path(room).chmod(0o755)
        sys.exit(0 if uvloop.run(main(arguments(room))) else 1)
