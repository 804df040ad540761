"""The feed at other times: some seconds later, or a race again."""

from collections.abc import Sequence

from msgspec import Struct

from projections.book import Book
from tracker.live.audience import Viewer
from tracker.live.hub import Hub
from tracker.live.messages import Again
from tracker.live.refusals import BadDelay, BadReplay, NotReady, UnknownTopic
from tracker.live.replay import Replay
from tracker.live.tape import Tape
from tracker.log.recorded_event import RecordedEvent

REST_LEAST_S = 0.005
"""The shortest pause between two looks at what is due."""


class Delayed(Struct):
    """Everything, but later."""

    delay_ms: int
    hub: Hub
    book: Book
    idle_since_ms: float | None = None


class Stages:
    """Makes a hub for each delay that is asked for and for each replay, and moves them on.

    Each is a hub like the live one, with a book and a clock of its own: nothing that passes through
    it, be it a document, a heartbeat or the time of day, can be ahead of it.
    """

    def __init__(self, live: Hub, tape: Tape) -> None:
        self.live = live
        self._tape = tape
        self._delayed: dict[int, Delayed] = {}
        self._replays: dict[Viewer, Replay] = {}
        live.elsewhere = self.viewers

    def viewers(self) -> int:
        """Return how many viewers there are beside the live ones."""
        late = sum(each.hub.viewers for each in self._delayed.values())
        return late + sum(each.hub.viewers for each in self._replays.values())

    def delayed(self, asked_ms: int) -> tuple[Hub, int]:
        """Return the hub that is late by what was asked, or by a little more, and by how much.

        Raises BadDelay or NotReady.
        """
        limits = self.live.limits
        delay_ms = -(-asked_ms // limits.delay_step_ms) * limits.delay_step_ms
        if not delay_ms:
            return self.live, 0
        if delay_ms > limits.delay_most_ms:
            raise BadDelay(f"{asked_ms} ms are too long: ask for at most {limits.delay_most_ms}")
        if not self._tape.ready:
            raise NotReady(
                "the last minutes of the log are being read: say hello again in a second"
            )
        if delay_ms not in self._delayed:
            if len(self._delayed) >= limits.delays:
                kept = ", ".join(str(each) for each in sorted(self._delayed))
                raise BadDelay(f"no more different delays are kept: ask for one of {kept} ms")
            self._delayed[delay_ms] = self._open(delay_ms)
        return self._delayed[delay_ms].hub, delay_ms

    def _open(self, delay_ms: int) -> Delayed:
        live, source = self.live, self.live.source
        book = self._tape.book_at(live.wall() * 1000 - delay_ms)
        hub = Hub(
            source.epoch,
            source.render,
            resolve=source.resolve,
            official=source.official,
            limits=live.limits,
            monotonic=live.monotonic,
            wall=lambda: live.wall() - delay_ms / 1000,
        )
        hub.on_restless = live.on_restless
        hub.publish(book.position, frozenset(), book)
        return Delayed(delay_ms, hub, book)

    def replay(
        self, viewer: Viewer, race: str, events: Sequence[RecordedEvent], again: Again
    ) -> Replay:
        """Begin a replay for a viewer, in place of the one that it may have.

        Raises BadReplay or UnknownTopic.
        """
        limits = self.live.limits
        if not any(event.stream == f"race-{race}" for event in events):
            raise UnknownTopic(f"race/{race} is not in the log")
        if len(events) > limits.replay_events:
            most = limits.replay_events
            raise BadReplay(f"more than {most} events lie around {race}: it is not replayed")
        if viewer not in self._replays and len(self._replays) >= limits.replays:
            raise BadReplay(f"{limits.replays} replays are running: try again later")
        found = Replay(race, events, self.live, viewer)
        found.begin(again)
        self._replays[viewer] = found
        return found

    def streams_of(self, race: str) -> tuple[str, ...]:
        """Return the streams that a replay of a race needs."""
        competition, _, rest = race.partition("/")
        distance = f"{competition}/{rest.partition('/')[0]}"
        book = self.live.book
        races = {race, *(book.races_of.get(distance, ()) if book else ())}
        return (
            f"competition-{competition}",
            f"distance-{distance}",
            *(f"race-{each}" for each in sorted(races)),
        )

    def end_replay(self, viewer: Viewer) -> None:
        """Forget the replay of a viewer, if it has one."""
        self._replays.pop(viewer, None)

    def tick(self) -> float:
        """Do what is due; return after how many seconds there may be something again."""
        rest_s = self.live.tick()
        for late in list(self._delayed.values()):
            rest_s = min(rest_s, self._move_on(late))
        for each in list(self._replays.values()):
            rest_s = min(rest_s, each.tick())
        if self._tape.ready:
            self._tape.trim()
        return max(rest_s, REST_LEAST_S)

    def _move_on(self, late: Delayed) -> float:
        """Tell what is due after a delay, in the steps in which it was told without one."""
        now_ms = self.live.wall() * 1000 - late.delay_ms
        while (due_ms := self._tape.next_ms(late.book.position)) is not None and due_ms <= now_ms:
            touched = {
                scope
                for event in self._tape.told(late.book.position, due_ms)
                for scope in late.book.fold(event)
            }
            late.hub.publish(late.book.position, frozenset(touched), late.book)
        rest_s = late.hub.tick()
        if late.hub.viewers:
            late.idle_since_ms = None
        elif late.idle_since_ms is None:
            late.idle_since_ms = now_ms
        elif now_ms - late.idle_since_ms > self.live.limits.idle_topic_ms:
            del self._delayed[late.delay_ms]
        return rest_s if due_ms is None else min(rest_s, (due_ms - now_ms) / 1000)

    def close(self) -> None:
        """Say goodbye to everybody, and take nobody in from now on."""
        self.live.close()
        for late in self._delayed.values():
            late.hub.close()
        for each in self._replays.values():
            each.hub.close()
