"""Server frames of RFC 6455, made once for all who get them."""

import struct
import zlib

_TEXT, _BINARY, _CLOSE, _PONG = 0x81, 0x82, 0x88, 0x8A
"""A whole message: FIN and the opcode."""
_COMPRESSED = 0x40
"""RSV1: the message is compressed as RFC 7692 says."""
_SHORT = 126
"""Payloads below this length have it in the second byte."""
_TAIL = b"\x00\x00\xff\xff"
"""What ends a block that is flushed; RFC 7692 leaves it out."""
DEFLATE_LEAST_BYTES = 96
"""Shorter messages are sent as they are."""
_LEVEL = 6


def text_frame(payload: bytes) -> bytes:
    """Return an unfragmented, unmasked text frame."""
    return _frame(_TEXT, payload)


def binary_frame(payload: bytes) -> bytes:
    """Return an unfragmented, unmasked binary frame."""
    return _frame(_BINARY, payload)


def deflated_frame(payload: bytes, *, binary: bool = False) -> bytes:
    """Return a frame of permessage-deflate that needs no message before it.

    Each message has a compressor of its own, so the same bytes fit every connection, whatever it
    was sent before. A message that would not get shorter is left as it is, which RFC 7692 allows.
    """
    opcode = _BINARY if binary else _TEXT
    if len(payload) >= DEFLATE_LEAST_BYTES:
        compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
        body = body.removesuffix(_TAIL)
        if len(body) < len(payload):
            return _frame(opcode | _COMPRESSED, body)
    return _frame(opcode, payload)


def close_frame(code: int | None, reason: str = "") -> bytes:
    """Return a goodbye with a code and a word why, or with neither."""
    return _frame(_CLOSE, b"" if code is None else struct.pack("!H", code) + reason.encode()[:123])


def pong_frame(payload: bytes) -> bytes:
    """Return the answer to a ping."""
    return _frame(_PONG, payload)


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < _SHORT:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", first, _SHORT, size) + payload
    return struct.pack("!BBQ", first, _SHORT + 1, size) + payload
