"""Bytes that wait on disk until somebody asks for them again."""

import tempfile
import weakref
import zlib

from msgspec import Struct


class Place(Struct, frozen=True):
    """Where something was put."""

    start: int
    size: int


class Spool:
    """A file without a name: it is gone with whoever had it last."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as this is there
        weakref.finalize(self, self._file.close)

    def put(self, data: bytes) -> Place:
        """Keep some bytes."""
        packed = zlib.compress(data, level=1)
        start = self._file.seek(0, 2)
        self._file.write(packed)
        return Place(start, len(packed))

    def get(self, place: Place) -> bytes:
        """Return the bytes that were put somewhere."""
        self._file.seek(place.start)
        return zlib.decompress(self._file.read(place.size))
