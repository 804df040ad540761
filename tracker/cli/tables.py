"""The API's documents as tables that a referee would like to read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

Document: TypeAlias = Mapping[str, Any]
Row: TypeAlias = Mapping[str, Any]
Column: TypeAlias = tuple[str, Callable[[Row], object], bool]
"""A heading, what stands below it, and whether it is a number."""

BEST_ROWS = 10
RECONSTRUCTED = "reconstructed"
_PLAIN_WIDTH = 200
_MINUTE_MS = 60_000
_MS = 1000


def console() -> Console:
    """Return the console for answers: colours on a terminal, wide plain text elsewhere."""
    probe = Console(highlight=False)
    return probe if probe.is_terminal else Console(highlight=False, width=_PLAIN_WIDTH)


def clock(time_ms: int | None) -> str:
    """Return thousandths as `m:ss.000`, `ss.000` below a minute; nothing for no time."""
    if time_ms is None:
        return ""
    minutes, rest = divmod(time_ms, _MINUTE_MS)
    seconds, thousandths = divmod(rest, _MS)
    if minutes:
        return f"{minutes}:{seconds:02}.{thousandths:03}"
    return f"{seconds}.{thousandths:03}"


def gap(gap_ms: int | None) -> str:
    """Return a distance to the leader as `+s.000`; nothing for the leader."""
    return "" if not gap_ms else f"+{gap_ms // _MS}.{gap_ms % _MS:03}"


def table(rows: Iterable[Row], columns: Sequence[Column], *, title: str | None = None) -> Table:
    """Return rows under headings, numbers to the right."""
    made = Table(box=box.ASCII_DOUBLE_HEAD if not console().is_terminal else box.SIMPLE_HEAD)
    made.title, made.title_justify, made.title_style = title, "left", "bold"
    for heading, _, number in columns:
        made.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        made.add_row(*(_cell(of(row)) for _, of, _ in columns))
    return made


def _cell(value: object) -> Text:
    return Text("" if value is None else str(value))


def _field(name: str) -> Callable[[Row], object]:
    return lambda row: row.get(name)


def _heading(*parts: object) -> Text:
    return Text(" · ".join(str(part) for part in parts if part not in (None, "")), style="bold")


RANK: Column = ("#", _field("rank"), True)
NAME: Column = ("Name", _field("name"), False)
NOC: Column = ("NOC", _field("noc"), False)
TIME: Column = ("Time", lambda row: clock(row.get("time_ms")), True)
STATUS: Column = ("Status", _field("status"), False)


def result(document: Document) -> RenderableType:
    """Return a race's result, its state on top."""
    columns = (
        RANK,
        ("Helmet", _field("helmet"), True),
        NOC,
        NAME,
        TIME,
        ("Gap", lambda row: gap(row.get("gap_ms")), True),
        ("Status", _status, False),
    )
    return Group(*_race_head(document), table(document["rows"], columns), *_notes(document))


def _status(row: Row) -> str:
    penalty = row.get("penalty") or {}
    words = [row.get("status"), penalty.get("code")]
    called = " ".join(str(word) for word in words if word)
    parts = [
        f"{called}: {penalty['text']}" if penalty.get("text") else called,
        row.get("mark"),
        "fell" if row.get("fallen") and row.get("status") != "FELL" else None,
    ]
    return ", ".join(str(part) for part in parts if part)


def board(document: Document) -> RenderableType:
    """Return a race's running order."""
    columns = (
        RANK,
        ("Helmet", _field("helmet"), True),
        NOC,
        NAME,
        ("Laps", _field("laps"), True),
        ("Last lap", lambda row: clock(row.get("last_lap_ms")), True),
        ("Elapsed", lambda row: clock(row.get("elapsed_ms")), True),
        ("Gap", lambda row: gap(row.get("gap_ms")), True),
        ("Status", _status, False),
    )
    return Group(*_race_head(document), table(document["rows"], columns), *_notes(document))


def _race_head(document: Document) -> list[Text]:
    lines = [
        Text(str(document.get("state", "")), style="bold reverse"),
        _heading(document.get("name"), document.get("round"), document.get("race")),
    ]
    to_go = document.get("laps_to_go")
    if document.get("state") == "LIVE" and to_go is not None:
        lines.append(Text(f"{to_go} laps to go", style="bold"))
    if document.get("notice"):
        lines.append(Text(str(document["notice"])))
    return lines


def _notes(document: Document) -> list[Text]:
    """Return who states what no official observed, and whether some of it is reconstructed."""
    said = [part for each in document.get("sources") or () for part in str(each).split("; ")]
    stated = list(dict.fromkeys(part for part in said if part != RECONSTRUCTED))
    notes = []
    if RECONSTRUCTED in said:
        notes.append("Reconstructed in part: the sources do not state everything shown here.")
    if stated:
        notes.append(f"Stated by: {'; '.join(stated)}")
    return [Text(note, style="italic") for note in notes]


def lap_chart(document: Document) -> RenderableType:
    """Return everybody's rank lap by lap."""
    rows = document["rows"]
    laps = sorted({int(lap) for row in rows for lap in row.get("chart") or {}})

    def rank_at(lap: int) -> Callable[[Row], object]:
        return lambda row: (row.get("chart", {}).get(str(lap)) or [None])[0]

    columns = (NOC, NAME, *((str(lap), rank_at(lap), True) for lap in laps))
    return Group(*_race_head(document), table(rows, columns), *_notes(document))


