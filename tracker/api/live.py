"""The live feed's doors: WebSocket, server-sent events, long poll."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec
import structlog
from aiohttp import web

from tracker.api.access import check_origin
from tracker.api.handshake import agree
from tracker.api.live_hello import form_of, hello_of, wants_deflate
from tracker.api.live_sinks import EventsSink, PollSink, tune
from tracker.api.live_socket import ViewerSocket, take_over
from tracker.api.middleware import NOTES, REQUEST_ID
from tracker.live.audience import Viewer
from tracker.live.hub import TRY_LATER, Hub
from tracker.live.incoming import Incoming
from tracker.live.packets import Form, cursor
from tracker.live.refusals import BadReplay, FeedClosed, NotReady
from tracker.live.stages import Stages
from tracker.live.subscription import Subscription
from tracker.live.tape import LOST, Tape
from tracker.log.recorded_event import RecordedEvent

MESSAGE_HARD_LIMIT = 64 * 1024
"""Bytes of a message that are read at all; one that is longer is not even answered."""
_log = structlog.get_logger("bell_lap.feed")
EVENT_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Connection": "close",
}


class Reading(Protocol):
    """What is needed of the event log."""

    async def read_streams(
        self, streams: Sequence[str], after: int, *, limit: int = ...
    ) -> Sequence[RecordedEvent]:
        """Return events of some streams in the order of the log."""
        ...


class Live:
    """Serves the feed at `/feed`, `/feed/events` and `/feed/poll`."""

    def __init__(
        self,
        hub: Hub,
        stages: Stages | None = None,
        log: Reading | None = None,
        *,
        origins: tuple[str, ...] = (),
    ) -> None:
        self._hub = hub
        self._stages = stages or Stages(hub, Tape(hub.limits))
        self._log = log
        self._origins = frozenset(origins)
        self._sinks: set[ViewerSocket | EventsSink] = set()
        self._restless = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """Return where the feed is."""
        return [
            web.get("/feed", self.feed),
            web.get("/feed/events", self.events),
            web.get("/feed/poll", self.poll),
        ]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the feed's time for the length of a block, then say goodbye to all viewers."""
        self._hub.on_restless = self._restless.set
        pulse = asyncio.create_task(self._pulse(), name="feed pulse")
        try:
            yield
        finally:
            await self.close()
            pulse.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pulse

    async def close(self) -> None:
        """Tell every viewer to come back in a moment, and close the connections."""
        self._stages.close()
        sockets = [sink for sink in self._sinks if isinstance(sink, ViewerSocket)]
        ending = [sink.ending for sink in sockets if sink.ending is not None]
        if ending:
            await asyncio.wait(ending)

    def _converse(self, viewer: Viewer) -> Subscription:
        return Subscription(self._hub, viewer, self._stages)

    # --- WebSocket ---------------------------------------------------------------------------

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """Converse with one viewer until either side ends it, on a connection of its own."""
        form = form_of(request)
        if self._hub.source.official:
            # Sockets, unlike other requests, are open to the pages of any site.
            check_origin(request, self._origins)
        agreed = agree(request, deflate=wants_deflate(request))
        form = msgspec.structs.replace(form, deflate=agreed.deflate)
        if request.transport is None:
            raise web.HTTPBadRequest(text="the connection is gone")
        incoming = Incoming(MESSAGE_HARD_LIMIT, deflate=agreed.deflate)
        socket = ViewerSocket(self, incoming, request.get(REQUEST_ID, ""))
        self._sinks.add(socket)
        return take_over(request, agreed.head, socket, lambda: self._welcome(socket, form))

    def _welcome(self, socket: ViewerSocket, form: Form) -> None:
        """Take a viewer in, or tell it to come again."""
        try:
            viewer = self._hub.admit(socket, form)
        except FeedClosed as closed:
            socket.write(self._hub.farewell(closed.bye, position=self._hub.position, form=form))
            socket.end(TRY_LATER)
        else:
            socket.converse(self._converse(viewer), self._hub.limits.hello_within_ms)

    def now_ms(self) -> int:
        """Return the time of day in ms since 1970."""
        return self._hub.now_ms()

    def left(self, viewer: ViewerSocket, close: int) -> None:
        """Forget a viewer whose connection is gone, and say in one line how it was."""
        self._sinks.discard(viewer)
        subscription = viewer.subscription
        _log.info(
            "viewer",
            request_id=viewer.request_id,
            client=subscription.client if subscription is not None else "",
            close=close,
            duration_ms=round((time.monotonic() - viewer.since) * 1000, 1),
        )

    async def fetch(self, subscription: Subscription) -> None:
        """Fetch what a hello needs before it can be answered."""
        if subscription.wanted:
            events: Sequence[RecordedEvent] = ()
            most = self._hub.limits.replay_events + 1
            try:
                if self._log is not None:
                    events = await self._log.read_streams(subscription.wanted, 0, limit=most)
            except LOST as error:
                _log.warning("replay_unread", reason=repr(error))
                subscription.refuse(NotReady("the log cannot be read now: say hello again soon"))
            else:
                subscription.supply(events)

    # --- server-sent events ------------------------------------------------------------------

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell one viewer what its address asks for, until either side ends it."""
        place = request.headers.get("Last-Event-ID") or request.query.get("lastEventId")
        hello = hello_of(request, place)
        transport = request.transport
        if transport is None or request.version < (1, 1):
            raise web.HTTPVersionNotSupported
        answer = web.StreamResponse(headers=EVENT_HEADERS)
        form = Form(transport="events")
        sink = EventsSink(transport)
        try:
            viewer = self._hub.admit(sink, form)
        except FeedClosed as closed:
            await answer.prepare(request)
            sink.open(self._hub.farewell(closed.bye, position=self._hub.position, form=form))
            return answer
        subscription = self._converse(viewer)
        self._sinks.add(sink)
        try:
            subscription.receive_hello(hello)
            await self.fetch(subscription)
            if subscription.refusal is not None:
                raise subscription.refusal
            await answer.prepare(request)
            tune(transport)
            sink.open(subscription.to_send())
            await sink.over.wait()
            await sink.drain()
        finally:
            subscription.leave()
            self._sinks.discard(sink)
            if NOTES in request:
                request[NOTES].update(client=subscription.client)
        return answer

    # --- long poll ---------------------------------------------------------------------------

    async def poll(self, request: web.Request) -> web.Response:
        """Answer with what a viewer has missed, or with what happens next."""
        hello = hello_of(request, request.query.get("after"))
        if hello.replay is not None:
            raise BadReplay("a replay needs a connection that stays open: ask /feed/events for it")
        wait_s = self._wait_s(request)
        sink = PollSink()
        viewer = self._hub.admit(sink, Form(transport="poll"))
        subscription = self._converse(viewer)
        try:
            subscription.receive_hello(hello)
            if subscription.refusal is not None:
                raise subscription.refusal
            told = subscription.to_send()
            if subscription.told_nothing:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await sink.news.wait()
            told += sink.told
            told += viewer.form.frame(subscription.heartbeat())
            place = cursor(self._hub.epoch, subscription.complete())
        finally:
            subscription.leave()
        messages = [msgspec.Raw(line) for line in told.splitlines()]
        return web.Response(
            body=msgspec.json.encode({"cursor": place, "messages": messages}),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    def _wait_s(self, request: web.Request) -> float:
        """Return how long an address lets a poll wait."""
        most_ms = self._hub.limits.poll_wait_ms
        text = request.query.get("waitMs", "")
        asked_ms = int(text) if text.isascii() and text.isdecimal() else most_ms
        return min(asked_ms, most_ms) / 1000

    async def _pulse(self) -> None:
        """Do what is due as often as it is asked for."""
        while True:
            rest_s = self._stages.tick()
            self._restless.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest_s):
                    await self._restless.wait()
