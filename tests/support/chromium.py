"""Finds the Chromium that browser tests drive."""

import os
import shutil
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
HELP = (
    "browser tests need Chromium: install it (on Debian: apt-get install chromium), or name one "
    "in BELL_LAP_CHROMIUM, or leave them out with -m 'not browser'"
)


def find() -> Path | None:
    """Return the browser to use: BELL_LAP_CHROMIUM, or the first that is installed."""
    named = os.environ.get("BELL_LAP_CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else NAMES))
    return next((Path(path) for path in found if path), None)


def executable() -> str:
    """Return the path of the browser, or fail with what to do."""
    path = find()
    assert path is not None, HELP
    return str(path)


if __name__ == "__main__":
    sys.exit(0 if find() else HELP)
