"""Whatever a round brings, its classification keeps what a classification promises."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.race_day import RaceDay
from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.classification import Classified, classify
from tracker.domain.race import Race
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import FinishTime, Round, Sanction, StarterRequest

SIZE = 4
ROUNDS: tuple[Round, ...] = ("FINAL_A", "FINAL_B", "QF", "QF")
"""Four races: two finals, and two of a round whose places meet."""
NOCS = ("CAN", "KOR", "NED")
RULESETS = tuple(rulesets.load(name) for name in rulesets.names() if name.startswith(("isu", "w")))
MEDALS = {1: "gold", 2: "silver", 3: "bronze"}


@dataclass(frozen=True)
class Skated:
    """How a race went: who came in when, who was called for what, who did not start or finish."""

    times: tuple[int | None, ...]
    """By start position; equal times are dead heats, and None has no time but the place."""
    penalties: tuple[Sanction | None, ...]
    missing: tuple[str | None, ...]


def races_skated() -> st.SearchStrategy[Skated]:
    """Return races with few different times, so that they are often equal."""
    four = {"min_size": SIZE, "max_size": SIZE}
    return st.builds(
        Skated,
        st.lists(st.integers(42_000, 42_004) | st.none(), **four).map(tuple),
        st.lists(st.sampled_from((None, None, None, "PEN", "YC", "RC")), **four).map(tuple),
        st.lists(st.sampled_from((None, None, None, None, "DNF", "DNS")), **four).map(tuple),
    )


rounds_skated = st.tuples(*[races_skated() for _ in ROUNDS])
rules = st.sampled_from(RULESETS)


def who(race: int, position: int) -> str:
    """Return who starts from a position of a race."""
    return f"skater-{race}-{position}"


@cache
def entered() -> tuple[dict[str, object], int]:
    """Return the states of a competition in which everybody is entered, and its clock."""
    day = RaceDay()
    day.given(
        c.CreateCompetition(
            competition="cup",
            name="Cup",
            city="-",
            country="ISU",
            starts_on="2024-01-01",
            ends_on="2024-01-01",
        ),
        c.AdoptRuleset(competition="cup", ruleset="isu-2023-24"),
        *(
            c.EnterSkater(
                competition="cup",
                skater=who(race, position),
                name=f"Skater {race} {position}",
                noc=NOCS[(race + position) % len(NOCS)],
                gender="women",
            )
            for race in range(len(ROUNDS))
            for position in range(1, SIZE + 1)
        ),
        c.AddDistance(distance="cup/women-500", name="500 m", gender="women", metres=500),
    )
    return dict(day.states), day.now_ms


def morning() -> RaceDay:
    """Return a day with everybody entered."""
    day = RaceDay()
    states, day.now_ms = entered()
    day.states = dict(states)  # type: ignore[arg-type]  # they are the states of another day
    return day


def skate(day: RaceDay, number: int, skated: Skated) -> str:
    """Skate a race and leave its result unofficial; return its id."""
    race = f"cup/women-500/race-{number}"
    starters = [who(number, position) for position in range(1, SIZE + 1)]
    out = dict(zip(starters, skated.missing, strict=True))
    day.given(
        c.ScheduleRace(race=race, round=ROUNDS[number], round_name="-", number=number),
        c.PublishStartList(
            race=race, starters=tuple(StarterRequest(s, i) for i, s in enumerate(starters, 1))
        ),
        *(c.RecordDidNotStart(race=race, competitor=s) for s in starters if out[s] == "DNS"),
        c.StartRace(race=race),
        *(c.RecordDidNotFinish(race=race, competitor=s) for s in starters if out[s] == "DNF"),
    )
    times = {s: t for s, t in zip(starters, skated.times, strict=True) if out[s] is None}
    order = sorted({t for t in times.values() if t is not None})
    groups = [tuple(s for s, t in times.items() if t == time) for time in order]
    groups += [(s,) for s, t in times.items() if t is None]
    if groups:
        day.when(c.RecordFinishOrder(race=race, groups=tuple(groups)))
        day.when(
            c.RecordFinishTimes(race=race, times=tuple(FinishTime(s, t) for s, t in times.items()))
        )
    day.when(c.EndRace(race=race))
    for starter, sanction in zip(starters, skated.penalties, strict=True):
        if sanction is not None and out[starter] is None:
            day.when(
                c.CallPenalty(race=race, competitor=starter, reason="Contact", sanction=sanction)
            )
    return race


def official(day: RaceDay, races: list[str]) -> list[Race]:
    """Make every result official and return the races."""
    day.given(*(c.DeclareResultOfficial(race=race) for race in races))
    return [day.race(race) for race in races]


def of(skated: tuple[Skated, ...], order: list[int] | None = None) -> list[Race]:
    """Return the races, official, entered in one order."""
    day = morning()
    numbers = order or list(range(len(ROUNDS)))
    return official(day, [skate(day, number, skated[number]) for number in numbers])


def everybody() -> set[str]:
    """Return all who started or were to."""
    return {who(race, pos) for race in range(len(ROUNDS)) for pos in range(1, SIZE + 1)}


def shares(before: Classified, after: Classified) -> bool:
    """Return whether two stand equal by round, place and time; the unplaced never do."""
    keys = [(row.round, row.place, row.time_ms) for row in (before, after)]
    return before.place is not None and keys[0] == keys[1]


@settings(max_examples=40, deadline=None)
@given(rounds_skated, rules)
def test_a_classification_is_a_total_order_with_stated_ties(
    skated: tuple[Skated, ...], ruleset: Ruleset
) -> None:
    """Everybody stands once; a rank is shared by equals alone, and the next ones are left out."""
    rows = classify(of(skated), ruleset)
    assert sorted(row.competitor for row in rows) == sorted(everybody())
    ranked = [row for row in rows if row.rank is not None]
    assert rows[: len(ranked)] == tuple(ranked), "the unranked stand last"
    for i, row in enumerate(ranked):
        shared = i > 0 and row.rank == ranked[i - 1].rank
        assert shared or row.rank == i + 1
    for before, after in pairwise(ranked):
        assert (before.rank == after.rank) == shares(before, after)


@settings(max_examples=40, deadline=None)
@given(rounds_skated, rules)
def test_time_never_outranks_round_or_place(skated: tuple[Skated, ...], ruleset: Ruleset) -> None:
    """Among the placed, the round decides first and then the place, whatever the times say."""
    rows = [row for row in classify(of(skated), ruleset) if row.place is not None]
    order = ruleset.rounds_of(500, relay=False)
    keys = [(order.index(row.round), row.place) for row in rows]
    assert keys == sorted(keys)


@settings(max_examples=40, deadline=None)
@given(rounds_skated, rules, st.permutations(range(len(ROUNDS))))
def test_the_order_in_which_races_were_entered_does_not_matter(
    skated: tuple[Skated, ...], ruleset: Ruleset, order: list[int]
) -> None:
    """A round comes to the same whichever of its races was entered first."""
    assert classify(of(skated, order), ruleset) == classify(of(skated), ruleset)


@settings(max_examples=40, deadline=None)
@given(rounds_skated, st.integers(0, 3), st.integers(1, SIZE), st.sampled_from(("PEN", "YC", "RC")))
def test_taking_a_penalty_back_restores_what_was(
    skated: tuple[Skated, ...], number: int, position: int, sanction: Sanction
) -> None:
    """Whether it is withdrawn by the referee or was never meant: nobody's line differs."""
    expected = classify(of(skated), RULESETS[0])
    for take_back in (withdrawn, retracted):
        day = morning()
        races = [skate(day, i, each) for i, each in enumerate(skated)]
        race = races[number]
        before = day.race(race).decisions
        day.when(
            c.CallPenalty(
                race=race, competitor=who(number, position), reason="Video", sanction=sanction
            )
        )
        added = day.versions(race, e.PenaltyCalled)[-1]
        assert len(day.race(race).decisions) == len(before) + 1
        day.when(take_back(race, added))
        assert classify(official(day, races), RULESETS[0]) == expected


