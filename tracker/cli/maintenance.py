"""`bell-lap log …` and `bell-lap projections …`: looking after what is stored."""

from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
from cyclopts import App, Parameter

from projections import ALL, rebuild
from projections.writer import Status
from tracker import archive
from tracker.app import connected, maintaining, stored
from tracker.cli import tables
from tracker.cli.store import STORE, Store, run
from tracker.errors import BadRequest, NotFound
from tracker.log import verification
from tracker.log.verification import Verified

log = App(name="log", help="Verify, export or import the event log.", result_action="return_value")
projections = App(
    name="projections", help="See or rebuild the read models.", result_action="return_value"
)


class NothingNamed(BadRequest):
    """A rebuild of nothing."""

    code = "nothing-named"


class BadFile(BadRequest):
    """A file that cannot be read, or would be overwritten."""

    code = "bad-file"


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


@log.command
def verify(*, store: Store = STORE) -> None:
    """Check every event against the hash chain, from the first to the last."""

    async def work() -> Verified:
        async with stored(store.settings()) as (_, event_log):
            return await verification.verify(event_log)

    verified = run(work())
    _say(f"{verified.position} events, the chain holds; it ends with {verified.hash}")


@log.command
def export(
    target: Path,
    /,
    *,
    competition: Annotated[str | None, Parameter(help="One competition, not the whole.")] = None,
    store: Store = STORE,
) -> None:
    """Write the log, or one competition of it, to a file of NDJSON.

    Parameters
    ----------
    target
        The file; one that exists is not overwritten.
    """

    async def work() -> int:
        async with connected(store.settings()) as connection:
            lines = -1  # the first says what it is
            with _new(target) as file:
                async for line in archive.export(connection, competition):
                    file.write(line)
                    lines += 1
        return lines

    try:
        count = run(work())
    except NotFound:
        target.unlink()
        raise
    _say(f"{count} events in {target}")


@log.command(name="import")
def import_(source: Path, /, *, store: Store = STORE) -> None:
    """Append an archive's events, with the times they had; all of them or none.

    Parameters
    ----------
    source
        A file that `log export` wrote.
    """

    async def work() -> int:
        async with connected(store.settings()) as connection:
            with _readable(source) as file:
                return await archive.bring_in(connection, file)

    _say(f"{run(work())} events from {source}")


def _new(path: Path) -> BinaryIO:
    """Open a file that is not there yet."""
    try:
        return path.open("xb")
    except OSError as error:
        raise BadFile(f"cannot write {path}: {error.strerror or error}") from error


def _readable(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadFile(f"cannot read {path}: {error.strerror or error}") from error


def _say(line: str) -> None:
    print(line)  # noqa: T201 - it is the answer
