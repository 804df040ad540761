"""Who is meant by an id in a journal."""

from tracker.api import who

PARK = {"name": "Park Ji Won", "family_name": "Park", "native_name": "박지원", "noc": "KOR"}
PEOPLE = {"park-ji-won": {**PARK, "helmet": 1}}


def test_a_journal_says_who_is_concerned() -> None:
    """One or several, in the order of their names; nobody for a decision that concerns nobody."""
    rows = [
        {"people": ["Park Ji Won"], "data": {"competitor": "park-ji-won"}},
        {"people": ["b", "Park Ji Won"], "data": {"competitors": ["b", "park-ji-won"]}},
        {"people": [], "data": {"competitor": "park-ji-won"}},
        {"people": [], "data": {}},
    ]
    told = who.journal({"position": 3, "rows": rows}, PEOPLE)
    assert [row["who"] for row in told["rows"]] == [[PARK], [None, PARK], [], []]
    assert (told["position"], told["rows"][0]["people"]) == (3, ["Park Ji Won"])
