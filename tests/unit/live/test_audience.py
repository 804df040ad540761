"""Bytes go to the files of connections, and what those do not take goes to the connections."""

import os
import shutil
import socket
import subprocess
import sysconfig
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.feed import Pipe
from tracker.live import audience as module
from tracker.live import write_all as writing
from tracker.live.audience import Audience, Viewer
from tracker.live.packets import TEXT
from tracker.live.write_all import WriteAll, compiled, in_python

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


@pytest.fixture(autouse=True, params=[each for each in (in_python, compiled()) if each])
def write_all(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> WriteAll:
    """Write in Python, and in C where the package was installed with a compiler."""
    chosen: WriteAll = request.param
    monkeypatch.setattr(module, "write_all", chosen)
    return chosen


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


def test_each_file_gets_the_bytes_and_only_those_that_took_less_are_told(
    pair: tuple[socket.socket, socket.socket], write_all: WriteAll
) -> None:
    """A number that is no file harms neither those before it nor those after."""
    near, far = pair
    with socket.socket() as closed:
        gone = closed.fileno()
    files = array("i", [near.fileno(), gone, near.fileno()])
    assert write_all(files, b"a delta") == [(gone, 0)]
    assert far.recv(100) == b"a delta" * 2
    assert write_all(array("i"), b"a delta") == []


def test_what_a_file_takes_in_part_is_told(
    pair: tuple[socket.socket, socket.socket], write_all: WriteAll
) -> None:
    """The number that comes back is what the other end gets, to the byte."""
    near, far = pair
    ((file, taken),) = write_all(array("i", [near.fileno()]), DATA)
    assert file == near.fileno()
    assert 0 < taken < len(DATA)
    assert write_all(array("i", [file]), DATA) == [(file, 0)], "it is full"
    got = b""
    while len(got) < taken:
        got += far.recv(taken - len(got))
    assert got == DATA[:taken]
    far.setblocking(False)
    with pytest.raises(BlockingIOError):
        far.recv(1)


@pytest.mark.skipif(compiled() is None, reason="nothing was compiled")
def test_numbers_of_another_width_are_refused() -> None:
    """An array of the wrong type is an error, never a write to some other file."""
    write_all = compiled()
    assert write_all is not None
    with pytest.raises(TypeError, match="C ints"):
        write_all(array("q", [0]), b"a delta")


def test_the_package_is_compiled_where_it_can_be() -> None:
    """What is installed here writes in C when this machine can compile it."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()
    source = Path(writing.__file__).with_name("_write_all.c")
    if shutil.which(compiler[0]) is None:
        pytest.skip("no compiler")
    ask = [*compiler, "-fsyntax-only", "-I", sysconfig.get_path("include"), str(source)]
    if subprocess.run(ask, capture_output=True, check=False).returncode:
        pytest.skip("no headers")
    assert compiled() is not None, "run `make setup`"
