"""Writes the pages that are made from the code: events, errors, feed, command line, limits.

Of the rules, it writes the tables. `make docs` runs it; a test fails when a page is not what it
would write.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import yaml
from msgspec import Struct

import projections
import tracker
from tracker import rulesets
from tracker.domain import commands, events, values
from tracker.domain.ruleset import DistanceFormat, Ruleset
from tracker.errors import TrackerError
from tracker.live import asyncapi
from tracker.rulesets.sources import UNPROVEN, sources

DOCS = Path(__file__).parent
ROOT = DOCS.parent
_LIMIT = re.compile(r"[A-Z][A-Z_]*_(LIMIT|TOLERANCE|KEPT|MS|S)|ATTEMPTS|PAGE")
_OURS = ("tracker.", "projections.")
_SLUG = "[a-z0-9]+(-[a-z0-9]+)*"
_STREAMS = {
    "series-…": (events.SeriesEvent, commands.SeriesCommand),
    "competition-…": (events.CompetitionEvent, commands.CompetitionCommand),
    "distance-…": (events.DistanceEvent, commands.DistanceCommand),
    "race-…": (events.RaceEvent, commands.RaceCommand),
}
_MADE = "<!-- Made from the code by `make docs`; change it there. -->"
_EVENTS = """\
An event is a recorded fact; its name and fields are the storage format, so they are only ever
added to. A command is what an official or a device asks for. Every event may also carry `source`:
who states it, when no official observed it. How both travel over HTTP stands in [api.md](api.md),
what the words mean in [glossary.md](glossary.md).
"""
_ERRORS = """\
A code never changes its meaning; programs may rely on it. The sentence beside it is for people:
it says what, where, and what would be right. Over HTTP an error is a problem document
([api.md](api.md)); the command line prints the sentence and exits with 1.
"""
_CLI = """\
`bell-lap COMMAND`, in `.venv/bin` after `make setup`. Every command that needs the log takes
`--data DIR` or `--database URL`, before or after its own arguments; see
[operating.md](operating.md). The exit status is 0, 1 for what cannot be done, 2 for what cannot be
understood; one sentence on stderr says why.
"""
_LIMITS = """\
Every queue, batch, message and retry ends somewhere. A limit stands beside its use; its unit is in
its name (`_S` is seconds, `_MS` thousandths) or in its meaning.
"""


def pages() -> dict[Path, str]:
    """Return every page that is made from the code, by its path."""
    return {
        DOCS / "events.md": events_page(),
        DOCS / "errors.md": errors_page(),
        DOCS / "asyncapi.yaml": asyncapi_page(),
        DOCS / "cli.md": cli_page(),
        DOCS / "limits.md": limits_page(),
        DOCS / "rules.md": rules_page(),
    }


# --- events and commands -----------------------------------------------------------------------


def events_page() -> str:
    """Return the page of every event and command, with their fields."""
    out = ["# Events and commands", _MADE, _EVENTS, "## Events"]
    for stream, (union, _) in _STREAMS.items():
        out += [f"### In `{stream}`", *map(_struct, get_args(union))]
    out.append("## Commands")
    for stream, (_, union) in _STREAMS.items():
        out += [f"### To `{stream}`", *map(_struct, get_args(union))]
    return _page([*out, "## Values", "What the fields above are made of.", _values()])


def _struct(struct: type[Struct]) -> str:
    """Return a class as a heading, its sentence, and a table of its own fields."""
    source = inspect.getsource(struct)
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.ClassDef)
    rows = [
        f"| `{name}` | {_code(kind)} | {_code(default)} | {_cell(meaning)} |"
        for name, kind, default, meaning in _fields(node, source)
    ]
    head = ["| field | value | left out | meaning |", "|---|---|---|---|"] if rows else []
    said = inspect.cleandoc(struct.__doc__ or "")
    return "\n".join([f"#### {struct.__name__}", "", said, "", *head, *rows])


def _fields(node: ast.ClassDef, source: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield a class's fields as name, type, default and docstring."""
    for statement, following in _pairs(node.body):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=default):
                written = _written(kind, source), _written(default, source)
                yield name, *written, _docstring(following)


