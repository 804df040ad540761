"""Server frames of RFC 6455, made once for all who get them."""

import struct

_TEXT = 0x81
"""A whole text message: FIN and opcode 1."""
_SHORT = 126
"""Payloads below this length have it in the second byte."""


def text_frame(payload: bytes) -> bytes:
    """Return an unfragmented, unmasked text frame."""
    size = len(payload)
    if size < _SHORT:
        return bytes((_TEXT, size)) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", _TEXT, _SHORT, size) + payload
    return struct.pack("!BBQ", _TEXT, _SHORT + 1, size) + payload
