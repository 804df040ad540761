"""Finish times by every source that gave one, and which of them counts.

A time is an opinion of its source, and no opinion replaces another's: the strongest source counts,
whenever it spoke. Within one source the later reading counts, and a reading before the crossing
that it was read from. `no time` is an opinion like any other.
"""

from msgspec.structs import replace

from tracker.domain.race import OnIce, Opinion, Race, Reading
from tracker.domain.values import TimeSource

STRONGEST_FIRST: tuple[TimeSource, ...] = ("photo", "transponder", "hand")
"""A photo shows the blade, a transponder the ankle, a hand what an eye saw."""
_WEIGHT = {source: -index for index, source in enumerate(STRONGEST_FIRST)}


def reading(c: OnIce) -> Reading | None:
    """Return what was read for a competitor, last, by the strongest source; or None."""
    if len(c.readings) == 1:
        return c.readings[0]
    return max(reversed(c.readings), key=lambda read: _WEIGHT[read.time_source], default=None)


def counting(race: Race, c: OnIce) -> Opinion | None:
    """Return the opinion that is a competitor's finish time, or None while there is none."""
    read, crossed = reading(c), _measured(race, c)
    if read is None:
        return crossed
    if crossed is not None and _WEIGHT[crossed.time_source] > _WEIGHT[read.time_source]:
        return crossed
    return _opinion(read, counts=True)


def opinions(race: Race, c: OnIce) -> tuple[Opinion, ...]:
    """Return every opinion on a competitor's finish time, the one that counts first."""
    crossed = _measured(race, c)
    if not c.readings:
        return () if crossed is None else (crossed,)
    if crossed is None and len(c.readings) == 1:
        return (_opinion(c.readings[0], counts=True),)
    found = [_opinion(read, counts=False) for read in reversed(c.readings)]
    if crossed is not None:
        found.append(replace(crossed, counts=False))
    # Stable: of one source the latest reading stands first, and the crossing last.
    found.sort(key=lambda each: -_WEIGHT[each.time_source])
    return tuple(replace(each, counts=not index) for index, each in enumerate(found))


def photo_read(c: OnIce) -> bool:
    """Return whether the photo-finish judge read a time for a competitor."""
    return any(x.time_source == "photo" and x.time_ms is not None for x in c.readings)


def _measured(race: Race, c: OnIce) -> Opinion | None:
    """Return what was measured at the last crossing of whoever skated all rows."""
    if c.declared is not None or not 0 < race.lap_rows <= c.rows:
        return None
    last = c.crossings[-1]
    if last.elapsed_ms is None:
        return None
    return Opinion(
        last.version, last.time_source, last.elapsed_ms, "crossing", counts=True, source=last.source
    )


def _opinion(read: Reading, *, counts: bool) -> Opinion:
    return Opinion(
        read.version, read.time_source, read.time_ms, "read", counts=counts, source=read.source
    )
