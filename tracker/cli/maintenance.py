"""`bell-lap log …` and `bell-lap projections …`: looking after what is stored."""

from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from projections import ALL, rebuild
from projections.writer import Status
from tracker.app import maintaining
from tracker.cli import tables
from tracker.cli.store import STORE, Store, run
from tracker.errors import BadRequest

log = App(name="log", help="Verify, export or import the event log.", result_action="return_value")
projections = App(
    name="projections", help="See or rebuild the read models.", result_action="return_value"
)


class NothingNamed(BadRequest):
    """A rebuild of nothing."""

    code = "nothing-named"


@projections.command
def status(
    *,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
    store: Store = STORE,
) -> None:
    """Show how far each projection is."""

    async def ask() -> list[Status]:
        async with maintaining(store.settings()) as (event_log, pool):
            return await rebuild.status(event_log, pool, ALL)

    found = run(ask())
    rows = [msgspec.to_builtins(each) for each in found]
    if json:
        _say(msgspec.json.encode({"rows": rows}).decode())
    else:
        tables.console().print(tables.projections(rows))


@projections.command(name="rebuild")
def rebuild_(
    name: str | None = None,
    /,
    *,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="All of them.")] = False,
    store: Store = STORE,
) -> None:
    """Fill a projection anew from the log, compare, and swap it in; nobody has to stop.

    Parameters
    ----------
    name
        The projection.
    """
    if (name is None) != all_:
        raise NothingNamed("name one projection, or give --all")

    async def work() -> list[rebuild.Rebuilt]:
        async with maintaining(store.settings()) as (event_log, pool):
            return await rebuild.rebuild(event_log, pool, ALL, name or "all")

    for done in run(work()):
        agreed = (
            f"{done.differences} rows differed from the log" if done.differences else "as before"
        )
        _say(f"{done.name} v{done.version}: {done.rows} rows at {done.position}, {agreed}")
        for each in done.shown:
            _say(f"  only {each.side}: {each.scope} {each.key} from {each.since}: {each.data}")


def _say(line: str) -> None:
    print(line)  # noqa: T201 - it is the answer
