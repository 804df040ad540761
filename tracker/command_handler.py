"""The way of a command: load the stream, fold, decide, append.

Nothing else writes to the log. States are kept in memory, by stream, and only what is new is
folded; the log's expected version is what makes a decision on an old state impossible.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec
from msgspec import Struct

from tracker.domain.commands import Envelope
from tracker.domain.competition import Competition
from tracker.domain.context import Context
from tracker.domain.decider import (
    State,
    decide,
    evolve,
    initial,
    needs,
    ruleset_given,
    ruleset_named,
    stream_of,
)
from tracker.domain.distance import Distance
from tracker.domain.events import Event
from tracker.domain.ruleset import Ruleset
from tracker.errors import BadRequest, DeviceSequenceReused, LogError, Refusal, VersionConflict
from tracker.log.codec import decode, encode
from tracker.log.recorded_event import Append, Appended, RecordedEvent
from tracker.security.roles import Principal, authorize, authorize_correction

ATTEMPTS = 8
"""How often a command is decided anew when others write to its stream at the same time."""
STATES_KEPT = 512
FUTURE_TOLERANCE = timedelta(minutes=5)
"""How far a device's clock may be ahead."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class FromTheFuture(BadRequest):
    """A fact that is said to have happened after now."""

    code = "from-the-future"


class BadTime(BadRequest):
    """A time of occurrence that no instant can be read from."""

    code = "invalid-value"


class NaiveTime(BadRequest):
    """A time of occurrence without an offset."""

    code = "naive-time"


class Busy(LogError):
    """Others kept writing to the stream, however often the command was decided anew."""

    code = "busy"


class Log(Protocol):
    """What the handler needs of an event log."""

    async def append(self, append: Append) -> Appended:
        """Append events to a stream."""
        ...

    async def receipt(self, device: str, device_seq: int) -> tuple[Appended, bytes] | None:
        """Return what was answered to a device's number, with the digest of its command."""
        ...

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


class Reference(Struct, frozen=True):
    """An event by where it stands."""

    position: int
    stream: str
    version: int
    type: str


class Receipt(Struct, frozen=True):
    """What a command led to; `repeated` when it had been answered before."""

    position: int
    events: tuple[Reference, ...]
    repeated: bool


