"""What the comments of a ruleset's file say of its values: where each is known from."""

import re
from pathlib import Path

_VALUE = re.compile(r"([a-z_]+) = ")
_TABLE = re.compile(r"\[([a-z]+)\]")
UNPROVEN = "unproven"
"""The word by which a comment says that no public source states a value, or not all of it."""


def commented(text: str) -> list[tuple[str, str]]:
    """Return each value of a TOML file, as `key` or `table.key`, with the comment it stands under.

    A comment holds for the lines below it, up to the next empty line or the next comment. The
    comment above a list of tables holds for all values in them.
    """
    found: list[tuple[str, str]] = []
    table, comment, of_list, previous = "", "", "", ""
    for line in text.splitlines():
        if line.startswith("#"):
            comment = f"{comment}{line[1:]}" if previous.startswith("#") else line[2:]
        elif line.startswith("[["):
            of_list, comment = comment or of_list, ""
            table = line.strip("[]") + "."
        elif named := _TABLE.fullmatch(line):
            table, comment, of_list = f"{named[1]}.", "", ""
        elif value := _VALUE.match(line):
            found.append((table + value[1], comment or of_list))
        elif not line and not previous.startswith("#"):
            comment = ""
        previous = line
    return found


def sources(name: str) -> dict[str, str]:
    """Return what the file of a ruleset says of each value that it states itself."""
    path = Path(__file__).parent / f"{name}.toml"
    return dict(commented(path.read_text(encoding="utf-8")))
