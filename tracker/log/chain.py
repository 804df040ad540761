"""The hash chain: what an event's hash covers, so that a later change of history shows."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from tracker.errors import ChainBroken
from tracker.log.recorded_event import RecordedEvent

GENESIS = bytes(32)
"""The hash before the first event."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Return an instant as whole microseconds since 1970 UTC, which is what the chain covers."""
    return (moment - _EPOCH) // _MICROSECOND


def canonical(
    *,
    position: int,
    stream: str,
    version: int,
    type_: str,
    occurred_us: int,
    recorded_us: int,
    official: str,
    device: str,
    device_seq: int | None,
    causation: int | None,
    data: bytes,
) -> bytes:
    """Return an event's canonical bytes: one field a line, absent numbers empty, the data last."""
    seq = "" if device_seq is None else device_seq
    cause = "" if causation is None else causation
    head = (
        f"{position}\n{stream}\n{version}\n{type_}\n{occurred_us}\n{recorded_us}\n"
        f"{official}\n{device}\n{seq}\n{cause}\n"
    )
    return head.encode() + data


def link(previous: bytes, body: bytes) -> bytes:
    """Return the hash of an event after the previous hash."""
    return sha256(previous + body).digest()


def body_of(event: RecordedEvent) -> bytes:
    """Return a recorded event's canonical bytes."""
    return canonical(
        position=event.position,
        stream=event.stream,
        version=event.version,
        type_=event.type,
        occurred_us=microseconds(event.occurred_at),
        recorded_us=microseconds(event.recorded_at),
        official=event.official,
        device=event.device,
        device_seq=event.device_seq,
        causation=event.causation,
        data=event.data,
    )


def hash_of(previous: bytes, event: RecordedEvent) -> bytes:
    """Return the hash that a recorded event must have after the previous one."""
    return link(previous, body_of(event))


class Verifier:
    """Checks events in order: positions, versions, times, hashes."""

    def __init__(self) -> None:
        self.position = 0
        self.hash = GENESIS
        self._versions: dict[str, int] = {}
        self._recorded_at: datetime | None = None

    def check(self, event: RecordedEvent) -> None:
        """Check the next event.

        Raises ChainBroken, naming the first position that does not hold and why.
        """
        where = f"position {event.position}"
        if event.position != self.position + 1:
            raise ChainBroken(f"{where} follows {self.position}: positions must not have gaps")
        version = self._versions.get(event.stream, 0) + 1
        if event.version != version:
            raise ChainBroken(
                f"{where}: {event.stream} goes from version {version - 1} to {event.version}"
            )
        if self._recorded_at is not None and event.recorded_at < self._recorded_at:
            raise ChainBroken(f"{where} was recorded before the position ahead of it")
        expected = hash_of(self.hash, event)
        if event.hash != expected:
            raise ChainBroken(
                f"{where} ({event.type} in {event.stream}) has hash {event.hash.hex()[:16]}…, "
                f"its contents give {expected.hex()[:16]}…: it, or what lies before, was changed"
            )
        self.position = event.position
        self.hash = event.hash
        self._versions[event.stream] = version
        self._recorded_at = event.recorded_at

    def check_all(self, events: Iterable[RecordedEvent]) -> Iterator[RecordedEvent]:
        """Check events as they pass."""
        for event in events:
            self.check(event)
            yield event
