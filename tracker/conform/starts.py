"""Who is derived to start in a round, beside who is published to have started."""

from collections import Counter
from collections.abc import Iterator, Mapping

from tracker.conform.entry import Competition
from tracker.conform.inference import FINALS, Progression
from tracker.domain.values import Round

_HEIGHT: dict[str, int] = {
    "PREPRELIM": 0,
    "PRELIM": 1,
    "HEAT": 2,
    "EIGHTH": 3,
    "REP_HEAT": 4,
    "REP_QF": 5,
    "REP_SF": 6,
    "REP_FINAL": 7,
    "QF": 8,
    "SF": 9,
    "FINAL_C": 10,
    "FINAL_B": 10,
    "FINAL_A": 10,
}
_FINALS_HEIGHT = 10
_EARLY_QF = 3
_ON_THE_SIDE = ("REP_", "RANKING_")


def further_on(competition: Competition, stage: str) -> set[str]:
    """Return who of a round started in a higher one without a repechage in between."""
    appears = _appearances(competition)
    heights = _heights(appears)
    mine = heights.get(stage, -1)
    return {
        who
        for who, stages in appears.items()
        if stage in stages
        and any(
            heights.get(other, -1) > mine and not other.startswith(_ON_THE_SIDE) for other in stages
        )
        and (stage.startswith("REP_") or not _in_repechage(stages))
    }


def next_round(competition: Competition, stage: str, marked: set[str]) -> Round | None:
    """Return the round in which most of those with a mark start next."""
    appears = _appearances(competition)
    to = _leads_to(stage, marked, appears, _heights(appears))
    here = competition.stage(to) if to is not None else []
    return here[0].round if here else None


def misplaced(
    competition: Competition, progressions: Mapping[str, Progression]
) -> Iterator[tuple[str, str, bool]]:
    """Yield (round, competitor, started) for whoever starts without having gone on, or the reverse.

    Rounds of which a race may be missing in the file are passed over.
    """
    appears = _appearances(competition)
    heights = _heights(appears)
    goers: dict[str, set[str]] = {}
    feeders: dict[str, set[str]] = {}
    for stage, progression in progressions.items():
        for to, group in _by_destination(competition, stage, progression, appears, heights):
            goers.setdefault(to, set()).update(group)
            feeders.setdefault(to, set()).add(stage)
    semifinals = progressions.get("SF")
    if semifinals is not None and semifinals.spelling.lettered:
        # Where marks name the finals, nobody starts in one without a mark.
        for final in ("FINAL_A", "FINAL_B", "FINAL_C"):
            goers.setdefault(final, set())
            feeders.setdefault(final, set()).add("SF")
    for to, going in goers.items():
        started = {who for who, stages in appears.items() if to in stages}
        if not started or not _whole(competition, to):
            continue
        for who in sorted(going - started):
            yield to, who, False
        for who in sorted(started - going):
            if appears[who] & feeders[to]:
                yield to, who, True


def _appearances(competition: Competition) -> dict[str, set[str]]:
    """Return the rounds in which each competitor stands."""
    appears: dict[str, set[str]] = {}
    for entered in competition.races:
        for who in entered.lines:
            appears.setdefault(who, set()).add(entered.stage)
    return appears


def _by_destination(
    competition: Competition,
    stage: str,
    progression: Progression,
    appears: Mapping[str, set[str]],
    heights: Mapping[str, int],
) -> Iterator[tuple[str, set[str]]]:
    """Yield to which round who goes on: the final that is named, or the next that most are in."""
    races = [competition.race(entered) for entered in competition.stage(stage)]
    groups: dict[str | None, set[str]] = {}
    for goer in progression.goers(races):
        final: str | None = (
            goer.to if goer.to in FINALS.values() and progression.spelling.lettered else None
        )
        if goer.competitor in appears:
            groups.setdefault(final, set()).add(goer.competitor)
    for final, group in groups.items():
        to = final or _leads_to(stage, group, appears, heights)
        if to is not None:
            yield to, group


def _heights(appears: Mapping[str, set[str]]) -> dict[str, int]:
    """Return how high each round is.

    Of 1500 m, the repechage follows the quarterfinals: most of who is in it lost there.
    """
    in_repechage = [stages for stages in appears.values() if _in_repechage(stages)]
    lost_there = [stages for stages in in_repechage if "QF" in stages]
    if len(lost_there) * 2 > len(in_repechage):
        return {**_HEIGHT, "QF": _EARLY_QF}
    return _HEIGHT


def _in_repechage(stages: set[str]) -> bool:
    return any(stage.startswith("REP_") for stage in stages)


def _whole(competition: Competition, stage: str) -> bool:
    """Return whether the file has every race of a round, as far as numbers and notes tell."""
    here = [entered.published for entered in competition.stage(stage)]
    numbered = {race.race for race in here}
    uncertain = any("uncertain" in race.note.lower() for race in here)
    only_final = stage in FINALS.values() and len(here) == 1
    return not uncertain and (only_final or numbered == set(range(1, len(here) + 1)))


def _leads_to(
    stage: str,
    group: set[str],
    appears: Mapping[str, set[str]],
    heights: Mapping[str, int],
) -> str | None:
    """Return the round in which those who went on appear next: the lowest above, by majority."""
    mine = heights.get(stage)
    if mine is None:
        return None
    # Finals follow the highest of the other rounds; a race of it may be missing in the file.
    present = {other for stages in appears.values() for other in stages}
    rounds = [other for other in present if mine < heights.get(other, -1) < _FINALS_HEIGHT]
    following: Counter[str] = Counter()
    for who in group:
        above = [
            other
            for other in appears[who]
            if heights.get(other, -1) > mine
            and other not in ("FINAL_B", "FINAL_C")
            and (other != "FINAL_A" or not rounds)
            and (stage.startswith("REP_") or not other.startswith(_ON_THE_SIDE))
        ]
        if above:
            following[min(above, key=lambda other: heights[other])] += 1
    return following.most_common(1)[0][0] if following else None
