"""One viewer's conversation with the feed, without a socket.

Whoever holds the socket passes every message to `receive`, then writes what `to_send` returns in
the same turn of the event loop, before anything else can happen; then looks at `closing`.
"""

from datetime import UTC, datetime

from msgspec import Struct

from tracker.errors import BadRequest
from tracker.live.audience import Viewer
from tracker.live.frames import text_frame
from tracker.live.hub import Hub
from tracker.live.messages import (
    VERSION,
    BadMessage,
    Err,
    Hello,
    Malformed,
    Outgoing,
    Sync,
    Synced,
    UnknownMessage,
    Welcome,
    decode,
    encode,
    joined,
)

UNSUPPORTED, INVALID, POLICY, TOO_BIG = 1003, 1007, 1008, 1009
"""Close codes: not text; not JSON; against the rules of the feed; over the size limit."""


class TooManyTopics(BadRequest):
    """A hello with more topics than one viewer may follow."""

    code = "too-many-topics"


class Closing(Struct, frozen=True):
    """How the connection is to be closed once everything is sent."""

    code: int
    reason: str


class Subscription:
    """What a viewer said so far, and what is to be answered.

    What changes later does not pass through here: the hub writes it to all viewers at once.
    """

    def __init__(self, hub: Hub, viewer: Viewer) -> None:
        self._hub = hub
        self._viewer = viewer
        self._limits = hub.limits
        self._out: list[bytes] = []
        self._allowance = float(self._limits.messages_burst)
        """How many messages the viewer may send just now."""
        self._allowance_at_ms: int | None = None
        self.client = ""
        """What the viewer's software calls itself."""
        self.greeted = False
        """Whether a hello was understood."""
        self.closing: Closing | None = None
        """Set when the conversation is over."""

    def receive(self, text: str, at_ms: int) -> None:
        """Take a text message that arrived at a time of the day."""
        if self.closing is not None:
            return
        if not self._allowed(at_ms):
            most = self._limits.messages_per_s
            self._end(POLICY, "too-many-messages", f"send at most {most} messages a second")
            return
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > self._limits.message_bytes:
            self.receive_too_much(size)
            return
        try:
            message = decode(text)
        except Malformed as error:
            self._end(INVALID, error.code, error.message)
        except (BadMessage, UnknownMessage) as error:
            self._err(error)
        else:
            if isinstance(message, Sync):
                self._sync(message, at_ms)
            else:
                self._hello(message)

    def receive_too_much(self, size: int | None = None) -> None:
        """Take note of a message that is too long to be read."""
        found = "" if size is None else f", this one has {size}"
        most = self._limits.message_bytes
        self._end(TOO_BIG, "too-big", f"a message has at most {most} bytes{found}")

    def receive_binary(self) -> None:
        """Take note of a message that is not text."""
        self._end(UNSUPPORTED, "not-text", "messages to the feed are JSON in text frames")

    def hello_is_late(self) -> None:
        """Take note that no hello came in time."""
        if not self.greeted:
            within = self._limits.hello_within_ms / 1000
            self._end(POLICY, "hello-late", f"say hello within {within:g} seconds")

    def to_send(self) -> bytes:
        """Return what is to be written now, as frames, and forget it."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def _hello(self, hello: Hello) -> None:
        if hello.v != VERSION:
            self._end(
                POLICY, "unsupported-version", f"version {hello.v} is unknown: speak {VERSION}"
            )
            return
        if len(hello.topics) > self._limits.topics:
            self._err(
                TooManyTopics(
                    f"{len(hello.topics)} topics are too many: follow at most "
                    f"{self._limits.topics}; what you followed before goes on"
                )
            )
            return
        self.greeted = True
        self.client = hello.client
        hub = self._hub
        found = hub.join(self._viewer, hello.topics, hello.conflate_ms, hello.resume)
        now = datetime.fromtimestamp(hub.now_ms() / 1000, UTC).isoformat(timespec="milliseconds")
        self._say(
            Welcome(
                v=VERSION,
                epoch=hub.epoch,
                pos=hub.position,
                mode=found.mode,
                topics=found.topics,
                conflate_ms=hub.conflation(self._viewer),
                heartbeat_ms=self._limits.heartbeat_ms,
                server_time=now.replace("+00:00", "Z"),
            )
        )
        self._out.append(joined(found.packets))
        for topic, error in found.refused.items():
            self._say(self._error(error.code, error.message, topic))

    def _sync(self, message: Sync, at_ms: int) -> None:
        hub = self._hub
        position = hub.complete(self._viewer)
        self._say(Synced(t0=message.t0, t1=at_ms, t2=hub.now_ms(), pos=position))

    def _allowed(self, at_ms: int) -> bool:
        """Count a message against what the viewer may send."""
        if self._allowance_at_ms is not None:
            grown = max(0, at_ms - self._allowance_at_ms) / 1000 * self._limits.messages_per_s
            self._allowance = min(self._limits.messages_burst, self._allowance + grown)
        self._allowance_at_ms = at_ms
        self._allowance -= 1
        return self._allowance >= 0

    def _error(self, code: str, detail: str, topic: str | None = None) -> Err:
        return Err(code=code, detail=detail, pos=self._hub.complete(self._viewer), topic=topic)

    def _err(self, error: BadRequest) -> None:
        self._say(self._error(error.code, error.message))

    def _end(self, close: int, code: str, detail: str) -> None:
        self._say(self._error(code, detail))
        self.closing = Closing(close, code)

    def _say(self, message: Outgoing) -> None:
        self._out.append(text_frame(encode(message)))
