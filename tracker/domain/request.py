"""What every command can say."""

from typing import Annotated

from msgspec import Meta, Struct

from tracker.domain.values import Source

Text = Annotated[str, Meta(max_length=500)]
"""Words that may be left out."""


class Request(
    Struct, frozen=True, kw_only=True, tag=True, tag_field="type", forbid_unknown_fields=True
):
    """What every command can say: who states the fact, when not the official who sends it."""

    source: Source | None = None
