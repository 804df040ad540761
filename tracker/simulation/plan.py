"""What is to be simulated, and the rounds that fit a field."""

import re
from datetime import UTC, datetime
from math import ceil

from msgspec import Struct

from tracker import rulesets
from tracker.domain.ruleset import DistanceFormat, Ruleset
from tracker.domain.values import Gender, Round, Target
from tracker.errors import TrackerError

START = datetime(2025, 1, 11, 10, 0, tzinfo=UTC)
"""When a simulation begins that is not played anywhere."""
DISTANCES = ("women-500", "men-500", "women-1000", "men-1000", "mixed-2000-relay")
ENTRIES, ENTRIES_LIMIT, COMPETITIONS_LIMIT = 16, 96, 40
"""Skaters of each gender; with more, first rounds would have more than 20 races."""
_DISTANCE = re.compile(r"(men|women|mixed)-(\d{3,5})(-relay)?")
_BEFORE_FINALS: tuple[tuple[Round, str], ...] = (
    ("SF", "Semifinals"),
    ("QF", "Quarterfinals"),
    ("HEAT", "Heats"),
    ("PRELIM", "Preliminaries"),
    ("PREPRELIM", "Pre-preliminaries"),
)
_REPEATED: Round = "HEAT"
"""The round that a repechage gives a second chance after."""


class BadPlan(TrackerError):
    """What should be simulated cannot be skated."""

    code = "bad-simulation"


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be simulated; equal plans give equal facts."""

    seed: int = 1
    competitions: int = 1
    entries: int = ENTRIES
    """Skaters of each gender."""
    distances: tuple[str, ...] = DISTANCES
    ruleset: str = "isu-2023-24"
    start: datetime = START

    @property
    def series(self) -> str:
        """Return the id of the series."""
        return f"sim-{self.seed}"

    def competition(self, number: int) -> str:
        """Return the id of a competition, counted from 1."""
        return f"sim-{self.seed}-{number}"


class Contest(Struct, frozen=True):
    """A distance that is skated, by its format in the ruleset."""

    slug: str
    name: str
    gender: Gender
    form: DistanceFormat


class RoundPlan(Struct, frozen=True):
    """A round with its races, and who goes on from it."""

    round: Round
    name: str
    races: int
    targets: tuple[Target, ...] = ()

    @property
    def race_name(self) -> str:
        """Return what one of several races of the round is called, before its number."""
        if self.name.endswith("ies"):
            return f"{self.name.removesuffix('ies')}y"
        return self.name.removesuffix("s")


def check(plan: Plan) -> tuple[Ruleset, tuple[Contest, ...]]:
    """Return the ruleset and the distances of a plan.

    Raises BadPlan, which says what would be right; NotFound for an unknown ruleset.
    """
    if not 0 <= plan.seed <= 10**9:
        raise BadPlan(f"a seed of {plan.seed} cannot be used: give a number from 0 to {10**9}")
    if not 1 <= plan.competitions <= COMPETITIONS_LIMIT:
        raise BadPlan(
            f"{plan.competitions} competitions make no season: give 1 to {COMPETITIONS_LIMIT}"
        )
    if not 2 <= plan.entries <= ENTRIES_LIMIT:  # noqa: PLR2004 - one alone is no race
        raise BadPlan(f"{plan.entries} entries make no field: give 2 to {ENTRIES_LIMIT}")
    ruleset = rulesets.load(plan.ruleset)
    if not plan.distances or len(set(plan.distances)) != len(plan.distances):
        raise BadPlan("name at least one distance, and each of them once")
    return ruleset, tuple(_contest(slug, ruleset) for slug in plan.distances)


def _contest(slug: str, ruleset: Ruleset) -> Contest:
    found = _DISTANCE.fullmatch(slug)
    form = ruleset.format(int(found[2]), relay=bool(found[3])) if found else None
    if found is None or form is None or found[1] not in form.genders:
        known = ", ".join(
            f"{gender}-{form.metres}{'-relay' if form.relay else ''}"
            for form in ruleset.distances
            for gender in form.genders
        )
        raise BadPlan(f"{slug} is no distance of {ruleset.id}: it has {known}")
    gender: Gender = found[1]
    relay = " relay" if form.relay else ""
    return Contest(slug, f"{gender.title()} {form.metres} m{relay}", gender, form)


def rounds(entries: int, capacity: int, *, repechage: bool = False) -> tuple[RoundPlan, ...]:
    """Return the rounds that a field needs, first round first, Final A last.

    No race is planned for more than `capacity`. Half of the semifinalists skate Final A, all the
    others who may, Final B. With a repechage, who does not go on from the heats starts once more,
    and the winners go on after all.
    """
    if entries <= capacity:
        return (RoundPlan("FINAL_A", "Final A", 1),)
    stages = 1
    while capacity * 2**stages < entries:
        stages += 1
    planned: list[RoundPlan] = []
    size = entries
    for stage in range(stages, 0, -1):
        round_, name = _BEFORE_FINALS[stage - 1]
        races = ceil(size / capacity)
        to: Round = "FINAL_A" if stage == 1 else _BEFORE_FINALS[stage - 2][0]
        if stage == 1:
            goal = min(capacity, (size + 1) // 2)
        else:
            goal = min(capacity * 2 ** (stage - 1), max(capacity + 2, size * 3 // 5))
        again = ceil((size - goal) / (capacity - 1)) if round_ == _REPEATED and repechage else 0
        direct = goal - again
        by_place = max(1, min(direct // races, size // races - 1))
        first = Target(to, by_place, max(direct - by_place * races, 0))
        if stage == 1:
            planned.append(RoundPlan(round_, name, races, (first, Target("FINAL_B", rest=True))))
        elif again:
            planned.append(RoundPlan(round_, name, races, (first, Target("REP_HEAT", rest=True))))
            planned.append(RoundPlan("REP_HEAT", "Repechage heats", again, (Target(to, 1),)))
        else:
            planned.append(RoundPlan(round_, name, races, (first,)))
        size = goal
    return (
        *planned,
        RoundPlan("FINAL_B", "Final B", 1),
        RoundPlan("FINAL_A", "Final A", 1),
    )
