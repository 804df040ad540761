"""Frames that are too large, broken, or no frames at all: the race and its viewers go on."""

import asyncio
import os
import struct

import aiohttp

from tests.support import officials
from tests.support.hostile import address, going_on
from tests.support.viewer import SocketViewer
from tracker import app

UPGRADE = (
    b"GET /feed HTTP/1.1\r\nHost: rink\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MASK = b"\0\0\0\0"
HUGE = struct.pack("!BBQ", 0x81, 0xFF, 2**62) + MASK
"""A frame that announces four million gigabytes."""
FRAMES = {
    "announced beyond all bounds": HUGE + b"x" * 70_000,
    "large and whole": struct.pack("!BBQ", 0x81, 0xFF, 200_000) + MASK + b"x" * 200_000,
    "without a mask": b"\x81\x05hello",
    "reserved bits": b"\xf1\x85" + MASK + b"hello",
    "an unknown kind": b"\x83\x85" + MASK + b"hello",
    "a ping that is too long": struct.pack("!BBH", 0x89, 0xFE, 5_000) + MASK + b"x" * 5_000,
    "a part of nothing": b"\x80\x85" + MASK + b"hello",
    "text that is none": b"\x81\x82" + MASK + b"\xff\xfe",
    "parts without an end": (b"\x01\x85" + MASK + b"hello")
    + (b"\x00\x85" + MASK + b"x" * 5) * 20_000,
    "noise": os.urandom(4096),
}


async def throw(http: aiohttp.ClientSession, frame: bytes) -> bytes:
    """Open a socket, throw a frame at it, and return everything until the server ends it."""
    reader, writer = await asyncio.open_connection(*address(http))
    try:
        writer.write(UPGRADE)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in head
        writer.write(frame)
        async with asyncio.timeout(15):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def test_no_frame_disturbs_a_race(tracker: app.Tracker, race: aiohttp.ClientSession) -> None:
    """Each is ended by the server; a viewer beside them sees every crossing."""
    viewer = SocketViewer()
    feed = f"{str(race._base_url).rstrip('/')}/feed"
    async with viewer.connected(feed), going_on(race, tracker) as recorder:
        await viewer.say(viewer.hello([f"race/{officials.RACE}"]))
        await viewer.read_until("welcome")
        answers = await asyncio.gather(*(throw(race, frame) for frame in FRAMES.values()))
        for name, answer in zip(FRAMES, answers, strict=True):
            assert len(answer) < 1000, name
        await viewer.read_to(recorder.positions[-1])
        assert viewer.documents[f"race/{officials.RACE}"]["state"] == "LIVE"
