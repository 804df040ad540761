"""The event log: append, read, wait, verify."""
