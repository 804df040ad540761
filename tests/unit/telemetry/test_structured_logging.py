"""Log lines: their form, what they hide, and who is heard."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import structlog

from tracker import __version__
from tracker.telemetry import structured_logging


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Answer as a terminal does."""
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return what was logged, line by line."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object() -> None:
    """Elsewhere than at a terminal, a line is JSON with time, level, logger and version."""
    stream = io.StringIO()
    structured_logging.configure(stream=stream)
    structlog.get_logger("bell_lap.http").info("request", path="/größe", status=200, note="a\nb")
    (line,) = lines(stream)
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo is not None
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "bell_lap.http",
        "bell_lap": __version__,
        "path": "/größe",
        "status": 200,
        "note": "a\nb",
    }


def test_at_a_terminal_a_line_is_for_people() -> None:
    """At a terminal a line has columns and colours, and no braces."""
    stream = Terminal()
    structured_logging.configure(stream=stream)
    structlog.get_logger("bell_lap").warning("slow", lag_ms=12)
    assert "\x1b[" in stream.getvalue()
    assert "slow" in stream.getvalue()
    assert "{" not in stream.getvalue()


def test_the_level_is_kept() -> None:
    """Below the level nothing is written; a later call replaces an earlier one."""
    stream, later = io.StringIO(), io.StringIO()
    structured_logging.configure("warning", stream=stream)
    logger = structlog.get_logger("bell_lap")
    logger.info("unheard")
    logger.warning("heard")
    structured_logging.configure("debug", stream=later)
    structlog.get_logger("bell_lap").debug("detail")
    assert [line["event"] for line in lines(stream)] == ["heard"]
    assert [line["event"] for line in lines(later)] == ["detail"]


def test_libraries_speak_in_the_same_form() -> None:
    """A line of the standard library's logging is JSON too, with its arguments filled in."""
    stream = io.StringIO()
    structured_logging.configure(stream=stream)
    logging.getLogger("somebody").info("read %d of %s", 3, "it")
    (line,) = lines(stream)
    assert (line["event"], line["logger"], line["level"]) == ("read 3 of it", "somebody", "info")


def test_small_talk_is_left_out() -> None:
    """Libraries that talk much are heard from warnings on."""
    stream = io.StringIO()
    structured_logging.configure(stream=stream)
    logging.getLogger("aiohttp.access").info("GET /")
    logging.getLogger("aiohttp.access").warning("odd")
    assert [line["event"] for line in lines(stream)] == ["odd"]


@pytest.mark.parametrize("name", ["password", "api_token", "Authorization", "database_url"])
def test_secrets_are_hidden(name: str) -> None:
    """A field whose name says that it is secret is never written."""
    stream = io.StringIO()
    structured_logging.configure(stream=stream)
    structlog.get_logger("bell_lap").info("connected", **{name: "hunter2"})
    (line,) = lines(stream)
    assert line[name] == "[redacted]"
    assert "hunter2" not in stream.getvalue()


def test_an_exception_keeps_its_story() -> None:
    """The traceback travels in the line, and the line stays one line."""
    stream = io.StringIO()
    structured_logging.configure(stream=stream)
    try:
        int("thin ice")
    except ValueError:
        structlog.get_logger("bell_lap").exception("fell")
    (line,) = lines(stream)
    assert "ValueError: invalid literal" in line["exception"]


def test_what_a_request_binds_is_on_its_lines() -> None:
    """Fields bound to the context stand on every line until they are cleared."""
    stream = io.StringIO()
    structured_logging.configure(stream=stream)
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger("bell_lap").info("inside")
    structlog.get_logger("bell_lap").info("outside")
    inside, outside = lines(stream)
    assert inside["request_id"] == "r1"
    assert "request_id" not in outside
