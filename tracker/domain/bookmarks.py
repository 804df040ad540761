"""Video bookmarks: how one is made, and how it stands in a race."""

from tracker.domain.context import Context
from tracker.domain.race import Bookmark, Race
from tracker.domain.video_commands import BookmarkVideo
from tracker.domain.video_events import VideoBookmarked


def decide_on_bookmark(command: BookmarkVideo, state: Race, context: Context) -> VideoBookmarked:
    """Return the event of a request, with what the race clock showed while one ran."""
    at_ms, started, ended = context.now_ms, state.started_at_ms, state.ended_at_ms
    elapsed_ms = None
    if started is not None and started <= at_ms and (ended is None or at_ms <= ended):
        elapsed_ms = at_ms - started
    return VideoBookmarked(
        race=command.race,
        attempt=state.attempt_at(at_ms),
        at_ms=at_ms,
        elapsed_ms=elapsed_ms,
        lap=command.lap,
        label=command.label,
        official=context.official,
        source=command.source,
    )


def bookmarked(version: int, event: VideoBookmarked) -> Bookmark:
    """Return a bookmark under the version of the event that set it."""
    return Bookmark(
        version=version,
        attempt=event.attempt,
        at_ms=event.at_ms,
        elapsed_ms=event.elapsed_ms,
        lap=event.lap,
        label=event.label,
        official=event.official,
    )
