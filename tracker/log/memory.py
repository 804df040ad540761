"""The event log in memory, for tests of everything above it."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from tracker.errors import DeviceSequenceReused, VersionConflict
from tracker.log import chain
from tracker.log.appender import check
from tracker.log.recorded_event import Append, Appended, RecordedEvent
from tracker.log.wakeup import Wakeup


class MemoryLog:
    """The same log as in PostgreSQL, gone when the process is."""

    epoch = "memory"

    def __init__(self) -> None:
        self.wakeup = Wakeup()
        self._events: list[RecordedEvent] = []
        self._streams: dict[str, list[RecordedEvent]] = {}
        self._receipts: dict[tuple[str, int], tuple[Appended, bytes]] = {}

    async def append(self, append: Append) -> Appended:
        """Append a command's events."""
        check(append)
        key = (append.device, append.device_seq or 0)
        if append.device_seq is not None and key in self._receipts:
            appended, digest = self._receipts[key]
            if digest != append.digest:
                raise DeviceSequenceReused(append.device, append.device_seq)
            return appended
        stream = self._streams.setdefault(append.stream, [])
        if append.expected_version is not None and append.expected_version != len(stream):
            raise VersionConflict(append.stream, append.expected_version, len(stream))
        recorded_at = datetime.now(UTC)
        if self._events:
            recorded_at = max(recorded_at, self._events[-1].recorded_at)
        first = len(self._events) + 1
        for event in append.events:
            position = len(self._events) + 1
            recorded = RecordedEvent(
                position,
                append.stream,
                len(stream) + 1,
                event.type,
                event.data,
                append.occurred_at,
                recorded_at,
                append.official,
                append.device,
                append.device_seq,
                append.causation if position == first else first,
                b"",
            )
            previous = self._events[-1].hash if self._events else chain.GENESIS
            recorded = replace(recorded, hash=chain.hash_of(previous, recorded))
            self._events.append(recorded)
            stream.append(recorded)
        last = len(self._events)
        appended = Appended(first, last, len(stream), recorded_at)
        if append.device_seq is not None:
            again = Appended(first, last, len(stream), recorded_at, repeated=True)
            self._receipts[key] = (again, append.digest)
        self.wakeup.signal(last)
        return appended

    async def receipt(self, device: str, device_seq: int) -> tuple[Appended, bytes] | None:
        """Return what a device's number was answered, with the digest of its command."""
        return self._receipts.get((device, device_seq))

    async def read_whole(self, streams: Sequence[str], *, up_to: int) -> list[RecordedEvent]:
        """Return all events of some streams up to a position, in commit order."""
        wanted = set(streams)
        return [e for e in self._events if e.stream in wanted and e.position <= up_to]

    async def read_stream(
        self, stream: str, *, after_version: int = 0, up_to: int | None = None
    ) -> list[RecordedEvent]:
        """Return a stream's events in order, up to a position of the log."""
        events = self._streams.get(stream, [])[after_version:]
        return [e for e in events if up_to is None or e.position <= up_to]

    async def read_after(
        self, position: int, *, limit: int = 5_000, up_to: int | None = None
    ) -> list[RecordedEvent]:
        """Return at most `limit` events after a position, in commit order."""
        last = len(self._events) if up_to is None else up_to
        return self._events[position : min(position + limit, last)]

    async def ever_held(self, *, up_to: int) -> frozenset[str]:
        """Return the streams of races whose public board was held before or at a position."""
        return frozenset(e.stream for e in self._events[:up_to] if e.type == "PublicBoardHeld")

    async def head(self) -> int:
        """Return the last position."""
        return len(self._events)

    async def position_at(self, when: datetime) -> int:
        """Return the last position recorded at or before a moment; 0 if none."""
        return bisect_right(self._events, when, key=lambda event: event.recorded_at)
