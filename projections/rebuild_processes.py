"""Rebuilds projections by several processes, of which all but one fill some competitions each."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from subprocess import PIPE
from typing import TYPE_CHECKING, Self

import asyncpg
import msgspec

from projections import ALL, rebuild
from projections.rebuild_share import Failed, Far, Filled, Said, Share, Table
from tracker.errors import ProjectionError
from tracker.log.event_log import open_event_log

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from projections.filling import OnProgress
    from projections.projection import Projection
    from projections.rebuild import Rebuilt
    from projections.writer import Track

_GIVE_WAY = 10
"""How much less urgent than officials and viewers a rebuild is to the operating system."""
_FOLD = 3.9
"""Microseconds for each event of a season that reading and folding take."""
_COSTS = {
    "classification": 5.0,
    "rounds": 4.5,
    "journal": 3.4,
    "best-times": 3.6,
    "programme": 2.3,
    "standings": 2.8,
}
"""Microseconds for each event that rendering takes beside that; others: less."""
_BEGINNING = 160_000
"""Microseconds until a process has begun."""
_MOST = 2**24
"""Bytes of one line that a process says."""
_SAID: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def parts(
    projections: "Sequence[Projection]", races: Mapping[str, int], others: int, events: int
) -> list[tuple[str, ...]]:
    """Return which competitions, by their races, each of some other processes is to fill.

    All are to take equally long: the others fold and render their own competitions, this process
    folds all of them, and renders the rest and what follows from several competitions.
    """
    own = sum(_cost(each) for each in projections if not each.of_a_competition)
    shared = sum(_cost(each) for each in projections if each.of_a_competition)
    found: list[list[str]] = [[] for _ in range(others)]
    if not others or not shared:
        return [tuple(each) for each in found]
    beginning = _BEGINNING / max(events, 1)
    elsewhere = (_FOLD + own + shared - beginning) / ((_FOLD + shared) / others + shared)
    elsewhere = max(elsewhere, 0.0) * sum(races.values())
    left = [elsewhere / others] * others
    here = sum(races.values()) - elsewhere
    for competition, weight in sorted(races.items(), key=lambda each: (-each[1], each[0])):
        most = max(range(others), key=left.__getitem__)
        if left[most] >= here and left[most] > 0:
            found[most].append(competition)
            left[most] -= weight
        else:
            here -= weight
    return [tuple(each) for each in found]


def _cost(projection: "Projection") -> float:
    return _COSTS.get(projection.name, 0.8)


def spare() -> int:
    """Return how many processes leave a core to officials and viewers, where there are two."""
    return max(1, (os.cpu_count() or 1) - 1)


def give_way() -> None:
    """Make this process, and those it starts, less urgent than officials and viewers."""
    if hasattr(os, "nice"):
        os.nice(_GIVE_WAY)


async def rebuild_in_processes(
    url: str, name: str = "all", *, processes: int, on_progress: "OnProgress"
) -> "list[Rebuilt]":
    """Rebuild one projection, or all, by several processes; all are swapped in together.

    Raises what `rebuild` does.
    """
    chosen = rebuild.named(ALL, name)
    shared = any(each.of_a_competition for each in chosen)
    # Processes take a while to begin: they do so while the tables are prepared.
    others = [await Other.begin(each) for each in range(1, processes if shared else 1)]
    connections: list[asyncpg.Connection[asyncpg.Record]] = []
    try:
        async with open_event_log(url) as log:

            async def prepared() -> None:
                while len(connections) < processes:
                    connections.append(await asyncpg.connect(url))
                await rebuild.prepare(connections[0])

            races, _ = await asyncio.gather(log.races_started(), prepared())
            beside = Others(url, others, races, on_progress)
            with rebuild.collecting_rarely():
                return await rebuild.rebuild_on(log, connections, chosen, on_progress, beside)
    finally:
        for other in others:
            await asyncio.shield(other.end())
        for connection in connections:
            await connection.close()


class Other:
    """A process that fills a share."""

    def __init__(self, process: "Process", number: int) -> None:
        self._process = process
        self._number = number
        self._filling: asyncio.Task[None] | None = None

    @classmethod
    async def begin(cls, number: int) -> Self:
        """Start it; it waits to be told its share."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "projections.rebuild_share"),
            stdin=PIPE,
            stdout=PIPE,
            limit=_MOST,
        )
        return cls(process, number)

    @property
    def number(self) -> int:
        """Return which process it is."""
        return self._number

    def fill(self, share: Share, on_progress: "OnProgress") -> None:
        """Tell it its share."""
        self._filling = asyncio.create_task(self._fill(share, on_progress))

    def check(self) -> None:
        """Raise ProjectionError where it has failed."""
        if self._filling is not None and self._filling.done():
            self._filling.result()

    async def filled(self) -> None:
        """Return when it has filled its share. Raises ProjectionError where it has failed."""
        if self._filling is not None:
            await self._filling

    async def end(self) -> None:
        """Have it gone."""
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def _fill(self, share: Share, on_progress: "OnProgress") -> None:
        assert self._process.stdin is not None, "it is a pipe"
        assert self._process.stdout is not None, "it is a pipe"
        self._process.stdin.write(msgspec.json.encode(share) + b"\n")
        async for line in self._process.stdout:
            match _SAID.decode(line):
                case Far(progress):
                    on_progress(progress)
                case Filled():
                    return
                case Failed(message):
                    raise ProjectionError(message)
        status = await self._process.wait()
        names = ", ".join(share.competitions)
        raise ProjectionError(f"the process that filled {names} ended with status {status}")


class Others:
    """Processes that fill the own documents of some competitions."""

    def __init__(
        self,
        url: str,
        others: Sequence[Other],
        races: Mapping[str, int],
        on_progress: "OnProgress",
    ) -> None:
        self._url = url
        self._others = others
        self._races = races
        self._on_progress = on_progress

    def begin(self, tracks: "Sequence[Track]", up_to: int) -> frozenset[str]:
        """Have the own documents of some competitions filled up to a position; return which."""
        projections = [track.projection for track in tracks]
        found = parts(projections, self._races, len(self._others), up_to)
        tables = tuple(
            Table(track.stored, track.skipped)
            for track in tracks
            if track.projection.of_a_competition
        )
        for other, competitions in zip(self._others, found, strict=True):
            if competitions:
                share = Share(self._url, other.number, tables, competitions, up_to)
                other.fill(share, self._on_progress)
        return frozenset(each for competitions in found for each in competitions)

    def check(self) -> None:
        """Raise ProjectionError where one has failed."""
        for other in self._others:
            other.check()

    async def filled(self) -> None:
        """Return when all have filled theirs. Raises ProjectionError where one has failed."""
        for other in self._others:
            await other.filled()
