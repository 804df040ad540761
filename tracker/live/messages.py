"""What travels on the wire, in both directions."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from tracker.errors import BadRequest
from tracker.live.frames import text_frame

VERSION = 1
"""The version of the protocol."""

Position: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""A position of the log, or a revision, which is one; every JSON reader can hold it."""
Name: TypeAlias = Annotated[str, Meta(max_length=250)]

# --- from the viewer ---------------------------------------------------------------------------


class Resume(Struct, frozen=True):
    """What a viewer still holds from an earlier connection."""

    epoch: Name
    pos: Position
    revs: dict[Name, Position] | None = None
    """The revision held of each topic; without it, `pos` stands for all of them."""


class Hello(Struct, frozen=True, rename="camel", tag_field="t", tag="hello"):
    """Asks for exactly these topics, from now on."""

    v: int
    topics: list[Name]
    client: Name = ""
    conflate_ms: Position = 0
    resume: Resume | None = None


class Sync(Struct, frozen=True, tag_field="t", tag="sync"):
    """Asks for the server's clock."""

    t0: int | float


# --- to the viewer -----------------------------------------------------------------------------


class Welcome(Struct, frozen=True, rename="camel", tag_field="t", tag="welcome"):
    """Answers a hello: what follows, and how."""

    v: int
    epoch: str
    pos: int
    mode: Literal["resumed", "snapshot"]
    topics: list[str]
    """Those that are followed from now on."""
    conflate_ms: int
    heartbeat_ms: int
    server_time: str


class Snap(Struct, frozen=True, omit_defaults=True, tag_field="t", tag="snap"):
    """The whole document of a topic, as of `pos`."""

    topic: str
    pos: int
    rev: int
    data: Raw
    more: bool = False


class Delta(Struct, frozen=True, omit_defaults=True, tag_field="t", tag="delta"):
    """What changed in a topic between the revisions `prev` and `rev`."""

    topic: str
    pos: int
    rev: int
    prev: int
    patch: Raw
    more: bool = False


class Heartbeat(Struct, frozen=True, tag_field="t", tag="hb"):
    """All is well, and everything up to `pos` has been sent."""

    pos: int
    time: str


class Synced(Struct, frozen=True, tag_field="t", tag="sync"):
    """The server's clock at receipt and at answer, in milliseconds since 1970."""

    t0: int | float
    t1: int
    t2: int
    pos: int


class Err(Struct, frozen=True, omit_defaults=True, tag_field="t", tag="err"):
    """Something the viewer sent cannot be followed."""

    code: str
    detail: str
    pos: int
    topic: str | None = None


class Bye(Struct, frozen=True, rename="camel", tag_field="t", tag="bye"):
    """The server is about to close the connection."""

    code: Literal["shutdown", "slow", "full", "starting"]
    retry: bool
    after_ms: int
    pos: int


Outgoing: TypeAlias = Welcome | Snap | Delta | Heartbeat | Synced | Err | Bye


class Malformed(BadRequest):
    """A message that is not JSON."""

    code = "malformed"


class BadMessage(BadRequest):
    """A message with a field that is missing or cannot be understood."""

    code = "bad-message"


class UnknownMessage(BadRequest):
    """A message of a kind that viewers do not send."""

    code = "unknown-message"


class _Kind(Struct, frozen=True):
    t: str


_kind = msgspec.json.Decoder(_Kind)
_incoming = msgspec.json.Decoder(Hello | Sync)
_encoder = msgspec.json.Encoder()


def decode(text: str) -> Hello | Sync:
    """Return what a viewer says.

    Raises Malformed, BadMessage or UnknownMessage.
    """
    try:
        kind = _kind.decode(text)
        if kind.t not in {"hello", "sync"}:
            raise UnknownMessage(f"{kind.t[:40]!r} is unknown: a viewer says hello or sync")
        said: Hello | Sync = _incoming.decode(text)
    except msgspec.ValidationError as error:
        raise BadMessage(f"{error}") from error
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Malformed(f"a message is one JSON object in UTF-8: {error}") from error
    except RecursionError as error:
        raise Malformed("a message is one JSON object that is not nested so deeply") from error
    return said


def encode(message: Outgoing) -> bytes:
    """Return a message as it is sent."""
    return _encoder.encode(message)


def encode_document(document: dict[str, Any]) -> Raw:
    """Return a document or patch that is encoded once, whatever messages carry it."""
    return Raw(_encoder.encode(document))


Shared = TypeVar("Shared", Snap, Delta)


class Packet(Generic[Shared]):
    """A snapshot or delta that is encoded and framed once, however many viewers get it."""

    __slots__ = ("_frames", "message")

    def __init__(self, message: Shared) -> None:
        self.message: Shared = message
        self._frames: dict[bool, bytes] = {}

    def frame(self, *, more: bool) -> bytes:
        """Return the frame; `more` says that another of the same step follows."""
        frame = self._frames.get(more)
        if frame is None:
            frame = text_frame(encode(msgspec.structs.replace(self.message, more=more)))
            self._frames[more] = frame
        return frame


AnyPacket: TypeAlias = Packet[Snap] | Packet[Delta]


def joined(packets: Sequence[AnyPacket]) -> bytes:
    """Return packets as one step: all but the last announce that more follows."""
    last = len(packets) - 1
    return b"".join(packet.frame(more=i < last) for i, packet in enumerate(packets))
