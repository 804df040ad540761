"""A lap chart as a picture that an article or an e-mail can embed: one SVG, nothing beside it.

Attributes alone, no style sheet: a content security policy without inline styles shows it whole.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from msgspec import Struct

Row = Mapping[str, Any]

WIDTH, HEIGHT = 1200, 640
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 250, 144, 40
_FACE = "Barlow Condensed, Roboto Condensed, Arial Narrow, sans-serif"
_NIGHT, _EDGE, _ICE, _HAZE, _BLADE = "#070d18", "#26385a", "#eaf2fb", "#8ba0c0", "#6fd0ff"
_HOLD, _STOP = "#ffc148", "#ff6b6b"
_COLOURS = "#6fd0ff #ffb454 #8be28b #ff8fa3 #c7a8ff #f4e06d #58d6c3 #ff9ce6 #a8c0ff #d9d9d9".split()
_DASHES = ("", "10 5", "3 4", "14 4 3 4", "6 3", "2 3", "16 6", "8 3 2 3", "4 6", "12 3")
_NAME_CHARACTERS = 18
_ROWS_ALL_NUMBERED = 14
_ROWS_EVERY_THIRD = 20
_SIGN = 9.0


class _Line(Struct, frozen=True):
    """One competitor's way through the race."""

    index: int
    row: Row
    points: tuple[tuple[int, int], ...]
    """(lap row, rank); row 0 is the start."""

    @property
    def last(self) -> tuple[int, int]:
        return self.points[-1]

    def rank_at(self, row: int) -> int:
        """Return the rank at the end of a lap row, or the last one known before it."""
        return [rank for at, rank in self.points if at <= row][-1]


class _Frame(Struct, frozen=True):
    """Where laps and ranks lie in the picture."""

    rows: int
    ranks: int

    def x(self, row: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * row / max(self.rows, 1)

    def y(self, rank: float) -> float:
        return _TOP + (HEIGHT - _TOP - _BOTTOM) * (rank - 1) / max(self.ranks - 1, 1)


def render(board: Row) -> str:
    """Return the laps of a board as SVG."""
    lines = _lines(board["rows"])
    frame = _Frame(rows=int(board["laps_total"] or 0), ranks=len(lines))
    title = f"{board['name']}, {board['round']}"
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
            f' width="{WIDTH}" height="{HEIGHT}" role="img" font-family="{_FACE}">'
        ),
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(_described(lines))}</desc>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="16" fill="{_NIGHT}"/>',
        _text(28, 50, board["name"], size=36, weight=700),
        _text(28, 80, f"{board['round']} · {_state(board['state'])}", size=22, fill=_BLADE),
        *_hold(board),
        *_legend(lines),
        *_grid(frame),
        *(_way(line, frame) for line in reversed(lines)),
        *(_label(line, frame) for line in lines),
        "</svg>",
    ]
    return "".join(parts)


def _lines(rows: Sequence[Row]) -> list[_Line]:
    starters = sorted(rows, key=lambda row: row["start_position"])
    return [
        _Line(
            index=index,
            row=row,
            points=(
                (0, index + 1),
                *sorted((int(at), cell[0]) for at, cell in row["chart"].items()),
            ),
        )
        for index, row in enumerate(starters)
    ]


def _hold(board: Row) -> list[str]:
    """Return a line which says that the race has gone on since, if its board is held."""
    if not board.get("held"):
        return []
    return [
        _text(
            WIDTH - 28,
            80,
            "❚❚ Held by the timing officials",
            size=22,
            weight=700,
            fill=_HOLD,
            anchor="end",
        )
    ]


def _legend(lines: Sequence[_Line]) -> list[str]:
    """Return what the signs mean, if there are any."""
    kinds = {mark["kind"] for line in lines for mark in line.row["marks"].values()}
    words = [f"{sign} {kind}" for sign, kind in (("⊗", "fall"), ("◆", "exchange")) if kind in kinds]
    return [_text(WIDTH - 28, 50, "   ".join(words), size=18, fill=_HAZE, anchor="end")]


def _grid(frame: _Frame) -> list[str]:
    step = 5 if frame.rows > _ROWS_EVERY_THIRD else 3 if frame.rows > _ROWS_ALL_NUMBERED else 1
    found = [
        row for row in range(1, frame.rows + 1) if row % step == 0 or row in (frame.rows, step)
    ]
    parts = []
    for row in found:
        x = frame.x(row)
        parts.append(
            f'<path d="M{x:.1f} {_TOP - 14}V{HEIGHT - _BOTTOM + 14}" stroke="{_EDGE}"/>'
            + _text(x, _TOP - 22, str(row), size=16, fill=_HAZE, anchor="middle")
        )
    return parts


