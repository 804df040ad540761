"""Several events at once make of a race what they make of it one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.race_day import RaceDay
from tests.unit.projections.worlds import days
from tracker.domain import events as e
from tracker.domain.race import Race
from tracker.domain.race_evolve import evolve
from tracker.domain.race_evolve_all import evolve_all


@given(day=days(), parts=st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_runs_of_events_come_to_the_same(day: RaceDay, parts: int) -> None:
    """Cut anywhere, the events of random days leave the same races."""
    streams: dict[str, list[tuple[int, e.RaceEvent]]] = {}
    for stream, version, event in day.log:
        if stream.startswith("race-"):
            streams.setdefault(stream, []).append((version, event))  # type: ignore[arg-type]  # a race's stream holds facts of a race
    for facts in streams.values():
        one_by_one, at_once = Race(), Race()
        for version, event in facts:
            one_by_one = evolve(one_by_one, version, event)
        for begin in range(0, len(facts), parts):
            at_once = evolve_all(at_once, facts[begin : begin + parts])
        assert at_once == one_by_one
