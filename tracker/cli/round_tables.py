"""Rounds, draws, proposals and explanations as text that a referee would like to read."""

from collections.abc import Callable, Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from tracker.cli.tables import Column, Document, Row, clock, table


def rounds(document: Document) -> RenderableType:
    """Return each round with its table of who goes on, and the marks."""
    return Group(Text(str(document["name"]), style="bold"), *map(_round, document["rows"]))


def _round(row: Row) -> RenderableType:
    state = "complete" if row["complete"] else "not complete"
    title = f"{row['name']}: {row['progression'] or 'no table of progression'} ({state})"
    stale = [
        f"{race['name']}: the start list is stale: {', '.join(race['drawn']['stale'])} changed"
        for race in row["races"]
        if race["drawn"] and race["drawn"]["stale"]
    ]
    columns: tuple[Column, ...] = (
        ("Mark", lambda each: (each["mark"] or "") + ("" if each["certain"] else " ?"), False),
        ("Name", lambda each: each["name"], False),
        ("NOC", lambda each: each["noc"], False),
        ("Race", lambda each: each["race"].rsplit("/", 1)[-1], False),
        ("Place", lambda each: each["rank"], True),
        ("Time", lambda each: clock(each["time_ms"]), True),
        ("To", lambda each: each["to"], False),
    )
    body = [table(row["marks"].values(), columns, title=title)] if row["marks"] else [Text(title)]
    return Group(*body, *map(Text, stale))


def draw(document: Document) -> RenderableType:
    """Return the start lists as they would be drawn."""
    certain = "" if document["certain"] else ", from results that may still change"
    head = Text(f"{document['distance']}, {document['round']}: a proposal{certain}", style="bold")
    columns: tuple[Column, ...] = (
        ("Start", lambda each: each["start_position"], True),
        ("Row", lambda each: each["row"], True),
        ("Helmet", lambda each: each["helmet"], True),
        ("Name", lambda each: each["name"], False),
        ("NOC", lambda each: each["noc"], False),
        ("Seed", lambda each: each["seeding"], True),
        ("From", lambda each: (each["came_from"] or "ranking").rsplit("/", 1)[-1], False),
    )
    lists = [table(row["starters"], columns, title=row["name"]) for row in document["rows"]]
    return Group(head, *lists, Text(f"Seed: {document['seed']}"))


def proposals(document: Document) -> RenderableType:
    """Return what waits for an official."""
    if not document["rows"]:
        return Text("Nothing waits for an official.")
    columns: tuple[Column, ...] = (
        ("Step", lambda each: each["kind"], False),
        ("Who", lambda each: each["competitor"], False),
        ("Race", lambda each: each["race"], False),
        ("Because", lambda each: each["rule"], False),
    )
    return table(document["rows"], columns, title=str(document["name"]))


def what_if(document: Document) -> RenderableType:
    """Return every difference: what it is, and what it would have been."""
    if not document["rows"]:
        return Text("Nothing would have been different.")
    columns: tuple[Column, ...] = (
        ("Where", lambda each: each["document"], False),
        ("Of", lambda each: each["scope"], False),
        ("Name", lambda each: each["name"], False),
        ("NOC", lambda each: each["noc"], False),
        ("What", lambda each: each["field"], False),
        ("Is", lambda each: _value(each, "before"), True),
        ("Would be", lambda each: _value(each, "after"), True),
    )
    return table(document["rows"], columns, title="What would have been different")


def _value(row: Row, side: str) -> object:
    value = row[side]
    if value is None:
        return "-"
    return clock(value) if row["field"] == "time_ms" else value


def explain(document: Document) -> RenderableType:
    """Return the chain of facts and rules, a step a paragraph."""
    return Group(Text(str(document["question"]), style="bold"), *_steps(document))


def _steps(document: Document) -> Iterator[RenderableType]:
    for number, row in enumerate(document["rows"], 1):
        yield Text(f"{number:>2}. {row['text']}")
        if row["rule"]:
            yield Text(f"    rule: {row['rule']}")
        for fact in row["facts"]:
            yield Text(f"    {fact['position']}: {fact['type']} by {fact['official']}")


RENDER: dict[str, Callable[[Document], RenderableType]] = {
    "rounds": rounds,
    "draw": draw,
    "proposals": proposals,
    "explain": explain,
    "what-if": what_if,
}
