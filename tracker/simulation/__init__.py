"""Simulated competitions: for training, demonstrations, load and tests."""

from tracker.simulation.day import season

__all__ = ["season"]
