"""The writing ends of the feed's connections: whole messages go straight to the transport."""

import asyncio
import contextlib
import os
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.live.audience import Viewer


SEND_BUFFER_LIMIT = 64 * 1024
"""Bytes the kernel keeps for a viewer; what is in there is not replaced by anything newer."""
UNSENT_LIMIT = 16 * 1024
"""Bytes the kernel keeps for a viewer that have not left the machine."""
UNANSWERED_MS = 20_000
"""How long a viewer's machine may leave bytes unacknowledged before it counts as gone."""
CLOSE_WITHIN_S = 2.0
"""How long a viewer may take to answer a close."""
DRAIN_LOOK_S = 0.02
"""How often is looked whether a viewer has taken an answer."""

# Linux names these, Python 3.11 not all of them.
_TCP_NOTSENT_LOWAT = getattr(socket, "TCP_NOTSENT_LOWAT", 25)
_TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", 18)


class EventsSink:
    """The writing end of one stream of server-sent events, in chunks of HTTP/1.1.

    Until it is open, everything is kept: the answer's head and what comes first must precede it.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._early: bytes | None = b""
        self.viewer: Viewer | None = None
        self.over = asyncio.Event()
        """Set when nothing more is written: the feed has ended it, or the viewer is gone."""

    def open(self, first: bytes) -> None:
        """Write what comes first, then what was kept."""
        early, self._early = self._early or b"", None
        # So it writes at once, and what is left after that was not taken.
        self._transport.set_write_buffer_limits(high=0)
        self.write(first + early)

    def write(self, data: bytes) -> None:
        """Hand events over; a connection that is gone is noticed here."""
        if self._transport.is_closing():
            self.over.set()
        elif self._early is not None:
            self._early += data
        elif not self.over.is_set():
            self._transport.write(data)
            if self._transport.get_write_buffer_size() and self.viewer is not None:
                self.viewer.stalled()

    def pending(self) -> int:
        """Return how many bytes the kernel has not taken."""
        if self._transport.is_closing():
            self.over.set()
        return len(self._early or b"") + self._transport.get_write_buffer_size()

    def descriptor(self) -> None:
        """Return that there is more to writing: what comes before it is open is kept."""

    def end(self, _: int) -> None:
        """Write nothing more."""
        self.over.set()

    async def drain(self) -> None:
        """Wait until everything is taken, and cut the connection when that takes too long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                while self.pending():  # noqa: ASYNC110 - no event says so
                    await asyncio.sleep(DRAIN_LOOK_S)
        if self.pending():
            cut(self._transport)


class PollSink:
    """What one poll is answered: whatever is told first, and no more."""

    def __init__(self) -> None:
        self.told = b""
        self.viewer: Viewer | None = None
        self.news = asyncio.Event()

    def write(self, data: bytes) -> None:
        """Take messages."""
        self.told += data
        self.news.set()

    def pending(self) -> int:
        """Return that everything is taken: the answer is sent by whoever waits for it."""
        return 0

    def descriptor(self) -> None:
        """Return that nothing is written here."""

    def end(self, _: int) -> None:
        """Have what was told be answered."""
        self.news.set()


def cut(transport: asyncio.Transport) -> None:
    """Cut a connection so that the kernel forgets what was not taken."""
    found = transport.get_extra_info("socket")
    if found is not None:
        with contextlib.suppress(OSError):
            at_once = struct.pack("ii", 1, 0)
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    transport.abort()


def descriptor(transport: asyncio.Transport) -> int | None:
    """Return the file of a connection if plain bytes can be written to it, as on no Windows."""
    found = transport.get_extra_info("socket")
    if os.name != "posix" or found is None or transport.get_extra_info("ssl_object") is not None:
        return None
    return int(found.fileno())


def tune(transport: asyncio.Transport) -> None:
    """Keep little for a viewer in the kernel, and notice one whose machine is gone."""
    found = transport.get_extra_info("socket")
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return
    found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_LIMIT)
    for option, value in ((_TCP_NOTSENT_LOWAT, UNSENT_LIMIT), (_TCP_USER_TIMEOUT, UNANSWERED_MS)):
        with contextlib.suppress(OSError):  # not every system knows them
            found.setsockopt(socket.IPPROTO_TCP, option, value)
