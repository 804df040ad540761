"""Messages as bytes: in which form a viewer gets them, each made once for all who want it so."""

from collections.abc import Sequence
from typing import Generic, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from tracker.live.frames import binary_frame, deflated_frame, text_frame
from tracker.live.messages import Bye, Delta, Heartbeat, Outgoing, Snap, encode

Encoding: TypeAlias = Literal["json", "msgpack"]


class Form(Struct, frozen=True):
    """How one connection carries messages; part of what makes viewers an audience."""

    transport: Literal["websocket", "events", "poll"] = "websocket"
    encoding: Encoding = "json"
    deflate: bool = False
    """Whether the connection has agreed on permessage-deflate."""

    def frame(self, message: Outgoing, epoch: str = "", *, shared: bool = False) -> bytes:
        """Return a message as the bytes that go to the connection.

        Only what is shared is worth compressing: it is done once, however many get it.
        """
        payload = encode(message)
        if self.transport == "events":
            return _chunk(_event(message, payload, epoch))
        if self.transport == "poll":
            return payload + b"\n"
        binary = self.encoding == "msgpack"
        if binary:
            payload = msgspec.msgpack.encode(msgspec.json.decode(payload))
        if self.deflate and shared:
            return deflated_frame(payload, binary=binary)
        return binary_frame(payload) if binary else text_frame(payload)


TEXT = Form()
"""A WebSocket that carries JSON, uncompressed."""


def cursor(epoch: str, position: int) -> str:
    """Return the name of a place in the feed: the id of an event, the cursor of a poll."""
    return f"{epoch}/{position}"


def cursor_of(message: Outgoing, epoch: str) -> str | None:
    """Return up to where everything was told with a message, or None when it does not say."""
    match message:
        case Heartbeat(label=None) | Snap(more=False, label=None) | Delta(more=False, label=None):
            return cursor(epoch, message.pos) if epoch else None
        case _:
            return None


def _event(message: Outgoing, payload: bytes, epoch: str) -> bytes:
    """Return a message as a server-sent event; its id is where a viewer may resume."""
    if isinstance(message, Bye):
        return b"retry: %d\ndata: %s\n\n" % (message.after_ms, payload)
    place = cursor_of(message, epoch)
    head = b"" if place is None else b"id: %s\n" % place.encode()
    return b"%sdata: %s\n\n" % (head, payload)


def _chunk(data: bytes) -> bytes:
    """Return bytes as one chunk of an HTTP/1.1 body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


Shared = TypeVar("Shared", Snap, Delta)


class Packet(Generic[Shared]):
    """A snapshot or delta that is encoded, compressed and framed once, however many get it."""

    __slots__ = ("_frames", "epoch", "message")

    def __init__(self, message: Shared, epoch: str = "") -> None:
        self.message: Shared = message
        self.epoch = epoch
        self._frames: dict[tuple[Form, bool], bytes] = {}

    def frame(self, form: Form, *, more: bool) -> bytes:
        """Return the bytes; `more` says that another of the same step follows."""
        frame = self._frames.get((form, more))
        if frame is None:
            message = msgspec.structs.replace(self.message, more=more)
            frame = self._frames[form, more] = form.frame(message, self.epoch, shared=True)
        return frame


AnyPacket: TypeAlias = Packet[Snap] | Packet[Delta]


def joined(packets: Sequence[AnyPacket], form: Form) -> bytes:
    """Return packets as one step: all but the last announce that more follows."""
    last = len(packets) - 1
    return b"".join(packet.frame(form, more=i < last) for i, packet in enumerate(packets))
