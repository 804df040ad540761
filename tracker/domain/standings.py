"""A season's standings: points of every distance, bonuses, and what was brought in.

Overall counts individual distances; relays have tables of their own, by NOC. A distance skated
twice at one competition gives its best skater a bonus, in the overall table alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from tracker.domain.classification import Classified
from tracker.domain.events import DistanceAdded, PointsBroughtIn
from tracker.domain.ruleset import Ruleset


class Scored(Struct, frozen=True):
    """Points from one distance, with the rank that gave them."""

    distance: str
    rank: int
    points: int


class Standing(Struct, frozen=True):
    """A line of a season's table."""

    rank: int
    competitor: str
    name: str
    family_name: str
    noc: str
    points: int
    wins: int
    seconds: int
    thirds: int
    brought_in: int
    bonus: int
    results: tuple[Scored, ...]


class _Line:
    """A line being added up."""

    __slots__ = ("bonus", "brought_in", "family_name", "name", "noc", "results")

    def __init__(self, name: str, family_name: str, noc: str) -> None:
        self.name = name
        self.family_name = family_name
        self.noc = noc
        self.brought_in = 0
        self.bonus = 0
        self.results: list[Scored] = []


Distances = Sequence[tuple[DistanceAdded, Sequence[Classified]]]


def tables(
    ruleset: Ruleset, distances: Distances, brought: Iterable[PointsBroughtIn]
) -> dict[str, tuple[Standing, ...]]:
    """Return every table of a series by name, such as `men`, `women-500` or `men-5000-relay`.

    `distances` holds the distances whose results are final, in the order they were skated.
    """
    lines: dict[str, dict[str, _Line]] = defaultdict(dict)
    for added, classified in distances:
        names = [added.code] if added.relay else [added.gender, added.code]
        for one in classified:
            if one.rank is None:
                continue
            competitor = one.noc if added.relay else one.competitor
            for name in names:
                line = _line(lines[name], competitor, one.name, one.family_name, one.noc)
                line.results.append(Scored(added.distance, one.rank, one.points))
    for one_brought in brought:
        relay = one_brought.table.endswith("-relay")
        competitor = one_brought.noc if relay else one_brought.competitor
        line = _line(lines[one_brought.table], competitor, one_brought.name, "", one_brought.noc)
        line.brought_in += one_brought.points
    for gender, competitor, bonus in bonuses(ruleset, distances):
        lines[gender][competitor].bonus += bonus
    return {name: _table(table, ruleset, name) for name, table in sorted(lines.items())}


def bonuses(ruleset: Ruleset, distances: Distances) -> list[tuple[str, str, int]]:
    """Return (overall table, competitor, points) for every distance skated twice.

    Best is who has most points over both; equals share the higher bonus, and the next is left out.
    """
    doubled: dict[tuple[str, str], list[tuple[DistanceAdded, Sequence[Classified]]]]
    doubled = defaultdict(list)
    for added, classified in distances:
        if not added.relay and added.number is not None:
            doubled[added.competition, added.code].append((added, classified))
    granted: list[tuple[str, str, int]] = []
    for pair in doubled.values():
        if len({added.number for added, _ in pair}) == 1:
            continue  # the other one is not final yet
        sums: dict[str, int] = defaultdict(int)
        for _, classified in pair:
            for one in classified:
                sums[one.competitor] += one.points
        scores = sorted(sums.values(), reverse=True)
        for competitor, points in sums.items():
            place = scores.index(points)
            if points and place < len(ruleset.points.double_distance_bonus):
                bonus = ruleset.points.double_distance_bonus[place]
                granted.append((pair[0][0].gender, competitor, bonus))
    return granted


def _line(table: dict[str, _Line], key: str, name: str, family_name: str, noc: str) -> _Line:
    line = table.get(key)
    if line is None:
        line = table[key] = _Line(name, family_name, noc)
    line.family_name = line.family_name or family_name
    return line


def _table(table: dict[str, _Line], ruleset: Ruleset, name: str) -> tuple[Standing, ...]:
    overall = name in {"men", "women"}
    rows = [
        (competitor, line, *_total(line, ruleset, overall=overall))
        for competitor, line in table.items()
    ]
    rows.sort(key=lambda row: (row[3], row[1].name))
    standings: list[Standing] = []
    previous = None
    for i, (competitor, line, points, key) in enumerate(rows):
        rank = standings[-1].rank if previous == key else i + 1
        previous = key
        ranks = [scored.rank for scored in line.results]
        standings.append(
            Standing(
                rank=rank,
                competitor=competitor,
                name=line.name,
                family_name=line.family_name,
                noc=line.noc,
                points=points,
                wins=ranks.count(1),
                seconds=ranks.count(2),
                thirds=ranks.count(3),
                brought_in=line.brought_in,
                bonus=line.bonus,
                results=tuple(line.results),
            )
        )
    return tuple(standings)


def _total(line: _Line, ruleset: Ruleset, *, overall: bool) -> tuple[int, tuple[int, ...]]:
    """Return the points that count, and the key the table is sorted by."""
    points = sorted((scored.points for scored in line.results), reverse=True)
    if overall and ruleset.overall.count_best:
        points = points[: ruleset.overall.count_best]
    total = sum(points) + line.brought_in + line.bonus
    ranks = [scored.rank for scored in line.results]
    ties = {
        "wins": -ranks.count(1),
        "seconds": -ranks.count(2),
        "thirds": -ranks.count(3),
        "latest": ranks[-1] if ranks else 0,
    }
    return total, (-total, *(ties[name] for name in ruleset.overall.tie_break))
