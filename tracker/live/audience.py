"""Viewers who follow the same topics at the same pace, so that what they get is made once."""

from array import array
from collections.abc import Iterable
from typing import Protocol

from tracker.live.channel import Base, Change
from tracker.live.packets import TEXT, Form
from tracker.live.write_all import write_all


class Keeper(Protocol):
    """Who keeps a viewer in step: the hub."""

    def note_stalled(self, viewer: "Viewer") -> None:
        """Take note that a viewer's connection did not take everything."""
        ...


class Sink(Protocol):
    """The connection to a viewer; nothing in it waits.

    What is written goes out at once; when something is left, the connection says so to `viewer`.
    """

    viewer: "Viewer | None"

    def write(self, data: bytes) -> None:
        """Hand bytes over; nothing happens when the connection is gone."""
        ...

    def pending(self) -> int:
        """Return how many bytes the operating system has not taken yet."""
        ...

    def descriptor(self) -> int | None:
        """Return the file that `write` writes to, None where it does more than that.

        While nothing is pending, bytes may go to the file itself. It is open as long as the viewer
        is in an audience.
        """
        ...

    def end(self, code: int) -> None:
        """Close the connection with a code of RFC 6455, without waiting for the viewer."""
        ...


class Missed:
    """What changed since somebody was last sent anything: from where, and since when."""

    __slots__ = ("_complete", "bases")

    def __init__(self) -> None:
        self.bases: dict[str, Base] = {}
        """By view, what was held before the first change that was missed."""
        self._complete = 0

    def __bool__(self) -> bool:
        return bool(self.bases)

    def note(self, changes: Iterable[tuple[str, Change]], before: int) -> None:
        """Note changes that are not sent now; `before` is the position that they came after."""
        if not self.bases:
            self._complete = before
        for view, change in changes:
            self.bases.setdefault(view, change.base)

    def complete(self, position: int) -> int:
        """Return up to which position everything was sent, at a position of the feed."""
        return self._complete if self.bases else position

    def take_over(self, other: "Missed") -> None:
        """Forget what was noted, and go on from what another has noted."""
        self.bases = dict(other.bases)
        self._complete = other._complete  # noqa: SLF001 - one of its own kind

    def clear(self) -> None:
        """Begin anew: everything is sent."""
        self.bases = {}


class Viewer:
    """One connection as the hub sees it."""

    __slots__ = ("audience", "beat", "form", "keeper", "missed", "sink", "stalled_at_ms")

    def __init__(self, sink: Sink, beat: int, form: Form = TEXT) -> None:
        self.sink = sink
        self.form = form
        self.beat = beat
        """Which part of the heartbeat's period is this viewer's."""
        self.audience: Audience | None = None
        """None before the first hello and after the end."""
        self.keeper: Keeper | None = None
        self.missed = Missed()
        self.stalled_at_ms = 0.0
        """When the connection last stopped taking everything; means nothing while it does."""

    def stalled(self) -> None:
        """Say that the connection did not take everything."""
        if self.keeper is not None:
            self.keeper.note_stalled(self)


class Ends:
    """Connections that have nothing pending: by their files, and those without."""

    __slots__ = ("_by_file", "_files", "_others")

    def __init__(self, sinks: Iterable[Sink]) -> None:
        self._by_file: dict[int, Sink] = {}
        self._others: list[Sink] = []
        for sink in sinks:
            file = sink.descriptor()
            if file is None:
                self._others.append(sink)
            else:
                self._by_file[file] = sink
        self._files = array("i", self._by_file)

    def write(self, data: bytes) -> None:
        """Write the same bytes to all of them.

        They go to the files of the connections: a write of the operating system is all that a
        viewer costs. Whatever it does not take, or refuses, is its connection's to deal with.
        """
        for file, taken in write_all(self._files, data):
            self._by_file[file].write(data[taken:])
        for sink in self._others:
            sink.write(data)


class Audience:
    """Viewers of the same views, in the same form, with the same pause between changes.

    Those in step get the same bytes at the same moment. Those behind each have their own list of
    what they missed: their connection is slow, or they came during a pause.
    """

    __slots__ = (
        "_ends",
        "behind",
        "conflate_ms",
        "due_ms",
        "form",
        "in_step",
        "missed",
        "views",
    )

    def __init__(self, views: tuple[str, ...], conflate_ms: int, form: Form) -> None:
        self.views = views
        self.conflate_ms = conflate_ms
        self.form = form
        self.in_step: set[Viewer] = set()
        self._ends: Ends | None = None
        self.behind: set[Viewer] = set()
        self.missed = Missed()
        """What those in step are not told before the pause is over."""
        self.due_ms = 0.0
        """When the pause after the last change is over."""

    @property
    def key(self) -> tuple[tuple[str, ...], int, Form]:
        """Return what makes viewers one audience."""
        return (self.views, self.conflate_ms, self.form)

    @property
    def empty(self) -> bool:
        """Return whether nobody is left."""
        return not self.in_step and not self.behind

    def enter(self, viewer: Viewer) -> None:
        """Have a viewer get what everybody in step gets."""
        self.in_step.add(viewer)
        self._ends = None

    def part(self, viewer: Viewer) -> None:
        """Have a viewer in step no more."""
        self.in_step.discard(viewer)
        self._ends = None

    def send(self, data: bytes) -> None:
        """Write the same bytes to everybody in step, of whom nobody may have bytes pending."""
        if self._ends is None:
            self._ends = Ends(viewer.sink for viewer in self.in_step)
        self._ends.write(data)

    def complete(self, viewer: Viewer, position: int) -> int:
        """Return up to which position a viewer was sent everything, at the feed's position."""
        missed = self.missed if viewer in self.in_step else viewer.missed
        return missed.complete(position)
