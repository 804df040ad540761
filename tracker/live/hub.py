"""Topics and viewers: what changed is made once and handed to everybody who follows it."""

import contextlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal, TypeAlias

import structlog
from msgspec import Raw, Struct

from projections.book import Book, Scope
from tracker.errors import NotFound, TrackerError
from tracker.live import topics
from tracker.live.audience import Audience, Sink, Viewer
from tracker.live.channel import Base, Change, Channel
from tracker.live.frames import text_frame
from tracker.live.limits import Limits
from tracker.live.merge_patch import Document, diff, without_nulls
from tracker.live.messages import (
    AnyPacket,
    Bye,
    Delta,
    Heartbeat,
    Packet,
    Resume,
    encode,
    encode_document,
    joined,
)

Render: TypeAlias = Callable[[str, Book], Document | None]
"""Returns a topic's document as the book stands, or None when there is no such topic."""
Resolve: TypeAlias = Callable[[str, Book], str]
"""Returns the topic that has the same document now: `race/…` for `current/…`."""

BEATS = 50
"""Parts of the heartbeat's period: viewers are spread over them."""
RESTLESS_S = 0.02
"""How often the hub wants its tick while somebody is behind or a pause is running."""
GOING_AWAY, TRY_LATER = 1012, 1013
"""Close codes: the service restarts; come again later."""
_log = structlog.get_logger("bell_lap.feed")


class FeedClosed(TrackerError):
    """The feed takes no viewer now; `bye` says why."""

    code = "feed-closed"

    def __init__(self, bye: Literal["shutdown", "full", "starting"]) -> None:
        super().__init__(f"the feed takes no viewer now ({bye}): come again in a few seconds")
        self.bye = bye


class TopicFailed(TrackerError):
    """A document that cannot be made, through a fault of ours."""

    code = "topic-failed"


class UnknownTopic(NotFound):
    """A topic whose race, distance, competition or series the log does not know."""

    code = "unknown-topic"


