"""One viewer's WebSocket, taken over from the HTTP server once it has been agreed on."""

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, cast

import structlog
from aiohttp import web

from tracker.api.live_sinks import CLOSE_WITHIN_S, DRAIN_LOOK_S, cut, descriptor, tune
from tracker.live.frames import close_frame, pong_frame
from tracker.live.incoming import NO_CODE, Broken, Closed, Heard, Incoming, Ping
from tracker.live.subscription import Subscription

if TYPE_CHECKING:
    from tracker.live.audience import Viewer

_log = structlog.get_logger("bell_lap.feed")
GONE = 1006
"""The close code of a connection that ended without one."""
WAITING_MOST = 64
"""Messages of one viewer that wait to be answered; nobody honest has more."""
TOO_MANY = 1008
"""The close code for who has."""


class Keeper(Protocol):
    """What all viewers of a process share."""

    def now_ms(self) -> int:
        """Return the time of day in ms since 1970."""
        ...

    async def fetch(self, subscription: Subscription) -> None:
        """Supply a subscription with the events that it wants, or tell it why not."""
        ...

    def left(self, viewer: "ViewerSocket", close: int) -> None:
        """Forget a viewer whose connection is gone."""
        ...


class Taken(web.StreamResponse):
    """What the HTTP server is given for a connection that is not its own any more."""

    def __init__(self) -> None:
        super().__init__(status=HTTPStatus.SWITCHING_PROTOCOLS)

    async def prepare(self, request: web.BaseRequest) -> None:
        """Write nothing: the answer is written."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Write nothing."""