def start_list(document: Document) -> RenderableType:
    """Return who starts where."""
    columns = (
        ("Start", _field("start_position"), True),
        ("Helmet", _field("helmet"), True),
        NOC,
        NAME,
        STATUS,
    )
    return Group(*_race_head(document), table(document["rows"], columns))


def classification(document: Document) -> RenderableType:
    """Return the final order of a distance."""
    official = "" if document.get("official") else "not final yet"
    columns = (
        RANK,
        NOC,
        NAME,
        ("Round", _field("round"), False),
        TIME,
        STATUS,
        ("Points", _field("points"), True),
        ("Medal", _field("medal"), False),
    )
    return Group(
        _heading(document.get("name"), document.get("distance"), official),
        table(document["rows"], columns),
    )


def medals(document: Document) -> RenderableType:
    """Return a medal table."""
    columns = (
        RANK,
        NOC,
        *((NAME,) if document.get("by") == "skater" else ()),
        ("Gold", _field("gold"), True),
        ("Silver", _field("silver"), True),
        ("Bronze", _field("bronze"), True),
        ("Total", _field("total"), True),
    )
    head = _heading("Medals", document.get("competition"), document.get("gender"))
    return Group(head, table(document["rows"], columns))


def first(document: Document, rows: int) -> Document:
    """Return a document with no more than its first rows."""
    return {**document, "rows": document["rows"][:rows]}


def standings(document: Document, *, title: str = "") -> RenderableType:
    """Return a series' standings."""
    columns = (
        RANK,
        NOC,
        NAME,
        ("Points", _field("points"), True),
        ("Won", _field("golds"), True),
        ("Bonus", _field("bonus"), True),
        ("Brought in", _field("brought_in"), True),
    )
    return Group(
        _heading(title, document.get("name"), document.get("table")),
        table(document["rows"], columns),
        Text(f"Tables: {', '.join(document.get('tables') or ())}"),
    )


def best_times(document: Document) -> RenderableType:
    """Return what stands at a competition and what waits, or a season's bests."""
    where = ("Race", _field("race"), False)
    if "series" in document:
        head = _heading("Season's bests", document.get("name"), document.get("table"))
        names = Text(f"Tables: {', '.join(document['tables'])}")
        return Group(head, table(document["rows"], (RANK, NOC, NAME, TIME, where)), names)
    what = (("", _field("best"), False), ("Distance", _field("table"), False))
    beats = ("Before", lambda row: clock((row.get("beats") or {}).get("time_ms")), True)
    parts: list[RenderableType] = [
        _heading("Best times", document.get("name"), document.get("competition")),
        table(document["rows"], (*what, NOC, NAME, TIME, beats, where)),
    ]
    if document["proposals"]:
        by = ("By", lambda row: clock(row["by_ms"]) if row["by_ms"] else "equalled", True)
        columns = (*what, NOC, NAME, TIME, beats, by, where)
        parts.append(table(document["proposals"], columns, title="Waiting to be confirmed"))
    if document["void"]:
        who: Column = ("Competitor", _field("competitor"), False)
        why: Column = ("Why", _field("why"), False)
        void = table(document["void"], (*what, who, TIME, where, why), title="Confirmed, but void")
        parts.append(void)
    return Group(*parts)


def programme(document: Document) -> RenderableType:
    """Return a competition's races."""

    def podium(row: Row) -> str:
        return ", ".join(f"{one['name']} ({one['noc']})" for one in row.get("podium") or ())

    columns = (
        ("Race", _field("id"), False),
        ("Distance", _field("name"), False),
        ("Round", _field("round"), False),
        ("State", _field("state"), False),
        ("Podium", podium, False),
    )
    head = _heading(document.get("name"), document.get("city"), document.get("starts_on"))
    return Group(head, table(document["rows"], columns))


def journal(document: Document) -> RenderableType:
    """Return the public ledger of decisions."""
    columns = (
        ("At (UTC)", lambda row: str(row.get("occurred_at"))[:19].replace("T", " "), False),
        ("Race", lambda row: str(row.get("race") or "").partition("/")[2], False),
        ("Decision", _field("text"), False),
        ("Reason", _field("reason"), False),
        ("Official", _field("official"), False),
    )
    head = _heading("Decisions", document.get("name"), document.get("competition"))
    return Group(head, table(document["rows"], columns))


def projections(rows: Sequence[Row]) -> RenderableType:
    """Return how far each projection is."""
    columns = (
        ("Projection", _field("name"), False),
        ("Version", _field("version"), True),
        ("State", _field("state"), False),
        ("Position", _field("position"), True),
        ("Behind", _field("lag"), True),
        ("Failure", _field("failure"), False),
        ("Left out", lambda row: ", ".join(str(each) for each in row["skipped"]), False),
    )
    return table(rows, columns)


def operations(rows: Sequence[Row]) -> RenderableType:
    """Return what was done with the read models."""
    columns = (
        ("At", _field("at"), False),
        ("Operation", _field("operation"), False),
        ("Projection", _field("projection"), False),
        ("Position", _field("position"), True),
        ("Official", _field("official"), False),
        ("Reason", _field("reason"), False),
        ("Rows that differed", lambda row: str(row["outcome"].get("differences", "")), True),
    )
    return table(rows, columns)


RENDER: dict[str, Callable[[Document], RenderableType]] = {
    "result": result,
    "board": board,
    "lap-chart": lap_chart,
    "start-list": start_list,
    "classification": classification,
    "medals": medals,
    "standings": standings,
    "best-times": best_times,
    "programme": programme,
    "journal": journal,
}
