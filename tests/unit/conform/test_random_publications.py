"""Random competitions, published by a method of their own: nothing differs, unless it is made to.

This is how we know that the comparison is right about what it has never seen, and that it can fail.
"""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.random_publications import Sheet, competition
from tracker import rulesets
from tracker.conform import comparison, entry, names
from tracker.conform.comparison import Difference
from tracker.conform.reading import read

SEEDS = st.integers(min_value=0, max_value=2**32)


def differences(published: Sheet) -> list[Difference]:
    """Return what comparing a publication finds."""
    found = read(msgspec.json.encode(published), "file.json")
    return comparison.compare(entry.enter(found, rulesets.load("isu-2023-24"))).differences


def lines(published: Sheet) -> list[tuple[Sheet, Sheet]]:
    """Return every race with each of its lines."""
    return [(race, line) for race in published["rounds"] for line in race["results"]]


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, messy=st.booleans())
def test_nothing_differs_of_what_follows_the_rules(seed: int, messy: bool) -> None:
    """Places, marks, starters, ranking and medals come out as the other method has them."""
    assert [each.words() for each in differences(competition(seed, messy=messy))] == []


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_a_changed_place_is_the_one_difference(seed: int, data: Any) -> None:
    """Whatever place is printed beside a time: the line is found, and no other."""
    published = competition(seed)
    timed = [
        (race, line)
        for race, line in lines(published)
        if line["time"] and [x["time"] for x in race["results"]].count(line["time"]) == 1
    ]
    race, line = data.draw(st.sampled_from(timed))
    places = [place for place in range(1, len(race["results"]) + 2) if place != line["rank"]]
    line["rank"] = data.draw(st.sampled_from(places))
    found = differences(published)
    assert [(each.what, each.who) for each in found] == [("rank", line["name"])]
    assert found[0].published == str(line["rank"])


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_a_changed_mark_is_found(seed: int, data: Any) -> None:
    """A mark that is left out, or one too many, is found and blamed on nobody else."""
    published = competition(seed)
    marked = [
        (race, line)
        for race, line in lines(published)
        if line["qual"] and race["round"] in ("Heats", "Quarterfinals", "Semifinals")
    ]
    _, line = data.draw(st.sampled_from(marked))
    line["qual"] = None
    found = differences(published)
    assert {each.who for each in found} == {line["name"]}


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_a_changed_rank_is_the_one_difference(seed: int, data: Any) -> None:
    """A rank of the final ranking that does not follow is found, and no other."""
    published = competition(seed)
    ranked = data.draw(st.sampled_from([x for x in published["final_ranking"] if x["sole"]]))
    ranked["rank"] += data.draw(st.sampled_from([-40, -1, 1, 40]))
    if ranked["rank"] < 1:
        ranked["rank"] += 90
    found = differences(published)
    assert [(each.where, each.who) for each in found] == [("final ranking", ranked["name"])]


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_a_changed_medal_is_found(seed: int) -> None:
    """Gold for whoever was last is not what the races come to."""
    published = competition(seed)
    last = published["final_ranking"][-1]
    if last["medal"] or not published["medals"]["gold"]:
        return
    published["medals"]["gold"] = [f"{last['name']} {last['noc']}"]
    found = differences(published)
    assert {each.what for each in found} == {"gold"}
    assert names.same(found[0].published, last["name"])
