"""The moments of a scrubber, in the words of every page."""

import re
from typing import get_args

from tests.support.golden import GOLDEN
from tracker.api import ticks
from tracker.domain.events import RaceEvent

TABLE = GOLDEN.parents[1] / "web" / "modules" / "word-table-moments.js"


def test_every_fact_of_a_race_has_its_words() -> None:
    """The ledger names any fact that a decision may rest on, retract or amend."""
    tables = "".join(path.read_text() for path in TABLE.parent.glob("word-table*.js"))
    words = set(re.findall(r"^  ([A-Z]\w+): \[", tables, re.MULTILINE))
    facts = {each.__name__ for each in get_args(RaceEvent)}
    assert facts <= words, facts - words


def test_every_moment_has_its_words() -> None:
    """What the API calls a moment in English is what the pages translate into ten languages."""
    words = dict(re.findall(r'^  ([A-Z]\w+): \["([^"]+)"', TABLE.read_text(), re.MULTILINE))
    assert words == {kind: text for kind, (_, text) in ticks.KINDS.items()}


def test_a_moment_names_whom_it_speaks_of() -> None:
    """Beside the id stands who was entered at that competition; nobody is named for a gun."""
    rows = [
        {"race": "seoul/men-500/final-a", "competitor": "park-ji-won"},
        {"race": "dresden/men-500/final-a", "competitor": "park-ji-won"},
        {"race": "seoul/men-500/final-a", "competitor": None},
    ]
    entry = {"name": "Park Ji Won", "family_name": "Park", "native_name": "박지원", "noc": "KOR"}
    people = {"seoul": {"park-ji-won": {**entry, "helmet": 1}}, "dresden": {}}
    answer = {"position": 9, "rows": rows}
    assert ticks.competitions_of(answer) == {"seoul", "dresden"}
    named = ticks.named(answer, people)
    assert [row["who"] for row in named["rows"]] == [entry, None, None]
    along_one = ticks.named({"race": "seoul/men-500/final-a", "rows": [rows[0]]}, people)
    assert along_one["rows"][0]["who"] == entry