class _Early:
    """Takes what a client said before its connection was taken over."""

    def __init__(self) -> None:
        self.said = b""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Keep it."""
        self.said += data
        return False, b""

    def feed_eof(self) -> None:
        """Keep what there is."""


def take_over(
    request: web.Request, head: bytes, viewer: "ViewerSocket", taken: Callable[[], None]
) -> Taken:
    """Answer a request and have its connection be a viewer's, with all that was said on it.

    The server's own objects for a request weigh several times what a viewer does, so they are let
    go: it is told that its connection is lost, after the connection has another owner. `taken` is
    called before what was said is heard.
    """
    server, transport = request.protocol, request.transport
    assert transport is not None, "asked for in the same turn"
    early = _Early()
    transport.write(head)
    server.set_parser(early)  # type: ignore[arg-type]  # it is fed like theirs
    transport.set_protocol(viewer)
    server.transport = None
    server.connection_lost(None)
    viewer.connection_made(transport)
    taken()
    if early.said:
        viewer.data_received(early.said)
    return Taken()


class ViewerSocket(asyncio.Protocol):
    """Both ends of one connection: what is heard goes to the subscription, one message at a time.

    There is no task for it and nothing that waits, except while a replay's events are fetched.
    """

    __slots__ = (
        "_close_code",
        "_goes_on",
        "_hello_by",
        "_incoming",
        "_keeper",
        "_parted",
        "_supplying",
        "_transport",
        "_waiting",
        "ending",
        "request_id",
        "since",
        "subscription",
        "viewer",
    )

    def __init__(self, keeper: Keeper, incoming: Incoming, request_id: str) -> None:
        self._keeper = keeper
        self._incoming = incoming
        self.request_id = request_id
        self.since = time.monotonic()
        self.subscription: Subscription | None = None
        """None for a viewer who found no place."""
        self.viewer: Viewer | None = None
        self.ending: asyncio.Future[None] | None = None
        """Done when the connection is gone; None until its end was asked for."""
        self._transport: asyncio.Transport = None  # type: ignore[assignment]  # until it is made
        self._close_code = GONE
        self._hello_by: asyncio.TimerHandle | None = None
        self._goes_on: asyncio.Handle | None = None
        """When to look whether an answer was taken."""
        self._supplying: asyncio.Task[None] | None = None
        self._waiting: list[Heard] = []
        """What was said and is not answered."""
        self._parted = False
        """Whether a goodbye was written, or the connection is gone."""

    # --- the writing end ---------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Hand frames over; those for a connection that is going away are lost with it."""
        if self._parted:
            return
        self._transport.write(data)
        if self.viewer is not None and self.pending():
            self.viewer.stalled()

    def pending(self) -> int:
        """Return how many bytes the kernel has not taken."""
        return self._transport.get_write_buffer_size()

    def descriptor(self) -> int | None:
        """Return the file of the connection."""
        return descriptor(self._transport)

    def end(self, code: int, reason: str = "") -> None:
        """Begin to close, and cut the connection when that takes too long."""
        if self.ending is not None or self._transport.is_closing():
            return
        self._transport.write(close_frame(code, reason))
        self._close_code = code
        self._part()
        loop = asyncio.get_running_loop()
        self.ending = loop.create_future()
        self._await_no_hello()
        self._goes_on = loop.call_later(CLOSE_WITHIN_S, self._give_up)

    def _give_up(self) -> None:
        if self.pending():
            cut(self._transport)
        else:
            self._transport.abort()

    # --- the conversation --------------------------------------------------------------------

    def converse(self, subscription: Subscription, hello_within_ms: int) -> None:
        """Pass on what is said from now on; who says no hello in time is sent away."""
        self.subscription = subscription
        loop = asyncio.get_running_loop()
        self._hello_by = loop.call_later(hello_within_ms / 1000, self._no_hello)

    def _no_hello(self) -> None:
        assert self.subscription is not None, "it waits for a hello"
        self._hello_by = None
        self.subscription.hello_is_late()
        self._answer(self.subscription)

    def _await_no_hello(self) -> None:
        if self._hello_by is not None:
            self._hello_by.cancel()
            self._hello_by = None

    def _go_on(self) -> None:
        """Answer what waits, until an answer is not taken or needs something that is fetched."""
        self._goes_on = None
        subscription = self.subscription
        answered = False
        while self._waiting and self.ending is None:
            heard = self._waiting[0]
            if isinstance(heard, Closed):
                self._hear_close(heard.code)
                return
            # Who asks faster than it reads is not heard again before it has read.
            if self.pending():
                self._look_again(at_once=answered)
                return
            del self._waiting[0]
            answered = True
            if isinstance(heard, Ping):
                self.write(pong_frame(heard.payload))
            elif subscription is not None:
                subscription.receive(heard, self._keeper.now_ms())
                if subscription.wanted:
                    self._transport.pause_reading()
                    self._supplying = asyncio.get_running_loop().create_task(self._supply())
                    return
                self._answer(subscription)
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _look_again(self, *, at_once: bool) -> None:
        """Look soon whether the last answer was taken: some event loops write after their turn."""
        self._transport.pause_reading()
        loop = asyncio.get_running_loop()
        if at_once:
            self._goes_on = loop.call_soon(self._go_on)
        else:
            self._goes_on = loop.call_later(DRAIN_LOOK_S, self._go_on)

    async def _supply(self) -> None:
        assert self.subscription is not None, "only a subscription wants events"
        await self._keeper.fetch(self.subscription)
        self._supplying = None
        self._answer(self.subscription)
        self._go_on()

    def _answer(self, subscription: Subscription) -> None:
        """Write what is to be said, and close when the conversation is over."""
        if subscription.greeted:
            self._await_no_hello()
        data = subscription.to_send()
        if data:
            self.write(data)
        if subscription.closing is not None:
            self.end(subscription.closing.code, subscription.closing.reason)

    def _hear_close(self, code: int) -> None:
        """Return a close with the code that was said."""
        self._close_code = code
        self._waiting.clear()
        self._transport.write(close_frame(code if code != NO_CODE else None))
        self._part()
        self._transport.close()

    def _part(self) -> None:
        """Take the viewer out of the feed at once: nothing is written after a goodbye."""
        self._parted = True
        if self.subscription is not None:
            self.subscription.leave()

    # --- what the event loop calls -----------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)
        # So it writes at once: what is left after that was not taken.
        self._transport.set_write_buffer_limits(high=0)
        tune(self._transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes."""
        try:
            heard = self._incoming.feed(data)
        except Broken as error:
            self._waiting.clear()
            self.end(error.code)
            return
        if self.ending is not None:
            if any(isinstance(each, Closed) for each in heard):
                self._transport.close()
            return
        self._waiting += heard
        if len(self._waiting) > WAITING_MOST:
            self._waiting.clear()
            self.end(TOO_MANY, "too-many-messages")
        if self._waiting and self._goes_on is None and self._supplying is None:
            self._go_on()

    def eof_received(self) -> bool:
        """Close: nobody says goodbye this way and goes on listening."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - both mean gone
        """Forget the viewer."""
        self._part()
        self._await_no_hello()
        for running in (self._goes_on, self._supplying):
            if running is not None:
                running.cancel()
        if self.ending is None:
            self.ending = asyncio.get_running_loop().create_future()
        if not self.ending.done():
            self.ending.set_result(None)
        self._keeper.left(self, self._close_code)
