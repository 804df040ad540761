"""Every topic that is followed, or was lately, in every view that somebody has of it."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeAlias

import structlog
from msgspec import Raw, Struct

from projections.book import Book, Scope
from tracker.live import fields, topics
from tracker.live.channel import Change, Channel
from tracker.live.limits import Limits
from tracker.live.merge_patch import Document, diff, without_nulls
from tracker.live.messages import Delta, Label, Resume, encode_document
from tracker.live.packets import Packet
from tracker.live.refusals import NotAllowed, TopicFailed, UnknownTopic

Render: TypeAlias = Callable[[str, Book], Document | None]
"""Returns a topic's document as the book stands, or None when there is no such topic."""
Resolve: TypeAlias = Callable[[str, Book], str]
"""Returns the topic that has the same document now: `race/…` for `current/…`."""
View: TypeAlias = str
"""The name of a topic, with the filter through which it is seen behind a question mark."""
_log = structlog.get_logger("bell_lap.feed")


class Source(Struct, frozen=True):
    """Where documents come from, and what is said of them."""

    epoch: str
    render: Render
    resolve: Resolve = lambda topic, _: topic
    official: bool = False
    """Whether topics with decisions under embargo are shown at all."""
    label: Label | None = None


class _Seen(Struct, frozen=True):
    """What a view is of."""

    topic: str
    paths: tuple[str, ...]
    wanted: fields.Tree


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


class Channels:
    """The channels by view; views of the same document share the work."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._channels: dict[View, Channel] = {}
        self._seen: dict[View, _Seen] = {}
        self._views: dict[str, set[View]] = {}
        """Views by topic."""
        self._stale: set[View] = set()
        """Views that could not be taken to the feed's position."""

    def __getitem__(self, view: View) -> Channel:
        """Return the channel of a view that is open."""
        return self._channels[view]

    def step(self, touched: frozenset[Scope], position: int, book: Book) -> dict[View, Change]:
        """Take everything that may look different to a position; return what changed.

        Views with the same document share the render, and the patch where the old one is the
        same as well. One that fails keeps its document, and is tried again the next time.
        """
        names = {view for name in topics.concerned(touched) for view in self._views.get(name, ())}
        names |= self._stale & self._channels.keys()
        documents: dict[tuple[str, tuple[str, ...]], Document] = {}
        patches: dict[tuple[int, int], tuple[Raw | None, Document]] = {}
        changes: dict[View, Change] = {}
        failing, self._stale = self._stale, set()
        for view in sorted(names):
            channel = self._channels[view]
            try:
                with _showing(view):
                    new = self._document(self._seen[view], book, documents)
                    old = channel.document
                    pair = (id(old), id(new))
                    if pair not in patches:
                        patch = diff(old, new)
                        # The old document stays with its patch, so that no other gets its id.
                        patches[pair] = (encode_document(patch) if patch else None, old)
            except TopicFailed as failed:
                self._stale.add(view)
                if view not in failing:
                    _log.error("topic_failed", topic=view, position=position, exc_info=failed)
                continue
            change = channel.step(new, position, patches[pair][0])
            if change is not None:
                changes[view] = change
        return changes

    def _document(
        self, seen: _Seen, book: Book, known: dict[tuple[str, tuple[str, ...]], Document]
    ) -> Document:
        """Return what a view shows now; what was made for another of this step is used again."""
        source = self._source.resolve(seen.topic, book)
        whole = (source, ())
        if whole not in known:
            known[whole] = without_nulls(self._source.render(source, book) or {})
        if not seen.paths:
            return known[whole]
        part = (source, seen.paths)
        if part not in known:
            known[part] = fields.select(known[whole], seen.wanted)
        return known[part]

    def open(
        self, topic: str, paths: tuple[str, ...], position: int, book: Book, now_ms: float
    ) -> View:
        """Return a view of a topic, made from the book if nobody has followed it lately.

        Raises BadTopic, NotAllowed, UnknownTopic or TopicFailed.
        """
        view = f"{topic}?{','.join(paths)}" if paths else topic
        if view in self._channels:
            return view
        topics.check(topic)
        source = self._source
        if topics.is_official(topic) and not source.official:
            raise NotAllowed(f"{topic} is for officials: this server shows it to nobody")
        with _showing(topic):
            document = source.render(source.resolve(topic, book), book)
            if document is None:
                raise UnknownTopic(f"{topic} is not in the log: it may come, say hello again later")
            seen = _Seen(topic, paths, fields.tree(paths))
            shown = without_nulls(document)
            if paths:
                shown = fields.select(shown, seen.wanted)
            at = max(position, book.position)
            channel = Channel(
                topic, shown, at, self._limits, epoch=source.epoch, label=source.label
            )
            channel.snapshot(at)
        channel.idle_since_ms = now_ms
        self._channels[view] = channel
        self._seen[view] = seen
        self._views.setdefault(topic, set()).add(view)
        return view

    def missed(
        self, view: View, resume: Resume | None, position: int
    ) -> list[Packet[Delta]] | None:
        """Return what a viewer has not seen of a topic, or None when a snapshot is needed."""
        if resume is None or resume.epoch != self._source.epoch:
            return None
        channel = self._channels[view]
        if resume.revs is None:
            return channel.missed_since(resume.pos) if resume.pos <= position else None
        rev = resume.revs.get(channel.topic)
        return None if rev is None else channel.missed(rev)

    def forget_idle(self, now_ms: float) -> None:
        """Let the channels go that nobody has followed for long."""
        for view, channel in list(self._channels.items()):
            since = channel.idle_since_ms
            if since is not None and now_ms - since >= self._limits.idle_topic_ms:
                del self._channels[view]
                topic = self._seen.pop(view).topic
                self._views[topic].discard(view)
                if not self._views[topic]:
                    del self._views[topic]
