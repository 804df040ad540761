"""Every request of those who look at the video."""

from typing import Annotated

from msgspec import Meta

from tracker.domain.request import Request
from tracker.domain.values import Lap, RaceId


class BookmarkVideo(Request, frozen=True):
    """Mark the envelope's `occurred_at` to be looked at on the video, without any public effect."""

    race: RaceId
    label: Annotated[str, Meta(max_length=80)] = ""
    lap: Lap | None = None
    """The lap row that the leader was in, as the device saw it."""
