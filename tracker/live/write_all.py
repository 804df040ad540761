"""The same bytes to many sockets at once: compiled where it could be, else in Python."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from array import array

WriteAll: TypeAlias = Callable[["array[int]", bytes], list[tuple[int, int]]]
"""Takes an array of C ints, the files of sockets that never wait, and the bytes for each of them.

Returns the files that took less, each with how many bytes it took: none, where it refused.
"""


def in_python(files: "array[int]", data: bytes) -> list[tuple[int, int]]:
    """Write to one file after the other."""
    whole = len(data)
    short: list[tuple[int, int]] = []
    write = os.write
    for file in files:
        try:
            taken = write(file, data)
        except OSError:
            taken = 0
        if taken != whole:
            short.append((file, taken))
    return short


def compiled() -> WriteAll | None:
    """Return what was compiled when the package was installed, None where nothing could be."""
    try:
        from tracker.live._write_all import write_all  # noqa: PLC0415 - it may not be there
    except ImportError:
        return None
    return write_all


write_all: WriteAll = compiled() or in_python
