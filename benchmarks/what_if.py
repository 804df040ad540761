"""What-if questions on a season, and documents as of a moment in logs of two lengths, in one run.

    python -m benchmarks.what_if [--quick] [--events N] [--long N] [--database URL]

A season of six competitions is copied into a log and its read models are built. Then questions are
asked as the API asks them: a penalty for the winner of a race of any round. Beside each stands the
bare reading of the same streams. The same tables are then read as of the same moments in a short
log and in a long one that begins alike.
"""

import argparse
import asyncio
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import msgspec
import uvloop

from benchmarks import season
from benchmarks.lag import percentile
from projections import ALL, store
from projections.read_models import ReadModels
from projections.rebuild import rebuild
from projections.what_if import Asked, WhatIf
from tracker import migrations, postgres
from tracker.domain.commands import RaceCommand
from tracker.errors import NotFound
from tracker.log.event_log import EventLog, open_event_log
from tracker.log.recorded_event import RecordedEvent

SEASON = 131_072
SHORT = 10_000
QUICK = 20_000
LONG = 1_000_000
QUESTIONS = 60
READS = 400
PULSE_S = 0.0005
"""How often a turn is asked for while a question is answered."""
ANSWER_MS = 300.0
"""The target: 99 of 100 questions are answered within it."""
AS_OF = 1.5
"""The target: reading as of a moment of the long log costs at most this much more."""


