"""What goes wrong in a race, and who makes which mistake; chosen before it is skated."""

from collections.abc import Sequence
from random import Random
from typing import Literal

from msgspec import Struct

from tracker.domain.ruleset import Infringement, Ruleset
from tracker.domain.values import Sanction

SlipKind = Literal["twice", "other", "nobody", "space", "late"]
"""Keyed twice; another's number; a number that nobody wears; time only; seconds too late."""
_SLIPS: tuple[SlipKind, ...] = ("twice", "other", "nobody", "space", "late")

_ABSENT, _FALSE_START, _UNNAMED, _RESTART = 0.08, 0.08, 0.3, 0.07
_PENALTY, _SECOND_PENALTY, _YELLOW, _RED = 0.3, 0.2, 0.12, 0.03
_ADVANCES, _TAKEN_BACK, _WRONG_CODE, _TOO_EARLY = 0.6, 0.15, 0.15, 0.15
_FOUND_LATE, _PROTEST, _UPHELD, _MISREAD, _CUT, _SLIPPED, _INJURED = (
    0.4,
    0.15,
    0.35,
    0.1,
    0.2,
    0.5,
    0.3,
)


class Penalised(Struct, frozen=True):
    """A penalty or card, with what becomes of it."""

    competitor: str
    sanction: Sanction
    infringement: Infringement
    victim: str | None
    advances: bool
    """Whether the referee advances the victim."""
    taken_back: bool
    """Whether the referee changes his mind before it is announced."""
    wrong: Infringement | None
    """What was called first, and amended."""


class Slip(Struct, frozen=True):
    """A mistake of the lap recorder, at a crossing."""

    competitor: str
    row: int
    kind: SlipKind
    other: str


class Before(Struct, frozen=True):
    """What happens before the race is under way."""

    absent: str | None = None
    recalled: bool = False
    offender: str | None = None
    restart: bool = False


class After(Struct, frozen=True):
    """What happens to the result."""

    penalised: tuple[Penalised, ...] = ()
    misread: str | None = None
    """Whose finish time is misread at first."""
    found_late: bool = False
    """Whether that is noticed only when the result is official."""
    too_early: bool = False
    """Whether the chief referee wants it official before what is decided is announced."""
    protest: Literal["", "dismissed", "upheld"] = ""
    injured: bool = False
    """Whether one who stayed down leaves the competition."""


def before(numbers: Random, starters: Sequence[str]) -> Before:
    """Return what happens before the race is under way; two are always left to skate."""
    spare = len(starters) - 2
    absent = offender = None
    if spare > 0 and numbers.random() < _ABSENT:
        absent, spare = numbers.choice(list(starters)), spare - 1
    recalled = numbers.random() < _FALSE_START
    there = [one for one in starters if one != absent]
    if recalled and spare > 0 and numbers.random() >= _UNNAMED:
        offender = numbers.choice(there)
    restart = len(there) > 2 and not recalled and numbers.random() < _RESTART  # noqa: PLR2004 - a fall among two is no cause
    return Before(absent, recalled, offender, restart)


def after(
    numbers: Random, finished: Sequence[str], ruleset: Ruleset, *, relay: bool, final: bool
) -> After:
    """Return what happens to a result in which these finished, best first."""
    penalised: list[Penalised] = []
    if len(finished) > 2 and numbers.random() < _PENALTY:  # noqa: PLR2004 - a result must be left
        count = 2 if len(finished) > 3 and numbers.random() < _SECOND_PENALTY else 1  # noqa: PLR2004 - likewise
        for who in numbers.sample(list(finished), count):
            others = [one for one in finished if one != who]
            penalised.append(_penalised(numbers, who, others, ruleset, relay=relay, final=final))
    protest = numbers.random() < _PROTEST
    upheld = numbers.random() < _UPHELD
    return After(
        penalised=tuple(penalised),
        misread=numbers.choice(list(finished)) if numbers.random() < _MISREAD else None,
        found_late=numbers.random() < _FOUND_LATE,
        too_early=numbers.random() < _TOO_EARLY,
        protest=("upheld" if upheld else "dismissed") if protest else "",
        injured=numbers.random() < _INJURED,
    )


def _penalised(
    numbers: Random,
    who: str,
    others: list[str],
    ruleset: Ruleset,
    *,
    relay: bool,
    final: bool,
) -> Penalised:
    known = [each for each in ruleset.infringements if relay or each.zone != "relay"]
    infringement, wrong = numbers.sample(known, 2)
    luck = numbers.random()
    sanction: Sanction = "RC" if luck < _RED else "YC" if luck < _RED + _YELLOW else "PEN"
    victim = numbers.choice(others) if numbers.random() < _ADVANCES else None
    return Penalised(
        who,
        sanction,
        infringement,
        victim,
        advances=victim is not None and not final,
        taken_back=numbers.random() < _TAKEN_BACK,
        wrong=wrong if numbers.random() < _WRONG_CODE else None,
    )


def slips(numbers: Random, crossings: dict[str, tuple[int, ...]]) -> tuple[Slip, ...]:
    """Return the lap recorder's mistakes in a race: often none, at most three."""
    there = [(who, row) for who, times in crossings.items() for row in range(1, len(times) + 1)]
    if len(crossings) < 2 or numbers.random() >= _SLIPPED:  # noqa: PLR2004 - one is not mistaken for another
        return ()
    return tuple(
        Slip(
            who,
            row,
            numbers.choice(_SLIPS),
            numbers.choice([other for other in crossings if other != who]),
        )
        for who, row in numbers.sample(there, min(len(there), numbers.randint(1, 3)))
    )


def cut(numbers: Random, lasts_ms: int) -> tuple[int, int] | None:
    """Return when the lap recorder's network is away, in race time; None: never."""
    if numbers.random() >= _CUT:
        return None
    away_ms = numbers.randint(0, lasts_ms // 2)
    return away_ms, away_ms + numbers.randint(lasts_ms // 4, lasts_ms)
