"""What travels on the wire, in both directions."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta, Raw, Struct

from tracker.errors import BadRequest

VERSION = 1
"""The version of the protocol."""

Position: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""A position of the log, or a revision, which is one; every JSON reader can hold it."""
Name: TypeAlias = Annotated[str, Meta(max_length=250)]
Label: TypeAlias = Literal["replay"]
"""What tells messages of a replay from live ones."""
FASTEST_REPLAY = 100.0
"""How many times faster than the skaters a replay may be."""
Speed: TypeAlias = Annotated[float, Meta(ge=0, le=FASTEST_REPLAY)]

# --- from the viewer ---------------------------------------------------------------------------


class Resume(Struct, frozen=True):
    """What a viewer still holds from an earlier connection."""

    epoch: Name
    pos: Position
    revs: dict[Name, Position] | None = None
    """The revision held of each topic; without it, `pos` stands for all of them."""


class Again(Struct, frozen=True, rename={"position": "from"}):
    """Asks for a race as it was."""

    position: Position | None = None
    """From where; without it, from just before the gun."""
    speed: Speed = 1.0


class Hello(Struct, frozen=True, rename="camel", tag_field="t", tag="hello"):
    """Asks for exactly these topics, from now on."""

    v: int
    topics: list[Name]
    client: Name = ""
    conflate_ms: Position = 0
    delay_ms: Position = 0
    fields: list[Name] | None = None
    """What is wanted of each document; without it, everything."""
    replay: Again | None = None
    resume: Resume | None = None


class Control(Struct, frozen=True, rename={"position": "from"}, tag_field="t", tag="replay"):
    """Changes the speed of a replay, or seeks in it."""

    speed: Speed | None = None
    """0 is a pause."""
    position: Position | None = None


class Sync(Struct, frozen=True, tag_field="t", tag="sync"):
    """Asks for the server's clock."""

    t0: int | float


# --- to the viewer -----------------------------------------------------------------------------


class Welcome(
    Struct, frozen=True, omit_defaults=True, rename="camel", tag_field="t", tag="welcome"
):
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
    delay_ms: int = 0
    fields: list[str] | None = None
    label: Label | None = None


class Snap(Struct, frozen=True, omit_defaults=True, tag_field="t", tag="snap"):
    """The whole document of a topic, as of `pos`."""

    topic: str
    pos: int
    rev: int
    data: Raw
    more: bool = False
    label: Label | None = None


class Delta(Struct, frozen=True, omit_defaults=True, tag_field="t", tag="delta"):
    """What changed in a topic between the revisions `prev` and `rev`."""

    topic: str
    pos: int
    rev: int
    prev: int
    patch: Raw
    more: bool = False
    label: Label | None = None


class Heartbeat(Struct, frozen=True, omit_defaults=True, tag_field="t", tag="hb"):
    """All is well, and everything up to `pos` has been sent."""

    pos: int
    time: str
    label: Label | None = None


class Synced(Struct, frozen=True, tag_field="t", tag="sync"):
    """The server's clock at receipt and at answer, in milliseconds since 1970."""

    t0: int | float
    t1: int
    t2: int
    pos: int


class Replayed(Struct, frozen=True, tag_field="t", tag="replay"):
    """Where a replay is, and how fast it goes."""

    race: str
    pos: int
    time: str
    speed: float
    first: int
    gun: int
    last: int
    ended: bool
    label: Label


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


Outgoing: TypeAlias = Welcome | Snap | Delta | Heartbeat | Synced | Replayed | Err | Bye
Incoming: TypeAlias = Hello | Sync | Control


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


_json_kind = msgspec.json.Decoder(_Kind)
_json_incoming = msgspec.json.Decoder(Hello | Sync | Control)
_msgpack_kind = msgspec.msgpack.Decoder(_Kind)
_msgpack_incoming = msgspec.msgpack.Decoder(Hello | Sync | Control)
_encoder = msgspec.json.Encoder()


def decode(said: str | bytes) -> Incoming:
    """Return what a viewer says: text is JSON, bytes are MessagePack.

    Raises Malformed, BadMessage or UnknownMessage.
    """
    try:
        kind = _json_kind.decode(said) if isinstance(said, str) else _msgpack_kind.decode(said)
        if kind.t not in {"hello", "sync", "replay"}:
            raise UnknownMessage(f"{kind.t[:40]!r} is unknown: a viewer says hello, sync or replay")
        found: Incoming
        if isinstance(said, str):
            found = _json_incoming.decode(said)
        else:
            found = _msgpack_incoming.decode(said)
    except msgspec.ValidationError as error:
        raise BadMessage(f"{error}") from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Malformed(f"a message is one object in UTF-8: {error}") from error
    except RecursionError as error:
        raise Malformed("a message is one object that is not nested so deeply") from error
    return found


def encode(message: Outgoing) -> bytes:
    """Return a message as it is sent."""
    return _encoder.encode(message)


def encode_document(document: dict[str, Any]) -> Raw:
    """Return a document or patch that is encoded once, whatever messages carry it."""
    return Raw(_encoder.encode(document))
