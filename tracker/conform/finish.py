"""The order across the line, from published times; from published places where times are missing.

In 17,000 published races of 2009 to 2020 no time contradicts a place, so a place that does not
follow from the times is a difference and no input.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from tracker.conform import names
from tracker.conform.published import Line


class Finish(Struct):
    """Who crossed the line in which order."""

    groups: tuple[tuple[str, ...], ...] = ()
    """Best first; those in one group share a place."""
    declared: dict[str, int] = field(default_factory=dict)
    """Who was declared finished without a time, and in which place."""
    unnamed: list[str] = field(default_factory=list)
    """Ids for places that the file leaves out."""
    notes: list[str] = field(default_factory=list)


def finish(race: str, lines: Mapping[str, Line]) -> Finish:
    """Return the finish order of a published race."""
    found = Finish()
    crossed = {who: line for who, line in lines.items() if line.status is None and not line.blank}
    groups = _groups({who: line for who, line in crossed.items() if not line.no_time})
    declared = {who: line for who, line in crossed.items() if line.no_time}
    gaps = _gaps(crossed) if _may_be_missing(lines) else []
    blanks = [who for who, line in lines.items() if line.blank and not line.uncertain]
    for gap in gaps:
        if blanks and len(blanks) <= len(gaps):
            who = blanks.pop(0)
            found.notes.append(f"{lines[who].name} has no place: taken for place {gap}")
        else:
            who = f"unnamed-{names.slug(race.replace('/', ' '))}-{gap}"[-60:].strip("-")
            found.unnamed.append(who)
        groups.insert(_index(groups, crossed, gap), [who])
    found.groups = tuple(tuple(group) for group in groups)
    place = sum(len(group) for group in groups) + 1
    for who, line in sorted(declared.items(), key=lambda each: each[1].rank or 99):
        found.declared[who] = line.rank if line.rank is not None else place
    return found


def _groups(crossed: Mapping[str, Line]) -> list[list[str]]:
    """Return who crossed the line by time; whoever has none, where the published places say."""
    timed = [who for who, line in crossed.items() if line.time_ms is not None]
    # A photo decides between equal times: then the published places say who was ahead.
    timed.sort(key=lambda who: (crossed[who].time_ms or 0, crossed[who].rank or 99))
    groups: list[list[str]] = []
    for who in timed:
        last = crossed[groups[-1][0]] if groups else None
        mine = crossed[who]
        if last and (last.time_ms, last.rank) == (mine.time_ms, mine.rank):
            groups[-1].append(who)
        else:
            groups.append([who])
    untimed = [who for who, line in crossed.items() if line.time_ms is None]
    for who in sorted(untimed, key=lambda who: crossed[who].rank or 99):
        rank = crossed[who].rank or 99
        for group in groups:
            first = crossed[group[0]]
            if first.time_ms is None and first.rank == rank:
                group.append(who)
                break
        else:
            groups.insert(_index(groups, crossed, rank), [who])
    return groups


def _index(groups: list[list[str]], crossed: Mapping[str, Line], rank: int) -> int:
    """Return where a place belongs among groups: before the first that was published behind it."""
    for i, group in enumerate(groups):
        ranks = [crossed[who].rank for who in group if who in crossed]
        if any(each is not None and each > rank for each in ranks):
            return i
    return len(groups)


def _may_be_missing(lines: Mapping[str, Line]) -> bool:
    """Return whether a line may be missing: start positions do not prove the field whole."""
    positions = [line.start_pos for line in lines.values()]
    if any(line.blank for line in lines.values()) or None in positions:
        return True
    return sorted(position or 0 for position in positions) != list(range(1, len(positions) + 1))


def _gaps(crossed: Mapping[str, Line]) -> list[int]:
    """Return the places that nobody has, up to the last that somebody has."""
    gaps: list[int] = []
    place = 1
    for rank in sorted(line.rank for line in crossed.values() if line.rank is not None):
        while place < rank:
            gaps.append(place)
            place += 1
        place += 1
    return gaps
