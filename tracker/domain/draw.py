"""Who starts where: seeds laid snake-wise over the races of a round, by lot where equal.

The best seed goes to the first race, the second to the second, and so on; the next row runs back
the other way. Within a row, skaters of one NOC may be kept apart. Inside a race the better seed
starts further inside; in a first round the start positions may be drawn by lot instead. A lot is
read from the seed's text, so the same text always gives the same draw.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from math import comb
from typing import Literal

from msgspec import Struct

Positions = Literal["seeding", "lot"]
FIRST_ROW = 5
"""Start positions at the line, where no ruleset says otherwise."""


class Seeded(Struct, frozen=True):
    """A competitor with what they are seeded by: the lower the key, the better."""

    competitor: str
    noc: str
    key: tuple[int, ...]


class Place(Struct, frozen=True):
    """A competitor's place in a drawn race; `seeding` counts from 1 over the whole round."""

    competitor: str
    start_position: int
    row: int
    """1 at the line; more where the first row has no room."""
    seeding: int


def lot(seed: str, competitor: str) -> bytes:
    """Return a competitor's lot under a seed."""
    return sha256(f"{seed}\n{competitor}".encode()).digest()


def seeding(entries: Iterable[Seeded], seed: str) -> list[Seeded]:
    """Return competitors from best to last; equals by lot."""
    return sorted(entries, key=lambda one: (one.key, lot(seed, one.competitor)))


def draw(
    entries: Iterable[Seeded],
    races: int,
    *,
    seed: str,
    separate_nocs: bool = False,
    positions: Positions = "seeding",
    first_row: int = FIRST_ROW,
) -> tuple[tuple[Place, ...], ...]:
    """Return the races of a round, each from the inside out.

    No race has more than one starter more than another. The order of `entries` does not matter.
    """
    if races < 1:
        raise ValueError("a round has at least one race")
    seeds = seeding(entries, seed)
    numbers = {one.competitor: i for i, one in enumerate(seeds, 1)}
    drawn = _snake(seeds, races, apart=False)
    if separate_nocs:
        # Row after row is not always better in the end: then the plain snake stands.
        drawn = min(_snake(seeds, races, apart=True), drawn, key=_meetings)
    return tuple(
        tuple(
            Place(one.competitor, i, (i - 1) // first_row + 1, numbers[one.competitor])
            for i, one in enumerate(_inside_out(race, positions, seed, numbers), 1)
        )
        for race in drawn
    )


def _snake(seeds: Sequence[Seeded], races: int, *, apart: bool) -> list[list[Seeded]]:
    drawn: list[list[Seeded]] = [[] for _ in range(races)]
    for start in range(0, len(seeds), races):
        row = list(seeds[start : start + races])
        there = start // races % 2 == 0
        lanes = list(range(races) if there else range(races - 1, -1, -1))[: len(row)]
        if apart:
            row = _apart(row, [drawn[lane] for lane in lanes])
        for lane, one in zip(lanes, row, strict=True):
            drawn[lane].append(one)
    return drawn


def _meetings(drawn: Sequence[Sequence[Seeded]]) -> int:
    """Return how many pairs of one NOC stand in one race."""
    return sum(comb(n, 2) for race in drawn for n in Counter(one.noc for one in race).values())


def _inside_out(
    race: Sequence[Seeded], positions: Positions, seed: str, numbers: dict[str, int]
) -> list[Seeded]:
    if positions == "lot":
        return sorted(race, key=lambda one: lot(f"{seed} positions", one.competitor))
    return sorted(race, key=lambda one: numbers[one.competitor])


def _apart(row: Sequence[Seeded], races: Sequence[Sequence[Seeded]]) -> list[Seeded]:
    """Return a row of seeds changed among its races so that NOCs meet as little as may be.

    Two seeds change places only where that takes away a meeting, nearest neighbours first, so that
    everybody stays in their row and the draw stays as close to the snake as it can.
    """
    order = list(row)
    nocs = [Counter(one.noc for one in race) for race in races]

    def meetings(i: int, one: Seeded) -> int:
        return nocs[i][one.noc]

    better = True
    while better:
        better = False
        pairs = [(j - i, i, j) for i in range(len(order)) for j in range(i + 1, len(order))]
        for _, i, j in sorted(pairs):
            now = meetings(i, order[i]) + meetings(j, order[j])
            then = meetings(i, order[j]) + meetings(j, order[i])
            if then < now:
                order[i], order[j] = order[j], order[i]
                better = True
    return order
