"""What is written about the code is true of it, and the house rules that a machine can check hold.

Forgetting to document an event, an error, a command or a dependency fails here.
"""

import ast
import importlib.util
import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest
from cyclopts import App

from tracker import cli
from tracker.domain import commands, events
from tracker.domain.values import Round
from tracker.rulesets import names as ruleset_names

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
FILE_LINES, FUNCTION_LINES = 500, 70
ROOMS = ("tracker", "projections", "web", "tests", "benchmarks", "docs", "schema")
BUILT = {"node_modules", "__pycache__", "results"}
SOURCES = {".py", ".js", ".css", ".html", ".sql"}


def files(*suffixes: str) -> list[Path]:
    """Return the project's own files of some kinds."""
    found = (path for room in ROOMS for path in (ROOT / room).rglob("*"))
    return sorted(path for path in found if path.suffix in suffixes and not BUILT & {*path.parts})


def pages() -> list[Path]:
    """Return every page that a person reads."""
    return [*sorted(ROOT.glob("*.md")), *files(".md")]


def of_root(paths: list[Path]) -> list[object]:
    """Return paths as parameters, each named as seen from the root."""
    return [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in paths]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """Return the script that writes pages from the code."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- pages that are made from the code ---------------------------------------------------------


@pytest.mark.parametrize("name", ["events", "errors", "cli", "limits", "rules", "asyncapi"])
def test_a_page_that_is_made_is_up_to_date(generate: ModuleType, name: str) -> None:
    """A page that `make docs` writes says what the code says now."""
    page = DOCS / (f"{name}.yaml" if name == "asyncapi" else f"{name}.md")
    expected = getattr(generate, f"{name}_page")()
    assert page.read_text(encoding="utf-8") == expected, f"{page.name} is old: run `make docs`"


@pytest.mark.parametrize("union", [events.Event, commands.Command], ids=["events", "commands"])
def test_every_event_and_command_is_documented(union: object) -> None:
    """A fact or a request has a heading of its own and a sentence."""
    page = (DOCS / "events.md").read_text(encoding="utf-8")
    classes = typing.get_args(union)
    assert len(classes) > 20
    for each in classes:
        assert each.__doc__, f"{each.__name__} has no docstring"
        assert f"#### {each.__name__}\n\n{each.__doc__.splitlines()[0]}" in page


def test_every_error_code_is_documented(generate: ModuleType) -> None:
    """A code that clients rely on stands in docs/errors.md, and is in kebab case."""
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    codes = {each.code for each in generate.error_classes()}
    assert {"refused", "not-entered", "version-conflict"} <= codes
    for code in codes:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert f"| `{code}` |" in page


def test_every_subcommand_is_documented() -> None:
    """Whatever can be typed stands in docs/cli.md."""
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    typed = [*subcommands(cli.app, "bell-lap")]
    assert {"bell-lap serve", "bell-lap demo", "bell-lap show board"} <= {*typed}
    for each in typed:
        assert re.search(rf"^#+ {each}$", page, re.MULTILINE), f"{each} is not in cli.md"


def subcommands(app: App, name: str) -> Iterator[str]:
    """Yield the full names of an app's subcommands, and of theirs."""
    for word in app:
        if not word.startswith("-"):
            yield f"{name} {word}"
            yield from subcommands(app[word], f"{name} {word}")


# --- pages that are written by hand ------------------------------------------------------------


