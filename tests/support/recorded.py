"""A race day's facts as the log records them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from tracker.domain import events as e
from tracker.log.codec import encode
from tracker.log.recorded_event import Append, Appended, RecordedEvent

_START = datetime(2024, 2, 11, 14, 0, tzinfo=UTC)

Facts = Iterable[tuple[str, int, e.Event]]
"""Stream, version, event: what a `RaceDay` holds."""


def recorded(facts: Facts) -> list[RecordedEvent]:
    """Return facts as recorded events, one a second."""
    return [
        RecordedEvent(
            position=position,
            stream=stream,
            version=version,
            type=type(event).__name__,
            data=encode(event).data,
            occurred_at=_START + timedelta(seconds=position),
            recorded_at=_START + timedelta(seconds=position, milliseconds=50),
            official="referee",
            device="tablet-1",
            device_seq=None,
            causation=None,
            hash=b"",
        )
        for position, (stream, version, event) in enumerate(facts, start=1)
    ]


def renamed(event: RecordedEvent, cup: str, season: str) -> RecordedEvent:
    """Return an event as one of a competition and a series of other names."""
    data = event.data.replace(b'"cup', b'"' + cup.encode())
    data = data.replace(b'"series":"season"', b'"series":"' + season.encode() + b'"')
    stream = event.stream.replace("cup", cup).replace("series-season", f"series-{season}")
    return replace(event, stream=stream, data=data)


def append_of(stream: str, version: int, *events: e.Event) -> Append:
    """Return the append of events of which the first gets this version."""
    return Append(
        stream=stream,
        events=tuple(encode(event) for event in events),
        occurred_at=_START,
        official="referee",
        device="tablet-1",
        expected_version=version - 1,
    )


class Appends(Protocol):
    """What is needed of a log to fill it."""

    async def append(self, append: Append) -> Appended:
        """Append events."""
        ...


async def fill(log: Appends, facts: Facts) -> int:
    """Append facts one by one and return the last position."""
    position = 0
    for stream, version, event in facts:
        position = (await log.append(append_of(stream, version, event))).position
    return position
