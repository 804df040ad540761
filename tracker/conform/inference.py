"""The progression that a round's published marks follow, where the file does not state it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from tracker.domain.progression import Goer, going_on, notation
from tracker.domain.race import Race
from tracker.domain.values import Round, Target

FINALS: dict[str, Round] = {
    "A": "FINAL_A",
    "B": "FINAL_B",
    "C": "FINAL_C",
    "D": "RANKING_FINAL",
}
_LETTERS = {final: letter for letter, final in FINALS.items()}
_MAIN: tuple[Round, ...] = ("PREPRELIM", "PRELIM", "HEAT", "QF", "SF", "FINAL_A")
_MOST_TRIED = 600


class Spelling(Struct, frozen=True):
    """How a publication prints marks, which changed with the seasons."""

    lettered: bool = True
    """`QA` of a semifinal, not `Q`."""
    small: frozenset[str] = frozenset({"A"})
    """Finals to which a place by time is printed small: `qA`, `qB`; else like one by place."""

    def mark(self, goer: Goer) -> str:
        """Return the mark as it would be printed."""
        final = _LETTERS.get(goer.to, "")
        letter = final if self.lettered else ""
        if goer.right == "referee":
            return f"AD{letter}" if letter else "ADV"
        small = goer.right == "time" and (not final or final in self.small)
        return f"{'q' if small else 'Q'}{letter}"


class Progression(Struct, frozen=True):
    """A round's way on, as inferred: the smallest that the published marks allow."""

    round: Round
    targets: tuple[Target, ...]
    takes_time_place: bool
    by_time_alone: bool
    spelling: Spelling
    differ: int
    """Marks that it does not explain."""

    def goers(self, races: Sequence[Race]) -> tuple[Goer, ...]:
        """Return who goes on, and to where."""
        return going_on(
            races,
            self.targets,
            takes_time_place=self.takes_time_place,
            by_time_alone=self.by_time_alone,
        )

    def marks(self, races: Sequence[Race]) -> dict[str, str]:
        """Return the marks by competitor, as the publication would print them."""
        return {goer.competitor: self.spelling.mark(goer) for goer in self.goers(races)}

    def words(self) -> str:
        """Return it as programmes print it."""
        ways = ", ".join(f"{notation(target)} to {target.to}" for target in self.targets)
        notes = [] if self.takes_time_place else ["an advancement takes no place by time"]
        if self.by_time_alone:
            notes.append("places by time whatever the place")
        return f"{ways}{' (' + '; '.join(notes) + ')' if notes else ''}"


def agree(published: str | None, derived: str | None) -> bool:
    """Return whether two marks are the same, as sheets print them.

    Some print `ADV` of a semifinal for `ADA`. Whoever the referee advances is printed so, even
    where the place would do (World Cups of Kolomna 2013 and Dresden 2020).
    """
    if published is None or derived is None or not published.startswith("AD"):
        return published == derived
    final = published.removeprefix("AD")
    return derived[:1] in ("A", "Q") and final in ("V", derived.removeprefix("AD").lstrip("Q"))


def infer(
    round_: Round,
    races: Sequence[Race],
    published: dict[str, str],
    started: set[str],
    *,
    to: Round | None = None,
    takes_time_place: bool,
) -> Progression:
    """Return the smallest progression whose marks are the published ones, or come closest.

    It leads to where most start next, else to what usually follows. Of equally close ones it is
    that which also explains who started further on. Whether an advancement takes a place by time
    is tried as the season's ruleset says first.
    """
    best: Progression | None = None
    closest: tuple[int, int] | None = None
    counts = Counter(published.values())
    spelling = _spelling(counts)
    candidates = _candidates(to or _next(round_), counts, spelling, takes_time_place)
    for tried, (targets, takes, alone) in enumerate(candidates):
        found = Progression(round_, targets, takes, alone, spelling, 0)
        marks = found.marks(races)
        everybody = {*marks, *published}
        differ = sum(not agree(published.get(who), marks.get(who)) for who in everybody)
        # So many places for all who are left explain anything; so many of each race are likelier.
        unlikely = any(target.by_place == 0 for target in targets[1:])
        close = (differ + unlikely, len(started ^ set(marks)))
        if closest is None or close < closest:
            closest = close
            best = Progression(round_, targets, takes, alone, spelling, differ)
        if close[0] == 0 or tried >= _MOST_TRIED:
            break
    assert best is not None
    return best


def _spelling(counts: Counter[str]) -> Spelling:
    lettered = any(mark[:1] in ("Q", "q") and mark[1:] in FINALS for mark in counts)
    small = {letter for letter in FINALS if counts[f"q{letter}"]}
    return Spelling(lettered, frozenset({"A", *small}))


def _candidates(
    to: Round,
    counts: Counter[str],
    spelling: Spelling,
    takes_time_place: bool,
) -> Iterator[tuple[tuple[Target, ...], bool, bool]]:
    """Yield progressions from small to large: as the ruleset has it first."""
    tails: list[list[Target]] = [[]]
    letters = [
        letter for letter in FINALS if any(m in counts for m in (f"Q{letter}", f"q{letter}"))
    ]
    if not letters or "Q" in counts:
        # Some quarterfinals lead to semifinals and, those who are left, to Final C.
        heads = list(_target(to, counts, "q", ("ADV",)))
    else:
        first = letters.pop(0)
        heads = list(_target(FINALS[first], counts, f"q{first}", (f"AD{first}", "ADV")))
    for letter in letters:
        tails = [[*tail, way] for tail in tails for way in _rest(letter, counts, spelling)]
    for alone in (False, True):
        for takes in (takes_time_place, not takes_time_place):
            for head in heads:
                for tail in tails:
                    yield (head, *tail), takes, alone


def _target(
    to: Round, counts: Counter[str], by_time: str, advanced: tuple[str, ...]
) -> Iterator[Target]:
    """Yield how many may go on by place and by time, from few to many."""
    times = counts[by_time]
    used = sum(counts[mark] for mark in advanced)
    # A tie for the last place by time advances both: one place less explains two marks. One place
    # more tells a single mark that is wrong from a whole progression that is.
    sizes = dict.fromkeys((times, times + used, times - 1, times + 1) if times else (0, 1))
    for place in range(13):
        for time in sizes:
            if time >= 0:
                yield Target(to, place, time)


def _rest(letter: str, counts: Counter[str], spelling: Spelling) -> Iterator[Target]:
    """Yield the ways to a lower final: the best of those who are left, or so many of each race."""
    final, advanced = FINALS[letter], counts[f"AD{letter}"]
    if letter in spelling.small:
        times = counts[f"q{letter}"]
        for place in range(5):
            for time in dict.fromkeys((times, times + advanced)):
                yield Target(final, place, time)
        return
    for place in range(1, 5):
        yield Target(final, place, 0)
    places = counts[f"Q{letter}"]
    for size in dict.fromkeys((places, places + advanced)):
        yield Target(final, 0, size)


def _next(round_: Round) -> Round:
    if round_ in _MAIN[:-1]:
        return _MAIN[_MAIN.index(round_) + 1]
    return {"REP_HEAT": "REP_QF", "REP_QF": "REP_SF"}.get(round_, "QF")  # type: ignore[return-value]  # the keys are rounds
