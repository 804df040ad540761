"""A client of the live feed, for programs in Python."""

from tracker.client.feed import Feed, Update
from tracker.client.fold import Fold, Missed

__all__ = ["Feed", "Fold", "Missed", "Update"]
