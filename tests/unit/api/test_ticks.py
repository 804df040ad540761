"""The moments of a scrubber, in the words of every page."""

import re

from tests.support.golden import GOLDEN
from tracker.api import ticks

TABLE = GOLDEN.parents[1] / "web" / "modules" / "word-table-moments.js"


def test_every_moment_has_its_words() -> None:
    """What the API calls a moment in English is what the pages translate into ten languages."""
    words = dict(re.findall(r'^  ([A-Z]\w+): \["([^"]+)"', TABLE.read_text(), re.MULTILINE))
    assert words == {kind: text for kind, (_, text) in ticks.KINDS.items()}
