"""`bell-lap show`: any table, as of any moment, as text or as the API's own document."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from cyclopts import App, Parameter

from tracker.api.documents import Documents
from tracker.app import reading
from tracker.cli import tables
from tracker.cli.store import STORE, Store, run

Read: TypeAlias = Callable[[Documents, int | None], Awaitable[dict[str, Any]]]
_WAIT_S = 5.0

app = App(name="show", help="Show a table, as of any moment.", result_action="return_value")


@Parameter(name="*")
@dataclass(frozen=True)
class How:
    """What all tables have in common."""

    as_of: Annotated[
        str | None,
        Parameter(help="A position, an RFC 3339 time, after:RACE or before:RACE."),
    ] = None
    json: Annotated[bool, Parameter(negative="", help="Print the API's own document.")] = False
    store: Store = STORE


NOW = How()


@app.command
def board(race: str, /, *, how: How = NOW) -> None:
    """Show a race's running order, laps to go and gaps."""
    _show("board", lambda documents, moment: documents.race("board", race, as_of=moment), how)


@app.command
def result(race: str, /, *, how: How = NOW) -> None:
    """Show a race's result and its state."""
    _show("result", lambda documents, moment: documents.race("result", race, as_of=moment), how)


@app.command
def lap_chart(race: str, /, *, how: How = NOW) -> None:
    """Show everybody's rank in a race, lap by lap."""
    _show(
        "lap-chart", lambda documents, moment: documents.race("lap-chart", race, as_of=moment), how
    )


@app.command
def start_list(race: str, /, *, how: How = NOW) -> None:
    """Show who starts where in a race."""
    _show(
        "start-list",
        lambda documents, moment: documents.race("start-list", race, as_of=moment),
        how,
    )


@app.command
def classification(distance: str, /, *, how: How = NOW) -> None:
    """Show the final order of a distance."""
    _show(
        "classification",
        lambda documents, moment: documents.classification(distance, as_of=moment),
        how,
    )


@app.command
def medals(
    competition: str,
    /,
    *,
    by: Literal["noc", "skater"] = "noc",
    gender: Literal["all", "men", "women", "mixed"] = "all",
    how: How = NOW,
) -> None:
    """Show a competition's medal table."""
    _show(
        "medals",
        lambda documents, moment: documents.medals(competition, by=by, gender=gender, as_of=moment),
        how,
    )


@app.command
def standings(series: str, /, *, table: str = "men", how: How = NOW) -> None:
    """Show a series' standings; `--table` names one of the tables listed below it."""
    _show(
        "standings",
        lambda documents, moment: documents.standings(series, table=table, as_of=moment),
        how,
    )


@app.command
def programme(competition: str, /, *, how: How = NOW) -> None:
    """Show a competition's races, their states and podiums."""
    _show(
        "programme", lambda documents, moment: documents.programme(competition, as_of=moment), how
    )


@app.command
def journal(competition: str, /, *, how: How = NOW) -> None:
    """Show who decided what, when, and why."""
    _show("journal", lambda documents, moment: documents.journal(competition, as_of=moment), how)


def _show(kind: str, read: Read, how: How) -> None:
    """Read a document, and print it as it is or as a table."""

    async def document() -> dict[str, Any]:
        async with reading(how.store.settings()) as documents:
            moment = None if how.as_of is None else await documents.moment(how.as_of, _WAIT_S)
            found = await read(documents, moment)
            return found if how.as_of is None else {**found, "as_of": how.as_of}

    found = run(document())
    if how.json:
        print(msgspec.json.encode(found).decode())  # noqa: T201 - it is the answer
    else:
        tables.console().print(tables.RENDER[kind](found))