def _values() -> str:
    """Return the table of the values that fields are made of."""
    rows = ["| value | is | |", "|---|---|---|"]
    source = inspect.getsource(values)
    for statement, following in _pairs(ast.parse(source).body):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not name.startswith("_"):
                kind = _written(value, source).replace("{_SLUG}", _SLUG)
                rows.append(f"| `{name}` | {_code(kind)} | {_cell(_docstring(following))} |")
            case ast.ClassDef(name=name):
                parts = (f"{part}: {kind}" for part, kind, _, _ in _fields(statement, source))
                said = ast.get_docstring(statement) or ""
                rows.append(f"| `{name}` | {_code(', '.join(parts))} | {_cell(said)} |")
    return "\n".join(rows)


# --- errors ------------------------------------------------------------------------------------


def errors_page() -> str:
    """Return the page of every error code, its HTTP status and its meaning."""
    problems = importlib.import_module("tracker.api.problems")
    classes = {each.code: each for each in reversed(error_classes())}
    rows = ["| code | status | title | meaning |", "|---|---|---|---|"]
    for code in dict.fromkeys([*problems.KINDS, *sorted(classes)]):
        error = classes.get(code)
        kind = problems.KINDS.get(code)
        answer = f"{kind.status} | {kind.title}" if kind else "never over HTTP |"
        said = (error.__doc__ or "").strip().split("\n")[0] if error else ""
        rows.append(f"| `{code}` | {answer} | {_cell(said)} |")
    return _page(["# Error codes", _MADE, _ERRORS, "\n".join(rows)])


def error_classes() -> list[type[TrackerError]]:
    """Return every error that the project raises on purpose, the most general first."""
    for package in (tracker, projections):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found: list[type[TrackerError]] = [TrackerError]
    for each in found:
        ours = (e for e in each.__subclasses__() if e.__module__.startswith(_OURS))
        found += (e for e in ours if e not in found)
    return found[1:]


# --- the feed -----------------------------------------------------------------------------------


def asyncapi_page() -> str:
    """Return the live feed's protocol as AsyncAPI."""
    told = yaml.safe_dump(asyncapi.document(), sort_keys=False, allow_unicode=True, width=98)
    return f"# Made from the code by `make docs`; change it there.\n{told}"


# --- command line ------------------------------------------------------------------------------


def cli_page() -> str:
    """Return the page of every command, as the command line itself tells it."""
    cli = importlib.import_module("tracker.cli")
    told: str = cli.app.generate_docs(recursive=True, heading_level=2)
    return _page(["# The command line", _MADE, _CLI, told])


# --- limits ------------------------------------------------------------------------------------


def limits_page() -> str:
    """Return the page of every limit, with where it stands."""
    rows = ["| limit | value | where | meaning |", "|---|---|---|---|"]
    for path in sorted([*ROOT.glob("tracker/**/*.py"), *ROOT.glob("projections/**/*.py")]):
        where = path.relative_to(ROOT).as_posix()
        for name, kept, said in _limits(path.read_text(encoding="utf-8")):
            rows.append(f"| `{name}` | {_code(kept)} | [{where}](../{where}) | {_cell(said)} |")
    return _page(["# Limits", _MADE, _LIMITS, "\n".join(rows)])


def _limits(source: str) -> Iterator[tuple[str, str, str]]:
    """Yield a module's limits as name, value and meaning: constants, and the class `Limits`."""
    for statement, following in _pairs(ast.parse(source).body):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _LIMIT.fullmatch(name):
                yield name, _written(value, source), _docstring(following)
            case ast.ClassDef(name="Limits"):
                for name, _, default, said in _fields(statement, source):
                    yield name, default, said


# --- text --------------------------------------------------------------------------------------


def _pairs(body: list[ast.stmt]) -> Iterable[tuple[ast.stmt, ast.stmt | None]]:
    """Return each statement with the one behind it, which may be its docstring."""
    return zip(body, [*body[1:], None], strict=True)


def _docstring(statement: ast.stmt | None) -> str:
    """Return what a string behind an assignment says of it."""
    match statement:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return text
        case _:
            return ""


