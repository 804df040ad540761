"""Rebuilds per second: from the log to finished read models, beside the raw read of the same rows.

    python -m benchmarks.rebuild [--events N] [--database URL] [--processes N]

A log of so many events (100,000 without `--events`; a season is 98,537) is generated and copied in.
The raw limit reads the same rows by a cursor and decodes each into its record and its event. Every
projection is rebuilt alone, then all together in one process, then in several; each rebuild goes
through everything that the command does: COPY, indexes, comparison, swap. The peer is a projection
of the Python library `eventsourcing` that does nothing but keep its place.
"""

import argparse
import asyncio
import gc
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import uvloop
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, DomainEvent, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection as PeerProjection
from eventsourcing.projection import ProjectionRunner

from benchmarks import season
from projections import ALL
from projections.rebuild import Progress, Rebuilt, rebuild
from projections.rebuild_processes import rebuild_in_processes
from tracker import migrations, postgres
from tracker.log.codec import decode
from tracker.log.event_log import QUERIES, EventLog, open_event_log, recorded

PAGE = 5_000
PEER_EVENTS = 5_000
TOGETHER, ALONE, PEERS = 0.25, 0.5, 5.0


class Memory:
    """The resident memory of this process, at tenths of a rebuild."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.mb: list[int] = []

    def sample(self, progress: Progress) -> None:
        """Note the memory when another tenth is done."""
        if progress.position * 10 >= progress.of * (len(self.mb) + 1):
            self.mb.append(self._process.memory_info().rss // 2**20)


async def raw(url: str) -> float:
    """Return how many events a second a cursor reads and decodes."""
    connection = await asyncpg.connect(url)
    count = 0
    began = time.perf_counter()
    async with connection.transaction():
        cursor = await connection.cursor(QUERIES["after"], 0, 2**62, 2**62)
        while rows := await cursor.fetch(PAGE):
            for row in rows:
                decode(recorded(row))
            count += len(rows)
    took = time.perf_counter() - began
    await connection.close()
    return count / took


async def ours(
    log: EventLog, pool: "asyncpg.Pool[Any]", name: str, events: int
) -> tuple[float, Memory]:
    """Return how many events a second one projection, or all, is rebuilt from, and the memory."""
    memory = Memory()
    gc.collect()
    began = time.perf_counter()
    check(await rebuild(log, pool, ALL, name, on_progress=memory.sample), events)
    return events / (time.perf_counter() - began), memory


async def shared(url: str, processes: int, events: int) -> float:
    """Return how many events a second all projections are rebuilt from by several processes."""
    began = time.perf_counter()
    check(await rebuild_in_processes(url, processes=processes, on_progress=lambda _: None), events)
    return events / (time.perf_counter() - began)


def check(found: list[Rebuilt], events: int) -> None:
    """End the benchmark when a rebuild did not come to the same rows, at the end of the log."""
    for each in found:
        if each.position != events or not each.rows or each.differences:
            raise SystemExit(
                f"{each.name} is at {each.position} with {each.differences} differences"
            )


class Crossings(Aggregate):
    """The peer's race: a list of crossings."""

    @event("Crossed")
    def cross(self, competitor: str, elapsed_ms: int) -> None:
        """Record a crossing."""


class Races(Application[Any]):
    """The peer's log."""


class Place(PostgresTrackingRecorder):
    """The peer's read model: how far it is, and nothing else."""


class Counting(PeerProjection[Place]):
    """The peer's projection: it takes every event, and keeps its place."""

    name = "counting"

    def process_event(self, domain_event: DomainEvent, tracking: Tracking) -> None:
        """Keep the place."""
        del domain_event
        self.view.insert_tracking(tracking)


def peer(url: str) -> float:
    """Return how many events a second the library's projection takes."""
    parts = urlsplit(url)
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path[1:],
        "POSTGRES_HOST": parse_qs(parts.query).get("host", [parts.hostname])[0] or "",
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": parts.password or "",
    }
    races = Races(env)
    last = None
    for _ in range(PEER_EVENTS // 100):
        race = Crossings()
        for row in range(99):
            race.cross("felix-roussel", row)
        last = races.save(race)[-1].notification.id
    races.close()
    assert last is not None
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Races, projection_class=Counting, view_class=Place, env=env
    ) as runner:
        runner.wait(last, timeout=600)
        took = time.perf_counter() - began
    return PEER_EVENTS / took


async def run(url: str, events: int, processes: int) -> bool:
    """Measure, print, and return whether the targets are met."""
    connection = await asyncpg.connect(url)
    server = await connection.fetchval("select split_part(version(), ' on ', 1)")
    began = time.perf_counter()
    await season.fill(connection, events)
    filled = events / (time.perf_counter() - began)
    await connection.close()
    limits = [await raw(url)]
    found: dict[str, tuple[float, Memory | None]] = {}
    async with open_event_log(url) as log, asyncpg.create_pool(url, min_size=1) as pool:
        for each in ALL:
            found[each.name] = await ours(log, pool, each.name, events)
            limits.append(await raw(url))
        found["all together"] = await ours(log, pool, "all", events)
        limits.append(await raw(url))
        found[f"all, {processes} processes"] = (await shared(url, processes, events), None)
    limits.append(await raw(url))
    other = await asyncio.to_thread(peer, url)
    limit = sorted(limits)[len(limits) // 2]
    print(f"{server}; {os.cpu_count()} cores; Python {platform.python_version()}")
    print(f"{events:,} events, generated and copied at {filled:,.0f} a second\n")
    print("| case | events/s | x raw limit | x eventsourcing | MB at 10, 50, 100 % |")
    print("|---|---:|---:|---:|---:|")
    print(f"| raw: read by a cursor and decoded | {limit:,.0f} | 1.00 | {limit / other:.1f} | |")
    print(f"| eventsourcing projection | {other:,.0f} | {other / limit:.3f} | 1.0 | |")
    for name, (rate, memory) in found.items():
        mb = memory.mb if memory else []
        told = f"{mb[0]}, {mb[len(mb) // 2]}, {mb[-1]}" if mb else ""
        print(f"| {name} | {rate:,.0f} | {rate / limit:.2f} | {rate / other:.1f} | {told} |")
    alone = min(found[each.name][0] for each in ALL) / limit
    together = max(found["all together"][0], found[f"all, {processes} processes"][0])
    return report(
        (
            ("all together : raw", together / limit, TOGETHER),
            ("slowest alone : raw", alone, ALONE),
            ("all together : eventsourcing", together / other, PEERS),
        )
    )


def report(targets: tuple[tuple[str, float, float], ...]) -> bool:
    """Print which targets are met, and return whether all are."""
    print("\n| ratio | measured | target | met |\n|---|---:|---:|---|")
    for name, measured, target in targets:
        met = "yes" if measured >= target else "NO"
        print(f"| {name} | {measured:.2f} | {target} | {met} |")
    return all(measured >= target for _, measured, target in targets)


def arguments(directory: str) -> argparse.Namespace:
    """Return what was asked for; without a database, an embedded one in a directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--database", help="URL of an empty database of your own")
    parser.set_defaults(data=Path(directory))
    return parser.parse_args()


async def main(options: argparse.Namespace) -> bool:
    """Run the benchmark on an embedded or a given server."""
    async with postgres.running(data=options.data, database=options.database) as url:
        await migrations.migrate(url)
        return await run(url, options.events, options.processes)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        Path(room).chmod(0o755)
        sys.exit(0 if uvloop.run(main(arguments(room))) else 1)
