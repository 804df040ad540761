"""What is derived here beside what was published: every difference, with the rule that decided."""

import re
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from tracker.conform import names
from tracker.conform.entry import UNNAMED, Competition, Entered
from tracker.conform.inference import FINALS, Progression, infer
from tracker.domain.classification import Classified, classify
from tracker.domain.race import ResultRow
from tracker.domain.result import STATUS_ORDER, sheet
from tracker.domain.values import Round

_HEIGHT: dict[str, int] = {
    "PREPRELIM": 0,
    "PRELIM": 1,
    "HEAT": 2,
    "REP_HEAT": 2,
    "REP_QF": 3,
    "REP_SF": 4,
    "QF": 5,
    "SF": 6,
    "RANKING_FINAL": 7,
    "FINAL_C": 7,
    "FINAL_B": 7,
    "FINAL_A": 7,
}
_REPECHAGE = ("REP_HEAT", "REP_QF", "REP_SF", "RANKING_FINAL")


class Difference(Struct, frozen=True):
    """One value that is not what was published."""

    file: str
    where: str
    who: str
    what: str
    published: str
    derived: str
    rule: str

    def words(self) -> str:
        """Return the difference on one line."""
        return (
            f"{self.file}: {self.where}: {self.who}: {self.what} "
            f"published {self.published}, derived {self.derived} ({self.rule})"
        )


class Report(Struct):
    """What was compared, and what differs."""

    file: str
    ruleset: str
    races: int = 0
    ranks: int = 0
    marks: int = 0
    classifications: int = 0
    progressions: list[str] = []
    differences: list[Difference] = []


def compare(competition: Competition) -> Report:
    """Compare ranks in races, marks, starters of the next rounds, final ranking and medals."""
    published = competition.published
    report = Report(published.file, competition.office.ruleset.id, races=len(competition.races))
    for entered in competition.races:
        _ranks(competition, entered, report)
    progressions = _progressions(competition, report)
    _starters(competition, progressions, report)
    _classification(competition, report)
    _medals(competition, report)
    return report


def _differ(
    report: Report, where: tuple[str, str, str], values: tuple[object, object], rule: str
) -> None:
    """Note a difference: where (place, who, what), the published and the derived value."""
    was, now = ("none" if value is None else str(value) for value in values)
    report.differences.append(Difference(report.file, *where, was, now, rule))


def _where(entered: Entered) -> str:
    label = entered.published.label
    return (
        f"{entered.published.round} {label}"
        if label
        else f"{entered.published.round} {entered.published.race}"
    )


def _ranks(competition: Competition, entered: Entered, report: Report) -> None:
    rows = {row.competitor: row for row in sheet(competition.race(entered))}
    for who, line in zip(entered.who, entered.published.results, strict=True):
        report.ranks += 1
        if line.uncertain and line.rank is None:
            continue
        row = rows[who]
        expected = (
            None if line.status in ("PEN", "DQ", "DSQ", "YC", "RC", "DNF", "DNS") else line.rank
        )
        if row.rank != expected:
            _differ(report, (_where(entered), line.name, "rank"), (line.rank, row.rank), _why(row))


def _why(row: ResultRow) -> str:
    if row.status in STATUS_ORDER:
        return f"{row.status} has no place"
    return "order across the line"


def _progressions(competition: Competition, report: Report) -> dict[Round, Progression]:
    """Infer every round's progression from its marks, and compare the marks it leads to."""
    found: dict[Round, Progression] = {}
    for round_ in dict.fromkeys(entered.round for entered in competition.races):
        here = [entered for entered in competition.races if entered.round == round_]
        published = {
            who: line.qual
            for entered in here
            for who, line in zip(entered.who, entered.published.results, strict=True)
            if line.qual is not None
        }
        if not published or round_ in FINALS.values():
            continue
        races = competition.round(round_)
        progression = infer(round_, races, published)
        found[round_] = progression
        report.progressions.append(f"{here[0].published.round}: {progression.words()}")
        marks = progression.marks(races)
        for entered in here:
            for who, line in zip(entered.who, entered.published.results, strict=True):
                report.marks += 1
                if marks.get(who) != line.qual:
                    values = (line.qual, marks.get(who))
                    _differ(
                        report, (_where(entered), line.name, "mark"), values, progression.words()
                    )
    return found


