"""The live feed's conversations on WebSockets."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator

from aiohttp import WSMsgType, web

from tracker.api.middleware import NOTES
from tracker.live.hub import TRY_LATER, FeedClosed, Hub
from tracker.live.subscription import Subscription

MESSAGE_HARD_LIMIT = 64 * 1024
"""Bytes of a message that are read at all; one that is longer is not even answered."""
SEND_BUFFER_LIMIT = 64 * 1024
"""Bytes the kernel keeps for a viewer; what is in there is not replaced by anything newer."""
UNSENT_LIMIT = 16 * 1024
"""Bytes the kernel keeps for a viewer that have not left the machine."""
UNANSWERED_MS = 20_000
"""How long a viewer's machine may leave bytes unacknowledged before it counts as gone."""
CLOSE_WITHIN_S = 2.0
"""How long a viewer may take to answer a close."""
DRAIN_LOOK_S = 0.02
"""How often is looked whether a viewer has taken an answer."""

# Linux names these, Python 3.11 not all of them.
_TCP_NOTSENT_LOWAT = getattr(socket, "TCP_NOTSENT_LOWAT", 25)
_TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", 18)


class SocketSink:
    """The writing end of one WebSocket: whole frames go straight to the transport."""

    def __init__(self, ws: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self._ws = ws
        self._transport = transport
        self.ending: asyncio.Task[None] | None = None
        """The closing of the connection, once it was asked for."""

    def write(self, data: bytes) -> None:
        """Hand frames over; those for a connection that is going away are lost with it."""
        if self.ending is None and not self._transport.is_closing():
            self._transport.write(data)

    def pending(self) -> int:
        """Return how many bytes the kernel has not taken."""
        return self._transport.get_write_buffer_size()

    def end(self, code: int) -> None:
        """Begin to close, and cut the connection when that takes too long."""
        if self.ending is None:
            self.ending = asyncio.get_running_loop().create_task(self._end(code))

    async def _end(self, code: int) -> None:
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self._ws.close(code=code)
        except TimeoutError:
            pass
        if self.pending():
            self._reset()

    def _reset(self) -> None:
        """Cut the connection so that the kernel forgets what was not taken."""
        found = self._transport.get_extra_info("socket")
        if found is not None:
            with contextlib.suppress(OSError):
                at_once = struct.pack("ii", 1, 0)
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self._transport.abort()


class Live:
    """Serves the feed at `/feed`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._sinks: set[SocketSink] = set()
        self._restless = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """Return where the feed is."""
        return [web.get("/feed", self.feed)]

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
        self._hub.close()
        ending = [sink.ending for sink in self._sinks if sink.ending is not None]
        if ending:
            await asyncio.wait(ending)

    async def feed(self, request: web.Request) -> web.WebSocketResponse:
        """Converse with one viewer until either side ends it."""
        ws = web.WebSocketResponse(
            compress=False, max_msg_size=MESSAGE_HARD_LIMIT, timeout=CLOSE_WITHIN_S
        )
        await ws.prepare(request)
        transport = request.transport
        if transport is None:
            return ws
        _tune(transport)
        sink = SocketSink(ws, transport)
        try:
            viewer = self._hub.admit(sink)
        except FeedClosed as closed:
            sink.write(self._hub.farewell(closed.bye, position=self._hub.position))
            await ws.close(code=TRY_LATER)
            return ws
        self._sinks.add(sink)
        subscription = Subscription(self._hub, viewer)
        try:
            await self._converse(ws, sink, subscription)
        finally:
            self._hub.leave(viewer)
            self._sinks.discard(sink)
            if NOTES in request:
                request[NOTES].update(client=subscription.client, close=ws.close_code)
        if sink.ending is not None:
            await sink.ending
        elif subscription.closing is not None:
            closing = subscription.closing
            await ws.close(code=closing.code, message=closing.reason.encode())
        return ws

    async def _converse(
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
                if message.type is WSMsgType.TEXT:
                    subscription.receive(message.data, self._hub.now_ms())
                elif message.type is WSMsgType.BINARY:
                    subscription.receive_binary()
                else:
                    return
            data = subscription.to_send()
            if data:
                sink.write(data)
            await asyncio.sleep(0)  # some event loops write at the end of their turn
            # Who asks faster than it reads is not heard again before it has read.
            while sink.pending() and sink.ending is None:  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(DRAIN_LOOK_S)

    async def _pulse(self) -> None:
        """Call the hub's tick as often as it asks for."""
        while True:
            rest_s = self._hub.tick()
            self._restless.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest_s):
                    await self._restless.wait()


def _tune(transport: asyncio.Transport) -> None:
    """Keep little for a viewer in the kernel, and notice one whose machine is gone."""
    found = transport.get_extra_info("socket")
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return
    found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_LIMIT)
    for option, value in ((_TCP_NOTSENT_LOWAT, UNSENT_LIMIT), (_TCP_USER_TIMEOUT, UNANSWERED_MS)):
        with contextlib.suppress(OSError):  # not every system knows them
            found.setsockopt(socket.IPPROTO_TCP, option, value)
