"""`bell-lap conform`: published results against what the same facts come to here."""

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from tracker import rulesets
from tracker.conform import comparison, entry
from tracker.conform.choice import ruleset_for
from tracker.conform.comparison import Report
from tracker.conform.published import BadPublication
from tracker.conform.reading import read

DIFFERS = 1


def conform(
    *files: Path,
    ruleset: Annotated[str | None, Parameter(help="By name, not by the season.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """Play published results through the deciders and compare everything they lead to.

    Compared are every place in every race, every mark, who starts in the next round, the final
    ranking and the medals, as far as a file has them. First come the progressions that were
    inferred from the marks and notes on what a file leaves open; then every difference on one
    line, with both values and the rule that decided; the last line sums up. The ruleset is the
    season's own, or the nearest. A file or a part of one that cannot be read is a difference too.
    The exit status is 1 when anything differs.

    Parameters
    ----------
    files
        Published results, a distance a file, in JSON; docs/conform.md has its keys.
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
    chosen = rulesets.load(ruleset) if ruleset else None
    try:
        try:
            text = path.read_bytes()
        except OSError as error:
            reason = error.strerror or error
            raise BadPublication(f"{path.name}: cannot be read: {reason}") from error
        published = read(text, path.name)
        return comparison.compare(entry.enter(published, chosen or ruleset_for(published)))
    except BadPublication as error:
        return comparison.unreadable(path.name, error)


def _say(line: str) -> None:
    print(line)  # noqa: T201 - it is the answer
