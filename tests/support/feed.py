"""The hub in a test's hands: its documents, its clock, its connections."""

import random
from typing import Any

import msgspec

from projections.book import Book, Scope
from tests.support import protocol
from tests.support.viewer import Json, Viewer
from tracker.live.audience import Viewer as Seat
from tracker.live.hub import Hub
from tracker.live.limits import Limits
from tracker.live.subscription import Subscription

RACE = "race/cup/women-500/final-a"
OTHER_RACE = "race/cup/women-500/final-b"
CURRENT = "current/cup"
MEDALS = "medals/cup"
STANDINGS = "standings/season"


def scope_of(topic: str) -> Scope:
    """Return a scope that concerns a topic."""
    kind, _, name = topic.partition("/")
    if kind == "official":
        return ("race", name.removeprefix("race/"))
    return (
        {
            "race": "race",
            "classification": "distance",
            "standings": "series",
        }.get(kind, "competition"),
        name,
    )


class Pipe:
    """A connection that takes as much as a test lets it."""

    def __init__(self) -> None:
        self.taken = bytearray()
        self.waiting = bytearray()
        self.frozen = False
        self.most_waiting = 0
        self.writes = 0
        self.last = b""
        self.ended: int | None = None
        self.viewer: Seat | None = None

    def write(self, data: bytes) -> None:
        """Take bytes, or keep them waiting."""
        self.writes += 1
        self.last = data
        (self.waiting if self.frozen or self.waiting else self.taken).extend(data)
        self.most_waiting = max(self.most_waiting, len(self.waiting))
        if self.waiting and self.viewer is not None:
            self.viewer.stalled()

    def pending(self) -> int:
        """Return how many bytes wait."""
        return len(self.waiting)

    def descriptor(self) -> None:
        """Return that no file takes what is written."""

    def end(self, code: int) -> None:
        """Note the close code."""
        self.ended = code

    def thaw(self) -> None:
        """Take what waits, and everything from now on."""
        self.frozen = False
        self.taken += self.waiting
        self.waiting.clear()

    def messages(self) -> list[Json]:
        """Return the whole messages that were taken and forget them; the rest of a frame stays."""
        found: list[Json] = []
        while (end := _frame_end(self.taken)) is not None:
            start, stop = end
            found.append(msgspec.json.decode(bytes(self.taken[start:stop])))
            del self.taken[:stop]
        return found


def _frame_end(data: bytearray) -> tuple[int, int] | None:
    """Return where the payload of the first frame starts and stops."""
    short = 126
    if len(data) < 2:
        return None
    assert data[0] == 0x81, "every frame is a whole text message"
    size, start = data[1], 2
    if size >= short:
        wide = 2 if size == short else 8
        start = 2 + wide
        if len(data) < start:
            return None
        size = int.from_bytes(data[2:start], "big")
    return (start, start + size) if len(data) >= start + size else None


class Connection:
    """A viewer, its pipe and its conversation."""

    def __init__(self, stage: "Stage", viewer: Viewer | None = None) -> None:
        self.stage = stage
        self.pipe = Pipe()
        self.viewer = viewer or Viewer()
        self.seat = stage.hub.admit(self.pipe)
        self.subscription = Subscription(stage.hub, self.seat)

    def say(self, message: Json | str) -> None:
        """Send a message, and have what it brings written."""
        if isinstance(message, dict) and message.get("t") == "hello":
            protocol.hold(message, by="viewer")
        text = message if isinstance(message, str) else msgspec.json.encode(message).decode()
        self.subscription.receive(text, self.stage.hub.now_ms())
        data = self.subscription.to_send()
        if data:
            self.pipe.write(data)

    def hello(self, *topics: str, **fields: Any) -> list[Json]:
        """Say hello for these topics and return what came of it."""
        self.say(self.viewer.hello(topics, **fields))
        return self.read()

    def read(self) -> list[Json]:
        """Fold what has arrived and return it."""
        found = self.pipe.messages()
        for message in found:
            self.viewer.take(message)
        return found

    def changes(self) -> list[Json]:
        """Fold what has arrived and return the deltas."""
        return [message for message in self.read() if message["t"] == "delta"]

    def cut(self) -> None:
        """Lose the connection, and what is in it."""
        self.stage.hub.leave(self.seat)


class Stage:
    """A hub whose documents and clock a test sets."""

    def __init__(
        self, *, epoch: str = "e1", opened: bool = True, official: bool = False, **limits: Any
    ) -> None:
        self.now_s = 1_000.0
        self.documents: dict[str, Json] = {}
        self.same: dict[str, str] = {}
        """Topics that have the document of another."""
        self.history: list[dict[str, Json]] = [{}]
        """All documents at every position."""
        self.rendered: list[str] = []
        self.broken: set[str] = set()
        self.book = Book()
        self.hub = Hub(
            epoch,
            self._render,
            resolve=lambda topic, _: self.same.get(topic, topic),
            official=official,
            limits=Limits(**limits),
            monotonic=lambda: self.now_s,
            wall=lambda: 1_700_000_000.0 + self.now_s,
            jitter=random.Random(7),
        )
        if opened:
            self.hub.publish(0, frozenset(), self.book)

    def _render(self, topic: str, book: Book) -> Json | None:
        assert book is self.book
        self.rendered.append(topic)
        if topic in self.broken:
            raise LookupError(topic)
        return self.documents.get(topic)

    def change(self, documents: dict[str, Json]) -> int:
        """Put documents in place at the next position and publish it."""
        self.documents.update(documents)
        self.book.position += 1
        self.history.append(dict(self.documents))
        touched = {scope_of(topic) for topic in documents}
        self.hub.publish(self.book.position, frozenset(touched), self.book)
        return self.book.position

    def connect(self, viewer: Viewer | None = None) -> Connection:
        """Open a connection."""
        return Connection(self, viewer)

    def wait(self, seconds: float) -> None:
        """Let time pass, ticking as often as the hub asks for."""
        until = self.now_s + seconds
        rest = self.hub.tick()
        while self.now_s + rest < until:
            self.now_s += rest
            rest = self.hub.tick()
        self.now_s = until
        self.hub.tick()