class Counting:
    """The log, with a note of which streams were read."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.streams: set[str] = set()
        self.events = 0

    async def read_whole(self, streams: Sequence[str], *, up_to: int) -> list[RecordedEvent]:
        """Read streams, and note them."""
        found = await self._log.read_whole(streams, up_to=up_to)
        self.streams.update(streams)
        self.events += len(found)
        return found

    async def read_stream(
        self, stream: str, *, after_version: int = 0, up_to: int | None = None
    ) -> list[RecordedEvent]:
        """Read a stream, and note it."""
        found = await self._log.read_stream(stream, after_version=after_version, up_to=up_to)
        self.streams.add(stream)
        self.events += len(found)
        return found

    def __getattr__(self, name: str) -> Any:
        """Leave everything else to the log."""
        return getattr(self._log, name)


async def filled(url: str, events: int, read_models: str = "all") -> None:
    """Copy a log into an empty database and build its read models, or the one that is asked."""
    await migrations.migrate(url)
    connection = await asyncpg.connect(url)
    await season.fill(connection, events)
    await store.install(connection)
    await connection.close()
    async with (
        open_event_log(url) as log,
        asyncpg.create_pool(url, min_size=1, max_size=4) as pool,
    ):
        await rebuild(log, pool, ALL, read_models)
    connection = await asyncpg.connect(url)
    await connection.execute("vacuum analyze")
    await connection.close()


class Stalls:
    """Notes for how long at a stretch nobody else of this process had a turn."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def note(self) -> None:
        """Ask for a turn again and again, until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(PULSE_S)
            self.longest = max(self.longest, time.perf_counter() - began - PULSE_S)


class Measured(NamedTuple):
    """What was measured of questions, in ms."""

    took: list[float]
    stalls: list[float]
    """The longest stretch in each, in which nobody else had a turn."""
    bare: list[float]
    """The streams of each, only read."""
    read: float
    """Streams that a question reads, of all that there are."""
    streams: int


async def questions(url: str) -> Measured:
    """Ask, and measure."""
    chance = random.Random(7)
    async with (
        open_event_log(url) as log,
        asyncpg.create_pool(url, min_size=2, max_size=4) as pool,
    ):
        head = await log.head()
        rows = await pool.fetch(
            "select distinct stream from events where type = 'ResultDeclaredOfficial'"
        )
        races = sorted(row["stream"].removeprefix("race-") for row in rows)
        streams = await pool.fetchval("select count(distinct stream) from events")
        took: list[float] = []
        longest: list[float] = []
        bare: list[float] = []
        read: list[int] = []
        stalls = Stalls()
        noting = asyncio.create_task(stalls.note())
        for number in range(QUESTIONS + 5):
            race = chance.choice(races)
            counting = Counting(log)
            models = ReadModels(counting, pool)
            first = (await models.race(race, as_of=head)).official
            assert first is not None, "races were chosen by their official results"
            penalty = {
                "type": "CallPenalty",
                "race": race,
                "competitor": first.rows[0].competitor,
                "reason": "Impeding",
            }
            asked = Asked(race=race, add=(msgspec.convert(penalty, type=RaceCommand),))
            counting.streams.clear()
            await asyncio.sleep(2 * PULSE_S)
            stalls.longest = 0.0
            began = time.perf_counter()
            found = await WhatIf(models).ask([asked], None, as_of=head)
            answered = time.perf_counter()
            await asyncio.sleep(2 * PULSE_S)
            stalled, reading = stalls.longest, time.perf_counter()
            await log.read_whole(sorted(counting.streams), up_to=head)
            done = time.perf_counter()
            assert any(each.document == "result" for each in found), race
            if number >= 5:  # the first ones warm up
                took.append((answered - began) * 1000)
                longest.append(stalled * 1000)
                bare.append((done - reading) * 1000)
                read.append(len(counting.streams))
        noting.cancel()
    return Measured(took, longest, bare, statistics.mean(read), streams)


async def as_of(url: str) -> tuple[list[float], int]:
    """Return how long tables as of early moments take in ms, and the length of the log.

    The logs begin alike, so the same moments show the same documents in each.
    """
    chance = random.Random(11)
    async with (
        open_event_log(url) as log,
        asyncpg.create_pool(url, min_size=2, max_size=4) as pool,
    ):
        models = ReadModels(log, pool)
        head = await log.head()
        headers = await models.headers("standings", as_of=SHORT)
        scopes = [scope for scope in headers.order if scope.endswith((":men", ":women"))]
        took: list[float] = []
        for number in range(READS + 20):
            scope = chance.choice(scopes)
            moment = chance.randint(SHORT // 2, SHORT)
            began = time.perf_counter()
            try:
                await models.read("standings", scope, as_of=moment)
            except NotFound:  # the season had not begun by then
                continue
            if number >= 20:
                took.append((time.perf_counter() - began) * 1000)
    return took, head


async def database(admin: str, name: str) -> str:
    """Return the URL of an empty database of its own."""
    connection = await asyncpg.connect(admin)
    await connection.execute(f"drop database if exists {name}")
    await connection.execute(f"create database {name}")
    await connection.close()
    head, _, query = admin.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


async def main(options: argparse.Namespace) -> bool:
    """Fill, ask, print; return whether the targets are met."""
    async with postgres.running(data=options.data, database=options.database) as admin:
        connection = await asyncpg.connect(admin)
        server = await connection.fetchval("select split_part(version(), ' on ', 1)")
        await connection.close()
        url = await database(admin, "bench_season")
        await filled(url, options.events)
        asked = await questions(url)
        reads: dict[int, list[float]] = {}
        for events in (SHORT, options.long):
            own = await database(admin, f"bench_{events}")
            await filled(own, events, "standings")
            found, head = await as_of(own)
            reads[head] = found
    print(f"{server}; {os.cpu_count()} cores; Python {platform.python_version()}\n")
    streams = f"{asked.read:.0f} of {asked.streams} streams"
    print(f"{options.events:,} events; {streams} read by a question\n")
    print("| step | p50 ms | p99 ms | max ms |\n|---|---:|---:|---:|")
    for name, values in (
        ("what-if, answered", asked.took),
        ("of that, the longest without a turn for others", asked.stalls),
        ("the same streams, only read", asked.bare),
        *((f"standings as of a moment, {head:,} events", v) for head, v in reads.items()),
    ):
        print(
            f"| {name} | {percentile(values, 0.5):.1f} | {percentile(values, 0.99):.1f} "
            f"| {max(values):.1f} |"
        )
    short, long_ = (percentile(values, 0.5) for values in reads.values())
    met = (percentile(asked.took, 0.99) <= ANSWER_MS, long_ / short <= AS_OF)
    print(f"\np99 of an answer: target {ANSWER_MS:g} ms: {'met' if met[0] else 'NOT MET'}")
    print(
        f"as of, long : short: {long_ / short:.2f}, target {AS_OF}: "
        f"{'met' if met[1] else 'NOT MET'}"
    )
    return all(met)


def arguments(directory: str) -> argparse.Namespace:
    """Return what was asked for; without a database, an embedded one in a directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short logs, to see that it runs")
    parser.add_argument("--events", type=int, default=SEASON)
    parser.add_argument("--long", type=int, default=LONG)
    parser.add_argument("--database", help="URL of a PostgreSQL in which databases may be made")
    parser.set_defaults(data=Path(directory))
    found = parser.parse_args()
    if found.quick:
        found.events, found.long = QUICK, 2 * SHORT
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        Path(room).chmod(0o755)
        sys.exit(0 if uvloop.run(main(arguments(room))) else 1)
