"""Frames are what RFC 6455 says."""

import pytest

from tracker.live.frames import text_frame


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, "8100"),
        (125, "817d"),
        (126, "817e007e"),
        (65_535, "817effff"),
        (65_536, "817f0000000000010000"),
    ],
)
def test_the_header_says_how_long_the_text_is(size: int, header: str) -> None:
    """One final, unmasked text frame, with the shortest length field that is enough."""
    payload = b"x" * size
    assert text_frame(payload) == bytes.fromhex(header) + payload
