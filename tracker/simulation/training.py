"""What a trainee keyed, held against what happened: a score, and where the errors were."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tracker.domain import events as e
from tracker.domain.race import Race

FULL = 100.0
"""Points of a faultless race; every crossing that happened is worth an equal share of them."""
MISSED, DOUBLED, OUT_OF_ORDER, LATE = 1.0, 1.0, 0.5, 0.25
"""What a mistake costs, in shares of one crossing."""
LATE_MS = 1_000
"""A crossing that is keyed further from its moment than this is late, or early."""
WINDOW_MS = 4_000
"""A crossing that is keyed further from its moment than this is not the same crossing."""

Crossings = Mapping[str, Sequence[int]]
"""Elapsed at each crossing, by competitor."""


class Mistake(Struct, frozen=True):
    """One error, in words that say what to look at; `row` is 0 where no row can be told."""

    kind: str
    competitor: str
    row: int
    off_ms: int | None = None


class Score(Struct, frozen=True):
    """How well a race was keyed."""

    points: float
    crossings: int
    missed: int
    doubled: int
    out_of_order: int
    late: int
    delay_ms: int | None
    """The median of how late the crossings were keyed; None when none was."""
    rows_in_order: tuple[bool, ...]
    """For each lap row, whether those who were keyed in it stand in their order."""
    mistakes: tuple[Mistake, ...]


def keyed(race: Race) -> dict[str, tuple[int, ...]]:
    """Return the crossings that stand in a race: retracted ones are gone, amended ones put right.

    The moment of the key counts, not that of the network: it is the one at the rink.
    """
    started = race.started_at_ms or 0
    found: dict[str, list[int]] = {}
    assigned = {
        event.crossing: event.competitor
        for _, event in race.facts
        if isinstance(event, e.CrossingAssigned)
    }
    for version, event in race.facts:
        if isinstance(event, e.CrossingRecorded) and event.attempt == race.attempt:
            who = event.competitor or assigned.get(version)
            if who is not None and event.at_ms >= started:
                found.setdefault(who, []).append(event.at_ms - started)
    return {who: tuple(sorted(times)) for who, times in found.items()}


def score(truth: Crossings, given: Crossings) -> Score:
    """Return the score of what was keyed against what happened.

    A missed crossing costs its share; so does one keyed for nobody who crossed then, such as the
    second of a doubled one. A crossing out of its order in a row costs half, one that is keyed more
    than `LATE_MS` from its moment a quarter. What the trainee corrected before the result became
    official costs nothing.
    """
    matched: dict[str, dict[int, int]] = {}
    mistakes: list[Mistake] = []
    for who in dict.fromkeys((*truth, *given)):
        true, own = truth.get(who, ()), given.get(who, ())
        pairs = _align(true, own)
        matched[who] = {row: own[i] for row, i in pairs.items()}
        mistakes += [
            Mistake("missed", who, row + 1) for row in range(len(true)) if row not in pairs
        ]
        taken = set(pairs.values())
        mistakes += [
            Mistake("doubled", who, _row_at(true, at_ms))
            for i, at_ms in enumerate(own)
            if i not in taken
        ]
    delays = {
        (who, row): at_ms - truth[who][row]
        for who, rows in matched.items()
        for row, at_ms in rows.items()
    }
    mistakes += [
        Mistake("late", who, row + 1, off_ms)
        for (who, row), off_ms in delays.items()
        if abs(off_ms) > LATE_MS
    ]
    rows = max((len(times) for times in truth.values()), default=0)
    wrong = [_out_of_order(truth, matched, row) for row in range(rows)]
    mistakes += [
        Mistake("order", who, row) for row, names in enumerate(wrong, start=1) for who in names
    ]
    return _score(truth, delays, wrong, mistakes)


def _score(
    truth: Crossings,
    delays: Mapping[tuple[str, int], int],
    wrong: Sequence[Sequence[str]],
    mistakes: list[Mistake],
) -> Score:
    count = {
        kind: sum(mistake.kind == kind for mistake in mistakes)
        for kind in ("missed", "doubled", "order", "late")
    }
    crossings = sum(map(len, truth.values()))
    cost = (
        count["missed"] * MISSED
        + count["doubled"] * DOUBLED
        + count["order"] * OUT_OF_ORDER
        + count["late"] * LATE
    )
    middle = sorted(delays.values())
    return Score(
        points=max(FULL * (1 - cost / crossings), 0.0) if crossings else FULL,
        crossings=crossings,
        missed=count["missed"],
        doubled=count["doubled"],
        out_of_order=count["order"],
        late=count["late"],
        delay_ms=middle[len(middle) // 2] if middle else None,
        rows_in_order=tuple(not names for names in wrong),
        mistakes=tuple(sorted(mistakes, key=lambda each: (each.row, each.kind, each.competitor))),
    )


def _align(true: Sequence[int], own: Sequence[int]) -> dict[int, int]:
    """Return which keyed crossing belongs to which row, neither running backwards.

    Of all ways to pair them it is the one that leaves out fewest, and then the closest in time.
    """
    best: list[list[tuple[int, dict[int, int]]]] = [[(0, {}) for _ in range(len(own) + 1)]]
    best[0] = [(i * WINDOW_MS, {}) for i in range(len(own) + 1)]
    for row, at_ms in enumerate(true):
        line = [(best[row][0][0] + WINDOW_MS, best[row][0][1])]
        for i, own_ms in enumerate(own):
            off_ms = abs(own_ms - at_ms)
            ways = [
                (best[row][i + 1][0] + WINDOW_MS, best[row][i + 1][1]),
                (line[i][0] + WINDOW_MS, line[i][1]),
            ]
            if off_ms <= WINDOW_MS:
                before = best[row][i]
                ways.append((before[0] + off_ms, {**before[1], row: i}))
            line.append(min(ways, key=lambda way: way[0]))
        best.append(line)
    return best[-1][-1][1]


def _row_at(true: Sequence[int], at_ms: int) -> int:
    """Return the row whose end is nearest to a moment, counted from 1; 0: there is none."""
    if not true:
        return 0
    return min(range(len(true)), key=lambda row: abs(true[row] - at_ms)) + 1


def _out_of_order(
    truth: Crossings, matched: Mapping[str, Mapping[int, int]], row: int
) -> tuple[str, ...]:
    """Return who stands at another place in a row than among the same competitors in truth.

    Those who crossed at the same thousandth may stand in any order.
    """
    here = [who for who, rows in matched.items() if row in rows]
    as_keyed = sorted(here, key=lambda who: (matched[who][row], truth[who][row]))
    instants = sorted(truth[who][row] for who in here)
    return tuple(
        who for who, at_ms in zip(as_keyed, instants, strict=True) if truth[who][row] != at_ms
    )
