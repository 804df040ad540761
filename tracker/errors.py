"""Every error that Bell Lap raises on purpose.

TrackerError
├── Refusal                     an official's request that the rules or the state of a race forbid
├── NotFound                    a race, distance, competition or series that the log does not know
├── BadRequest                  input that cannot be understood, whatever the state
├── LogError
│   ├── VersionConflict         somebody else appended to the stream first
│   ├── DeviceSequenceReused    a device sent another body under a number it had already used
│   ├── LogUnavailable          the database behind the log cannot be reached now
│   ├── ArchiveDamaged          an archive that cannot be read, or does not fit the log
│   └── ChainBroken             the hash chain does not hold at a position
├── ProjectionError             a projection cannot fold or write an event
├── NotYet                      a read model has not reached the position asked for
└── SettingsError               a setting, database or data directory that cannot be used
"""

from typing import ClassVar


class TrackerError(Exception):
    """Something Bell Lap refuses to do, with a stable `code` for programs.

    The message is for people: it says what, where, and what would be right.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refusal(TrackerError):
    """A command that the state of a race, or a rule, does not allow now."""

    code = "refused"


class NotFound(TrackerError):
    """A name that the log does not know."""

    code = "not-found"


class BadRequest(TrackerError):
    """Input that cannot be understood, whatever the state."""

    code = "bad-request"


class LogError(TrackerError):
    """The event log cannot do what was asked."""

    code = "log-error"


class VersionConflict(LogError):
    """Somebody else appended to the stream first."""

    code = "version-conflict"

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(
            f"{stream} is at version {actual}, not {expected}: read it again before deciding"
        )
        self.stream = stream
        self.expected = expected
        self.actual = actual


class DeviceSequenceReused(LogError):
    """A device sent another body under a number it had already used."""

    code = "device-sequence-reused"

    def __init__(self, device: str, device_seq: int) -> None:
        super().__init__(
            f"device {device} already used number {device_seq} for another command: "
            "count on, and send this command under a new number"
        )
        self.device = device
        self.device_seq = device_seq


class LogUnavailable(LogError):
    """The database behind the log cannot be reached now: nothing was recorded, send it again."""

    code = "log-unavailable"


class ArchiveDamaged(LogError):
    """An archive cannot be read, or does not fit the log it is brought into."""

    code = "archive-damaged"


class ChainBroken(LogError):
    """The hash chain does not hold at a position."""

    code = "chain-broken"


class ProjectionError(TrackerError):
    """A projection cannot fold or write an event."""

    code = "projection-failed"


class NotYet(TrackerError):
    """A read model has not reached the position asked for."""

    code = "not-yet"


class SettingsError(TrackerError):
    """A setting, database or data directory that cannot be used."""

    code = "bad-settings"
