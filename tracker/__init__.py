"""Bell Lap: event-sourced live race tracking for short track speed skating."""

__version__ = "0.1.0"
