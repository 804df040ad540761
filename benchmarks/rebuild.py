"""Rebuilds per second: from the log to finished read models, beside the raw read of the same rows.

    python -m benchmarks.rebuild [--quick] [--events N] [--together] [--database URL]
                                 [--processes N]

A log of so many events (100,000 without `--events`, 2,000 with `--quick`) is generated and copied
in. The raw limit reads the same rows by a cursor and decodes each into its record and its event,
before and after each case. Every projection is rebuilt alone (not so with `--together`), then all
together, each in one process and in several that share the competitions; each rebuild goes through
everything that the command does: COPY, indexes, comparison, swap. A rebuild reads all events but
the facts on the ice, and of these only those that a result leans on: here, none. The peers are a
projection of the Python library `eventsourcing` that does nothing but keep its place, and the
rebuild of the JavaScript library Emmett where that is installed.
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
from statistics import fmean, median
from typing import Any, NamedTuple
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

from benchmarks import emmett_peer, season
from projections import ALL
from projections.filling import Progress
from projections.rebuild import Rebuilt, collecting_rarely, rebuild
from projections.rebuild_processes import rebuild_in_processes
from tracker import migrations, postgres
from tracker.log.codec import decode
from tracker.log.event_log import QUERIES, EventLog, open_event_log, recorded

PAGE = 5_000
EVENTS, QUICK = 100_000, 2_000
PEER_EVENTS = 5_000
TOGETHER, ALONE, PEERS = 0.25, 0.5, 5.0


class Measured(NamedTuple):
    """How fast a rebuild was."""

    rate: float
    share: float
    """Of what was read and decoded right before and after it."""
    mb: list[int]


class Memory:
    """The resident memory of this process, at tenths of a rebuild."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._process = psutil.Process()
        self.mb: list[int] = []

    def sample(self, progress: Progress) -> None:
        """Note the memory when another tenth is done."""
        if progress.position * 10 >= progress.of * (len(self.mb) + 1):
            self.mb.append(self._process.memory_info().rss // 2**20)
            say(f"{far(self._name, progress)}, {self.mb[-1]} MB")


def far(what: str, progress: Progress) -> str:
    """Return how far a rebuild is."""
    return f"{what}: {progress.position:,} of {progress.of:,} in {progress.seconds:.0f} s"


def say(line: str) -> None:
    """Tell how far the benchmark is, beside its results."""
    print(line, file=sys.stderr, flush=True)


async def raw(url: str) -> float:
    """Return how many events a second a cursor reads and decodes."""
    connection = await asyncpg.connect(url)
    count = 0
    began = time.perf_counter()
    async with connection.transaction():
        cursor = await connection.cursor(QUERIES["after"], 0, 2**62, 2**62)
        with collecting_rarely():
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
    memory = Memory(name)
    gc.collect()
    began = time.perf_counter()
    check(await rebuild(log, pool, ALL, name, on_progress=memory.sample), events)
    return events / (time.perf_counter() - began), memory


async def shared(url: str, name: str, processes: int, events: int) -> float:
    """Return how many events a second several processes rebuild one projection from, or all."""
    told: dict[int, int] = {}

    def sample(progress: Progress) -> None:
        tenths = progress.position * 10 // progress.of
        if tenths > told.get(progress.process, 0):
            told[progress.process] = tenths
            say(far(f"{name}, process {progress.process + 1}", progress))

    began = time.perf_counter()
    found = await rebuild_in_processes(url, name, processes=processes, on_progress=sample)
    check(found, events)
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


async def run(url: str, events: int, processes: int, *, single: bool) -> bool:
    """Measure, print, and return whether the targets are met."""
    connection = await asyncpg.connect(url)
    server = await connection.fetchval("select split_part(version(), ' on ', 1)")
    began = time.perf_counter()
    await season.fill(connection, events)
    filled = events / (time.perf_counter() - began)
    say(f"{events:,} events are in the log, at {filled:,.0f} a second")
    await connection.close()
    limits = [await raw(url)]
    found: dict[str, Measured] = {}

    async def note(name: str, rate: float, memory: Memory | None = None) -> None:
        """Keep a rate beside the raw reads right before and after it."""
        limits.append(await raw(url))
        found[name] = Measured(rate, rate / fmean(limits[-2:]), memory.mb if memory else [])

    together = "all together"

    def apart(name: str) -> str:
        return f"{name}, {processes} processes"

    async with open_event_log(url) as log, asyncpg.create_pool(url, min_size=1) as pool:
        for each in ALL if single else ():
            await note(each.name, *await ours(log, pool, each.name, events))
            if each.of_a_competition:
                rate = await shared(url, each.name, processes, events)
                await note(apart(each.name), rate)
        await note(together, *await ours(log, pool, "all", events))
        await note(apart(together), await shared(url, "all", processes, events))
    other = await asyncio.to_thread(peer, url)
    emmett = await emmett_peer.rebuilt_per_s(url, PEER_EVENTS) if emmett_peer.installed() else None
    limit = median(limits)
    print(f"{server}; {os.cpu_count()} cores; Python {platform.python_version()}")
    print(f"{events:,} events, generated and copied at {filled:,.0f} a second\n")
    print("| case | events/s | x raw limit | x eventsourcing | MB at 10, 50, 100 % |")
    print("|---|---:|---:|---:|---:|")
    print(f"| raw: read by a cursor and decoded | {limit:,.0f} | 1.00 | {limit / other:.1f} | |")
    print(f"| eventsourcing projection | {other:,.0f} | {other / limit:.3f} | 1.0 | |")
    if emmett is not None:
        print(
            f"| Emmett projection | {emmett:,.0f} | {emmett / limit:.3f} | {emmett / other:.1f} | |"
        )
    for name, (rate, share, mb) in found.items():
        told = f"{mb[0]}, {mb[len(mb) // 2]}, {mb[-1]}" if mb else ""
        print(f"| {name} | {rate:,.0f} | {share:.2f} | {rate / other:.1f} | {told} |")

    def best_of(name: str) -> Measured:
        return max(found[each] for each in (name, apart(name)) if each in found)

    best = best_of(together)
    targets = [
        ("all together : raw", best.share, TOGETHER),
        ("all together : eventsourcing", best.rate / other, PEERS),
    ]
    if single:
        alone = min(best_of(each.name).share for each in ALL)
        targets.insert(1, ("slowest alone : raw", alone, ALONE))
    if emmett is not None:
        targets.append(("all together : Emmett", best.rate / emmett, PEERS))
    return report(targets)


def report(targets: list[tuple[str, float, float]]) -> bool:
    """Print which targets are met, and return whether all are."""
    print("\n| ratio | measured | target | met |\n|---|---:|---:|---|")
    for name, measured, target in targets:
        met = "yes" if measured >= target else "NO"
        print(f"| {name} | {measured:.2f} | {target} | {met} |")
    return all(measured >= target for _, measured, target in targets)


def arguments(directory: str) -> argparse.Namespace:
    """Return what was asked for; without a database, an embedded one in a directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 events, targets not judged")
    parser.add_argument("--events", type=int, help="100,000 when left out")
    parser.add_argument("--together", action="store_true", help="no projection by itself")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--database", help="URL of an empty database of your own")
    parser.set_defaults(data=Path(directory))
    options = parser.parse_args()
    if options.events is None:
        options.events = QUICK if options.quick else EVENTS
    return options


async def main(options: argparse.Namespace) -> bool:
    """Run the benchmark on an embedded or a given server."""
    async with postgres.running(data=options.data, database=options.database) as url:
        await migrations.migrate(url)
        met = await run(url, options.events, options.processes, single=not options.together)
        return met or options.quick


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        Path(room).chmod(0o755)
        sys.exit(0 if uvloop.run(main(arguments(room))) else 1)
