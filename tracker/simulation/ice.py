"""The ice as a trainee sees it: who is where on the lap, and who crosses the line now."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

_JUST_MS = 400
"""How long a crossing is pointed out."""


def view(
    crossings: Mapping[str, Sequence[int]],
    labels: Mapping[str, str],
    elapsed_ms: int,
    *,
    width: int = 64,
) -> str:
    """Return the lap as one line, its end at the right; who crosses just now stands behind it."""
    track = [" "] * width
    crossing: list[tuple[int, str]] = []
    for who, times in crossings.items():
        row = bisect_right(times, elapsed_ms)
        if row and elapsed_ms - times[row - 1] <= _JUST_MS:
            crossing.append((times[row - 1], labels[who]))
        elif row < len(times):
            begin = times[row - 1] if row else 0
            part = (elapsed_ms - begin) / max(times[row] - begin, 1)
            _put(track, labels[who], max(part, 0.0))
    now = " ".join(label for _, label in sorted(crossing))
    return f"{clock(elapsed_ms)} |{''.join(track)}| {now}".rstrip()


def clock(elapsed_ms: int) -> str:
    """Return race time to the tenth, negative before the gun."""
    tenths = abs(elapsed_ms) // 100
    sign = "-" if elapsed_ms < 0 else " "
    return f"{sign}{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"


def _put(track: list[str], label: str, part: float) -> None:
    """Write a label where its skater is, further back where somebody is in front."""
    at = min(int(part * len(track)), len(track) - len(label))
    while at > 0 and any(mark != " " for mark in track[max(at - 1, 0) : at + len(label) + 1]):
        at -= 1
    track[at : at + len(label)] = label
