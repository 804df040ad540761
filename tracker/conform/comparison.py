"""What is derived here beside what was published: every difference, with the rule that decided."""

from collections.abc import Iterator

from msgspec import Struct

from tracker.conform.entry import Competition, Entered
from tracker.conform.final import classification, medals
from tracker.conform.inference import FINALS, Progression, agree, infer
from tracker.conform.published import BadPublication
from tracker.conform.starts import further_on, misplaced, next_round
from tracker.domain.race import ResultRow
from tracker.domain.result import STATUS_ORDER, sheet


class Difference(Struct, frozen=True):
    """One value that is not what was published, or a part of a file that cannot be read."""

    file: str
    where: str
    who: str
    what: str
    published: str
    derived: str
    rule: str

    def words(self) -> str:
        """Return the difference on one line."""
        if self.what == "file":
            return f"{self.file}: {self.where}: {self.rule}" if self.where else self.rule
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
    notes: list[str] = []
    """What the file does not state: taken for granted, or not compared."""
    differences: list[Difference] = []


def unreadable(file: str, error: BadPublication) -> Report:
    """Return the report on a file that holds no publication: one difference."""
    report = Report(file, "")
    report.differences.append(Difference(file, "", "", "file", "", "", error.message))
    return report


def compare(competition: Competition) -> Report:
    """Compare ranks in races, marks, starters of the next rounds, final ranking and medals."""
    published = competition.published
    report = Report(published.file, competition.office.ruleset.id, races=len(competition.races))
    report.notes += competition.notes
    for problem in competition.problems:
        parts = (problem.where, "", "file", "", "", problem.sentence)
        report.differences.append(Difference(report.file, *parts))
    for entered in competition.races:
        _ranks(competition, entered, report)
    progressions = _progressions(competition, report)
    _starters(competition, progressions, report)
    if published.final_ranking:
        report.classifications += 1
        for where, values, rule in classification(competition, report.notes):
            _differ(report, where, values, rule)
    if published.medals:
        for where, values, rule in medals(competition):
            _differ(report, where, values, rule)
    return report


def _differ(
    report: Report, where: tuple[str, str, str], values: tuple[object, object], rule: str
) -> None:
    """Note a difference: where (place, who, what), the published and the derived value."""
    was, now = ("none" if value is None else str(value) for value in values)
    report.differences.append(Difference(report.file, *where, was, now, rule))


def _ranks(competition: Competition, entered: Entered, report: Report) -> None:
    rows = {row.competitor: row for row in sheet(competition.race(entered))}
    placed = sum(row.rank is not None for row in rows.values())
    for who, line in entered.lines.items():
        report.ranks += 1
        row = rows[who]
        if line.rank is None and (line.uncertain or line.blank or line.status is None):
            continue
        # Some sheets number the penalised on, behind everybody who has a place.
        numbered_on = line.status is not None and line.rank is not None and line.rank > placed
        if row.rank != line.rank and not numbered_on:
            where = (entered.published.words, line.name, "rank")
            _differ(report, where, (line.rank, row.rank), _why(row))


def _why(row: ResultRow) -> str:
    if row.status in STATUS_ORDER:
        return f"{row.status} has no place"
    if row.status == "no time":
        return "declared finished: behind everybody with a time"
    return "order across the line"


def _progressions(competition: Competition, report: Report) -> dict[str, Progression]:
    """Infer every round's progression from its marks, and compare the marks it leads to."""
    found: dict[str, Progression] = {}
    for stage in dict.fromkeys(entered.stage for entered in competition.races):
        here = competition.stage(stage)
        published = {
            who: line.qual
            for entered in here
            for who, line in entered.lines.items()
            if line.qual is not None
        }
        if not published or stage in FINALS.values():
            continue
        races = [competition.race(entered) for entered in here]
        takes = competition.office.ruleset.advancement_takes_time_place
        started = further_on(competition, stage)
        to = next_round(competition, stage, set(published))
        progression = infer(here[0].round, races, published, started, to=to, takes_time_place=takes)
        found[stage] = progression
        report.progressions.append(f"{here[0].published.round}: {progression.words()}")
        marks = progression.marks(races)
        for entered in here:
            for who, line in entered.lines.items():
                report.marks += 1
                if line.blank and line.qual is None:
                    continue
                derived = marks.get(who)
                where = (entered.published.words, line.name, "mark")
                if not agree(line.qual, derived):
                    _differ(report, where, (line.qual, derived), progression.words())
                elif (line.qual or "")[:1] != (derived or "")[:1]:
                    anyway = f"{line.name} is advanced in a place that goes on anyway"
                    report.notes.append(f"{entered.published.words}: {anyway}")
    return found


def _starters(
    competition: Competition, progressions: dict[str, Progression], report: Report
) -> None:
    """Compare who starts in a round with who was derived to go there.

    Whoever went on, with the very mark that the file prints, and is not in the file's next round
    withdrew in between or is left out: the file contradicts itself, not the derivation.
    """
    unknown = {
        who for entered in competition.races for who, line in entered.lines.items() if line.blank
    }
    for stage, who, started in misplaced(competition, progressions):
        name = competition.known[who][0]
        if started and who in unknown:
            report.notes.append(f"{stage}: {name} starts: a line without a result does not say why")
        elif started:
            _differ(report, (stage, name, "start"), ("starts", "absent"), "did not go on")
        else:
            report.notes.append(f"{stage}: {name} went on, and does not start: withdrawn before it")


def words(reports: list[Report]) -> Iterator[str]:
    """Yield the lines of a report: progressions inferred, notes, differences, and the sum."""
    for report in reports:
        for line in report.progressions:
            yield f"{report.file}: {line}"
        for line in report.notes:
            yield f"{report.file}: note: {line}"
        yield from (difference.words() for difference in report.differences)
    differ = sum(len(report.differences) for report in reports)
    yield (
        f"{sum(r.races for r in reports)} races, {sum(r.ranks for r in reports)} ranks, "
        f"{sum(r.marks for r in reports)} marks, "
        f"{sum(r.classifications for r in reports)} classifications: {differ} differ"
    )
