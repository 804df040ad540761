"""A race on the ice: who crosses the line when, who passes, falls and finishes."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from random import Random

from msgspec import Struct

from tracker.domain.ruleset import DistanceFormat

_FALLS = 0.3
"""How often somebody falls in a race."""
_TAKES_ANOTHER, _STAYS_DOWN = 0.3, 0.35
_PHOTO, _DEAD_HEAT = 0.12, 0.03
_RELAY_LEG = 1.5
"""Laps between two exchanges."""
_WITHOUT_EXCHANGE = 3
"""Rows at the end of a relay in which nobody is exchanged: the last two laps, and one to spare."""
_WAIT_MS = 6_000
"""How long after the pack the referee waits for a straggler."""


class Fall(Struct, frozen=True):
    """A fall in a lap row, in race time."""

    competitor: str
    row: int
    at_ms: int
    up_at_ms: int | None


class Exchange(Struct, frozen=True):
    """The start of a skater's leg in a relay, in race time."""

    team: str
    leg: int
    at_ms: int


class Truth(Struct, frozen=True):
    """What happened on the ice, in race time."""

    crossings: dict[str, tuple[int, ...]]
    """Elapsed at the end of each row, by competitor."""
    groups: tuple[tuple[str, ...], ...]
    """Who finished, in order; a group of several is a dead heat."""
    falls: tuple[Fall, ...] = ()
    out: tuple[str, ...] = ()
    """Who did not finish."""
    straggling: tuple[str, ...] = ()
    """Who was still on the way when the referee ended the race."""
    exchanges: tuple[Exchange, ...] = ()
    lasts_ms: int = 0


def pace_ms(form: DistanceFormat, *, women: bool) -> list[int]:
    """Return the leader's time for each row: slow at the start of a long race, fast at the end."""
    rows = form.lap_rows
    slow = 0.0 if form.metres <= 500 else (2_500.0 if form.metres >= 1500 else 1_300.0)  # noqa: PLR2004 - the distances of the sport
    laps = [8_700 + slow * (1 - row / rows) ** 2 for row in range(rows)]
    if form.first_row_half:
        laps[0] = laps[0] * 0.5 + 2_600
    else:
        laps[0] += 3_200
    return [round(lap * (1.06 if women else 1.0)) for lap in laps]


def skate(
    numbers: Random,
    starters: Sequence[str],
    strengths: Mapping[str, float],
    form: DistanceFormat,
    *,
    women: bool,
) -> Truth:
    """Return a race of starters, given from the inside out."""
    pack = _Pack(numbers, starters, strengths)
    falls = _falls(numbers, starters, form)
    dropped: dict[str, Fall] = {}
    elapsed: dict[str, list[int]] = {one: [] for one in starters}
    leader_ms = 0
    pace = [round(lap * numbers.uniform(0.985, 1.015)) for lap in pace_ms(form, women=women)]
    for row, lap_ms in enumerate(pace, start=1):
        for who in [one for one in pack.order if falls.get(one, (0,))[0] == row]:
            pack.order.remove(who)
            dropped[who] = _fall(numbers, who, row, elapsed, lap_ms, stays_down=falls[who][1])
        leader_ms += lap_ms
        pack.jostle(last=row == form.lap_rows)
        for who, behind_ms in pack.gaps(last=row == form.lap_rows):
            elapsed[who].append(leader_ms + behind_ms)
    for fall in dropped.values():
        if fall.up_at_ms is not None:
            _skate_on(elapsed[fall.competitor], fall, pace)
    return _ended(elapsed, tuple(dropped.values()), form, _exchanges(elapsed, dropped, form))


class _Pack:
    """Those who skate together, in their order."""

    def __init__(
        self, numbers: Random, starters: Sequence[str], strengths: Mapping[str, float]
    ) -> None:
        self.order = list(starters)
        self._numbers = numbers
        self._strengths = strengths

    def jostle(self, *, last: bool) -> None:
        """Let some of them pass the one in front; the stronger do it more often."""
        for i in range(len(self.order) - 1, 0, -1):
            front, behind = self.order[i - 1], self.order[i]
            better = self._strengths[behind] - self._strengths[front]
            if self._numbers.random() < 0.16 + 0.6 * better + (0.05 if last else 0.0):
                self.order[i - 1], self.order[i] = behind, front

    def gaps(self, *, last: bool) -> list[tuple[str, int]]:
        """Return how far behind the leader each of them crosses the line."""
        found, behind_ms = [], 0
        for i, who in enumerate(self.order):
            if i:
                behind_ms += self._gap(last=last)
            found.append((who, behind_ms))
        return found

    def _gap(self, *, last: bool) -> int:
        if last and (luck := self._numbers.random()) < _DEAD_HEAT + _PHOTO:
            return 0 if luck < _DEAD_HEAT else self._numbers.randint(1, 9)
        return self._numbers.randint(45, 290)