@contextlib.contextmanager
def _showing(name: str) -> Iterator[None]:
    """Turn whatever goes wrong in making one topic's document into TopicFailed.

    One board that cannot be drawn must not darken all the others.
    """
    try:
        yield
    except UnknownTopic:
        raise
    except Exception as error:
        failed = f"{name} cannot be shown now, which is a fault of Bell Lap: report it"
        raise TopicFailed(failed) from error


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
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        jitter: random.Random | None = None,
    ) -> None:
        self.epoch = epoch
        self.limits = limits or Limits()
        self.position = 0
        self.on_restless: Callable[[], None] = lambda: None
        """Called when the hub wants its tick soon."""
        self._render = render
        self._resolve = resolve
        self._monotonic = monotonic
        self._wall = wall
        self._jitter = jitter or random.Random()  # noqa: S311 - spreads load, hides nothing
        self._book: Book | None = None
        self._closing = False
        self._channels: dict[str, Channel] = {}
        self._stale: set[str] = set()
        """Topics that could not be taken to the feed's position."""
        self._following: dict[str, set[Audience]] = {}
        self._audiences: dict[tuple[tuple[str, ...], int], Audience] = {}
        self._pausing: set[Audience] = set()
        """Audiences with a change that waits for the end of their pause."""
        self._behind: set[Viewer] = set()
        self._beats: list[set[Viewer]] = [set() for _ in range(BEATS)]
        self._beats_done = self._beats_due(self._now_ms())
        self._admitted = 0

    # --- what the runner calls ---------------------------------------------------------------

    def publish(self, position: int, touched: frozenset[Scope], book: Book) -> None:
        """Tell everybody what is different at a position, at which the book stands or beyond.

        The first call opens the feed; it may touch nothing.
        """
        before = self.position
        self._book = book
        names = (topics.concerned(touched) | self._stale) & self._channels.keys()
        changes = self._step(names, position, book)
        self.position = max(before, position)
        audiences = {a for topic in changes for a in self._following.get(topic, ())}
        now_ms = self._now_ms()
        for audience in audiences:
            own = [changes[topic] for topic in audience.topics if topic in changes]
            self._announce(audience, own, before, now_ms)

    def _step(self, names: set[str], position: int, book: Book) -> dict[str, Change]:
        """Take the topics to a position; return what changed.

        Topics with the same document share the render, and the patch where the old one is the
        same as well. A topic that fails keeps its document, and is tried again the next time.
        """
        documents: dict[str, Document] = {}
        patches: dict[tuple[int, int], tuple[Raw | None, Document]] = {}
        changes: dict[str, Change] = {}
        failing, self._stale = self._stale, set()
        for name in sorted(names):
            channel = self._channels[name]
            try:
                with _showing(name):
                    source = self._resolve(name, book)
                    if source not in documents:
                        documents[source] = without_nulls(self._render(source, book) or {})
                    old, new = channel.document, documents[source]
                    pair = (id(old), id(new))
                    if pair not in patches:
                        patch = diff(old, new)
                        # The old document stays with its patch, so that no other gets its id.
                        patches[pair] = (encode_document(patch) if patch else None, old)
            except TopicFailed as failed:
                self._stale.add(name)
                if name not in failing:
                    _log.error("topic_failed", topic=name, position=position, exc_info=failed)
                continue
            change = channel.step(new, position, patches[pair][0])
            if change is not None:
                changes[name] = change
        return changes

    def _announce(
        self, audience: Audience, changes: Sequence[Change], before: int, now_ms: float
    ) -> None:
        """Send changes to those in step, unless their pause is running."""
        for viewer in audience.behind:
            viewer.missed.note(changes, before)
        if audience.missed or now_ms < audience.due_ms:
            audience.missed.note(changes, before)
            self._pausing.add(audience)
            self.on_restless()
            return
        data = joined([change.packet for change in changes])
        for viewer in self._send(audience, data, now_ms):
            self._fall_behind(viewer, audience, now_ms)
            viewer.missed.note(changes, before)

    def _send(self, audience: Audience, data: bytes, now_ms: float) -> list[Viewer]:
        """Write the same bytes to everybody in step; return who has not taken the last ones."""
        if audience.conflate_ms:
            audience.due_ms = now_ms + audience.conflate_ms
        stalled = []
        for viewer in audience.in_step:
            # Looked at before and not after: some event loops write at the end of their turn.
            if viewer.sink.pending():
                stalled.append(viewer)
            else:
                viewer.sink.write(data)
        return stalled

    # --- what the connections call -----------------------------------------------------------

    def admit(self, sink: Sink) -> Viewer:
        """Take a viewer in, who follows nothing yet.

        Raises FeedClosed.
        """
        if self._closing:
            raise FeedClosed("shutdown")
        if self._book is None:
            raise FeedClosed("starting")
        if self.viewers >= self.limits.viewers:
            raise FeedClosed("full")
        self._admitted += 1
        viewer = Viewer(sink, self._admitted % BEATS)
        self._beats[viewer.beat].add(viewer)
        return viewer

    def join(
        self, viewer: Viewer, names: Iterable[str], conflate_ms: int, resume: Resume | None
    ) -> Joined:
        """Have a viewer follow exactly these topics from the position of the feed on.

        The packets are what the viewer must get first, in the same turn.
        """
        self._part(viewer)
        followed: list[str] = []
        refused: dict[str, TrackerError] = {}
        missed: list[Packet[Delta]] = []
        whole: list[AnyPacket] = []
        for name in dict.fromkeys(names):
            try:
                channel = self._channel(name)
            except (UnknownTopic, topics.BadTopic) as error:
                refused[name] = error
                continue
            except TopicFailed as failed:
                _log.error("topic_failed", topic=name, position=self.position, exc_info=failed)
                refused[name] = failed
                continue
            followed.append(name)
            since = self._missed(channel, resume)
            if since is None:
                whole.append(channel.snapshot(self.position))
            else:
                missed += since
        self._attach(viewer, tuple(sorted(followed)), self._pause(conflate_ms))
        missed.sort(key=lambda packet: packet.message.rev)
        mode: Literal["resumed", "snapshot"] = "snapshot" if whole or not followed else "resumed"
        return Joined(mode, followed, refused, [*missed, *whole])

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
        return int(self._wall() * 1000)

    def farewell(
        self, code: Literal["shutdown", "slow", "full", "starting"], *, position: int
    ) -> bytes:
        """Return the frame of a goodbye with a pause of its own, so that not all return at once."""
        pause = self._jitter.randint(*self.limits.retry_ms)
        return text_frame(encode(Bye(code=code, retry=True, after_ms=pause, pos=position)))

    def close(self) -> None:
        """Say goodbye to everybody, and take nobody in from now on."""
        self._closing = True
        for viewer in [each for beat in self._beats for each in beat]:
            self._dismiss(viewer, "shutdown", GOING_AWAY)

    # --- what time brings --------------------------------------------------------------------

    def tick(self) -> float:
        """Do what is due; return after how many seconds there may be something again."""
        now_ms = self._now_ms()
        for audience in [a for a in self._pausing if now_ms >= a.due_ms]:
            self._end_pause(audience, now_ms)
        for viewer in list(self._behind):
            self._try_again(viewer, now_ms)
        due = self._beats_due(now_ms)
        if due > self._beats_done:
            self._heartbeat(range(max(self._beats_done, due - BEATS), due), now_ms)
            self._beats_done = due
            self._forget_idle_topics(now_ms)
        rest_s = self.limits.heartbeat_ms / BEATS / 1000
        return min(RESTLESS_S, rest_s) if self._pausing or self._behind else rest_s

    def _end_pause(self, audience: Audience, now_ms: float) -> None:
        """Send everything that was kept back, as one change of each topic."""
        self._pausing.discard(audience)
        data = self._catch_up(audience.missed.bases)
        for viewer in self._send(audience, data, now_ms):
            self._fall_behind(viewer, audience, now_ms)
        audience.missed.clear()

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
            viewer.sink.write(self._catch_up(viewer.missed.bases))
            viewer.missed.clear()
        audience.behind.discard(viewer)
        self._behind.discard(viewer)
        audience.in_step.add(viewer)

    def _catch_up(self, bases: dict[str, Base]) -> bytes:
        return joined(
            [self._channels[name].catch_up(bases[name], self.position) for name in sorted(bases)]
        )

    def _heartbeat(self, parts: Iterable[int], now_ms: float) -> None:
        """Tell the viewers of some parts of the period how far they are."""
        time_now = datetime.fromtimestamp(self._wall(), UTC).isoformat(timespec="milliseconds")
        frames: dict[int, bytes] = {}
        for part in parts:
            for viewer in list(self._beats[part % BEATS]):
                audience = viewer.audience
                if audience is None:
                    continue
                if viewer.sink.pending():
                    if viewer in audience.in_step:
                        self._fall_behind(viewer, audience, now_ms)
                    continue
                position = self.complete(viewer)
                if position not in frames:
                    beat = Heartbeat(pos=position, time=time_now.replace("+00:00", "Z"))
                    frames[position] = text_frame(encode(beat))
                viewer.sink.write(frames[position])

    def _forget_idle_topics(self, now_ms: float) -> None:
        for name, channel in list(self._channels.items()):
            since = channel.idle_since_ms
            if since is not None and now_ms - since >= self.limits.idle_topic_ms:
                del self._channels[name]

    # --- who follows what --------------------------------------------------------------------

    def _channel(self, name: str) -> Channel:
        """Return a topic's state, made from the book if nobody has followed it lately.

        Raises BadTopic, UnknownTopic or TopicFailed.
        """
        known = self._channels.get(name)
        if known is not None:
            return known
        topics.check(name)
        book = self._book
        assert book is not None, "nobody is admitted before the first book"
        with _showing(name):
            document = self._render(self._resolve(name, book), book)
            if document is None:
                raise UnknownTopic(f"{name} is not in the log: it may come, say hello again later")
            position = max(self.position, book.position)
            channel = Channel(name, without_nulls(document), position, self.limits)
            channel.snapshot(position)
        channel.idle_since_ms = self._now_ms()
        self._channels[name] = channel
        return channel

    def _missed(self, channel: Channel, resume: Resume | None) -> list[Packet[Delta]] | None:
        """Return what a viewer has not seen of a topic, or None when a snapshot is needed."""
        if resume is None or resume.epoch != self.epoch:
            return None
        if resume.revs is None:
            return channel.missed_since(resume.pos) if resume.pos <= self.position else None
        rev = resume.revs.get(channel.topic)
        return None if rev is None else channel.missed(rev)

    def _pause(self, conflate_ms: int) -> int:
        limits = self.limits
        if not conflate_ms:
            return 0
        return min(max(conflate_ms, limits.conflate_least_ms), limits.conflate_most_ms)

    def _attach(self, viewer: Viewer, names: tuple[str, ...], conflate_ms: int) -> None:
        """Put a viewer who has everything up to now into the audience."""
        audience = self._audiences.get((names, conflate_ms))
        if audience is None:
            audience = Audience(names, conflate_ms)
            self._audiences[audience.key] = audience
            for name in names:
                self._following.setdefault(name, set()).add(audience)
                self._channels[name].idle_since_ms = None
        viewer.audience = audience
        viewer.missed.clear()
        if audience.missed:
            self._fall_behind(viewer, audience, self._now_ms())
        else:
            audience.in_step.add(viewer)

    def _fall_behind(self, viewer: Viewer, audience: Audience, now_ms: float) -> None:
        """Give a viewer who is in step, or new, a list of its own of what it misses from now on."""
        if viewer in audience.in_step:
            audience.in_step.discard(viewer)
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
        audience.in_step.discard(viewer)
        audience.behind.discard(viewer)
        self._behind.discard(viewer)
        if not audience.empty:
            return
        del self._audiences[audience.key]
        self._pausing.discard(audience)
        for name in audience.topics:
            following = self._following[name]
            following.discard(audience)
            if not following:
                del self._following[name]
                self._channels[name].idle_since_ms = self._now_ms()

    def _dismiss(self, viewer: Viewer, code: Literal["shutdown", "slow"], close: int) -> None:
        """Say goodbye to a viewer, as far as the connection takes it, and close."""
        viewer.sink.write(self.farewell(code, position=self.complete(viewer)))
        self.leave(viewer)
        viewer.sink.end(close)

    def _beats_due(self, now_ms: float) -> int:
        return int(now_ms * BEATS / self.limits.heartbeat_ms)

    def _now_ms(self) -> float:
        return self._monotonic() * 1000
