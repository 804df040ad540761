"""A race day, and feeds over it: live, late and again, with a clock that a test sets."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from projections.book import Book
from tests.support.feed import Pipe
from tests.support.race_day import RaceDay, competition, scheduled
from tests.support.recorded import recorded
from tests.support.viewer import Json, Viewer
from tracker.api import feed_documents
from tracker.domain import commands as c
from tracker.live.hub import Hub
from tracker.live.limits import Limits
from tracker.live.packets import TEXT, Form
from tracker.live.stages import Stages
from tracker.live.subscription import Subscription
from tracker.live.tape import Tape
from tracker.log.recorded_event import RecordedEvent


class Rink:
    """A log that grows as a test decides things, and the feed of it."""

    def __init__(self, *, official: bool = False, **limits: Any) -> None:
        self.now_s = 1_710_000_000.0
        self.day: RaceDay = scheduled(competition())
        self.log: list[RecordedEvent] = []
        self.book = Book()
        self.told_at: dict[int, float] = {}
        """When each position was told to those without a delay."""
        granted = Limits(**limits)
        self.hub = Hub(
            "e1",
            feed_documents.render,
            resolve=feed_documents.resolve,
            official=official,
            limits=granted,
            monotonic=lambda: self.now_s,
            wall=lambda: self.now_s,
        )
        self.tape = Tape(granted, wall=lambda: self.now_s)
        self.tape.begin(Book())
        self.stages = Stages(self.hub, self.tape)
        self.tell()

    def tell(self) -> int:
        """Tell everything that was decided since, as the runner does."""
        touched = set()
        for event in itertools.islice(recorded(self.day.log), len(self.log), None):
            now = datetime.fromtimestamp(self.now_s, UTC)
            kept = replace(event, occurred_at=now, recorded_at=now)
            self.log.append(kept)
            touched |= self.book.fold(kept)
            self.tape.add(kept, int(self.now_s * 1000))
            self.told_at[kept.position] = self.now_s
        self.hub.publish(self.book.position, frozenset(touched), self.book)
        return self.book.position

    def decide(self, *commands: c.Command) -> int:
        """Decide something, and tell it."""
        self.day.given(*commands)
        return self.tell()

    def wait(self, seconds: float) -> None:
        """Let time pass, ticking as often as is asked for."""
        until = self.now_s + seconds
        rest = self.stages.tick()
        while self.now_s + rest < until:
            self.now_s += rest
            rest = self.stages.tick()
        self.now_s = until
        self.stages.tick()

    def sit_down(self, form: Form = TEXT) -> "Spectator":
        """Return a viewer with a connection."""
        return Spectator(self, form)

    def streams(self, names: Sequence[str]) -> list[RecordedEvent]:
        """Return the events of some streams, as the log would."""
        return [event for event in self.log if event.stream in names]

    def document(self, topic: str) -> Json:
        """Return a topic as somebody who comes now sees it."""
        seat = self.sit_down()
        seat.hello(topic)
        document: Json = seat.viewer.documents[topic]
        seat.subscription.leave()
        return document


class Spectator:
    """A viewer whose connection notes when each message came."""

    def __init__(self, rink: Rink, form: Form) -> None:
        self.rink = rink
        self.pipe = Pipe()
        self.viewer = Viewer()
        self.seat = rink.hub.admit(self.pipe, form)
        self.subscription = Subscription(rink.hub, self.seat, rink.stages)

    def say(self, message: Json) -> list[Json]:
        """Say something and return what is answered, which may be of an earlier position."""
        self.read()
        self.viewer.pos = 0
        text = msgspec.json.encode(message).decode()
        self.subscription.receive(text, self.rink.hub.now_ms())
        if self.subscription.wanted:
            self.subscription.supply(self.rink.streams(self.subscription.wanted))
        self.pipe.write(self.subscription.to_send())
        return self.read()

    def hello(self, *topics: str, **fields: Any) -> list[Json]:
        """Say hello without resuming."""
        return self.say({"t": "hello", "v": 1, "topics": list(topics), **fields})

    def read(self) -> list[Json]:
        """Fold what has come and return it."""
        found = self.pipe.messages()
        for message in found:
            self.viewer.take(message)
        return found
