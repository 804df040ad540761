"""The composition root: every resource opened by hand, in order, and closed in the other."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import structlog
from aiohttp import web
from msgspec import Struct

import projections
from projections import store
from projections.read_models import ReadModels
from projections.runner import Runner
from tracker import migrations, postgres, resources, rulesets
from tracker.api import application, feed_documents
from tracker.api.access import Access
from tracker.api.commands import Commands
from tracker.api.display_store import DisplayStore
from tracker.api.displays import Displays
from tracker.api.documents import Documents
from tracker.api.facts import Facts
from tracker.api.heads import PatientSite
from tracker.api.health import Condition, Health
from tracker.api.ledger import Ledger
from tracker.api.live import Live
from tracker.api.proofs import Proofs
from tracker.api.queries import Queries
from tracker.command_handler import CommandHandler
from tracker.config import Settings
from tracker.errors import NotYet, SettingsError
from tracker.live.hub import Hub
from tracker.live.stages import Stages
from tracker.live.tape import Tape
from tracker.log.event_log import EventLog, connect, open_event_log
from tracker.proof import notary as notaries
from tracker.proof.notary import Notary
from tracker.security import signing
from tracker.security.officials import Officials
from tracker.security.oidc import Oidc

READ_CONNECTIONS = 8
DRAIN_S = 10.0
"""How long requests in flight may take to end at shutdown."""
CATCH_UP_S = 120.0
"""How long a command of the command line waits for read models to be brought up to date."""
_log = structlog.get_logger("bell_lap.app")


class Tracker(Struct):
    """What runs, by the parts that others speak to."""

    log: EventLog
    runner: Runner
    models: ReadModels
    hub: Hub
    handler: CommandHandler
    officials: Officials
    site: web.Application


@contextlib.asynccontextmanager
async def stored(settings: Settings) -> AsyncIterator[tuple[str, EventLog]]:
    """Yield the URL of a database of this version's schema, and its log."""
    async with contextlib.AsyncExitStack() as stack:
        url = await stack.enter_async_context(
            postgres.running(data=settings.data, database=settings.database)
        )
        await migrations.migrate(url)
        yield url, await stack.enter_async_context(open_event_log(url))


@contextlib.asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Yield one connection to a database of this version's schema, as the application's role."""
    async with postgres.running(data=settings.data, database=settings.database) as url:
        await migrations.migrate(url)
        connection = await connect(url)
        try:
            yield connection
        finally:
            await connection.close()


@contextlib.asynccontextmanager
async def maintaining(settings: Settings) -> AsyncIterator[tuple[EventLog, "asyncpg.Pool[Any]"]]:
    """Yield a log, and connections that may change the read models."""
    async with (
        stored(settings) as (url, log),
        asyncpg.create_pool(url, min_size=1, max_size=READ_CONNECTIONS) as pool,
    ):
        yield log, pool


def notary_of(settings: Settings, log: EventLog, pool: "asyncpg.Pool[Any]") -> Notary:
    """Return who signs for a store; without a key file nothing is signed."""
    file = settings.key_file
    return Notary(log, pool, None if file is None else lambda: signing.load(file))


@contextlib.asynccontextmanager
async def projected(
    settings: Settings,
) -> AsyncIterator[tuple[EventLog, Runner, ReadModels, "asyncpg.Pool[Any]"]]:
    """Yield a log with its read models, kept up to date by whoever holds the runner's lock."""
    async with contextlib.AsyncExitStack() as stack:
        log, pool = await stack.enter_async_context(maintaining(settings))
        async with pool.acquire() as connection:
            await store.install(connection)
        runner = Runner(log, pool, projections.ALL)
        running = asyncio.create_task(runner.run(), name="projections")
        stack.push_async_callback(_cancel, running)
        yield log, runner, ReadModels(log, pool, runner), pool


