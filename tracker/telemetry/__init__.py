"""What a process tells about itself: log lines, never the event log."""