def _starters(
    competition: Competition, progressions: dict[Round, Progression], report: Report
) -> None:
    """Compare who starts in a round with who was derived to go there."""
    appears: dict[str, set[Round]] = {}
    for entered in competition.races:
        for who in entered.who:
            appears.setdefault(who, set()).add(entered.round)
    heights = _heights(appears)
    goers: dict[Round, set[str]] = {}
    feeders: dict[Round, set[Round]] = {}
    for round_, progression in progressions.items():
        by_final: dict[Round | None, list[str]] = {}
        for who, mark in progression.marks(competition.round(round_)).items():
            by_final.setdefault(FINALS.get(mark[1:]) or _by_referee(mark), []).append(who)
        for final, group in by_final.items():
            to = final or _leads_to(round_, group, appears, heights)
            if to is not None:
                goers.setdefault(to, set()).update(who for who in group if who in appears)
                feeders.setdefault(to, set()).add(round_)
    for to, going in goers.items():
        started = {who for who, rounds in appears.items() if to in rounds}
        if not started or to in _REPECHAGE or not _whole(competition, to):
            continue
        for who in sorted(going - started):
            name = competition.known[who][0]
            _differ(report, (to, name, "start"), ("absent", "starts"), "went on")
        for who in sorted(started - going):
            if appears[who] & feeders[to]:
                name = competition.known[who][0]
                _differ(report, (to, name, "start"), ("starts", "absent"), "did not go on")


def _by_referee(mark: str) -> Round | None:
    """Return the final that an advancement names: ADA, ADB, ADC."""
    return FINALS.get(mark[2:]) if mark.startswith("AD") else None


def _heights(appears: dict[str, set[Round]]) -> dict[str, int]:
    """Return how high each round is.

    Of 1500 m, the repechage follows the quarterfinals: most of who is in it lost there.
    """
    in_repechage = [rounds for rounds in appears.values() if rounds & {*_REPECHAGE[:3]}]
    lost_there = [rounds for rounds in in_repechage if "QF" in rounds]
    if len(lost_there) * 2 > len(in_repechage):
        return {**_HEIGHT, "QF": 2}
    return _HEIGHT


def _whole(competition: Competition, round_: Round) -> bool:
    """Return whether the file has every race of a round, as far as numbers and notes tell."""
    here = [entered.published for entered in competition.races if entered.round == round_]
    numbered = {race.race for race in here}
    uncertain = any("uncertain" in race.note for race in here)
    return not uncertain and numbered == set(range(1, len(here) + 1))


def _leads_to(
    round_: Round,
    group: list[str],
    appears: dict[str, set[Round]],
    heights: dict[str, int],
) -> Round | None:
    """Return the round in which those who went on appear next: the lowest above, by majority."""
    following: Counter[Round] = Counter()
    for who in group:
        above = [
            other
            for other in appears[who]
            if heights[other] > heights[round_]
            and other not in FINALS.values()
            and (round_ in _REPECHAGE or other not in _REPECHAGE)
        ]
        if above:
            following[min(above, key=lambda other: heights[other])] += 1
    return following.most_common(1)[0][0] if following else None


