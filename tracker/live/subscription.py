"""One viewer's conversation with the feed, without a socket.

Whoever holds the socket passes every message to `receive`, then writes what `to_send` returns in
the same turn of the event loop, before anything else can happen; then looks at `closing`. When
`wanted` names streams, their events are to be fetched and handed to `supply` before the next
message.
"""

from collections.abc import Sequence

from msgspec import Struct

from tracker.errors import TrackerError
from tracker.live import fields
from tracker.live.audience import Viewer
from tracker.live.hub import Hub
from tracker.live.messages import (
    VERSION,
    BadMessage,
    Control,
    Err,
    Heartbeat,
    Hello,
    Malformed,
    Outgoing,
    Sync,
    Synced,
    UnknownMessage,
    Welcome,
    decode,
)
from tracker.live.packets import joined
from tracker.live.refusals import BadReplay, NotReady, TooManyTopics
from tracker.live.replay import Replay, race_of
from tracker.live.stages import Stages
from tracker.log.recorded_event import RecordedEvent

__all__ = ["Closing", "Subscription", "TooManyTopics"]

UNSUPPORTED, INVALID, POLICY, TOO_BIG = 1003, 1007, 1008, 1009
"""Close codes: not text; not JSON; against the rules of the feed; over the size limit."""


class Closing(Struct, frozen=True):
    """How the connection is to be closed once everything is sent."""

    code: int
    reason: str


