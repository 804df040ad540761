"""What happens on the ice could have happened."""

from hypothesis import given
from hypothesis import strategies as st

from tracker import rulesets
from tracker.domain.ruleset import DistanceFormat
from tracker.simulation.chance import chance
from tracker.simulation.skating import pace_ms, skate

FORMS = rulesets.load("isu-2023-24").distances


@given(
    seed=st.integers(0, 10**6),
    form=st.sampled_from(FORMS),
    starters=st.integers(1, 8),
    women=st.booleans(),
)
def test_a_race_could_have_been_skated(
    seed: int, form: DistanceFormat, starters: int, *, women: bool
) -> None:
    """Laps are plausible, nobody is lost, and who is faster at the line is placed higher."""
    names = [f"skater-{n}" for n in range(starters)]
    strengths = {name: n / 10 for n, name in enumerate(names)}
    truth = skate(chance(seed), names, strengths, form, women=women)
    finished = [who for group in truth.groups for who in group]
    assert sorted([*finished, *truth.out, *truth.straggling]) == names
    times = [truth.crossings[who][-1] for who in finished]
    assert times == sorted(times)
    assert all(len({truth.crossings[who][-1] for who in group}) == 1 for group in truth.groups)
    fallen = {fall.competitor for fall in truth.falls}
    for who, crossed in truth.crossings.items():
        laps = [b - a for a, b in zip((0, *crossed), crossed, strict=False)]
        assert all(lap > 5_000 for lap in laps)
        # The last of eight women's teams needs more than seventeen seconds for the first row.
        assert who in fallen or all(lap < 18_000 for lap in laps)
        assert all(at_ms <= truth.lasts_ms for at_ms in crossed)
    assert all(len(truth.crossings[who]) == form.lap_rows for who in finished)
    for fall in truth.falls:
        before = truth.crossings[fall.competitor][: fall.row - 1]
        assert fall.at_ms > (before[-1] if before else 0)


def test_the_pace_is_that_of_published_races() -> None:
    """1500 m are about 2:12 with a slow start, 500 m about 42 s, and women take longer."""
    by_metres = {form.metres: pace_ms(form, women=False) for form in FORMS}
    long, short = by_metres[1500], by_metres[500]
    assert len(long) == 14
    assert 120_000 < sum(long) < 145_000
    assert 39_000 < sum(short) < 45_000
    assert long[0] < long[1] > long[-1]
    assert sum(pace_ms(FORMS[0], women=True)) > sum(pace_ms(FORMS[0], women=False))
