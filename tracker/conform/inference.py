"""The progression that a round's published marks follow, where the file does not state it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from tracker.domain.progression import going_on, notation
from tracker.domain.race import Race
from tracker.domain.values import Round, Target

FINALS: dict[str, Round] = {"A": "FINAL_A", "B": "FINAL_B", "C": "FINAL_C"}
_MAIN: tuple[Round, ...] = ("PREPRELIM", "PRELIM", "HEAT", "QF", "SF", "FINAL_A")
_MOST_TRIED = 400


class Progression(Struct, frozen=True):
    """A round's way on, as inferred: the smallest that the published marks allow."""

    round: Round
    targets: tuple[Target, ...]
    takes_time_place: bool
    by_time_alone: bool
    differ: int
    """Marks that it does not explain."""

    def marks(self, races: Sequence[Race]) -> dict[str, str]:
        """Return the marks by competitor."""
        goers = going_on(
            races,
            self.targets,
            takes_time_place=self.takes_time_place,
            by_time_alone=self.by_time_alone,
        )
        return {goer.competitor: goer.mark for goer in goers}

    def words(self) -> str:
        """Return it as programmes print it."""
        ways = ", ".join(f"{notation(target)} to {target.to}" for target in self.targets)
        notes = [] if self.takes_time_place else ["an advancement takes no place by time"]
        if self.by_time_alone:
            notes.append("places by time whatever the place")
        return f"{ways}{' (' + '; '.join(notes) + ')' if notes else ''}"


def infer(round_: Round, races: Sequence[Race], published: dict[str, str]) -> Progression:
    """Return the smallest progression whose marks are the published ones, or come closest."""
    best: Progression | None = None
    for tried, (targets, takes, alone) in enumerate(_candidates(round_, published)):
        found = Progression(round_, targets, takes, alone, 0)
        marks = found.marks(races)
        differ = sum(marks.get(who) != published.get(who) for who in {*marks, *published})
        if best is None or differ < best.differ:
            best = Progression(round_, targets, takes, alone, differ)
        if differ == 0 or tried >= _MOST_TRIED:
            break
    assert best is not None
    return best


def _candidates(
    round_: Round, published: dict[str, str]
) -> Iterator[tuple[tuple[Target, ...], bool, bool]]:
    """Yield progressions from small to large: as the ruleset's default has it first."""
    counts = Counter(published.values())
    finals = [letter for letter in FINALS if any(mark.endswith(letter) for mark in counts)]
    if not finals:
        to = _next(round_)
        heads = list(_target(to, counts, "q", "ADV"))
        tails: list[list[Target]] = [[]]
    else:
        heads = list(_target("FINAL_A", counts, "qA", "ADA"))
        tails = [[]]
        for letter in finals:
            if letter != "A":
                final = FINALS[letter]
                places = counts[f"Q{letter}"] + counts[f"q{letter}"]
                sizes = dict.fromkeys((places, places + counts[f"AD{letter}"]))
                tails = [[*tail, Target(final, 0, size)] for tail in tails for size in sizes]
    for alone in (False, True):
        for takes in (True, False):
            for head in heads:
                for tail in tails:
                    yield (head, *tail), takes, alone


def _target(to: Round, counts: Counter[str], by_time: str, advanced: str) -> Iterator[Target]:
    """Yield how many may go on by place and by time, from few to many."""
    times = counts[by_time]
    for place in range(13):
        for time in dict.fromkeys((times, times + (counts[advanced] if times else 0))):
            yield Target(to, place, time)


def _next(round_: Round) -> Round:
    if round_ in _MAIN[:-1]:
        return _MAIN[_MAIN.index(round_) + 1]
    return {"REP_HEAT": "REP_QF", "REP_QF": "REP_SF"}.get(round_, "QF")  # type: ignore[return-value]  # the keys are rounds