def _written(node: ast.expr | None, source: str) -> str:
    """Return an expression as it stands in the source, on one line."""
    segment = ast.get_source_segment(source, node) if node else None
    return " ".join((segment or "").split())


# --- rules -------------------------------------------------------------------------------------

_RULES = re.compile(r"(<!-- Made: (\w+)[^\n]*-->\n).*?(<!-- Made until here. -->)", re.DOTALL)
_PARTS = ("points", "overall")
_ELSEWHERE = {"id", "name", "valid_from", "distances", "infringements", "round_order", "by_rank"}
"""Keys that have a table or a sentence of their own."""


def rules_page() -> str:
    """Return the page of the rules with its tables as the rulesets are now."""
    tables = {"rulesets": _rulesets, "points": _points, "distances": _distances}
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    return _RULES.sub(lambda found: f"{found[1]}\n{tables[found[2]]()}\n\n{found[3]}", page)


def ruleset_keys() -> list[str]:
    """Return every key that a ruleset's file may have, as `key` or `table.key`."""
    keys = [key for key in Ruleset.__struct_fields__ if key not in _PARTS]
    for part in _PARTS:
        fields = inspect.get_annotations(Ruleset)[part].__struct_fields__
        keys += [f"{part}.{key}" for key in fields]
    return keys + [f"distances.{key}" for key in DistanceFormat.__struct_fields__]


def _all_rulesets() -> list[Ruleset]:
    found = [rulesets.load(name) for name in rulesets.names()]
    return sorted(found, key=lambda each: (each.id == "club", each.valid_from, each.id))


def _rulesets() -> str:
    """Return every value of every ruleset, a `?` behind those that are not proven."""
    everything = _all_rulesets()
    rows = [["key", *(f"`{each.id}`" for each in everything)]]
    rows.append(["---"] * len(rows[0]))
    said = {each.id: sources(each.id) for each in everything}
    for key in ruleset_keys():
        part, _, name = key.rpartition(".")
        if name in _ELSEWHERE or part == "distances":
            continue
        row = [f"`{key}`" if key != "valid_to" else "`valid_from` to `valid_to`"]
        for each in everything:
            value = getattr(getattr(each, part) if part else each, name)
            text = f"{each.valid_from} to {value}" if key == "valid_to" else _value(value)
            doubt = UNPROVEN in said[each.id].get(key.replace("valid_to", "valid_from"), "")
            row.append(f"{text} ?" if doubt else text)
        rows.append(row)
    return _table(rows)


def _value(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(str(each) for each in value) or "none"
        case _:
            return str(value) or "none"


def _points() -> str:
    """Return the points by rank, one line for each table that differs."""
    using: dict[tuple[int, ...], list[str]] = {}
    for each in _all_rulesets():
        using.setdefault(each.points.by_rank, []).append(f"`{each.id}`")
    rows = [["`points.by_rank` of", "1st, 2nd, 3rd …"], ["---", "---"]]
    rows += [[", ".join(names), _value(table)] for table, names in using.items()]
    return _table(rows)


def _distances() -> str:
    """Return the distances, one line for each way of skating one."""
    using: dict[DistanceFormat, list[str]] = {}
    for each in _all_rulesets():
        for form in each.distances:
            using.setdefault(form, []).append(f"`{each.id}`")
    rows = [
        ["distance", "lap rows", "first row of laps", "starters", "first row", "for", "rulesets"],
        ["---"] * 7,
    ]
    for form, names in sorted(using.items(), key=lambda one: (one[0].relay, one[0].metres)):
        name = f"{form.metres} m{' relay' if form.relay else ''}"
        if form.round_order:
            name += ", own order of rounds"
        half = "half a lap" if form.first_row_half else "a lap"
        rows.append(
            [
                name,
                *map(str, (form.lap_rows, half, form.starters, form.first_row)),
                _value(form.genders),
                ", ".join(names),
            ]
        )
    return _table(rows)


def _table(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _page(parts: Iterable[str]) -> str:
    text = "\n\n".join(part.strip("\n") for part in parts)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def main() -> None:
    """Write the pages that are not as they should be."""
    for path, text in pages().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