def withdrawn(race: str, version: int) -> c.Command:
    """Return the referee's way of taking a penalty back."""
    return c.WithdrawDecision(race=race, decision=version, reason="No contact")


def retracted(race: str, version: int) -> c.Command:
    """Return the way of taking back what was entered by mistake."""
    return c.RetractFact(race=race, target=version, reason="Wrong helmet number")


@settings(max_examples=40, deadline=None)
@given(rounds_skated, rules)
def test_points_are_those_of_the_rank(skated: tuple[Skated, ...], ruleset: Ruleset) -> None:
    """In a dead heat each has the points of the shared rank, and those of the next are not given.

    So nothing is split or handed down: the points given are the table's, rank by rank.
    """
    rows = classify(of(skated), ruleset)
    for row in rows:
        scoring = row.rank is not None and row.status in (None, "no time", "DNF")
        if row.status == "PEN" and row.round == "FINAL_A":
            scoring = ruleset.points.penalised_score
        if ruleset.points.rounds and row.round not in ruleset.points.rounds:
            scoring = False
        assert row.points == (ruleset.points_for(row.rank) if scoring and row.rank else 0)
    for rank in {row.rank for row in rows} - {None}:
        sharing = [row for row in rows if row.rank == rank]
        assert rank is not None
        for skipped in range(rank + 1, rank + len(sharing)):
            assert not [row for row in rows if row.rank == skipped]


@settings(max_examples=40, deadline=None)
@given(rounds_skated, rules)
def test_medals_follow_the_ranks_of_the_unpenalised(
    skated: tuple[Skated, ...], ruleset: Ruleset
) -> None:
    """Equals have the same medal, the next is left out, and nobody penalised has one."""
    final_rounds = {"FINAL_A"}
    if ruleset.final_a_penalty == "after_final_b":
        final_rounds.add("FINAL_B")
    for row in classify(of(skated), ruleset):
        eligible = row.place is not None and row.round in final_rounds
        assert row.medal == (MEDALS.get(row.rank or 0) if eligible else None)


@settings(max_examples=40, deadline=None)
@given(rounds_skated)
def test_a_yellow_card_ranks_as_the_ruleset_says(skated: tuple[Skated, ...]) -> None:
    """It loses the distance and the rank, or only the place in its race."""
    ruleset = rulesets.load("isu-2023-24")
    races = of(skated)
    lost = classify(races, ruleset)
    assert all(row.rank is None for row in lost if row.status in {"YC", "RC"})
    kept = classify(races, replace(ruleset, yellow_card="as_penalty"))
    assert all((row.rank is None) == (row.status == "RC") for row in kept)
    for before, after in pairwise(row for row in kept if row.rank is not None):
        if before.status == "YC" and before.round == after.round:
            assert after.status in {"YC", "DNS"}, "after the penalties, before who did not start"
