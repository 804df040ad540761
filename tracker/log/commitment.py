"""What a checkpoint commits to: every event up to it, without telling what any of them says.

    leaf(n)    = SHA-256(0x00, salt(n), canonical bytes of event n)
    digest     = SHA-256(0x01, first, last, leaf(first), …, leaf(last))
    hash       = SHA-256(0x02, hash of the checkpoint before, digest)

A salt is an HMAC of the position under the store's secret, so whoever is given an event with its
salt can compute its leaf, and nobody can guess an event from its leaf.
"""

import hmac
from collections.abc import Iterable, Iterator
from hashlib import sha256

from msgspec import Struct

from tracker.log import chain
from tracker.log.recorded_event import RecordedEvent

START = bytes(32)
"""The hash before the first checkpoint."""
CHECKPOINTED = frozenset({"ResultDeclaredOfficial", "ResultCorrected"})
"""Types of events at which there is a checkpoint."""
SEGMENT_EVENTS_LIMIT = 1_000
"""Events after which there is a checkpoint in any case, so that no proof is long."""
HASH_BYTES = 32


class Segment(Struct, frozen=True):
    """The events from one checkpoint to the next."""

    first: int
    last: int
    digest: bytes


def salt(secret: bytes, position: int) -> bytes:
    """Return what hides the event of a position in its leaf."""
    return hmac.digest(secret, position.to_bytes(8, "big"), "sha256")


def leaf(salted: bytes, body: bytes) -> bytes:
    """Return the leaf of an event's canonical bytes."""
    return sha256(b"\x00" + salted + body).digest()


def digest(first: int, leaves: Iterable[bytes]) -> bytes:
    """Return what commits to the events from a position on."""
    found = list(leaves)
    span = first.to_bytes(8, "big") + (first + len(found) - 1).to_bytes(8, "big")
    return sha256(b"\x01" + span + b"".join(found)).digest()


def extend(before: bytes, digest_: bytes) -> bytes:
    """Return the hash of a checkpoint after the one before."""
    return sha256(b"\x02" + before + digest_).digest()


class Segmenter:
    """Cuts a log into segments: where its checkpoints are follows from its events alone."""

    def __init__(self, secret: bytes, *, after: int = 0) -> None:
        self.position = after
        self._secret = secret
        self._leaves: list[bytes] = []

    def add(self, event: RecordedEvent) -> Segment | None:
        """Take the next event, and return the segment that it ends."""
        self.position = event.position
        self._leaves.append(leaf(salt(self._secret, event.position), chain.body_of(event)))
        if event.type not in CHECKPOINTED and len(self._leaves) < SEGMENT_EVENTS_LIMIT:
            return None
        first = event.position - len(self._leaves) + 1
        ended = Segment(first, event.position, digest(first, self._leaves))
        self._leaves = []
        return ended

    def cut(self, events: Iterable[RecordedEvent]) -> Iterator[tuple[RecordedEvent, Segment]]:
        """Yield each segment that ends, with the event that ends it."""
        for event in events:
            ended = self.add(event)
            if ended is not None:
                yield event, ended
