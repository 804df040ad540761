"""A season's standings: points of every distance, bonuses, and what was brought in.

Overall counts individual distances; relays have tables of their own, by NOC. A distance skated
twice at one competition gives its best skater a bonus, in the overall table alone. Where there is a
team ranking, it adds up what all skaters of an NOC scored, men and women, and drops nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.classification import Classified
from tracker.domain.events import DistanceAdded, PointsBroughtIn
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import Gender


class Scored(Struct, frozen=True):
    """Points from one distance, with the rank that gave them."""

    distance: str
    rank: int
    points: int
    counts: bool = True
    """Whether the points are part of the total, or dropped for better ones."""


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


_Key = tuple[int, ...]
_PODIUM = (1, 2, 3)
_COUNTED = ("wins", "seconds", "thirds")
"""How a ruleset names the ranks of a podium where their number separates equals."""
_ABSENT = 2**20
"""Ranks somebody who did not skate a distance behind everybody who did."""
TEAMS = "teams"
"""The table of the team ranking."""
Distances = Sequence[tuple[DistanceAdded, Sequence[Classified]]]


def tables_of(ruleset: Ruleset, added: DistanceAdded) -> tuple[str, ...]:
    """Return the tables in which the results of a distance count."""
    if added.relay:
        return (added.code,)
    teams = (TEAMS,) if ruleset.overall.teams == "individual" else ()
    return (added.gender, added.code, *teams)


def may_share_a_table(
    ruleset: Ruleset, one: tuple[Gender, bool], other: tuple[Gender, bool]
) -> bool:
    """Say whether results of two distances may count in one table.

    Of each the gender is given, and whether it is a relay; `tables_of` knows which tables.
    """
    teams = ruleset.overall.teams == "individual" and not one[1] and not other[1]
    return teams or one == other


def tables(
    ruleset: Ruleset,
    distances: Distances,
    brought: Iterable[PointsBroughtIn],
    only: str | None = None,
) -> dict[str, tuple[Standing, ...]]:
    """Return every table of a series by name, such as `men`, `women-500` or `men-5000-relay`.

    `distances` holds the distances whose results are final, in the order they were skated. With
    `only`, those are enough whose results count in that table, and no other is returned.
    """
    lines: dict[str, dict[str, _Line]] = defaultdict(dict)
    for added, classified in distances:
        names = [name for name in tables_of(ruleset, added) if only in (None, name)]
        for one in classified:
            if one.rank is None:
                continue
            scored = Scored(added.distance, one.rank, one.points)
            for name in names:
                if name == TEAMS:
                    line = _line(lines[name], one.noc, one.noc, "", one.noc)
                else:
                    competitor = one.noc if added.relay else one.competitor
                    line = _line(lines[name], competitor, one.name, one.family_name, one.noc)
                line.results.append(scored)
    for one_brought in brought:
        table = one_brought.table
        if only not in (None, table):
            continue
        by_noc = table == TEAMS or table.endswith("-relay")
        competitor = one_brought.noc if by_noc else one_brought.competitor
        line = _line(lines[table], competitor, one_brought.name, "", one_brought.noc)
        line.brought_in += one_brought.points
    for gender, competitor, bonus in bonuses(ruleset, distances):
        if only not in (None, gender):
            continue
        lines[gender][competitor].bonus += bonus
    order = {added.distance: i for i, (added, _) in enumerate(distances)}
    return {
        name: _table(table, ruleset, name, order)
        for name, table in sorted(lines.items())
        if only in (None, name)
    }


def counting(ruleset: Ruleset, table: str) -> int:
    """Return how many results count in a table; 0 is all of them.

    Relays and the team ranking have no worse results dropped.
    """
    if table in {"men", "women"}:
        return ruleset.overall.count_best
    if table == TEAMS or table.endswith("-relay"):
        return 0
    return ruleset.overall.count_best_distance


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


def _table(
    table: dict[str, _Line], ruleset: Ruleset, name: str, order: dict[str, int]
) -> tuple[Standing, ...]:
    """Return the lines of a table, best first; `order` numbers the distances as skated."""
    best = counting(ruleset, name)
    rows: list[tuple[_Key, str, int, tuple[int, ...], tuple[Scored, ...]]] = []
    for competitor, line in table.items():
        results = _counted(line.results, best)
        ranks = [scored.rank for scored in results]
        places = tuple(map(ranks.count, _PODIUM))
        total = _total(line, results)
        key = (-total, *_ties(ruleset.overall.tie_break, places, results, order))
        rows.append((key, competitor, total, places, results))
    rows.sort(key=lambda row: (row[0], table[row[1]].name, row[1]))
    standings: list[Standing] = []
    previous = None
    for i, (key, competitor, total, (wins, seconds, thirds), results) in enumerate(rows):
        line = table[competitor]
        rank = standings[-1].rank if previous == key else i + 1
        previous = key
        standings.append(
            Standing(
                rank=rank,
                competitor=competitor,
                name=line.name,
                family_name=line.family_name,
                noc=line.noc,
                points=total,
                wins=wins,
                seconds=seconds,
                thirds=thirds,
                brought_in=line.brought_in,
                bonus=line.bonus,
                results=_by_distance(results) if name == TEAMS else results,
            )
        )
    return tuple(standings)


def _counted(results: Sequence[Scored], best: int) -> tuple[Scored, ...]:
    """Return the results, all but the `best` of them marked as dropped; the earlier one counts."""
    if not best or len(results) <= best:
        return tuple(results)
    kept = sorted(range(len(results)), key=lambda i: (-results[i].points, i))[:best]
    return tuple(
        scored if i in kept else replace(scored, counts=False) for i, scored in enumerate(results)
    )


def _total(line: _Line, results: Sequence[Scored]) -> int:
    """Return the points that count."""
    return sum(one.points for one in results if one.counts) + line.brought_in + line.bonus


def _ties(
    tie_break: Iterable[str],
    places: Sequence[int],
    results: Sequence[Scored],
    order: dict[str, int],
) -> Iterator[int]:
    """Yield what separates equals, in order; `places` counts wins, seconds and thirds."""
    for name in tie_break:
        if name == "latest":
            yield from _latest(results, order)
        else:
            yield -places[_COUNTED.index(name)]


def _latest(results: Sequence[Scored], order: dict[str, int]) -> list[int]:
    """Return the rank in each distance, the latest first."""
    latest = [_ABSENT] * len(order)
    for scored in results:
        back = -1 - order[scored.distance]
        latest[back] = min(latest[back], scored.rank)
    return latest


def _by_distance(results: Iterable[Scored]) -> tuple[Scored, ...]:
    """Return one line for each distance: the best rank, and the points of everybody together."""
    merged: dict[str, Scored] = {}
    for one in results:
        before = merged.get(one.distance, Scored(one.distance, one.rank, 0))
        rank, points = min(before.rank, one.rank), before.points + one.points
        merged[one.distance] = Scored(one.distance, rank, points)
    return tuple(merged.values())
