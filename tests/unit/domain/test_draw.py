"""The draw: snake-wise, reproducible, NOCs apart, and fair in size."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.draw import Place, Positions, Seeded, draw

NOCS = ("CAN", "KOR", "NED", "ITA", "POL")
fields = st.lists(st.sampled_from(NOCS), min_size=1, max_size=40).map(
    lambda nocs: [Seeded(f"skater-{i}", noc, (i // 2,)) for i, noc in enumerate(nocs)]
)
races = st.integers(min_value=1, max_value=9)
seeds = st.text(max_size=8)


def ranked(count: int, nocs: tuple[str, ...] = NOCS) -> list[Seeded]:
    """Return so many skaters, the first the best."""
    return [Seeded(f"s{i}", nocs[(i - 1) % len(nocs)], (i,)) for i in range(1, count + 1)]


def names(drawn: tuple[tuple[Place, ...], ...]) -> list[list[str]]:
    """Return who starts, race by race, from the inside out."""
    return [[place.competitor for place in race] for race in drawn]


def meetings(entries: list[Seeded], drawn: tuple[tuple[Place, ...], ...]) -> int:
    """Return how many pairs of one NOC meet in a race."""
    noc = {one.competitor: one.noc for one in entries}
    counts = [Counter(noc[place.competitor] for place in race) for race in drawn]
    return sum(n * (n - 1) // 2 for count in counts for n in count.values())


def test_seeds_are_laid_like_a_snake() -> None:
    """1 2 3, 6 5 4, 7 8 9: the best inside."""
    assert names(draw(ranked(9), 3, seed="x")) == [
        ["s1", "s6", "s7"],
        ["s2", "s5", "s8"],
        ["s3", "s4", "s9"],
    ]


def test_the_sixth_starts_in_the_second_row() -> None:
    """Five start positions at the line; who comes after stands behind."""
    only = draw(ranked(7), 1, seed="x")[0]
    assert [(p.start_position, p.row) for p in only] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 1),
        (5, 1),
        (6, 2),
        (7, 2),
    ]


def test_skaters_of_one_noc_are_kept_apart() -> None:
    """Two by two of a nation: without separation they meet, with it they do not."""
    entries = [Seeded(f"s{i}", noc, (i,)) for i, noc in enumerate("ABCDDCBA")]
    assert meetings(entries, draw(entries, 4, seed="x")) == 4
    assert meetings(entries, draw(entries, 4, seed="x", separate_nocs=True)) == 0


def test_a_round_has_at_least_one_race() -> None:
    """No races, no draw."""
    with pytest.raises(ValueError, match="at least one"):
        draw(ranked(3), 0, seed="x")


@given(fields, races, seeds, st.booleans(), st.data())
def test_a_draw_is_whole_fair_and_reproducible(
    entries: list[Seeded], count: int, seed: str, apart: bool, data: st.DataObject
) -> None:
    """Everybody starts once, fields are equal in size, and only the seed's text decides."""
    positions: Positions = data.draw(st.sampled_from(("seeding", "lot")))
    drawn = draw(entries, count, seed=seed, separate_nocs=apart, positions=positions)
    assert Counter(name for race in names(drawn) for name in race) == Counter(
        one.competitor for one in entries
    )
    sizes = [len(race) for race in drawn]
    assert max(sizes) - min(sizes) <= 1
    for race in drawn:
        assert [place.start_position for place in race] == list(range(1, len(race) + 1))
    shuffled = data.draw(st.permutations(entries))
    again = draw(shuffled, count, seed=seed, separate_nocs=apart, positions=positions)
    assert again == drawn


@given(fields, races, seeds)
def test_separation_never_makes_it_worse_nor_moves_anybody_out_of_their_row(
    entries: list[Seeded], count: int, seed: str
) -> None:
    """Fewer meetings, or as many; and the same seeds in every row of the snake."""
    plain = draw(entries, count, seed=seed)
    apart = draw(entries, count, seed=seed, separate_nocs=True)
    assert meetings(entries, apart) <= meetings(entries, plain)
    for row in range(max(map(len, plain))):
        assert {race[row].seeding for race in plain if row < len(race)} == {
            race[row].seeding for race in apart if row < len(race)
        }


@given(st.integers(min_value=2, max_value=40), seeds, seeds)
def test_only_equals_are_drawn_by_lot(count: int, one: str, other: str) -> None:
    """Where every key differs, the seed's text has no say."""
    assert draw(ranked(count), 3, seed=one) == draw(ranked(count), 3, seed=other)
