"""`bell-lap show`: any table, as of any moment, as text or as the API's own document."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from cyclopts import App, Parameter

from projections.draws import Lots
from tracker.api.documents import Documents
from tracker.app import reading
from tracker.cli import round_tables, tables
from tracker.cli.store import STORE, Store, run
from tracker.domain.draw import Positions
from tracker.domain.values import Round
from tracker.errors import NotFound

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
RENDER = {**tables.RENDER, **round_tables.RENDER}


@app.command
def board(race: str, /, *, how: How = NOW) -> None:
    """Show a race's running order, laps to go and gaps."""
    show("board", lambda documents, moment: documents.race("board", race, as_of=moment), how)


@app.command
def result(race: str, /, *, how: How = NOW) -> None:
    """Show a race's result and its state."""
    show("result", lambda documents, moment: documents.race("result", race, as_of=moment), how)


@app.command
def lap_chart(race: str, /, *, how: How = NOW) -> None:
    """Show everybody's rank in a race, lap by lap."""
    show(
        "lap-chart", lambda documents, moment: documents.race("lap-chart", race, as_of=moment), how
    )


@app.command
def start_list(race: str, /, *, how: How = NOW) -> None:
    """Show who starts where in a race."""
    show(
        "start-list",
        lambda documents, moment: documents.race("start-list", race, as_of=moment),
        how,
    )


@app.command
def classification(distance: str, /, *, how: How = NOW) -> None:
    """Show the final order of a distance."""
    show(
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
    show(
        "medals",
        lambda documents, moment: documents.medals(competition, by=by, gender=gender, as_of=moment),
        how,
    )


@app.command
def standings(series: str, /, *, table: str = "men", how: How = NOW) -> None:
    """Show a series' standings; `--table` names one of the tables listed below it."""
    show(
        "standings",
        lambda documents, moment: documents.standings(series, table=table, as_of=moment),
        how,
    )


@app.command
def best_times(name: str, /, *, table: str | None = None, how: How = NOW) -> None:
    """Show a competition's best times and what waits to be confirmed, or a season's bests.

    `--table`, such as `men-500`, asks for the season's bests of a series over that distance.
    Without it the name is that of a competition, or of a series when no competition has it.
    """

    async def read(documents: Documents, moment: int | None) -> dict[str, Any]:
        if table is None:
            with contextlib.suppress(NotFound):
                return await documents.best_times(name, as_of=moment)
        return await documents.season_bests(name, table=table, as_of=moment)

    show("best-times", read, how)


@app.command
def programme(competition: str, /, *, how: How = NOW) -> None:
    """Show a competition's races, their states and podiums."""
    show("programme", lambda documents, moment: documents.programme(competition, as_of=moment), how)


@app.command
def journal(competition: str, /, *, how: How = NOW) -> None:
    """Show who decided what, when, and why."""
    show("journal", lambda documents, moment: documents.journal(competition, as_of=moment), how)


@app.command
def rounds(distance: str, /, *, how: How = NOW) -> None:
    """Show a distance's rounds: who goes on to where, by what right."""
    show("rounds", lambda documents, moment: documents.rounds(distance, as_of=moment), how)


@app.command
def proposals(competition: str, /, *, how: How = NOW) -> None:
    """Show what waits for an official: cards that are due, start lists that are stale."""
    show("proposals", lambda documents, moment: documents.proposals(competition, as_of=moment), how)


@app.command
def draw(
    distance: str,
    round_: Annotated[Round, Parameter(name="ROUND")],
    /,
    *,
    seed: str | None = None,
    separate: Annotated[
        bool, Parameter(negative="", help="Keep skaters of one NOC apart.")
    ] = False,
    positions: Annotated[Positions, Parameter(help="How start positions are given.")] = "seeding",
    table: Annotated[str | None, Parameter(help="A table of standings to seed by.")] = None,
    how: How = NOW,
) -> None:
    """Show start lists of a round as they would be drawn; nothing is written."""
    lots = Lots(seed or f"{distance} {round_}", separate, positions)
    show(
        "draw",
        lambda documents, moment: documents.draw(distance, round_, lots, table=table, as_of=moment),
        how,
    )


def show(kind: str, read: Read, how: How) -> None:
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
        tables.console().print(RENDER[kind](found))
