"""From the results of a distance's races to its final order, medals and points.

The order is by the round a competitor reached, then within that round by penal class, place and
time (two complete official classifications of 2025 agree, row for row). Time never outranks place.
A penalised finalist is last of Final A, or ranks after Final B, as the ruleset says.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.events import RaceScheduled
from tracker.domain.race import Race, ResultRow
from tracker.domain.result import STATUS_ORDER, result_state, sheet
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import Member

Medal = Literal["gold", "silver", "bronze"]
_MEDALS: tuple[Medal, ...] = ("gold", "silver", "bronze")
_NO_PLACE = 999
"""Sorts somebody whose place nobody knows after every place."""
_NO_TIME = 2**40
"""Sorts a missing time after every time."""


class Classified(Struct, frozen=True):
    """A competitor's line in the classification of a distance."""

    competitor: str
    name: str
    family_name: str
    noc: str
    rank: int | None
    round: str
    race: str
    place: int | None
    time_ms: int | None
    status: str | None
    points: int
    medal: Medal | None
    line_up: tuple[Member, ...]
    """Everybody who raced for a team in any round: a relay's medal is theirs."""


_Key = tuple[int, int, int, tuple[tuple[int, ...], int]]
"""Round group, penal class, place; then places in earlier rounds where they count, and the time."""


class Placed(Struct, frozen=True):
    """A competitor's result in a race: in the end, in the last round they reached."""

    scheduled: RaceScheduled
    row: ResultRow
    round_order: int
    """Which round, 0 being the best."""
    key: _Key
    """The order of the classification."""
    among_equals: tuple[str, int, str]
    """The order in which those are told who rank alike."""
    lost: bool
    """Whether a card took the results of the distance: then there is no rank."""
    shares_place: bool
    """Whether somebody else has the same place in the race."""


Ranked: TypeAlias = tuple[Placed, int | None, Medal | None]
"""A competitor's last result, with the rank and the medal that it comes to."""


def is_final(races: Sequence[Race]) -> bool:
    """Return whether every race of the distance is official: only then medals and points count."""
    skated = [race for race in races if not race.cancelled and race.scheduled is not None]
    return bool(skated) and all(race.official is not None for race in skated)


def classify(races: Sequence[Race], ruleset: Ruleset) -> tuple[Classified, ...]:
    """Return the classification of a distance, best first, from the public results of its races.

    Equal keys share a rank, and the next rank is left out; equal penalties are printed one after
    the other by NOC, as the ISU does. Who lost the distance by a card stands last, without a rank.
    """
    placed = [
        place(race.scheduled, sheet(race), ruleset)
        for race in races
        if race.scheduled is not None and not race.cancelled and counts(race)
    ]
    return classify_placed(placed, ruleset, final=is_final(races))


def classify_placed(
    placed: Sequence[Sequence[Placed]], ruleset: Ruleset, *, final: bool
) -> tuple[Classified, ...]:
    """Return the classification that follows from the places in each race that counts."""
    return tuple(line(one, ruleset, final=final) for one in in_order(placed, ruleset, final=final))


def in_order(placed: Sequence[Sequence[Placed]], ruleset: Ruleset, *, final: bool) -> list[Ranked]:
    """Return everybody's last result, best first."""
    last = sorted(_last_results(placed, ruleset), key=_order)
    found = ranks((one.key, one.row.rank is not None, one.lost) for one in last)
    if not final:
        return [(one, rank, None) for one, rank in zip(last, found, strict=True)]
    medals = _medals(last, found, ruleset)
    return [
        (one, rank, medals.get(one.row.competitor)) for one, rank in zip(last, found, strict=True)
    ]


def line(ranked: Ranked, ruleset: Ruleset, *, final: bool) -> Classified:
    """Return a line of the classification."""
    one, rank, medal = ranked
    penalised = one.row.status in STATUS_ORDER and one.row.status not in {"DNF", "WDR"}
    scores = rank is not None and (not penalised or _penalised_scores(one, ruleset))
    if ruleset.points.rounds and one.scheduled.round not in ruleset.points.rounds:
        scores = False
    points = ruleset.points_for(rank) if final and scores and rank is not None else 0
    return Classified(
        competitor=one.row.competitor,
        name=one.row.name,
        family_name=one.row.family_name,
        noc=one.row.noc,
        rank=rank,
        round=one.scheduled.round,
        race=one.scheduled.race,
        place=one.row.rank,
        time_ms=one.row.time_ms,
        status=one.row.status,
        points=points,
        medal=medal,
        line_up=one.row.line_up,
    )


def place(
    scheduled: RaceScheduled, rows: Iterable[ResultRow], ruleset: Ruleset
) -> tuple[Placed, ...]:
    """Return the places in one race, from its public result."""
    rounds = ruleset.rounds_of(scheduled.metres, relay=scheduled.relay)
    order = _round_order(scheduled.round, rounds)
    results = tuple(rows)
    places = Counter(row.rank for row in results)
    return tuple(
        Placed(
            scheduled,
            row,
            order,
            _key(row, scheduled.round, rounds, ruleset),
            (row.noc, row.start_position, row.competitor),
            _lost_the_distance(row, ruleset),
            row.rank is not None and places[row.rank] > 1,
        )
        for row in results
    )


