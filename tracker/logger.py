"""Loggers whose library is imported when something is logged, not when a process begins."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import structlog


class LateLogger:
    """A logger of a module; importing its library is a third of beginning a process."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> object:
        """Return what the library's logger has under this name."""
        return getattr(_library(self._name), method)


def _library(name: str) -> "structlog.stdlib.BoundLogger":
    import structlog  # noqa: PLC0415 - what this module is for

    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


def late_logger(name: str) -> "structlog.stdlib.BoundLogger":
    """Return a logger by name."""
    return LateLogger(name)  # type: ignore[return-value]  # it has all that the other has
