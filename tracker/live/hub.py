"""Topics and viewers: what changed is made once and handed to everybody who follows it."""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

import structlog
from msgspec import Struct

from projections.book import Book, Scope
from tracker.errors import TrackerError
from tracker.live import topics
from tracker.live.audience import Audience, Ends, Sink, Viewer
from tracker.live.channel import Base, Change
from tracker.live.channels import Channels, Render, Resolve, Source, View
from tracker.live.limits import Limits
from tracker.live.messages import Bye, Delta, Heartbeat, Label, Resume
from tracker.live.packets import TEXT, AnyPacket, Form, Packet, joined
from tracker.live.refusals import FeedClosed, NotAllowed, TopicFailed, UnknownTopic

__all__ = ["FeedClosed", "Hub", "Joined", "TopicFailed", "UnknownTopic"]

BEATS = 50
"""Parts of the heartbeat's period: viewers are spread over them."""
RESTLESS_S = 0.02
"""How often the hub wants its tick while somebody is behind or a pause is running."""
GOING_AWAY, TRY_LATER = 1012, 1013
"""Close codes: the service restarts; come again later."""
_log = structlog.get_logger("bell_lap.feed")


class Joined(Struct, frozen=True):
    """What follows a hello."""

    mode: Literal["resumed", "snapshot"]
    topics: list[str]
    refused: dict[str, TrackerError]
    packets: list[AnyPacket]


