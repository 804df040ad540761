"""What goes into the log and what comes out of it."""

from datetime import datetime

from msgspec import Struct


class NewEvent(Struct, frozen=True):
    """An event to be appended; `data` is the JSON object that will be stored byte for byte."""

    type: str
    data: bytes


class Append(Struct, frozen=True):
    """The events of one command, for one stream."""

    stream: str
    events: tuple[NewEvent, ...]
    occurred_at: datetime
    """At the rink; aware."""
    official: str
    device: str
    device_seq: int | None = None
    """The device's own count; the same number is recorded once."""
    expected_version: int | None = None
    """What the stream must be at: 0 for a new one, None for any."""
    causation: int | None = None
    digest: bytes = b""
    """SHA-256 of the command's body: tells a repetition from a reused number."""


class Appended(Struct, frozen=True):
    """Where a command's events went; `version` and `position` are those of the last one."""

    first_position: int
    position: int
    version: int
    recorded_at: datetime
    repeated: bool = False


class Recorded(Struct, frozen=True):
    """What a fold reads of an event in the log."""

    position: int
    stream: str
    version: int
    type: str
    data: bytes
    occurred_at: datetime
    recorded_at: datetime
    official: str
    device: str


class RecordedEvent(Recorded, frozen=True):
    """An event as the log holds it."""

    device_seq: int | None
    causation: int | None
    hash: bytes
