"""`bell-lap log …` and `bell-lap projections …`: looking after what is stored."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter, validators

from projections import ALL, moments, operations, rebuild
from projections.rebuild_processes import give_way, rebuild_in_processes, spare
from projections.writer import Status
from tracker import archive
from tracker.app import connected, maintaining, notary_of, stored
from tracker.cli import progress, tables
from tracker.cli.files import new_file, read_file, readable, say
from tracker.cli.store import STORE, Store, run
from tracker.errors import BadRequest, NotFound
from tracker.log import verification
from tracker.log.event_log import connect
from tracker.log.verification import Verified
from tracker.proof import witness
from tracker.proof.bundle import BUNDLE_BYTES_LIMIT
from tracker.proof.checkpoint import Checkpoint, read_checkpoints, read_keys
from tracker.proof.notary import CHECKPOINTS_LIMIT
from tracker.proof.witness import Witnessed

log = App(name="log", help="Verify, export or import the event log.", result_action="return_value")
projections = App(
    name="projections", help="See or rebuild the read models.", result_action="return_value"
)


DIFFERED = 3
"""The exit status of a rebuild that found rows to be wrong."""
_SOME = validators.Number(gte=1, lte=64)


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
        say(msgspec.json.encode({"rows": rows}).decode())
    else:
        tables.console().print(tables.projections(rows))


@projections.command(name="rebuild")
def rebuild_(
    name: str | None = None,
    /,
    *,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="All of them.")] = False,
    processes: Annotated[
        int | None,
        Parameter(help="How many share the work; without it, all cores but one.", validator=_SOME),
    ] = None,
    store: Store = STORE,
) -> int:
    """Fill a projection anew from the log, compare, and swap it in; nobody has to stop.

    The exit status is 3 when rows of the same version differed from what the log says: they are
    listed, and right now.

    Parameters
    ----------
    name
        The projection.
    """
    if (name is None) != all_:
        raise NothingNamed("name one projection, or give --all")

    give_way()

    async def work() -> list[rebuild.Rebuilt]:
        async with stored(store.settings()) as (url, _):
            with progress.shown() as on_progress:
                return await rebuild_in_processes(
                    url,
                    name or "all",
                    processes=processes or spare(),
                    on_progress=on_progress,
                )

    found = run(work())
    for done in found:
        say(f"{done.name} v{done.version}: {done.rows} rows at {done.position}, {_agreed(done)}")
        for each in done.shown if done.compared else ():
            say(f"  only {each.side}: {each.scope} {each.key} from {each.since}: {each.data}")
    return DIFFERED if any(done.compared and done.differences for done in found) else 0


def _agreed(done: rebuild.Rebuilt) -> str:
    """Return how the rows compare with those before."""
    skipped = "".join(f", without position {position}" for position in done.skipped)
    if done.replaced is None:
        return f"the first ones{skipped}"
    if not done.compared:
        return f"in place of version {done.replaced}{skipped}"
    if done.differences:
        return f"{done.differences} rows differed from the log{skipped}"
    return f"as before{skipped}"


@projections.command
def skip(
    name: str,
    position: int,
    /,
    *,
    official: Annotated[str, Parameter(help="Who decides it.")],
    reason: Annotated[str, Parameter(help="Why.")],
    store: Store = STORE,
) -> None:
    """Have a projection that has stopped at an event go on without it; the decision is kept.

    Parameters
    ----------
    name
        The projection.
    position
        Where it stopped.
    """
    if not official.strip() or not reason.strip():
        raise NothingNamed("say who decides it and why: --official NAME --reason TEXT")

    async def work() -> str:
        async with maintaining(store.settings()) as (_, pool):
            return await operations.skip(
                pool, ALL, name, position, official=official, reason=reason
            )

    say(f"{name} goes on without position {position}; it had stopped at {run(work())}")


@projections.command
def journal(
    *,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
    store: Store = STORE,
) -> None:
    """Show what was done with the read models, by whom and why."""

    async def ask() -> list[operations.Operation]:
        async with maintaining(store.settings()) as (_, pool), pool.acquire() as connection:
            return await operations.journal(connection)

    rows = [msgspec.to_builtins(each) for each in run(ask())]
    if json:
        say(msgspec.json.encode({"rows": rows}).decode())
    else:
        tables.console().print(tables.operations(rows))


@log.command
def verify(
    *,
    checkpoints: Annotated[
        Path | None,
        Parameter(help="Checkpoints kept elsewhere: the answer of GET /api/v1/checkpoints."),
    ] = None,
    key: Annotated[
        Path | None,
        Parameter(help="Keys that you trust: of GET /api/v1/keys, a PEM, or hexadecimal."),
    ] = None,
    store: Store = STORE,
) -> None:
    """Check every event against the hash chain, from the first to the last.

    Who can rewrite the database can make a new chain. With checkpoints that were kept elsewhere,
    the first position that does not fit is named.
    """
    kept = None
    if checkpoints is not None:
        kept = read_checkpoints(read_file(checkpoints, BUNDLE_BYTES_LIMIT))
    trusted = frozenset() if key is None else read_keys(read_file(key, BUNDLE_BYTES_LIMIT))

    async def work() -> tuple[Verified, Witnessed | None]:
        settings = store.settings()
        async with maintaining(settings) as (event_log, pool):
            verified = await verification.verify(event_log)
            if kept is None:
                return verified, None
            secret = await notary_of(settings, event_log, pool).secret()
            return verified, await witness.compare(event_log, secret, kept, trusted)

    verified, witnessed = run(work())
    say(f"{verified.position} events, the chain holds; it ends with {verified.hash}")
    if witnessed is not None:
        count, last = witnessed.checkpoints, witnessed.position
        say(f"{count} kept checkpoints fit, the last at position {last}")


@log.command(name="checkpoints")
def checkpoints_(target: Path, /, *, store: Store = STORE) -> None:
    """Write the signed checkpoints to a file, one a line, to be kept elsewhere.

    Parameters
    ----------
    target
        The file; one that exists is not overwritten.
    """

    async def work() -> list[Checkpoint]:
        settings = store.settings()
        found: list[Checkpoint] = []
        async with maintaining(settings) as (event_log, pool):
            notary = notary_of(settings, event_log, pool)
            if settings.key_file is not None:
                await notary.catch_up()
            while page := await notary.checkpoints(
                after=found[-1].position if found else 0, limit=CHECKPOINTS_LIMIT
            ):
                found += page
        return found

    found = run(work())
    with new_file(target) as file:
        file.writelines(msgspec.json.encode(each) + b"\n" for each in found)
    say(f"{len(found)} checkpoints in {target}")


@log.command
def export(
    target: Path,
    /,
    *,
    competition: Annotated[str | None, Parameter(help="One competition, not the whole.")] = None,
    as_of: Annotated[
        str | None,
        Parameter(help="No further than a position, an RFC 3339 time, after:RACE or before:RACE."),
    ] = None,
    store: Store = STORE,
) -> None:
    """Write the log, or one competition of it, to a file of NDJSON.

    Parameters
    ----------
    target
        The file; one that exists is not overwritten.
    """

    async def work() -> int:
        lines = -1  # the first says what it is
        async with stored(store.settings()) as (url, event_log):
            up_to = None if as_of is None else await moments.resolve(event_log, as_of)
            connection = await connect(url)
            try:
                with new_file(target) as file:
                    async for line in archive.export(connection, competition, up_to=up_to):
                        file.write(line)
                        lines += 1
            except NotFound:
                await asyncio.to_thread(target.unlink)
                raise
            finally:
                await connection.close()
        return lines

    say(f"{run(work())} events in {target}")


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
            with readable(source) as file:
                return await archive.bring_in(connection, file)

    say(f"{run(work())} events from {source}")
