"""Every limit of the live feed."""

from msgspec import Struct


class Limits(Struct, frozen=True):
    """What one process of the feed grants; `docs/live-protocol.md` states each of them."""

    viewers: int = 10_000
    """Viewers of one process; whoever comes after them is told to come back later."""
    topics: int = 32
    """Topics of one viewer."""
    fields: int = 32
    """Paths in one field filter."""
    message_bytes: int = 16 * 1024
    """Bytes of one message from a viewer."""
    messages_burst: int = 30
    """Messages a viewer may send at once."""
    messages_per_s: int = 5
    """Messages a second that a viewer may go on sending."""
    hello_within_ms: int = 10_000
    """Time from the connection to the first hello."""
    heartbeat_ms: int = 5_000
    """Time between heartbeats."""
    conflate_least_ms: int = 50
    """The shortest pause between changes that is kept for a viewer who asks for pauses."""
    conflate_most_ms: int = 10_000
    """The longest one."""
    slow_ms: int = 10_000
    """How long a viewer's connection may take nothing before the viewer is dropped."""
    ring_changes: int = 1024
    """Changes of a topic that are kept for those who resume."""
    ring_bytes: int = 256 * 1024
    """Bytes of patches in those changes."""
    resume_bytes: int = 16 * 1024
    """Missed changes of a topic up to this size are always sent; longer ones only if they are
    shorter than the snapshot."""
    idle_topic_ms: int = 120_000
    """How long a topic that nobody follows is kept for those who resume."""
    retry_ms: tuple[int, int] = (500, 5_000)
    """Between which bounds the pause is drawn after which a viewer may come back."""
    delay_most_ms: int = 300_000
    """The longest broadcast delay."""
    delay_step_ms: int = 500
    """Delays are raised to the next multiple of this."""
    delays: int = 32
    """Different delays that one process keeps at once."""
    replays: int = 64
    """Replays that one process shows at once."""
    replay_events: int = 20_000
    """Events of a race that is replayed."""
    poll_wait_ms: int = 25_000
    """How long a poll may wait for something to tell."""