def _last_results(placed: Sequence[Sequence[Placed]], ruleset: Ruleset) -> Iterable[Placed]:
    """Return the best round that each competitor reached in a race that has been skated."""
    best: dict[str, Placed] = {}
    for race in placed:
        for one in race:
            before = best.get(one.row.competitor)
            if before is None or (one.round_order, one.key) < (before.round_order, before.key):
                best[one.row.competitor] = one
    if ruleset.classification_time == "best_of_distance":
        _part_by_earlier_rounds(best, placed)
    return _level(
        [_with_whole_team(last, placed) if last.row.line_up else last for last in best.values()]
    )


def _part_by_earlier_rounds(best: dict[str, Placed], placed: Sequence[Sequence[Placed]]) -> None:
    """Part equals by their places in earlier rounds, then by their best time of the distance."""
    times: dict[str, int] = {}
    places: dict[str, list[tuple[int, int]]] = {}
    for race in placed:
        for one in race:
            who, time_ms = one.row.competitor, one.row.time_ms
            if time_ms is not None:
                times[who] = min(time_ms, times.get(who, _NO_TIME))
            places.setdefault(who, []).append((one.round_order, one.row.rank or _NO_PLACE))
    for who, last in best.items():
        earlier = sorted(each for each in places[who] if each[0] > last.round_order)
        tie = tuple(rank for _, rank in earlier), times.get(who, _NO_TIME)
        best[who] = replace(last, key=(*last.key[:3], tie))


def _with_whole_team(last: Placed, placed: Iterable[Iterable[Placed]]) -> Placed:
    """Add the skaters who raced for a team in other rounds than its last one."""
    rows = [
        one.row
        for race in placed
        for one in race
        if one.row.competitor == last.row.competitor and one.row.status != "DNS"
    ]
    named = {member.skater: member for row in (last.row, *rows) for member in row.line_up}
    return replace(last, row=replace(last.row, line_up=tuple(named.values())))


def _level(results: Collection[Placed]) -> list[Placed]:
    """Give everybody in a dead heat the best of what parts equals, so that it parts them not."""
    level = [one for one in results if one.shares_place]
    if not level:
        return list(results)
    fastest: dict[tuple[str, int | None], tuple[tuple[int, ...], int]] = {}
    for one in level:
        heat, parted_by = (one.scheduled.race, one.row.rank), one.key[3]
        known = fastest.get(heat)
        if known is None or parted_by < known:
            fastest[heat] = parted_by
    return [
        replace(one, key=(*one.key[:3], fastest[one.scheduled.race, one.row.rank]))
        if one.shares_place
        else one
        for one in results
    ]


def counts(race: Race) -> bool:
    """Return whether a race's result is shown, so that it counts in the classification."""
    return result_state(race) in {"UNOFFICIAL", "OFFICIAL", "CORRECTED"}


def _round_order(round_: str, rounds: Sequence[str]) -> int:
    """Return which round it is, 0 being the best; a round that is not listed is the last."""
    return rounds.index(round_) if round_ in rounds else len(rounds)


def _key(row: ResultRow, round_: str, rounds: Sequence[str], ruleset: Ruleset) -> _Key:
    """Return the sort key; groups are even, so that an odd one stands between two rounds."""
    group = _round_order(round_, rounds) * 2
    penalised = row.status in {"PEN", "YC"}
    if round_ == "FINAL_A" and penalised and ruleset.final_a_penalty == "after_final_b":
        group = _round_order("FINAL_B", rounds) * 2 + 1
    if _lost_the_distance(row, ruleset):
        group = len(rounds) * 2 + 2
    penal = STATUS_ORDER.get(row.status or "", 0)
    place = row.rank if row.rank is not None else _NO_PLACE
    return (group, penal, place, ((), row.time_ms if row.time_ms is not None else _NO_TIME))


def _lost_the_distance(row: ResultRow, ruleset: Ruleset) -> bool:
    """Return whether a card took the results of the distance: then there is no rank."""
    return row.status == "RC" or (row.status == "YC" and ruleset.yellow_card == "loses_distance")


def _order(one: Placed) -> tuple[_Key, tuple[str, int, str]]:
    return (one.key, one.among_equals)


def ranks(results: Iterable[tuple[object, bool, bool]]) -> list[int | None]:
    """Return the ranks of results, best first: each with its key, if it has a place, if it is lost.

    Equal keys with a place share a rank; who lost the results has none.
    """
    found: list[int | None] = []
    before: object = None
    for i, (key, has_place, lost) in enumerate(results):
        if lost:
            found.append(None)
        elif i and key == before and has_place:
            found.append(found[-1])
        else:
            found.append(i + 1)
        before = key
    return found


def _medals(
    last: Sequence[Placed], ranks: Sequence[int | None], ruleset: Ruleset
) -> dict[str, Medal]:
    """Return the medals: to the best three places among those without a penalty.

    Where a penalised finalist keeps a place in Final A, only Final A gives medals.
    """
    medals: dict[str, Medal] = {}
    for one, rank in zip(last, ranks, strict=True):
        round_ = one.scheduled.round
        eligible = round_ == "FINAL_A" or (
            ruleset.final_a_penalty == "after_final_b" and round_ == "FINAL_B"
        )
        placed = one.row.rank is not None
        if eligible and placed and rank is not None and rank <= len(_MEDALS):
            medals[one.row.competitor] = _MEDALS[rank - 1]
    return medals


def _penalised_scores(one: Placed, ruleset: Ruleset) -> bool:
    """Return whether a penalised place scores: only in Final A, and as the ruleset says."""
    return (
        ruleset.points.penalised_score
        and one.row.status == "PEN"
        and one.scheduled.round == "FINAL_A"
    )
