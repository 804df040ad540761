"""Bytes go to the files of connections, and what those do not take goes to the connections."""

import os
import socket
from collections.abc import Iterator

import pytest

from tests.support.feed import Pipe
from tracker.live.audience import Audience, Viewer
from tracker.live.packets import TEXT

DATA = bytes(range(256)) * 4096
"""More than a socket's buffer takes at once."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere sockets are no files")


class FilePipe(Pipe):
    """A connection that is a file."""

    def __init__(self, file: int) -> None:
        super().__init__()
        self.file = file

    def descriptor(self) -> int:
        """Return the file."""
        return self.file


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return both ends of a connection whose writing end never waits."""
    near, far = socket.socketpair()
    near.setblocking(False)
    with near, far:
        yield near, far


def watched(*sinks: Pipe) -> Audience:
    """Return an audience of these connections."""
    audience = Audience(("race",), 0, TEXT)
    for sink in sinks:
        audience.enter(Viewer(sink, 0))
    return audience


def test_what_fits_goes_to_the_file_alone(pair: tuple[socket.socket, socket.socket]) -> None:
    """A connection that takes everything is not asked for anything; others are written to."""
    near, far = pair
    sink, other = FilePipe(near.fileno()), Pipe()
    watched(sink, other).send(b"a delta")
    assert far.recv(100) == b"a delta"
    assert not sink.writes
    assert bytes(other.taken) == b"a delta"


def test_what_is_not_taken_is_left_to_the_connection(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    """The rest of what was taken in part, and all of what was refused, is written in order."""
    near, far = pair
    sink = FilePipe(near.fileno())
    audience = watched(sink)
    audience.send(DATA)
    audience.send(b"once more")
    assert sink.writes == 2, "part of the first and the whole of the second were left"
    left = bytes(sink.taken)
    taken = len(DATA) + len(b"once more") - len(left)
    got = b""
    while len(got) < taken:
        got += far.recv(taken - len(got))
    assert got + left == DATA + b"once more"


def test_a_connection_that_is_gone_is_told_by_its_own_end(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    """A refused write harms nobody else: the connection gets it, to find out for itself."""
    near, far = pair
    far.close()
    sink, other = FilePipe(near.fileno()), Pipe()
    watched(sink, other).send(b"a delta")
    assert bytes(sink.taken) == b"a delta"
    assert bytes(other.taken) == b"a delta"


def test_who_has_left_is_not_written_to(pair: tuple[socket.socket, socket.socket]) -> None:
    """A file is forgotten with its viewer: its number may be another connection's by then."""
    near, far = pair
    sink = FilePipe(near.fileno())
    audience = watched(sink)
    audience.send(b"before")
    (viewer,) = audience.in_step
    audience.part(viewer)
    audience.send(b"after")
    assert far.recv(100) == b"before"
    assert not sink.writes
