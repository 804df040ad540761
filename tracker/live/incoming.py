"""Client frames of RFC 6455 as they arrive, without a socket."""

import zlib
from typing import TypeAlias

from msgspec import Struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
"""Opcodes."""
PROTOCOL_ERROR, NO_CODE, NOT_UTF8, TOO_LONG = 1002, 1005, 1007, 1009
"""Close codes: against the RFC; none was said; text that is none; longer than is read."""
_FIN, _COMPRESSED, _RESERVED = 0x80, 0x40, 0x30
_MASKED, _CONTROL = 0x80, 0x8
_CONTROL_MOST = 125
_TAIL = b"\x00\x00\xff\xff"
"""What RFC 7692 leaves out of a message's end."""
_SAYABLE = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})
"""Codes of the RFC that a close may carry."""
_OWN = range(3000, 5000)
"""Codes that programs may give a meaning."""
_HEAD = 2
"""Bytes of the shortest head, before its mask."""


class Ping(Struct, frozen=True):
    """The other side asks for a sign of life."""

    payload: bytes


class Closed(Struct, frozen=True):
    """The other side says goodbye."""

    code: int


Heard: TypeAlias = str | bytes | Ping | Closed
"""A message of text, one of bytes, or a control frame that wants something done."""


class Broken(Exception):
    """What arrived cannot be read on; the connection is to be closed with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Incoming:
    """What one client has sent and nobody has read: between messages, next to nothing.

    A compressed message must need none before it: that is what `client_no_context_takeover` agrees.
    """

    __slots__ = ("_deflate", "_most", "_opcode", "_parts", "_rest", "_zipped")

    def __init__(self, most: int, *, deflate: bool = False) -> None:
        self._most = most
        self._deflate = deflate
        self._rest = b""
        self._opcode = CONTINUATION
        self._zipped = False
        self._parts: bytearray | None = None
        """The message that has begun, frame by frame."""

    def feed(self, data: bytes) -> list[Heard]:
        """Return what is complete, in order.

        Raises Broken; what came before it in the same bytes is lost with the connection.
        """
        data = self._rest + data if self._rest else data
        heard: list[Heard] = []
        start = 0
        while (frame := self._frame(data, start)) is not None:
            first, begins, ends = frame
            payload = _unmasked(data[begins:ends], data[begins - 4 : begins])
            found = self._take(first, payload)
            if found is not None:
                heard.append(found)
            start = ends
        self._rest = data[start:]
        return heard

    def _frame(self, data: bytes, start: int) -> tuple[int, int, int] | None:
        """Return the first byte of a frame and where its payload is, or None if it is not all here.

        It is refused by its head: nothing that is too long is ever collected.
        """
        if len(data) - start < _HEAD:
            return None
        first, second = data[start], data[start + 1]
        self._check(first, second)
        size = second & ~_MASKED
        begins = start + _HEAD
        if size > _CONTROL_MOST:
            width = 2 if size == _CONTROL_MOST + 1 else 8
            if len(data) - begins < width:
                return None
            size = int.from_bytes(data[begins : begins + width], "big")
            begins += width
        if size + len(self._parts or b"") > self._most:
            raise Broken(TOO_LONG)
        begins += 4
        ends = begins + size
        return (first, begins, ends) if ends <= len(data) else None

    def _check(self, first: int, second: int) -> None:
        """Refuse a head that no client may send."""
        opcode = first & 0xF
        zipped = bool(first & _COMPRESSED)
        control = bool(opcode & _CONTROL)
        wrong = (
            not second & _MASKED
            or first & _RESERVED
            or (zipped and (not self._deflate or opcode not in (TEXT, BINARY)))
            or opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)
            or (control and (not first & _FIN or second & ~_MASKED > _CONTROL_MOST))
            or (opcode == CONTINUATION and self._parts is None)
            or (opcode in (TEXT, BINARY) and self._parts is not None)
        )
        if wrong:
            raise Broken(PROTOCOL_ERROR)

    def _take(self, first: int, payload: bytes) -> Heard | None:
        match first & 0xF:
            case 0x9:
                return Ping(payload)
            case 0xA:
                return None
            case 0x8:
                return Closed(_code(payload))
            case 0x0:
                assert self._parts is not None, "the head was checked"
                self._parts += payload
            case opcode:
                self._opcode, self._zipped = opcode, bool(first & _COMPRESSED)
                self._parts = bytearray(payload)
        if not first & _FIN:
            return None
        whole, self._parts = bytes(self._parts), None
        if self._zipped:
            whole = self._inflated(whole)
        return _text(whole) if self._opcode == TEXT else whole

    def _inflated(self, payload: bytes) -> bytes:
        try:
            whole = zlib.decompressobj(-zlib.MAX_WBITS).decompress(payload + _TAIL, self._most + 1)
        except zlib.error as error:
            raise Broken(NOT_UTF8) from error
        if len(whole) > self._most:
            raise Broken(TOO_LONG)
        return whole


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    whole = (mask * (size // 4 + 1))[:size]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")
    return mixed.to_bytes(size, "big")


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise Broken(NOT_UTF8) from error


def _code(payload: bytes) -> int:
    """Return the code of a close; raise Broken where it is none that may be sent."""
    if not payload:
        return NO_CODE
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or (code not in _SAYABLE and code not in _OWN):
        raise Broken(PROTOCOL_ERROR)
    _text(payload[2:])
    return code