def _way(line: _Line, frame: _Frame) -> str:
    """Return a competitor's line with everything that befell them on it."""
    colour = _COLOURS[line.index % len(_COLOURS)]
    dash = _DASHES[line.index % len(_DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    row, rank = line.last
    parts = [
        (
            f'<path d="{_path(line, frame)}" fill="none" stroke="{colour}" stroke-width="4"'
            f' stroke-linecap="round" stroke-linejoin="round"{dashed}/>'
        ),
        _text(
            _LEFT - 16,
            frame.y(line.index + 1) + 6,
            str(line.row["start_position"]),
            size=18,
            fill=colour,
            anchor="end",
        ),
    ]
    if row:
        cx, cy = frame.x(row), frame.y(rank)
        parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="6" fill="{colour}"/>')
    parts += [_mark(mark, line, frame, colour) for mark in line.row["marks"].values()]
    return "<g>" + "".join(parts) + "</g>"


def _path(line: _Line, frame: _Frame) -> str:
    """Return a path that leaves and arrives level, so that passing reads as a move."""
    (row, rank), *rest = line.points
    px, py = frame.x(row), frame.y(rank)
    parts = [f"M{px:.1f} {py:.1f}"]
    for row, rank in rest:
        x, y = frame.x(row), frame.y(rank)
        middle = (px + x) / 2
        parts.append(f"C{middle:.1f} {py:.1f} {middle:.1f} {y:.1f} {x:.1f} {y:.1f}")
        px, py = x, y
    return "".join(parts)


def _mark(mark: Row, line: _Line, frame: _Frame, colour: str) -> str:
    """Return the sign of a fall or an exchange, halfway through the lap in which it happened."""
    row = min(mark["row"], line.last[0] + 1)
    x = frame.x(row - 0.5)
    y = frame.y((line.rank_at(row - 1) + line.rank_at(row)) / 2)
    if mark["kind"] == "fall":
        arm = _SIGN / 2
        cross = f"M{x - arm:.1f} {y - arm:.1f}l{_SIGN} {_SIGN}m0 -{_SIGN}l-{_SIGN} {_SIGN}"
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_SIGN}" fill="{_NIGHT}" stroke="{_HOLD}"'
            f' stroke-width="2.5"/><path d="{cross}" stroke="{_HOLD}" stroke-width="2.5"/>'
        )
    if mark["kind"] == "exchange":
        return (
            f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z" fill="{_NIGHT}" stroke="{colour}"'
            ' stroke-width="1.6"/>'
        )
    return ""


def _label(line: _Line, frame: _Frame) -> str:
    row, rank = line.last
    name = line.row["family_name"] or line.row["name"]
    if len(name) > _NAME_CHARACTERS:
        name = name[: _NAME_CHARACTERS - 1] + "…"
    sign = str(line.row["helmet"] or line.row["noc"])
    status = line.row["status"] if line.row["status"] != "FELL" else None
    words = " ".join(filter(None, (sign if sign != name else None, name, status)))
    colour = _STOP if status in ("PEN", "RC") else _COLOURS[line.index % len(_COLOURS)]
    x, y = frame.x(row) + 14, frame.y(rank) + 6
    return _text(x, y, words, size=19, weight=600, fill=colour, halo=True)


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int,
    fill: str = _ICE,
    weight: int = 500,
    anchor: str = "start",
    halo: bool = False,
) -> str:
    behind = f' paint-order="stroke" stroke="{_NIGHT}" stroke-width="5"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}"'
        f' text-anchor="{anchor}"{behind}>{escape(words)}</text>'
    )


def _described(lines: Sequence[_Line]) -> str:
    """Return the order that is shown last, for those who hear the picture."""
    furthest = max((line.last[0] for line in lines), default=0)
    if not furthest:
        return "No lap has been skated."
    arrived = sorted((line.last[1], line.row["name"]) for line in lines if line.last[0] == furthest)
    order = ", ".join(f"{rank} {name}" for rank, name in arrived)
    return f"Order at the end of lap {furthest}: {order}."


def _state(code: str) -> str:
    return code.replace("_", " ").capitalize()