class Subscription:
    """What a viewer said so far, and what is to be answered.

    What changes later does not pass through here: the hub writes it to all viewers at once.
    """

    def __init__(self, hub: Hub, viewer: Viewer, stages: Stages | None = None) -> None:
        self._live = hub
        self._hub = hub
        """Where the viewer is: among the live ones, the late ones, or in a replay."""
        self._stages = stages
        self._viewer = viewer
        self._delay_ms = 0
        self._replay: Replay | None = None
        self._hello_said: Hello | None = None
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
        self.wanted: tuple[str, ...] = ()
        """The streams that the last hello needs."""
        self.refusal: TrackerError | None = None
        """Why the last message could not be followed."""
        self.told_nothing = False
        """Whether everything that the last hello asked for was held already."""

    def receive(self, said: str | bytes, at_ms: int) -> None:
        """Take a message that arrived at a time of the day."""
        if self.closing is not None:
            return
        if not self._allowed(at_ms):
            most = self._limits.messages_per_s
            self._end(POLICY, "too-many-messages", f"send at most {most} messages a second")
            return
        if isinstance(said, bytes) and self._viewer.form.encoding == "json":
            self._end(UNSUPPORTED, "not-text", "messages to this feed are JSON in text frames")
            return
        size = len(said.encode("utf-8", "surrogatepass")) if isinstance(said, str) else len(said)
        if size > self._limits.message_bytes:
            self.receive_too_much(size)
            return
        try:
            message = decode(said)
        except Malformed as error:
            self._end(INVALID, error.code, error.message)
        except (BadMessage, UnknownMessage) as error:
            self._err(error)
        else:
            self._take(message, at_ms)

    def receive_hello(self, hello: Hello) -> None:
        """Take a hello that did not come as a message: from an address."""
        self._take(hello, 0)

    def _take(self, message: Hello | Sync | Control, at_ms: int) -> None:
        self.refusal = None
        try:
            match message:
                case Sync():
                    self._sync(message, at_ms)
                case Control():
                    self._control(message)
                case Hello():
                    self._hello(message)
        except TrackerError as error:
            self._err(error)

    def receive_too_much(self, size: int | None = None) -> None:
        """Take note of a message that is too long to be read."""
        found = "" if size is None else f", this one has {size}"
        most = self._limits.message_bytes
        self._end(TOO_BIG, "too-big", f"a message has at most {most} bytes{found}")

    def hello_is_late(self) -> None:
        """Take note that no hello came in time."""
        if not self.greeted:
            within = self._limits.hello_within_ms / 1000
            self._end(POLICY, "hello-late", f"say hello within {within:g} seconds")

    def to_send(self) -> bytes:
        """Return what is to be written now, in the viewer's form, and forget it."""
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
            raise TooManyTopics(
                f"{len(hello.topics)} topics are too many: follow at most "
                f"{self._limits.topics}; what you followed before goes on"
            )
        paths = fields.checked(hello.fields, self._limits)
        if hello.replay is not None:
            self._want_replay(hello)
            return
        hub, delay_ms = self._live, 0
        if hello.delay_ms:
            hub, delay_ms = self._other_times().delayed(hello.delay_ms)
        self._end_replay()
        self._move_to(hub)
        self._delay_ms = delay_ms
        self._follow(hello, paths)

    def _other_times(self) -> Stages:
        if self._stages is None:
            raise NotReady("this process shows the present alone")
        return self._stages

    def _want_replay(self, hello: Hello) -> None:
        """Remember a hello that can be answered when the race's events are there."""
        if hello.delay_ms:
            raise BadReplay("a replay has no delay: leave one of them out")
        self.wanted = self._other_times().streams_of(race_of(hello.topics))
        self._hello_said = hello
        self.greeted = True

    def supply(self, events: Sequence[RecordedEvent]) -> None:
        """Take the events of the streams that were wanted, in the order of the log."""
        hello = self._hello_said
        assert hello is not None, "events are supplied when they are wanted"
        assert hello.replay is not None, "likewise"
        self.wanted = ()
        race = race_of(hello.topics)
        try:
            replay = self._other_times().replay(self._viewer, race, events, hello.replay)
        except TrackerError as error:
            self._err(error)
            return
        self._replay = replay
        self._delay_ms = 0
        self._move_to(replay.hub)
        self._follow(hello, fields.checked(hello.fields, self._limits))
        self._say(replay.state())

    def refuse(self, error: TrackerError) -> None:
        """Take note that what was wanted cannot be had."""
        self.wanted = ()
        self._err(error)

    def _control(self, control: Control) -> None:
        """Change a replay's speed, or seek: what is shown there replaces what was shown here."""
        replay, hello = self._replay, self._hello_said
        if replay is None or hello is None or hello.replay is None:
            raise BadReplay("there is no replay: say hello with one")
        speed = replay.speed if control.speed is None else control.speed
        if control.position is None:
            replay.change_speed(speed)
        else:
            replay.begin(type(hello.replay)(position=control.position, speed=speed))
            self._move_to(replay.hub)
            paths = fields.checked(hello.fields, self._limits)
            found = replay.hub.join(self._viewer, hello.topics, hello.conflate_ms, None, paths)
            self._out.append(joined(found.packets, self._viewer.form))
        self._say(replay.state())

    def _move_to(self, hub: Hub) -> None:
        if hub is not self._hub:
            self._hub.leave(self._viewer)
            hub.take_in(self._viewer)
            self._hub = hub

    def _end_replay(self) -> None:
        if self._replay is not None:
            self._other_times().end_replay(self._viewer)
            self._replay = None

    def leave(self) -> None:
        """Forget the viewer: the connection is over."""
        self._hub.leave(self._viewer)
        self._end_replay()

    def complete(self) -> int:
        """Return up to which position the viewer was told everything."""
        return self._hub.complete(self._viewer)

    def heartbeat(self) -> Heartbeat:
        """Return what says so."""
        return self._hub.heartbeat(self.complete())

    def _follow(self, hello: Hello, paths: tuple[str, ...]) -> None:
        """Answer a hello where the viewer now is."""
        self.greeted = True
        self.client = hello.client
        hub = self._hub
        resume = hello.resume if self._replay is None else None
        found = hub.join(self._viewer, hello.topics, hello.conflate_ms, resume, paths)
        self._say(
            Welcome(
                v=VERSION,
                epoch=hub.epoch,
                pos=hub.position,
                mode=found.mode,
                topics=found.topics,
                conflate_ms=hub.conflation(self._viewer),
                heartbeat_ms=self._limits.heartbeat_ms,
                server_time=hub.time_now(),
                delay_ms=self._delay_ms,
                fields=list(paths) or None,
                label=hub.source.label,
            )
        )
        self._out.append(joined(found.packets, self._viewer.form))
        self.told_nothing = not found.packets and not found.refused
        for topic, error in found.refused.items():
            self._say(self._error(error.code, error.message, topic))

    def _sync(self, message: Sync, at_ms: int) -> None:
        """Tell the clock of what is shown: a delayed viewer's is late, a replay's is of then."""
        hub = self._hub
        now_ms = hub.now_ms()
        came_ms = at_ms - self._live.now_ms() + now_ms
        position = hub.complete(self._viewer)
        self._say(Synced(t0=message.t0, t1=came_ms, t2=now_ms, pos=position))

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

    def _err(self, error: TrackerError) -> None:
        self.refusal = error
        self._say(self._error(error.code, error.message))

    def _end(self, close: int, code: str, detail: str) -> None:
        self._say(self._error(code, detail))
        self.closing = Closing(close, code)

    def _say(self, message: Outgoing) -> None:
        self._out.append(self._viewer.form.frame(message, self._hub.epoch))