def _falls(
    numbers: Random, starters: Sequence[str], form: DistanceFormat
) -> dict[str, tuple[int, bool]]:
    """Return the row in which somebody falls, and whether they stay down."""
    if len(starters) < 3 or numbers.random() >= _FALLS:  # noqa: PLR2004 - two must be left to race
        return {}
    row = numbers.randint(1, form.lap_rows)
    falling = numbers.sample(list(starters), 2 if numbers.random() < _TAKES_ANOTHER else 1)
    return {
        who: (row, not form.relay and numbers.random() < _STAYS_DOWN)
        for who in falling[: len(starters) - 2]
    }


def _fall(
    numbers: Random,
    who: str,
    row: int,
    elapsed: Mapping[str, list[int]],
    lap_ms: int,
    *,
    stays_down: bool,
) -> Fall:
    before_ms = elapsed[who][-1] if elapsed[who] else 0
    at_ms = before_ms + round(lap_ms * numbers.uniform(0.3, 0.7))
    up_at_ms = None if stays_down else at_ms + numbers.randint(2_500, 7_000)
    return Fall(who, row, at_ms, up_at_ms)


def _skate_on(crossed: list[int], fall: Fall, pace: Sequence[int]) -> None:
    """Finish a race alone, after a fall."""
    assert fall.up_at_ms is not None
    now_ms = fall.up_at_ms + round(pace[fall.row - 1] * 0.6)
    crossed.append(now_ms)
    for lap_ms in pace[fall.row :]:
        now_ms += round(lap_ms * 1.04)
        crossed.append(now_ms)


def _ended(
    elapsed: Mapping[str, list[int]],
    falls: tuple[Fall, ...],
    form: DistanceFormat,
    exchanges: tuple[Exchange, ...],
) -> Truth:
    """Return the race as it stands when the referee ends it."""
    fallen = {fall.competitor for fall in falls}
    upright = [times[-1] for who, times in elapsed.items() if who not in fallen]
    end_ms = max(upright) + _WAIT_MS
    crossings = {who: tuple(ms for ms in times if ms <= end_ms) for who, times in elapsed.items()}
    complete = [who for who, times in crossings.items() if len(times) == form.lap_rows]
    complete.sort(key=lambda who: (crossings[who][-1], who))
    down = {fall.competitor for fall in falls if fall.up_at_ms is None}
    return Truth(
        crossings=crossings,
        groups=tuple(
            tuple(group) for _, group in groupby(complete, key=lambda who: crossings[who][-1])
        ),
        falls=falls,
        out=tuple(sorted(down)),
        straggling=tuple(who for who in crossings if who not in complete and who not in down),
        exchanges=tuple(each for each in exchanges if each.at_ms <= end_ms),
        lasts_ms=end_ms,
    )


def _exchanges(
    elapsed: Mapping[str, list[int]], dropped: Mapping[str, Fall], form: DistanceFormat
) -> tuple[Exchange, ...]:
    """Return the exchanges of a relay, each a lap and a half after the one before."""
    found: list[Exchange] = []
    if not form.relay:
        return ()
    for who, times in elapsed.items():
        legs = int((form.lap_rows - _WITHOUT_EXCHANGE) / _RELAY_LEG)
        for leg in range(1, legs + 1):
            laps = leg * _RELAY_LEG
            row = int(laps)
            if row >= len(times):
                break
            part = laps - row
            at_ms = round(times[row - 1] + part * (times[row] - times[row - 1]))
            fall = dropped.get(who)
            if fall is None or not fall.at_ms <= at_ms <= (fall.up_at_ms or at_ms):
                found.append(Exchange(who, leg, at_ms))
    return tuple(found)
