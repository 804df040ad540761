"""What viewers of a race notice while every read model is rebuilt beside it.

    python -m benchmarks.rebuild_live [--quick] [--events N] [--database URL]

A log of so many events (100,000 without `--events`) is generated and copied in, and a real server
started on it. 200 viewers follow races whose crossings go in at a steady rate: once with nothing
beside them, then while `bell-lap projections rebuild --all` runs again and again, then with
nothing once more. Every viewer must be told of every crossing. The figure is the 99th percentile
from command to delta over all deliveries, beside that of the two quiet rounds.
"""

import argparse
import asyncio
import contextlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import uvloop

from benchmarks import lag, season
from tracker import migrations, postgres

EVENTS, QUICK = 100_000, 5_000
TARGET = 2.0
EVERY = "command sent → delta, every viewer"
REBUILD = ("-m", "tracker", "projections", "rebuild", "--all")


class Rebuilds:
    """How often everything was rebuilt, and how long that took."""

    def __init__(self) -> None:
        self.took_s: list[float] = []


@contextlib.asynccontextmanager
async def rebuilding(database: str) -> AsyncIterator[Rebuilds]:
    """Rebuild everything again and again for the length of a block, at least once."""
    done, stop = Rebuilds(), asyncio.Event()

    async def work() -> None:
        while not done.took_s or not stop.is_set():
            began = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, *REBUILD, "--database", database),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            _, said = await process.communicate()
            if process.returncode:
                raise SystemExit(f"a rebuild ended with {process.returncode}: {said.decode()}")
            done.took_s.append(time.perf_counter() - began)

    running = asyncio.create_task(work())
    try:
        yield done
    finally:
        stop.set()
        await running


async def run(database: str, events: int, crossings: int) -> bool:
    """Measure, print, and return whether the target is met."""
    await migrations.migrate(database)
    connection = await asyncpg.connect(database)
    server = await connection.fetchval("select split_part(version(), ' on ', 1)")
    await season.fill(connection, events)
    await connection.close()
    found: dict[str, dict[str, list[float]]] = {}
    async with lag.served(database) as url:
        found["nothing beside"] = await lag.lag(url, crossings, "before")
        async with rebuilding(database) as rebuilds:
            found["everything rebuilt beside"] = await lag.lag(url, crossings, "during")
        found["nothing beside, again"] = await lag.lag(url, crossings, "after")
    print(f"{server}; {os.cpu_count()} cores; Python {platform.python_version()}")
    print(
        f"{events:,} events in the log; {lag.EVENTS_PER_S} crossings/s, {lag.VIEWERS} viewers; "
        f"rebuilt {len(rebuilds.took_s)} times, in {max(rebuilds.took_s):.1f} s at most\n"
    )
    print("| command → delta, every viewer | p50 ms | p99 ms | max ms |\n|---|---:|---:|---:|")
    p99 = []
    for name, steps in found.items():
        values = steps[EVERY]
        p99.append(lag.percentile(values, 0.99))
        print(f"| {name} | {lag.percentile(values, 0.5):.1f} | {p99[-1]:.1f} | {max(values):.1f} |")
    ratio = p99[1] / ((p99[0] + p99[2]) / 2)
    met = ratio <= TARGET
    print(f"\nduring a rebuild p99 is {ratio:.2f} of idle; target {TARGET:g}: ", end="")
    print("met" if met else "NOT MET")
    return met


def arguments(directory: str) -> argparse.Namespace:
    """Return what was asked for; without a database, an embedded one in a directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5,000 events, a few seconds")
    parser.add_argument("--events", type=int, help="100,000 when left out")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database of your own")
    parser.set_defaults(data=Path(directory))
    return parser.parse_args()


async def main(options: argparse.Namespace) -> bool:
    """Run the benchmark on an embedded or a given server."""
    events = options.events or (QUICK if options.quick else EVENTS)
    crossings = lag.EVENTS_PER_S * (6 if options.quick else 30)
    async with postgres.running(data=options.data, database=options.database) as database:
        met = await run(database, events, crossings)
        return met or options.quick


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        Path(room).chmod(0o755)
        sys.exit(0 if uvloop.run(main(arguments(room))) else 1)
