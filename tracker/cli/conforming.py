"""`bell-lap conform`: published results against what the same facts come to here."""

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from tracker import rulesets
from tracker.conform import comparison, entry
from tracker.conform.choice import ruleset_for
from tracker.conform.comparison import Report
from tracker.conform.published import BadPublication, read

DIFFERS = 1


def conform(
    *files: Path,
    ruleset: Annotated[str | None, Parameter(help="By name, not by the season.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """Play published results through the deciders and compare everything they lead to.

    Every difference is one line, with both values and the rule that decided; the last line sums up.
    The exit status is 1 when anything differs.

    Parameters
    ----------
    files
        Published results, a distance a file, in JSON.
    """
    if not files:
        raise BadPublication("name at least one file of published results")
    reports = [_compare(path, ruleset) for path in files]
    if json:
        _say(msgspec.json.encode({"reports": reports}).decode())
    else:
        for line in comparison.words(reports):
            _say(line)
    return DIFFERS if any(report.differences for report in reports) else 0


def _compare(path: Path, ruleset: str | None) -> Report:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise BadPublication(f"cannot read {path}: {error.strerror or error}") from error
    published = read(text, path.name)
    chosen = rulesets.load(ruleset) if ruleset else ruleset_for(published)
    return comparison.compare(entry.enter(published, chosen))


def _say(line: str) -> None:
    print(line)  # noqa: T201 - it is the answer
