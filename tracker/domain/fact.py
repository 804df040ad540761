"""What every recorded event can say."""

from msgspec import Struct

from tracker.domain.values import Source


class Fact(Struct, frozen=True, kw_only=True, tag=True, tag_field="type"):
    """What every event can say: who states it, when no official observed it."""

    source: Source | None = None