class Hub:
    """Holds every topic that is followed, and everybody who follows it.

    Nothing in it waits: the runner calls `publish`, the connections call the rest, and somebody
    calls `tick` as often as it asks for. All in one event loop, so a viewer is joined and gets the
    snapshot in one turn: no change falls between.
    """

    def __init__(
        self,
        epoch: str,
        render: Render,
        *,
        resolve: Resolve = lambda topic, _: topic,
        official: bool = False,
        label: Label | None = None,
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        jitter: random.Random | None = None,
    ) -> None:
        self.source = Source(epoch, render, resolve, official, label)
        self.limits = limits or Limits()
        self.position = 0
        self.on_restless: Callable[[], None] = lambda: None
        """Called when the hub wants its tick soon."""
        self.elsewhere: Callable[[], int] = lambda: 0
        """Returns how many viewers of this process other hubs have."""
        self.monotonic = monotonic
        self.wall = wall
        self._jitter = jitter or random.Random()  # noqa: S311 - spreads load, hides nothing
        self._book: Book | None = None
        self._closing = False
        self._channels = Channels(self.source, self.limits)
        self._following: dict[View, set[Audience]] = {}
        self._audiences: dict[tuple[tuple[View, ...], int, Form], Audience] = {}
        self._pausing: set[Audience] = set()
        """Audiences with a change that waits for the end of their pause."""
        self._behind: set[Viewer] = set()
        self._stalled: list[Viewer] = []
        """Who is to be set aside as soon as nobody is written to."""
        self._beats: list[set[Viewer]] = [set() for _ in range(BEATS)]
        self._beats_done = self._beats_due(self._now_ms())
        self._admitted = 0

    @property
    def book(self) -> Book | None:
        """Return the book as it was published last; None before the feed is open."""
        return self._book

    @property
    def epoch(self) -> str:
        """Return the identity of the store."""
        return self.source.epoch

    # --- what the runner calls ---------------------------------------------------------------

    def publish(self, position: int, touched: frozenset[Scope], book: Book) -> None:
        """Tell everybody what is different at a position, at which the book stands or beyond.

        The first call opens the feed; it may touch nothing.
        """
        before = self.position
        self._set_stalled_aside(self._now_ms())
        self._book = book
        changes = self._channels.step(touched, position, book)
        self.position = max(before, position)
        audiences = {a for view in changes for a in self._following.get(view, ())}
        now_ms = self._now_ms()
        for audience in audiences:
            own = [(view, changes[view]) for view in audience.views if view in changes]
            self._announce(audience, own, before, now_ms)

    def _announce(
        self,
        audience: Audience,
        changes: Sequence[tuple[View, Change]],
        before: int,
        now_ms: float,
    ) -> None:
        """Send changes to those in step, unless their pause is running."""
        for viewer in audience.behind:
            viewer.missed.note(changes, before)
        if audience.missed or now_ms < audience.due_ms:
            audience.missed.note(changes, before)
            self._pausing.add(audience)
            self.on_restless()
            return
        self._send(
            audience, joined([change.packet for _, change in changes], audience.form), now_ms
        )

    def _send(self, audience: Audience, data: bytes, now_ms: float) -> None:
        """Write the same bytes to everybody in step; who does not take all of them is set aside."""
        if audience.conflate_ms:
            audience.due_ms = now_ms + audience.conflate_ms
        audience.send(data)
        self._set_stalled_aside(now_ms)

    def note_stalled(self, viewer: Viewer) -> None:
        """Take note that a viewer's connection did not take everything."""
        self._stalled.append(viewer)
        self.on_restless()

    def _set_stalled_aside(self, now_ms: float) -> None:
        while self._stalled:
            viewer = self._stalled.pop()
            audience = viewer.audience
            if audience is not None and viewer in audience.in_step:
                self._fall_behind(viewer, audience, now_ms)

    # --- what the connections call -----------------------------------------------------------

    def admit(self, sink: Sink, form: Form = TEXT) -> Viewer:
        """Take a viewer in, who follows nothing yet.

        Raises FeedClosed.
        """
        if self._closing:
            raise FeedClosed("shutdown")
        if self._book is None:
            raise FeedClosed("starting")
        if self.viewers + self.elsewhere() >= self.limits.viewers:
            raise FeedClosed("full")
        self._admitted += 1
        viewer = sink.viewer = Viewer(sink, self._admitted % BEATS, form)
        self.take_in(viewer)
        return viewer

    def take_in(self, viewer: Viewer) -> None:
        """Have a viewer among the hub's own, who may come from another hub of the process."""
        viewer.keeper = self
        self._beats[viewer.beat].add(viewer)

    def join(
        self,
        viewer: Viewer,
        names: Iterable[str],
        conflate_ms: int,
        resume: Resume | None,
        paths: tuple[str, ...] = (),
    ) -> Joined:
        """Have a viewer follow exactly these topics from the position of the feed on.

        The packets are what the viewer must get first, in the same turn.
        """
        self._part(viewer)
        book = self._book
        assert book is not None, "nobody is admitted before the first book"
        followed: dict[str, View] = {}
        refused: dict[str, TrackerError] = {}
        missed: list[Packet[Delta]] = []
        whole: list[AnyPacket] = []
        for name in dict.fromkeys(names):
            try:
                view = self._channels.open(name, paths, self.position, book, self._now_ms())
            except (UnknownTopic, NotAllowed, topics.BadTopic) as error:
                refused[name] = error
                continue
            except TopicFailed as failed:
                _log.error("topic_failed", topic=name, position=self.position, exc_info=failed)
                refused[name] = failed
                continue
            followed[name] = view
            since = self._channels.missed(view, resume, self.position)
            if since is None:
                whole.append(self._channels[view].snapshot(self.position))
            else:
                missed += since
        self._attach(viewer, tuple(sorted(followed.values())), self._pause(conflate_ms))
        missed.sort(key=lambda packet: packet.message.rev)
        mode: Literal["resumed", "snapshot"] = "snapshot" if whole or not followed else "resumed"
        return Joined(mode, list(followed), refused, [*missed, *whole])

    def complete(self, viewer: Viewer) -> int:
        """Return up to which position a viewer was sent everything."""
        audience = viewer.audience
        return audience.complete(viewer, self.position) if audience else self.position

    def conflation(self, viewer: Viewer) -> int:
        """Return the pause between changes that a viewer was granted."""
        return viewer.audience.conflate_ms if viewer.audience else 0

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer; it may be forgotten already."""
        self._part(viewer)
        self._beats[viewer.beat].discard(viewer)

    @property
    def viewers(self) -> int:
        """Return how many viewers there are."""
        return sum(map(len, self._beats))

    def now_ms(self) -> int:
        """Return the time of day, in milliseconds since 1970."""
        return int(self.wall() * 1000)

    def farewell(
        self,
        code: Literal["shutdown", "slow", "full", "starting"],
        *,
        position: int,
        form: Form = TEXT,
    ) -> bytes:
        """Return the bytes of a goodbye with a pause of its own, so that not all come at once."""
        pause = self._jitter.randint(*self.limits.retry_ms)
        return form.frame(Bye(code=code, retry=True, after_ms=pause, pos=position))

    def close(self) -> None:
        """Say goodbye to everybody, and take nobody in from now on."""
        self._closing = True
        self.dismiss_all()

    def dismiss_all(self) -> None:
        """Say goodbye to everybody."""
        for viewer in [each for beat in self._beats for each in beat]:
            self._dismiss(viewer, "shutdown", GOING_AWAY)

    # --- what time brings --------------------------------------------------------------------

    def tick(self) -> float:
        """Do what is due; return after how many seconds there may be something again."""
        now_ms = self._now_ms()
        self._set_stalled_aside(now_ms)
        for audience in [a for a in self._pausing if now_ms >= a.due_ms]:
            self._end_pause(audience, now_ms)
        for viewer in list(self._behind):
            self._try_again(viewer, now_ms)
        due = self._beats_due(now_ms)
        if due > self._beats_done:
            self._heartbeat(range(max(self._beats_done, due - BEATS), due), now_ms)
            self._beats_done = due
            self._channels.forget_idle(now_ms)
        rest_s = self.limits.heartbeat_ms / BEATS / 1000
        return min(RESTLESS_S, rest_s) if self._pausing or self._behind else rest_s

    def _end_pause(self, audience: Audience, now_ms: float) -> None:
        """Send everything that was kept back, as one change of each topic."""
        self._pausing.discard(audience)
        data = self._catch_up(audience.missed.bases, audience.form)
        audience.missed.clear()
        self._send(audience, data, now_ms)

    def _try_again(self, viewer: Viewer, now_ms: float) -> None:
        """Bring a viewer in step whose connection takes bytes again; drop who takes none."""
        audience = viewer.audience
        assert audience is not None, "only who follows something can be behind"
        if viewer.sink.pending():
            if now_ms - viewer.stalled_at_ms >= self.limits.slow_ms:
                self._dismiss(viewer, "slow", TRY_LATER)
            return
        viewer.stalled_at_ms = now_ms
        if audience.missed:
            return  # the pause is running: its end brings them together
        if viewer.missed:
            viewer.sink.write(self._catch_up(viewer.missed.bases, viewer.form))
            viewer.missed.clear()
        audience.behind.discard(viewer)
        self._behind.discard(viewer)
        audience.enter(viewer)

    def _catch_up(self, bases: dict[View, Base], form: Form) -> bytes:
        steps = [self._channels[v].catch_up(bases[v], self.position) for v in sorted(bases)]
        return joined(steps, form)

    def _heartbeat(self, parts: Iterable[int], now_ms: float) -> None:
        """Tell the viewers of some parts of the period how far they are."""
        equal: dict[tuple[int, Form], list[Sink]] = {}
        for part in parts:
            for viewer in list(self._beats[part % BEATS]):
                audience = viewer.audience
                if audience is None or viewer.form.transport == "poll":
                    continue  # a poll ends with its own
                if viewer.sink.pending():
                    if viewer in audience.in_step:
                        self._fall_behind(viewer, audience, now_ms)
                    continue
                which = (self.complete(viewer), viewer.form)
                equal.setdefault(which, []).append(viewer.sink)
        for (position, form), sinks in equal.items():
            Ends(sinks).write(form.frame(self.heartbeat(position), self.epoch))

    def heartbeat(self, position: int) -> Heartbeat:
        """Return what says that everything up to a position has been sent."""
        return Heartbeat(pos=position, time=self.time_now(), label=self.source.label)

    def time_now(self) -> str:
        """Return the feed's time of day as messages write it."""
        now = datetime.fromtimestamp(self.wall(), UTC).isoformat(timespec="milliseconds")
        return now.replace("+00:00", "Z")

    # --- who follows what --------------------------------------------------------------------

    def _pause(self, conflate_ms: int) -> int:
        limits = self.limits
        if not conflate_ms:
            return 0
        return min(max(conflate_ms, limits.conflate_least_ms), limits.conflate_most_ms)

    def _attach(self, viewer: Viewer, views: tuple[View, ...], conflate_ms: int) -> None:
        """Put a viewer who has everything up to now into the audience."""
        audience = self._audiences.get((views, conflate_ms, viewer.form))
        if audience is None:
            audience = Audience(views, conflate_ms, viewer.form)
            self._audiences[audience.key] = audience
            for view in views:
                self._following.setdefault(view, set()).add(audience)
                self._channels[view].idle_since_ms = None
        viewer.audience = audience
        viewer.missed.clear()
        if audience.missed:
            self._fall_behind(viewer, audience, self._now_ms())
        else:
            audience.enter(viewer)

    def _fall_behind(self, viewer: Viewer, audience: Audience, now_ms: float) -> None:
        """Give a viewer who is in step, or new, a list of its own of what it misses from now on."""
        if viewer in audience.in_step:
            audience.part(viewer)
            viewer.missed.take_over(audience.missed)
        audience.behind.add(viewer)
        viewer.stalled_at_ms = now_ms
        self._behind.add(viewer)
        self.on_restless()

    def _part(self, viewer: Viewer) -> None:
        """Take a viewer out of the audience, and the audience away if it was the last."""
        audience = viewer.audience
        if audience is None:
            return
        viewer.audience = None
        audience.part(viewer)
        audience.behind.discard(viewer)
        self._behind.discard(viewer)
        if not audience.empty:
            return
        del self._audiences[audience.key]
        self._pausing.discard(audience)
        for view in audience.views:
            following = self._following[view]
            following.discard(audience)
            if not following:
                del self._following[view]
                self._channels[view].idle_since_ms = self._now_ms()

    def _dismiss(self, viewer: Viewer, code: Literal["shutdown", "slow"], close: int) -> None:
        """Say goodbye to a viewer, as far as the connection takes it, and close."""
        farewell = self.farewell(code, position=self.complete(viewer), form=viewer.form)
        viewer.sink.write(farewell)
        self.leave(viewer)
        viewer.sink.end(close)

    def _beats_due(self, now_ms: float) -> int:
        return int(now_ms * BEATS / self.limits.heartbeat_ms)

    def _now_ms(self) -> float:
        return self.monotonic() * 1000
