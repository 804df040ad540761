"""The log's public facts, as anybody may read them."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Raw

from tracker.domain.public_facts import DECISIVE, Secrets, secrets
from tracker.errors import NotFound
from tracker.log.codec import decode
from tracker.log.recorded_event import RecordedEvent

PAGE_LIMIT = 1000
"""Events in one answer."""


class Log(Protocol):
    """What is read here of an event log."""

    async def read_stream(
        self, stream: str, *, after_version: int = 0, up_to: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return a stream's events in order."""
        ...

    async def read_after(
        self, position: int, *, limit: int = 5000, up_to: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return the log's events after a position in order."""
        ...

    async def ever_held(self, *, up_to: int) -> frozenset[str]:
        """Return the streams of races whose public board was held before or at a position."""
        ...

    async def head(self) -> int:
        """Return the last position."""
        ...


class Facts:
    """Reads events and leaves out what is under embargo, or under a hold that lasts."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def all(self, *, after: int, limit: int, as_of: int | None) -> dict[str, Any]:
        """Return a page of the whole log; `next` is the cursor of the page that follows."""
        head = await self._log.head() if as_of is None else as_of
        page = await self._log.read_after(after, limit=min(limit, PAGE_LIMIT), up_to=head)
        rows: list[dict[str, Any]] = []
        held = await self._log.ever_held(up_to=head)
        streams: dict[str, tuple[Secrets, dict[int, RecordedEvent]]] = {}
        for event in page:
            if event.type not in DECISIVE and event.stream not in held:
                rows.append(_row(event))
                continue
            if event.stream not in streams:
                streams[event.stream] = await self._look(event.stream, head)
            rows += _decisive(event, *streams[event.stream])
        following = page[-1].position if page else min(after, head)
        return {"position": head, "next": following, "rows": rows}

    async def of_race(self, race: str, *, as_of: int, held: bool = True) -> dict[str, Any]:
        """Return the facts of one race; without `held`, also those under a hold that lasts."""
        known, stream = await self._look(f"race-{race}", as_of, held=held)
        if not stream:
            raise NotFound(f"no race is called {race}: GET /api/v1/competitions leads to all")
        rows: list[dict[str, Any]] = []
        for event in stream.values():
            rows += _decisive(event, known, stream)
        return {"position": as_of, "race": race, "rows": rows}

    async def _look(
        self, stream: str, up_to: int, *, held: bool = True
    ) -> tuple[Secrets, dict[int, RecordedEvent]]:
        """Return what is hidden in a stream at a position, and its events by version."""
        events = await self._log.read_stream(stream, up_to=up_to)
        known = secrets(((event.version, decode(event)) for event in events), held=held)
        return known, {event.version: event for event in events}


def _decisive(
    event: RecordedEvent, known: Secrets, stream: dict[int, RecordedEvent]
) -> list[dict[str, Any]]:
    """Return an event's row, with what it announces; no row for one that is hidden."""
    if event.version in known.hidden:
        return []
    row = _row(event)
    if event.version in known.announced:
        row["announced"] = [_row(stream[version]) for version in known.announced[event.version]]
    return [row]


def _row(event: RecordedEvent) -> dict[str, Any]:
    return {
        "id": str(event.position),
        "position": event.position,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "occurred_at": msgspec.to_builtins(event.occurred_at),
        "recorded_at": msgspec.to_builtins(event.recorded_at),
        "official": event.official,
        "device": event.device,
        "device_seq": event.device_seq,
        "data": Raw(event.data),
    }