def _classification(competition: Competition, report: Report) -> None:
    """Compare the final ranking, as far down as the file has all races."""
    published = competition.published.final_ranking
    if not published:
        return
    report.classifications += 1
    ruleset = competition.office.ruleset
    rows = classify([competition.race(entered) for entered in competition.races], ruleset)
    span = _spans(rows)
    relay = competition.published.rounds and any(row.line_up for row in rows)
    for ranked in published:
        who = names.find(ranked.name, ranked.noc, competition.known)
        if who is None and (
            relay or len([1 for _, n in competition.known.values() if n == ranked.noc]) == 1
        ):
            who = next(k for k, (_, noc) in competition.known.items() if noc == ranked.noc)
        if who is None or who not in span or not _decided(competition, who, rows):
            continue
        first, last = span[who]
        if not first <= ranked.rank <= last:
            derived = str(first) if first == last else f"{first}-{last}"
            rule = next(
                f"{row.round}, {row.status or f'place {row.place}'}"
                for row in rows
                if row.competitor == who
            )
            _differ(report, ("final ranking", ranked.name, "rank"), (ranked.rank, derived), rule)


def _spans(rows: tuple[Classified, ...]) -> dict[str, tuple[int, int]]:
    """Return the ranks that each competitor may be printed with: equal penalties are tied."""
    spans: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row.rank is None:
            continue
        block = [
            other.rank
            for other in rows
            if other.rank is not None
            and (other.round, other.status) == (row.round, row.status)
            and row.status in STATUS_ORDER
        ] or [row.rank]
        spans[row.competitor] = (min(block), max(block))
    return spans


def _decided(competition: Competition, who: str, rows: tuple[Classified, ...]) -> bool:
    """Return whether the file has everything that a competitor's rank depends on.

    It has not when somebody goes on to a round that the file lacks, unless that round ranks lower.
    """
    order = list(competition.office.ruleset.round_order)
    mine = next(row for row in rows if row.competitor == who)
    place = {round_: i for i, round_ in enumerate(order)}
    present = {entered.round for entered in competition.races}
    last: dict[str, tuple[int, str | None]] = {}
    for entered in competition.races:
        for competitor, line in zip(entered.who, entered.published.results, strict=True):
            here = (place.get(entered.round, len(order)), line.qual)
            if competitor not in last or here[0] < last[competitor][0]:
                last[competitor] = here
    unresolved = [k for k, (_, qual) in last.items() if qual is not None]
    if not unresolved:
        return True
    missing = min((i for round_, i in place.items() if round_ not in present), default=len(order))
    return place.get(mine.round, len(order)) < missing


def _medals(competition: Competition, report: Report) -> None:
    """Compare the medals, where the file names them."""
    published = competition.published.medals
    if not published:
        return
    ruleset = competition.office.ruleset
    rows = classify([competition.race(entered) for entered in competition.races], ruleset)
    for medal in ("gold", "silver", "bronze"):
        derived = {
            row.competitor: row.name for row in rows if row.medal == medal and row.noc != UNNAMED
        }
        wanted = list(published.get(medal, []))
        for text in wanted:
            if not any(_means(text, name) for name in derived.values()):
                values = (text, ", ".join(derived.values()) or None)
                _differ(report, ("medals", text, medal), values, ruleset.final_a_penalty)
        if len(derived) > len(wanted) > 0:
            extra = ", ".join(derived.values())
            _differ(report, ("medals", extra, medal), (", ".join(wanted), extra), "dead heat")


def _means(text: str, name: str) -> bool:
    """Return whether a published medallist, with or without NOC, is somebody here."""
    there, here = set(names.words(text)), set(names.words(name))
    bare = re.sub(r" [A-Z]{3}$", "", text)
    return here <= there or there <= here or names.same(bare, name)


def words(reports: list[Report]) -> Iterator[str]:
    """Yield the lines of a report: progressions inferred, differences, and the sum."""
    for report in reports:
        for line in report.progressions:
            yield f"{report.file}: {line}"
        yield from (difference.words() for difference in report.differences)
    differ = sum(len(report.differences) for report in reports)
    yield (
        f"{sum(r.races for r in reports)} races, {sum(r.ranks for r in reports)} ranks, "
        f"{sum(r.marks for r in reports)} marks, "
        f"{sum(r.classifications for r in reports)} classifications: {differ} differ"
    )
