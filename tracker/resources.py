"""Where the files are that come with the code: shipped copies first, else the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _directory(shipped: str, checkout: str) -> Path:
    inside = _PACKAGE / shipped
    return inside if inside.is_dir() else _PACKAGE.parent / checkout


def schema() -> Path:
    """Return the directory of the database schema."""
    return _directory("_schema", "schema")


def web() -> Path:
    """Return the directory of the web pages."""
    return _directory("_web", "web")
