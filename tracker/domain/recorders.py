"""Several recorders of one race: whose crossings agree, and where their opinions differ.

The device that holds the pen writes the race's crossings. Every other device, a photo finish and
a transponder loop among them, leaves observations. Two crossings of a competitor are the same one
when they lie close together; nothing here changes the race.
"""

from itertools import pairwise
from typing import Literal

from msgspec import Struct

from tracker.domain.laps import instant_ms
from tracker.domain.race import Crossing, Observation, Race

SAME_CROSSING_MS = 3000
"""Two hands are never so far apart, two laps never so close: the fastest take eight seconds."""


class Difference(Struct, frozen=True):
    """Where an opinion differs from what stands.

    `missing`: the recorder saw a crossing that does not stand; `extra`: it did not see one that
    does; `order`: it saw both, the other way round.
    """

    kind: Literal["missing", "extra", "order"]
    device: str
    competitor: str
    row: int
    """Which lap row of the competitor it ends, as far as it can be told."""
    at_ms: int
    """Since the gun."""
    observation: int | None = None
    behind: str | None = None
    """For `order`: who stands before the competitor, and was seen behind."""


class Opinion(Struct, frozen=True):
    """A recorder beside the pen, and how many of its crossings stand."""

    device: str
    time_source: str
    observed: int
    agreed: int


class Reconciled(Struct, frozen=True):
    """The opinions on a race, set against its crossings."""

    opinions: tuple[Opinion, ...]
    agreed: dict[int, bool]
    """By lap row: whether somebody else saw every crossing of it, and in the same order."""
    differences: tuple[Difference, ...]


class _Compared(Struct):
    """What one recorder says of one race."""

    matched: dict[int, int]
    """The instant that was observed, by the version of the crossing that stands."""
    differences: list[Difference]


def reconcile(race: Race) -> Reconciled:
    """Set every recorder's observations against the crossings that stand."""
    by_device: dict[str, list[Observation]] = {}
    for observation in race.observations:
        by_device.setdefault(observation.device, []).append(observation)
    compared = {device: _compare(race, device, seen) for device, seen in by_device.items()}
    opinions = tuple(
        Opinion(device, seen[0].crossing.time_source, len(seen), len(compared[device].matched))
        for device, seen in by_device.items()
    )
    differences = [each for c in compared.values() for each in c.differences]
    differences += [
        each for device, c in compared.items() for each in _order(race, device, c.matched)
    ]
    differences.sort(key=lambda each: (each.at_ms, each.device, each.kind))
    return Reconciled(opinions, _agreed(race, compared, differences), tuple(differences))


def missing(race: Race, device: str) -> tuple[int, ...]:
    """Return the observations of a device that nothing that stands is the same as."""
    return tuple(
        each.observation
        for each in reconcile(race).differences
        if each.device == device and each.kind == "missing" and each.observation is not None
    )


def at_the_line(race: Race) -> dict[str, tuple[Observation, ...]]:
    """Return the measured observations of each competitor's finish that do not stand."""
    found = {}
    for competitor, c in race.field.items():
        if not 0 < race.lap_rows <= c.rows:
            continue
        finish = instant_ms(c.crossings[-1], race.started_at_ms)
        stand = {x.version for x in c.crossings}
        found[competitor] = tuple(
            each
            for each in race.observations
            if each.competitor == competitor
            and each.version not in stand
            and each.crossing.elapsed_ms is not None
            and abs(each.crossing.elapsed_ms - finish) <= SAME_CROSSING_MS
        )
    return found


def _compare(race: Race, device: str, seen: list[Observation]) -> _Compared:
    result = _Compared({}, [])
    times = [instant_ms(each.crossing, race.started_at_ms) for each in seen]
    first, last = min(times), max(times)
    for competitor, c in race.field.items():
        own = sorted(
            (instant_ms(each.crossing, race.started_at_ms), each.version)
            for each in seen
            if each.competitor == competitor
        )
        standing = [(instant_ms(x, race.started_at_ms), x.version) for x in c.crossings]
        pairs, unseen, unmatched = _match(standing, own)
        result.matched |= pairs
        for at, observation in unmatched:
            row = sum(1 for time, _ in standing if time <= at) + 1
            result.differences.append(
                Difference("missing", device, competitor, row, at, observation=observation)
            )
        for row, at in unseen:
            # Before a recorder's first crossing, and within a moment of the last, nobody knows.
            if first - SAME_CROSSING_MS <= at <= last - SAME_CROSSING_MS:
                result.differences.append(Difference("extra", device, competitor, row, at))
    return result


def _match(
    standing: list[tuple[int, int]], own: list[tuple[int, int]]
) -> tuple[dict[int, int], list[tuple[int, int]], list[tuple[int, int]]]:
    """Pair crossings in the order of time; return pairs, unseen (row, instant), unmatched."""
    pairs: dict[int, int] = {}
    unseen: list[tuple[int, int]] = []
    rest = list(own)
    unmatched: list[tuple[int, int]] = []
    for row, (at, version) in enumerate(standing, start=1):
        while rest and rest[0][0] < at - SAME_CROSSING_MS:
            unmatched.append(rest.pop(0))
        if rest and abs(rest[0][0] - at) <= SAME_CROSSING_MS:
            pairs[version] = rest.pop(0)[0]
        else:
            unseen.append((row, at))
    return pairs, unseen, unmatched + rest


def _order(race: Race, device: str, matched: dict[int, int]) -> list[Difference]:
    """Return who was seen, in some row, before somebody who stands before them."""
    found = []
    for row in range(1, race.lap_rows + 1):
        here = [each for each in _row(race, row) if each[1].version in matched]
        for (ahead, one), (competitor, two) in pairwise(here):
            if matched[two.version] < matched[one.version]:
                at = instant_ms(two, race.started_at_ms)
                found.append(Difference("order", device, competitor, row, at, behind=ahead))
    return found


def _row(race: Race, row: int) -> list[tuple[str, Crossing]]:
    """Return the crossings that end a row, in the order that stands."""
    here = [(k, c.crossings[row - 1]) for k, c in race.field.items() if c.rows >= row]
    return sorted(here, key=lambda e: (instant_ms(e[1], race.started_at_ms), e[1].version))


def _agreed(
    race: Race, compared: dict[str, _Compared], differences: list[Difference]
) -> dict[int, bool]:
    disputed = {each.row for each in differences}
    seen = {version for each in compared.values() for version in each.matched}
    rows = max((c.rows for c in race.field.values()), default=0)
    return {
        row: row not in disputed and all(x.version in seen for _, x in _row(race, row))
        for row in range(1, rows + 1)
    }
