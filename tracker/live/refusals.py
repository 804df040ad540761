"""What the feed cannot do for a viewer, and why."""

from typing import Literal

from tracker.errors import BadRequest, NotFound, TrackerError


class FeedClosed(TrackerError):
    """The feed takes no viewer now; `bye` says why."""

    code = "feed-closed"

    def __init__(self, bye: Literal["shutdown", "full", "starting"]) -> None:
        super().__init__(f"the feed takes no viewer now ({bye}): come again in a few seconds")
        self.bye = bye


class TopicFailed(TrackerError):
    """A document that cannot be made, through a fault of ours."""

    code = "topic-failed"


class UnknownTopic(NotFound):
    """A topic whose race, distance, competition or series the log does not know."""

    code = "unknown-topic"


class NotAllowed(TrackerError):
    """A view for officials, which this server shows to nobody."""

    code = "not-allowed"


class TooManyTopics(BadRequest):
    """A hello with more topics than one viewer may follow."""

    code = "too-many-topics"


class BadFields(BadRequest):
    """A field filter that cannot be understood."""

    code = "bad-fields"


class BadDelay(BadRequest):
    """A delay that is longer than is kept, or one more than are kept at once."""

    code = "bad-delay"


class BadReplay(BadRequest):
    """A replay that cannot be: of no race, of several, or when none is running."""

    code = "bad-replay"


class NotReady(TrackerError):
    """What this process has not read yet: the last minutes of the log."""

    code = "not-ready"
