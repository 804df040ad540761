"""Files that commands read and write, and the lines they print."""

from pathlib import Path
from typing import BinaryIO

from tracker.errors import BadRequest


class BadFile(BadRequest):
    """A file that cannot be read, or would be overwritten."""

    code = "bad-file"


def new_file(path: Path) -> BinaryIO:
    """Open a file that is not there yet."""
    try:
        return path.open("xb")
    except OSError as error:
        raise BadFile(f"cannot write {path}: {error.strerror or error}") from error


def readable(path: Path) -> BinaryIO:
    """Open a file to be read."""
    try:
        return path.open("rb")
    except OSError as error:
        raise BadFile(f"cannot read {path}: {error.strerror or error}") from error


def read_file(path: Path, limit: int) -> bytes:
    """Return what is in a file that is not larger than a limit."""
    with readable(path) as file:
        try:
            found = file.read(limit + 1)
        except OSError as error:
            raise BadFile(f"cannot read {path}: {error.strerror or error}") from error
    if len(found) > limit:
        raise BadFile(f"{path} has more than {limit} bytes: it is something else")
    return found


def say(line: str) -> None:
    """Print a line of the answer."""
    print(line)  # noqa: T201 - it is the answer