def test_every_dependency_has_its_reason() -> None:
    """A library is there for a reason that is written down, and pinned."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = {re.split(r"[\[<>=; ]", each)[0] for group in groups for each in group}
    page = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([^`]+)` \| \S.*\|$", page, re.MULTILINE))
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([^=#\s]+)==\S+$", pins, re.MULTILINE))
    assert wanted <= explained, f"without a reason: {wanted - explained}"
    assert explained <= wanted, f"no longer used: {explained - wanted}"
    assert wanted <= pinned, f"not pinned: {wanted - pinned}"


def test_the_pins_name_no_index() -> None:
    """Where packages come from is the business of whoever installs."""
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line), line


def test_every_setting_is_documented() -> None:
    """Every variable that is read stands in docs/operating.md."""
    page = (DOCS / "operating.md").read_text(encoding="utf-8")
    source = (ROOT / "tracker" / "config.py").read_text(encoding="utf-8")
    variables = set(re.findall(r"BELL_LAP_[A-Z_]+[A-Z]", source))
    assert len(variables) >= 5
    for variable in variables:
        assert f"`{variable}`" in page, f"{variable} is not in operating.md"


def test_the_glossary_has_every_round_and_state() -> None:
    """The words that documents and boards show are explained."""
    page = (DOCS / "glossary.md").read_text(encoding="utf-8")
    shown = {*typing.get_args(Round), "PEN", "YC", "RC", "DNF", "DNS", "WDR", "ADV"}
    source = (ROOT / "tracker" / "domain" / "result.py").read_text(encoding="utf-8")
    states = source.split("def result_state")[1].split("\ndef ")[0]
    shown |= set(re.findall(r'"([A-Z_]{4,})"', states))
    assert "UNDER_REVIEW" in shown
    for word in shown:
        assert f"`{word}`" in page, f"{word} is not in glossary.md"


def test_every_key_of_a_ruleset_is_in_the_rules(generate: ModuleType) -> None:
    """Whatever a ruleset can switch is told to a referee, by its key, outside the tables."""
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    told = re.sub(r"<!-- Made: .*?until here. -->", "", page, flags=re.DOTALL)
    assert page.count("<!-- Made: ") == 3
    for key in generate.ruleset_keys():
        assert f"`{key}`" in told, f"{key} is not in rules.md"


def test_the_rules_show_every_ruleset(generate: ModuleType) -> None:
    """A value that is changed in a ruleset changes the page, a new ruleset has its column."""
    page = generate.rules_page()
    for name in ruleset_names():
        assert page.count(f"`{name}`") >= 3, f"{name} is not in every table of rules.md"


def test_every_ruleset_says_what_it_is() -> None:
    """A ruleset file opens by telling which rules it holds."""
    for name in ruleset_names():
        first = (ROOT / "tracker" / "rulesets" / f"{name}.toml").read_text(encoding="utf-8")
        assert first.startswith("#"), f"{name}.toml"


@pytest.mark.parametrize("page", of_root(pages()))
def test_no_link_is_broken(page: Path) -> None:
    """A relative link leads to a file of the project, and its anchor to a heading."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    for link in re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert target.is_relative_to(ROOT), f"{page.name}: {link} leads out of the project"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{page.name}: no heading for {link}"


@pytest.mark.parametrize("page", of_root(pages()))
def test_what_a_page_tells_to_type_can_be_typed(page: Path) -> None:
    """A `make` target or a `bell-lap` command in a page exists."""
    text = page.read_text(encoding="utf-8")
    fenced = "\n".join(re.findall(r"```(?:sh|console)?\n(.*?)```", text, flags=re.DOTALL))
    typed = "\n".join([fenced, *re.findall(r"`([^`\n]+)`", text)])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for target in re.findall(r"^(?:[A-Z_]+=\S+ )*make ([a-z]+)", typed, re.MULTILINE):
        assert target in targets, f"{page.name}: there is no `make {target}`"
    known = {*cli.app}
    for command in re.findall(r"^(?:\.venv/bin/)?bell-lap ([a-z-]+)", typed, re.MULTILINE):
        assert command in known, f"{page.name}: there is no `bell-lap {command}`"


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {word.strip().replace(" ", "-") for word in words}


# --- house rules -------------------------------------------------------------------------------


def test_no_file_is_long() -> None:
    """A file fits a head: at most 500 lines."""
    for path in files(*SOURCES):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= FILE_LINES, f"{path.relative_to(ROOT)} has {lines} lines: split it"


def test_no_function_is_long() -> None:
    """A function fits a screen: at most 70 lines, docstring and decorators included."""
    for path in files(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                lines = (node.end_lineno or start) - start + 1
                where = f"{path.relative_to(ROOT)}:{node.name}"
                assert lines <= FUNCTION_LINES, f"{where} has {lines} lines: split it"


def test_every_module_says_what_it_is() -> None:
    """A module opens with one sentence."""
    for path in files(".py"):
        source = path.read_text(encoding="utf-8")
        if not source.strip() and path.name == "__init__.py":
            continue
        first = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0]
        where = path.relative_to(ROOT)
        assert first, f"{where} has no docstring"
        assert first.rstrip().endswith((".", ":")), f"{where}: {first!r} is not a sentence"


def test_every_test_says_what_it_holds() -> None:
    """A test has a docstring: what would be lost if it failed."""
    for path in files(".py"):
        if not path.name.startswith("test_"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                untold = node.name.startswith("test_") and not ast.get_docstring(node)
                assert not untold, f"{path.relative_to(ROOT)}:{node.name} has no docstring"


def test_the_domain_reads_no_clock() -> None:
    """Time arrives with the command: `datetime` is a type there, never a clock."""
    for path in (ROOT / "tracker" / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                clock = node.attr in ("now", "utcnow", "today")
                assert not clock, f"{path.relative_to(ROOT)}:{node.lineno} reads a clock"


@pytest.mark.parametrize("path", of_root(files(".py")))
def test_an_exception_to_a_rule_has_its_reason(path: Path) -> None:
    """`noqa` and `type: ignore` name their rule and say why."""
    marks = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<rest>.*)")
    reasoned = re.compile(r"(:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*|\[[a-z, -]+\])\s+(-|#)\s*\S.*")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        mark = marks.search(line)
        if mark and path != Path(__file__):
            rest = mark["rest"].strip()
            assert reasoned.fullmatch(rest), f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
