"""Who goes on from a round, and by what right: place, time, or the referee.

A round's progression is data of the competition, never of the code: how many of every race go on
by place, and how many of the round by time, to the next round or to which final. Places by time go
to the best-placed of those who are left, then by time (the fastest third before the fastest
fourth), as published rounds of 2014 to 2025 show; `by_time_alone` is for competitions that count
times only.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from tracker.domain.race import Race, ResultRow
from tracker.domain.result import sheet
from tracker.domain.values import Round, Target

Right = Literal["place", "time", "referee", "rest"]
_STAYED_AWAY = frozenset({"DNS", "WDR"})
_FINALS: dict[str, str] = {"FINAL_A": "A", "FINAL_B": "B", "FINAL_C": "C"}
_NO_TIME = 2**40
"""Sorts a missing time after every time."""
_NOTATION = re.compile(r"(\d{1,2})(?:\s*\+\s*(\d{1,2}))?\s*\*?")


class Goer(Struct, frozen=True):
    """Somebody who goes on: to where, by what right, with which mark."""

    competitor: str
    race: str
    to: Round
    right: Right
    mark: str


class _Left(Struct, frozen=True):
    """Somebody who is not placed in the next round yet."""

    race: str
    row: ResultRow


def notation(target: Target) -> str:
    """Return a target as programmes print it: `2+1`, or `2` when nobody goes on by time."""
    if target.rest and not (target.by_place or target.by_time):
        return "rest"
    return f"{target.by_place}+{target.by_time}" if target.by_time else str(target.by_place)


def parse(text: str, to: Round) -> Target:
    """Return the target that a programme prints as `2+1`, `2`, or `2+1*` where it is conditional.

    Raises ValueError, naming what would be right.
    """
    found = _NOTATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no progression: write places and times, such as 2+1")
    return Target(to, int(found[1]), int(found[2] or 0))


def words(targets: Sequence[Target]) -> str:
    """Return a whole table on one line: `2+2 to QF, rest to REP_HEAT`."""
    return ", ".join(f"{notation(target)} to {target.to}" for target in targets)


def going_on(
    races: Sequence[Race],
    targets: Sequence[Target],
    *,
    takes_time_place: bool = True,
    by_time_alone: bool = False,
    public: bool = True,
) -> tuple[Goer, ...]:
    """Return who goes on from a round, target by target, best first.

    Whoever the referee advances is added and never displaces a place; they use up a place by time
    where there is one, unless `takes_time_place` or the decision itself says otherwise. A tie to
    the thousandth for the last place advances both; of two without a time, the one from the race
    with the smaller number is proposed. `rest` takes everybody who started and was not penalised.
    """
    left = [
        _Left(race.scheduled.race, row)
        for race in sorted(races, key=_number)
        if race.scheduled is not None and not race.cancelled
        for row in sheet(race, public=public)
        if row.penalty is None
    ]
    goers: list[Goer] = []
    place = 0
    for target in targets:
        place += target.by_place
        by_place = []
        if target.by_place:
            by_place = [one for one in left if one.row.rank is not None and one.row.rank <= place]
        directly = set(map(id, by_place))
        behind = [one for one in left if id(one) not in directly]
        advanced = [one for one in behind if _advanced_to(one, target, targets)]
        used = sum(_uses_time_place(one, default=takes_time_place) for one in advanced)
        by_time: list[_Left] = []
        if target.by_time > used:
            rest = [
                one for one in behind if one.row.advancement is None and one.row.rank is not None
            ]
            by_time = _fastest(rest, target.by_time - used, by_time_alone=by_time_alone)
        goers += _goers(by_place, target, "place")
        goers += _goers(by_time, target, "time")
        goers += _goers(advanced, target, "referee")
        gone = {one.row.competitor for one in (*by_place, *by_time, *advanced)}
        if target.rest:
            others = [
                one
                for one in left
                if one.row.competitor not in gone and one.row.status not in _STAYED_AWAY
            ]
            goers += _goers(others, target, "rest")
            gone |= {one.row.competitor for one in others}
        left = [one for one in left if one.row.competitor not in gone]
    return tuple(goers)


def _number(race: Race) -> int:
    return 0 if race.scheduled is None else race.scheduled.number


def _advanced_to(one: _Left, target: Target, targets: Sequence[Target]) -> bool:
    """Return whether the referee advanced somebody to a target; by default, to the first one."""
    advancement = one.row.advancement
    if advancement is None:
        return False
    return (advancement.final or targets[0].to) == target.to


def _uses_time_place(one: _Left, *, default: bool) -> bool:
    advancement = one.row.advancement
    assert advancement is not None
    return default if advancement.takes_time_place is None else advancement.takes_time_place


def _fastest(left: Iterable[_Left], count: int, *, by_time_alone: bool) -> list[_Left]:
    """Return the first `count` by place and time, and whoever ties with the last of them."""

    def key(one: _Left) -> tuple[int, int]:
        time_ms = one.row.time_ms if one.row.time_ms is not None else _NO_TIME
        return (0 if by_time_alone else one.row.rank or 0, time_ms)

    ordered = sorted(left, key=key)
    if by_time_alone:
        ordered = [one for one in ordered if one.row.time_ms is not None]
    if not ordered:
        return []
    last = key(ordered[min(count, len(ordered)) - 1])
    tie = last[1] != _NO_TIME
    return [one for i, one in enumerate(ordered) if i < count or (tie and key(one) == last)]


def _goers(found: Iterable[_Left], target: Target, right: Right) -> list[Goer]:
    return [
        Goer(one.row.competitor, one.race, target.to, right, _mark(target.to, right))
        for one in found
    ]


def _mark(to: Round, right: Right) -> str:
    """Return the mark of official sheets: Q, q, ADV; to finals QA, qA, ADA, QB, ADB, QC.

    To Final B and below, a place by time is printed like one by place. Who goes on with all the
    others has no mark.
    """
    if right == "rest":
        return ""
    final = _FINALS.get(to, "")
    if right == "referee":
        return f"AD{final}" if final else "ADV"
    return f"{'q' if right == 'time' and final in ('', 'A') else 'Q'}{final}"
