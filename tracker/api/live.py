"""The live feed's conversations: WebSocket, server-sent events, long poll."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec
import structlog
from aiohttp import WSMsgType, web

from tracker.api.live_hello import form_of, hello_of, wants_deflate
from tracker.api.live_sinks import (
    CLOSE_WITHIN_S,
    DRAIN_LOOK_S,
    EventsSink,
    PollSink,
    SocketSink,
    tune,
)
from tracker.api.middleware import NOTES
from tracker.live.audience import Viewer
from tracker.live.hub import TRY_LATER, Hub
from tracker.live.packets import Form, cursor
from tracker.live.refusals import BadReplay, FeedClosed, NotReady
from tracker.live.stages import Stages
from tracker.live.subscription import Subscription
from tracker.live.tape import LOST, Tape
from tracker.log.recorded_event import RecordedEvent

MESSAGE_HARD_LIMIT = 64 * 1024
"""Bytes of a message that are read at all; one that is longer is not even answered."""
DEFLATE_BITS = 15
"""The only window that shared messages fit; who agrees on another gets them uncompressed."""
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

    def __init__(self, hub: Hub, stages: Stages | None = None, log: Reading | None = None) -> None:
        self._hub = hub
        self._stages = stages or Stages(hub, Tape(hub.limits))
        self._log = log
        self._sinks: set[SocketSink | EventsSink] = set()
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
        sockets = [sink for sink in self._sinks if isinstance(sink, SocketSink)]
        ending = [sink.ending for sink in sockets if sink.ending is not None]
        if ending:
            await asyncio.wait(ending)

    def _converse(self, viewer: Viewer) -> Subscription:
        return Subscription(self._hub, viewer, self._stages)

    # --- WebSocket ---------------------------------------------------------------------------

    async def feed(self, request: web.Request) -> web.WebSocketResponse:
        """Converse with one viewer until either side ends it."""
        form_of(request, deflate=False)
        ws = web.WebSocketResponse(
            compress=wants_deflate(request),
            max_msg_size=MESSAGE_HARD_LIMIT,
            timeout=CLOSE_WITHIN_S,
        )
        await ws.prepare(request)
        transport = request.transport
        if transport is None:
            return ws
        tune(transport)
        sink = SocketSink(ws, transport)
        form = form_of(request, deflate=ws.compress == DEFLATE_BITS)
        try:
            viewer = self._hub.admit(sink, form)
        except FeedClosed as closed:
            sink.write(self._hub.farewell(closed.bye, position=self._hub.position, form=form))
            await ws.close(code=TRY_LATER)
            return ws
        self._sinks.add(sink)
        subscription = self._converse(viewer)
        try:
            await self._listen(ws, sink, subscription)
        finally:
            subscription.leave()
            self._sinks.discard(sink)
            if NOTES in request:
                request[NOTES].update(client=subscription.client, close=ws.close_code)
        if sink.ending is not None:
            await sink.ending
        elif subscription.closing is not None:
            closing = subscription.closing
            await ws.close(code=closing.code, message=closing.reason.encode())
        return ws

    async def _listen(
        self, ws: web.WebSocketResponse, sink: SocketSink, subscription: Subscription
    ) -> None:
        """Pass on what the viewer says, one message at a time, until the conversation is over."""
        loop = asyncio.get_running_loop()
        hello_by = loop.time() + self._hub.limits.hello_within_ms / 1000
        while subscription.closing is None:
            try:
                async with asyncio.timeout_at(None if subscription.greeted else hello_by):
                    message = await ws.receive()
            except TimeoutError:
                subscription.hello_is_late()
            else:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    return
                subscription.receive(message.data, self._hub.now_ms())
                await self._supply(subscription)
            data = subscription.to_send()
            if data:
                sink.write(data)
            await asyncio.sleep(0)  # some event loops write at the end of their turn
            # Who asks faster than it reads is not heard again before it has read.
            while sink.pending() and sink.ending is None:  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(DRAIN_LOOK_S)

    async def _supply(self, subscription: Subscription) -> None:
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
            await self._supply(subscription)
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
