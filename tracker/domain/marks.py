"""The marks beside a round's results: who goes on to where, and whether that is certain yet.

A mark is shown as soon as a race's result is published. It is certain when nothing that is still
to be skated or decided in the round can take it away: a place that leads on directly and the
referee's advancement are, once the race is official; a place by time is not before the whole round
is. A correction may still change it, as it may change a result.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct

from tracker.domain.events import ProgressionSet
from tracker.domain.progression import Goer, Right, going_on
from tracker.domain.race import Race
from tracker.domain.result import result_state, sheet
from tracker.domain.values import Round

_COUNTS = frozenset({"UNOFFICIAL", "OFFICIAL", "CORRECTED"})


class Mark(Struct, frozen=True):
    """Where somebody goes from a round, and by what right."""

    text: str
    """Q, q, QA, ADV … as official sheets print it; empty for who goes on with all the others."""
    to: Round | None
    """None when the referee advanced somebody and no table says to where."""
    right: Right
    certain: bool


Marks: TypeAlias = Mapping[str, Mark]
"""By competitor."""
UNMARKED: Marks = MappingProxyType({})


def is_complete(races: Sequence[Race]) -> bool:
    """Return whether every race of a round is official."""
    skated = [race for race in races if not race.cancelled]
    return bool(skated) and all(race.official is not None for race in skated)


def marks(races: Sequence[Race], progression: ProgressionSet | None) -> dict[str, Mark]:
    """Return the marks of a round by competitor, as far as its results are published."""
    counted = [race for race in races if result_state(race) in _COUNTS]
    if progression is None:
        return _by_referee_alone(counted)
    official = {
        race.scheduled.race for race in counted if race.scheduled and race.official is not None
    }
    goers = going(counted, progression)
    return marked(goers, progression, official=official, complete=is_complete(races))


def going(races: Sequence[Race], progression: ProgressionSet) -> tuple[Goer, ...]:
    """Return who goes on from a round, by the results of these races of it."""
    return going_on(
        races,
        progression.targets,
        takes_time_place=progression.takes_time_place,
        by_time_alone=progression.by_time_alone,
    )


def marked(
    goers: Sequence[Goer],
    progression: ProgressionSet,
    *,
    official: Collection[str],
    complete: bool,
) -> dict[str, Mark]:
    """Return the marks of those who go on, given which races of the round are official."""
    return {
        goer.competitor: Mark(
            goer.mark,
            goer.to,
            goer.right,
            complete or (goer.race in official and _stands_alone(goer, progression)),
        )
        for goer in goers
    }


def _stands_alone(goer: Goer, progression: ProgressionSet) -> bool:
    """Return whether no other race of the round has a say in it."""
    if goer.right == "referee":
        return True
    before = []
    for target in progression.targets:
        if target.to == goer.to:
            break
        before.append(target)
    return goer.right == "place" and not any(target.by_time for target in before)


def _by_referee_alone(races: Sequence[Race]) -> dict[str, Mark]:
    """Return the marks that the referee gave, where no table says who else goes on."""
    return {
        row.competitor: Mark(
            f"AD{row.advancement.final[-1]}" if row.advancement.final else "ADV",
            row.advancement.final,
            "referee",
            race.official is not None,
        )
        for race in races
        for row in sheet(race)
        if row.advancement is not None and row.penalty is None
    }
