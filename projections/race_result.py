"""Places, times and decisions of a race, as the public may know them."""

from collections.abc import Mapping, Sequence

from projections.projection import Document, Row
from projections.race_header import header, mark, penalty
from tracker.domain.finish_times import opinions
from tracker.domain.marks import UNMARKED, Marks
from tracker.domain.race import Decision, Opinion, Race, ResultRow
from tracker.domain.result import sheet


def render(race: Race, marks: Marks = UNMARKED) -> Document:
    """Return the result sheet; once it is official, as it was declared or corrected last."""
    return _render(race, sheet(race), marks)


def render_for_officials(race: Race, marks: Marks = UNMARKED) -> Document:
    """Return the sheet with every decision in force, announced or not, and what waits."""
    found = _render(race, sheet(race, public=False), marks)
    decisions = [_decision(decision) for decision in race.decisions]
    own = {
        "view": "official",
        "decisions": decisions,
        "pending": [each for each in decisions if each["in_force"] != each["announced"]],
        "protests": [
            {
                "protest": protest.protest,
                "noc": protest.noc,
                "subject": protest.subject,
                "at_ms": protest.at_ms,
                "late": protest.late,
                "upheld": protest.upheld,
                "outcome": protest.outcome,
            }
            for protest in race.protests
        ],
        "flags": [
            {
                "version": flag.version,
                "competitor": flag.competitor,
                "lap": flag.lap,
                "at_ms": flag.at_ms,
                "words": flag.words,
            }
            for flag in race.flags
        ],
        "bookmarks": [
            {
                "version": each.version,
                "attempt": each.attempt,
                "at_ms": each.at_ms,
                "elapsed_ms": each.elapsed_ms,
                "lap": each.lap,
                "label": each.label,
                "official": each.official,
            }
            for each in race.bookmarks
        ],
        "version": race.version,
    }
    # A penalty hides a time from the public; it stays read.
    entries = {
        key: {**row, "times": [opinion(each) for each in opinions(race, race.field[key])]}
        for key, row in found.entries.items()
    }
    return Document({**found.header, **own}, entries, found.order)


def _decision(decision: Decision) -> Row:
    return {
        "version": decision.version,
        "kind": decision.kind,
        "competitor": decision.competitor,
        "infringement": decision.infringement,
        "reason": decision.reason,
        "zone": decision.zone,
        "lap": decision.lap,
        "victim": decision.victim,
        "final": decision.final,
        "in_force": decision.in_force,
        "announced": decision.announced,
    }


def _render(race: Race, rows: Sequence[ResultRow], marks: Marks) -> Document:
    official = race.official
    return Document(
        {
            **header(race),
            "official": official is not None,
            "revision": official.revision if official else 0,
            "signed": official is not None and race.signed == official.revision,
            "notice": race.notice,
            "sources": sorted({row.time_stated_by for row in rows if row.time_stated_by}),
        },
        {row.competitor: _entry(row, marks) for row in rows},
        tuple(row.competitor for row in rows),
    )


def with_best(document: Document, best: Mapping[str, Sequence[Row]]) -> Document:
    """Return a result with the best times that each competitor skated in the race."""
    entries = {key: {**row, "best": best.get(key, [])} for key, row in document.entries.items()}
    return Document(document.header, entries, document.order)


def _entry(row: ResultRow, marks: Marks) -> Row:
    return {
        "rank": row.rank,
        "name": row.name,
        "family_name": row.family_name,
        "noc": row.noc,
        "helmet": row.helmet_number,
        "start_position": row.start_position,
        "time_ms": row.time_ms,
        "gap_ms": row.gap_ms,
        "status": row.status,
        **mark(row.competitor, marks),
        "fallen": row.fallen,
        "penalty": penalty(row.penalty),
        "line_up": [{"skater": member.skater, "name": member.name} for member in row.line_up],
        "source": row.time_stated_by,
        "time_source": row.time_source,
        "times": [opinion(each) for each in row.times],
        "best": [],
    }


def opinion(each: Opinion) -> Row:
    """Return what one source has for a finish time."""
    return {
        "version": each.version,
        "time_source": each.time_source,
        "time_ms": each.time_ms,
        "kind": each.kind,
        "counts": each.counts,
        "source": each.source,
    }
