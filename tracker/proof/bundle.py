"""An official result with everything that it takes to check it: events, rules, proof, signature.

A bundle is one line of JSON in one spelling only, so that not a byte of it can be another. What is
signed is the bytes of `content`.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from tracker.domain.ruleset import Ruleset
from tracker.log import chain, commitment
from tracker.log.recorded_event import RecordedEvent
from tracker.proof.checkpoint import Checkpoint, Instant

FORMAT = "bell-lap-bundle-1"
BUNDLE_BYTES_LIMIT = 64 * 1024 * 1024
"""A larger file is not read: no race has so many events."""


class Proven(Struct, frozen=True, forbid_unknown_fields=True):
    """An event as the log holds it, with the salt of its leaf."""

    position: int
    stream: str
    version: int
    type: str
    occurred_at: Instant
    recorded_at: Instant
    official: str
    device: str
    device_seq: int | None
    causation: int | None
    salt: str
    data: Raw

    @classmethod
    def of(cls, event: RecordedEvent, salt: bytes) -> "Proven":
        """Return an event with its salt."""
        return cls(
            position=event.position,
            stream=event.stream,
            version=event.version,
            type=event.type,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            official=event.official,
            device=event.device,
            device_seq=event.device_seq,
            causation=event.causation,
            salt=salt.hex(),
            data=Raw(event.data),
        )

    def recorded(self) -> RecordedEvent:
        """Return the event; nothing here depends on its hash in the log's own chain."""
        return RecordedEvent(
            position=self.position,
            stream=self.stream,
            version=self.version,
            type=self.type,
            data=bytes(self.data),
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            official=self.official,
            device=self.device,
            device_seq=self.device_seq,
            causation=self.causation,
            hash=b"",
        )

    def leaf(self) -> bytes:
        """Return the leaf that commits to the event."""
        return commitment.leaf(bytes.fromhex(self.salt), chain.body_of(self.recorded()))


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """The events between two checkpoints; binary is hexadecimal."""

    first: int
    last: int
    digest: str
    others: dict[int, str] = {}
    """Leaves of the events that are not in the bundle, by position; none where none of them is."""


class Content(Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed."""

    race: str
    checkpoint: Checkpoint
    before: str
    """The hash of the checkpoint before the first part."""
    parts: list[Part]
    events: list[Proven]
    ruleset: Ruleset
    result: dict[str, Any]
    """The result as the events and the ruleset give it."""


class Bundle(Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    format: str
    key: str
    signature: str
    content: Raw


def message(content: bytes) -> bytes:
    """Return the bytes that are signed for a content."""
    return FORMAT.encode() + b"\n" + content


def write(bundle: Bundle) -> bytes:
    """Return a bundle's only spelling."""
    return msgspec.json.encode(bundle) + b"\n"
