"""Named SQL statements, read from `.sql` files."""

import re
from pathlib import Path

_NAME = re.compile(r"^-- name: (?P<name>[a-z_]+)[ \t]*$", re.MULTILINE)


def load(path: Path) -> dict[str, str]:
    """Return the statements of a file by the names in its `-- name: xyz` lines.

    The lines between a name and the first statement line may be comments; they travel along.
    """
    parts = _NAME.split(path.read_text(encoding="utf-8"))
    statements = {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
    if not statements:
        raise ValueError(f"{path} names no statement: start each with a line '-- name: xyz'")
    return statements
