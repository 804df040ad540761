"""Random race days twice: with a penalty, and as if nobody had ever called it."""

from hypothesis import assume
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from tests.support.race_day import RaceDay
from tests.support.random_days import (
    COMPETITORS,
    RACES,
    attempt,
    competitors,
    crossings,
    decisions,
    finishes,
    ice,
    morning,
    reasons,
    results,
)
from tracker.domain import commands as c

BY_VERSION = (
    c.WithdrawDecision,
    c.AnnounceDecisions,
    c.RetractFact,
    c.AmendFact,
    c.AssignCrossing,
)
"""Requests that name an event by its version would name another one in the other log."""
LAP_ROWS = 5


class Twice(Struct, frozen=True):
    """The same requests to two logs, one of which knows nothing of a penalty."""

    race: str
    whole: RaceDay
    plain: RaceDay
    penalty: int
    """The version of the penalty in its race's stream."""

    @property
    def position(self) -> int:
        """Where the penalty stands in the whole log."""
        stream = f"race-{self.race}"
        return 1 + next(
            i
            for i, (name, version, _) in enumerate(self.whole.log)
            if (name, version) == (stream, self.penalty)
        )


def _skated(draw: st.DrawFn, race: str) -> list[c.Command]:
    """Return a race that is skated to its official result, by a random order at each row."""
    field = list(COMPETITORS[:3] if race == RACES[0] else COMPETITORS[3:])
    requests: list[c.Command] = [c.StartRace(race=race)]
    for row in range(1, LAP_ROWS + 1):
        for place, who in enumerate(draw(st.permutations(field))):
            elapsed = row * 9_000 + place * draw(st.integers(0, 90))
            requests.append(c.RecordCrossing(race=race, competitor=who, elapsed_ms=elapsed))
    requests.append(c.EndRace(race=race))
    return requests


def _some(draw: st.DrawFn, race: str, kinds: st.SearchStrategy[c.Command]) -> list[c.Command]:
    """Return up to three requests about a race, none of which names a version."""
    about = kinds.map(lambda request: replace(request, race=race))
    plain = about.filter(lambda request: not isinstance(request, BY_VERSION))
    return draw(st.lists(plain, max_size=3))


@st.composite
def days(draw: st.DrawFn) -> Twice:
    """Return a day on which one race was penalised before or after its official result."""
    race = draw(st.sampled_from(RACES))
    other = RACES[1] if race == RACES[0] else RACES[0]
    requests = [*_skated(draw, other), c.DeclareResultOfficial(race=other), *_skated(draw, race)]
    requests += _some(draw, race, ice | finishes | decisions | crossings)
    penalty = c.CallPenalty(
        race=race,
        competitor=draw(competitors),
        reason=draw(reasons),
        sanction=draw(st.sampled_from(("PEN", "YC", "RC"))),
    )
    declared = c.DeclareResultOfficial(race=race)
    late = draw(st.booleans())
    called = len(requests) + late
    requests += [declared, penalty] if late else [penalty, declared]
    requests += _some(draw, race, decisions | results)
    requests.append(c.CorrectResult(race=race, reason="Video review"))
    whole, plain = morning(), morning()
    version = 0
    for i, request in enumerate(requests):
        answered = attempt(whole, request)
        if i == called:
            assume(answered)
            version = whole.race(race).version
        else:
            assume(_kinds(attempt(plain, request)) == _kinds(answered))
    return Twice(race, whole, plain, version)


def _kinds(events: tuple[object, ...]) -> list[str]:
    return [type(event).__name__ for event in events]