class _Known:
    """A stream's state as far as it has been read, and the queue of those who write to it."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.state: State = initial(stream)
        self.turn = asyncio.Lock()

    def fold(self, version: int, event: Event) -> None:
        """Fold the next event; one that is already in the state is passed over."""
        if version == self.state.version + 1:
            self.state = evolve(self.state, version, event)


class CommandHandler:
    """Turns commands into events; one at a time per stream, side by side across streams."""

    def __init__(
        self,
        log: Log,
        *,
        ruleset: Callable[[str], Ruleset],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        states_kept: int = STATES_KEPT,
    ) -> None:
        self._log = log
        self._ruleset = ruleset
        self._now = now
        self._states_kept = states_kept
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def handle(
        self, envelope: Envelope, body: bytes, principal: Principal | None = None
    ) -> Receipt:
        """Decide a command and append what follows from it.

        `body` is the envelope as it was sent; a device that repeats a number must repeat it.
        Without a principal nobody has to prove who they are. Raises Refusal, VersionConflict,
        DeviceSequenceReused, FromTheFuture, Busy, NotYourRole, NotYourName.
        """
        if principal is not None:
            authorize(principal, envelope)
        digest = _digest(body)
        known = self._find(stream_of(envelope.command))
        async with known.turn:
            repeated = await self._repeated(envelope, digest)
            if repeated is not None:
                return repeated
            if principal is not None:
                state = await self._refresh(known) if known.state.version == 0 else known.state
                authorize_correction(principal, envelope.command, state)
            occurred_at = self._moment(envelope)
            for _ in range(ATTEMPTS):
                try:
                    return await self._attempt(envelope, known, occurred_at, digest)
                except VersionConflict:
                    await self._refresh(known)
                    if envelope.expected_version is not None:
                        _check_expected(envelope, known)
        raise Busy(
            f"{known.stream} changed {ATTEMPTS} times while this command was decided: "
            "send it again under the same number"
        )

    def _find(self, stream: str) -> _Known:
        """Return what is known of a stream, forgetting the one that was asked for longest ago."""
        known = self._known.get(stream)
        if known is None:
            known = self._known[stream] = _Known(stream)
            for idle in [each for each in self._known.values() if not _in_use(each)]:
                if len(self._known) <= self._states_kept:
                    break
                if idle is not known:
                    del self._known[idle.stream]
        self._known.move_to_end(stream)
        return known

    async def _refresh(self, known: _Known) -> State:
        """Fold what the log has beyond the state in memory."""
        news = await self._log.read_stream(known.stream, after_version=known.state.version)
        for recorded in news:
            known.fold(recorded.version, decode(recorded))
        return known.state

    async def _repeated(self, envelope: Envelope, digest: bytes) -> Receipt | None:
        """Return the first answer to a command that was sent before, whatever came after it."""
        if envelope.device_seq is None:
            return None
        found = await self._log.receipt(envelope.device, envelope.device_seq)
        if found is None:
            return None
        if found[1] != digest:
            raise DeviceSequenceReused(envelope.device, envelope.device_seq)
        return await self._answer_again(found[0])

    async def _answer_again(self, appended: Appended) -> Receipt:
        first = appended.first_position
        events = await self._log.read_after(first - 1, limit=appended.position - first + 1)
        return Receipt(
            position=appended.position,
            events=tuple(Reference(e.position, e.stream, e.version, e.type) for e in events),
            repeated=True,
        )

    def _moment(self, envelope: Envelope) -> datetime:
        """Return when it happened at the rink, in UTC."""
        now = self._now()
        when = envelope.occurred_at
        if when is None:
            return now
        if when.tzinfo is None:
            raise NaiveTime("occurred_at has no offset: write it as '2024-02-11T14:31:07.123Z'")
        if when < _EPOCH:
            raise BadTime("occurred_at lies before 1970: check the clock of the device")
        if when - now > FUTURE_TOLERANCE:
            raise FromTheFuture(
                f"occurred_at is {when.isoformat()}, but here it is {now.isoformat()}: "
                f"set the clock of {envelope.device} and send the command again"
            )
        return when.astimezone(UTC)

    async def _attempt(
        self, envelope: Envelope, known: _Known, occurred_at: datetime, digest: bytes
    ) -> Receipt:
        """Decide on what is known now; a refusal counts only if nothing newer is in the log."""
        if known.state.version == 0 or envelope.expected_version is not None:
            await self._refresh(known)
            _check_expected(envelope, known)
        context = await self._context(envelope, occurred_at)
        decided_on = known.state.version
        try:
            events = decide(envelope.command, known.state, context)
        except Refusal:
            await self._refresh(known)
            if known.state.version == decided_on:
                raise
            decided_on = known.state.version
            events = decide(envelope.command, known.state, context)
        appended = await self._log.append(
            Append(
                stream=known.stream,
                events=tuple(encode(event) for event in events),
                occurred_at=occurred_at,
                official=envelope.official,
                device=envelope.device,
                device_seq=envelope.device_seq,
                expected_version=decided_on,
                digest=digest,
            )
        )
        if appended.repeated:
            return await self._answer_again(appended)
        return _fold_appended(known, events, appended)

    async def _context(self, envelope: Envelope, occurred_at: datetime) -> Context:
        """Gather what the decision may look up in other streams."""
        competition: Competition | None = None
        distance: Distance | None = None
        for stream in needs(envelope.command):
            match await self._refresh(self._find(stream)):
                case Competition() as found:
                    competition = found if found.version else None
                case Distance() as found:
                    distance = found if found.version else None
                case _:
                    raise AssertionError(f"{stream} is no neighbour of a command")
        name = ruleset_named(envelope.command)
        return Context(
            now_ms=(occurred_at - _EPOCH) // _MILLISECOND,
            ruleset=ruleset_given(envelope.command) if name is None else self._ruleset(name),
            competition=competition,
            distance=distance,
            official=envelope.official,
            device=envelope.device,
        )


def _fold_appended(known: _Known, events: Sequence[Event], appended: Appended) -> Receipt:
    """Fold what was just appended and return where it stands."""
    first_version = appended.version - len(events) + 1
    references = []
    for offset, event in enumerate(events):
        known.fold(first_version + offset, event)
        references.append(
            Reference(
                position=appended.first_position + offset,
                stream=known.stream,
                version=first_version + offset,
                type=type(event).__name__,
            )
        )
    return Receipt(position=appended.position, events=tuple(references), repeated=False)


def _check_expected(envelope: Envelope, known: _Known) -> None:
    """Refuse a decision that was taken on an older state than the log has."""
    expected = envelope.expected_version
    if expected is not None and expected != known.state.version:
        raise VersionConflict(known.stream, expected, known.state.version)


def _digest(body: bytes) -> bytes:
    """Return the SHA-256 of a body, whatever its white space and the order of its fields."""
    canonical = msgspec.json.encode(msgspec.json.decode(body), order="sorted")
    return hashlib.sha256(canonical).digest()


def _in_use(known: _Known) -> bool:
    """Say whether somebody writes to the stream, or waits to."""
    return known.turn.locked()