@contextlib.asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Documents]:
    """Yield the documents as of the log's head, whether or not a server is running."""
    async with projected(settings) as (log, _, models, _):
        await models.wait_for(await log.head(), CATCH_UP_S)
        yield Documents(models)


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Tracker]:
    """Yield a whole tracker, with everything but an address."""
    async with contextlib.AsyncExitStack() as stack:
        log, runner, models, pool = await stack.enter_async_context(projected(settings))
        hub = Hub(
            log.epoch,
            feed_documents.render,
            resolve=feed_documents.resolve,
            official=settings.official_feed,
        )
        tape = Tape(hub.limits)
        live = Live(hub, Stages(hub, tape), log, origins=settings.origins)
        await stack.enter_async_context(live.running())
        opening = asyncio.create_task(_open_feed(log, runner, hub, tape), name="feed opening")
        stack.push_async_callback(_cancel, opening)
        handler = CommandHandler(log, ruleset=rulesets.load)

        async def condition() -> Condition:
            status = await runner.status()
            failed = [f"{each.name}: {each.failure}" for each in status if each.failure]
            if runner.failure is not None:
                failed.append(runner.failure)
            position = (
                await models.position() if runner.caught_up.is_set() else runner.book.position
            )
            return Condition(
                head=await log.head(),
                position=position,
                caught_up=runner.caught_up.is_set(),
                failed=tuple(failed),
            )

        notary = notary_of(settings, log, pool)
        if settings.key_file is not None:
            await stack.enter_async_context(notaries.running(notary))
        oidc = Oidc(settings.oidc) if settings.oidc is not None else None
        officials = Officials(pool)
        access = Access(officials, oidc=oidc, origins=settings.origins)
        site = application.create(
            commands=Commands(handler.handle, access),
            queries=Queries(Documents(models), Facts(log), access, Ledger(models, Facts(log))),
            proofs=Proofs(notary, models.resolve_as_of),
            access=access,
            displays=Displays(DisplayStore(models.pool), access),
            health=Health(condition, log.epoch),
            live=live,
            pages=resources.web(),
        )
        yield Tracker(
            log=log,
            runner=runner,
            models=models,
            hub=hub,
            handler=handler,
            officials=officials,
            site=site,
        )


async def _open_feed(log: EventLog, runner: Runner, hub: Hub, tape: Tape) -> None:
    """Let viewers in as soon as the book is up to date, and tell them all that follows."""
    await runner.caught_up.wait()
    runner.subscribe(hub.publish)
    runner.subscribe(tape.heard)
    hub.publish(runner.book.position, frozenset(), runner.book)
    await tape.follow(log, runner.book.copy())


async def serve(settings: Settings, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then stop accepting, drain, say goodbye and close."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows has no handlers of this kind
            loop.add_signal_handler(each, stop.set)
    async with opened(settings) as tracker, settling(tracker.runner):
        front = web.AppRunner(tracker.site, access_log=None, shutdown_timeout=DRAIN_S)
        await front.setup()
        try:
            port = await _listen(front, settings)
            announce(f"Bell Lap is open at http://{settings.host}:{port}/")
            _log.info("serving", host=settings.host, port=port, epoch=tracker.log.epoch)
            await stop.wait()
            _log.info("stopping")
        finally:
            await front.cleanup()


@contextlib.asynccontextmanager
async def settling(runner: Runner) -> AsyncIterator[None]:
    """Leave what the log has come to, once it is read, out of Python's search for cycles.

    It stays for as long as the process; to look through a season is to tell nobody of a race
    meanwhile, for longer than an answer may take.
    """

    async def settle() -> None:
        await runner.caught_up.wait()
        gc.collect()
        gc.freeze()

    waiting = asyncio.create_task(settle())
    try:
        yield
    finally:
        await _cancel(waiting)
        gc.unfreeze()


async def _listen(front: web.AppRunner, settings: Settings) -> int:
    """Listen at the address of the settings and return the port, which may have been any."""
    site = PatientSite(front, settings.host, settings.port, head_within_s=settings.head_within_s)
    try:
        await site.start()
    except OSError as error:
        raise SettingsError(
            f"cannot listen at {settings.host}:{settings.port}: {error.strerror or error}; "
            "choose another --port"
        ) from error
    port: int = front.addresses[0][1]
    return port


async def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, NotYet):
        await task
