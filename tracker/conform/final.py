"""The final ranking and the medals of a publication, beside what its races come to."""

import re
from collections.abc import Iterator, Mapping

from tracker.conform import names
from tracker.conform.entry import Competition
from tracker.domain import noc as nocs
from tracker.domain.classification import Classified, classify
from tracker.domain.result import STATUS_ORDER

Found = tuple[tuple[str, str, str], tuple[object, object], str]
"""Where (place, who, what), the published and the derived value, and the rule."""
_MEDALS = ("gold", "silver", "bronze")


def classification(competition: Competition, notes: list[str]) -> Iterator[Found]:
    """Yield what differs of the final ranking, as far down as the file has all races."""
    published = competition.published.final_ranking
    rows = _rows(competition)
    span = _spans(rows)
    lost = {row.competitor for row in rows if row.rank is None}
    meant = names.pair(
        {i: (ranked.name, ranked.noc) for i, ranked in enumerate(published)}, competition.known
    )
    _only_ones(competition, meant)
    elsewhere: list[str] = []
    undecided: list[str] = []
    for i, ranked in enumerate(published):
        who = meant.get(i)
        if who in lost:
            if ranked.rank <= sum(row.place is not None for row in rows):
                rule = "a card lost the distance: behind everybody with a place"
                yield ("final ranking", ranked.name, "rank"), (ranked.rank, None), rule
            continue
        if who is None or who not in span:
            elsewhere.append(str(ranked.rank))
            continue
        if ranked.uncertain or not _decided(competition, who, rows):
            undecided.append(str(ranked.rank))
            continue
        first, last = span[who]
        if not first <= ranked.rank <= last:
            derived = str(first) if first == last else f"{first}-{last}"
            row = next(row for row in rows if row.competitor == who)
            rule = f"{row.round}, {row.status or f'place {row.place}'}"
            yield ("final ranking", ranked.name, "rank"), (ranked.rank, derived), rule
    for ranks, why in ((elsewhere, "not in the file's races"), (undecided, "left open by them")):
        if ranks:
            notes.append(f"final ranking: not compared, {why}: {', '.join(ranks)}")


def _rows(competition: Competition) -> tuple[Classified, ...]:
    races = [competition.race(entered) for entered in competition.races]
    return classify(races, competition.office.ruleset)


def _only_ones(competition: Competition, meant: dict[int, str]) -> None:
    """Take a nation's only competitor for its only line in the ranking, however it is called."""
    nations: dict[str, list[str]] = {}
    for key, (_, noc) in competition.known.items():
        nations.setdefault(noc, []).append(key)
    wanted: dict[str, list[int]] = {}
    for i, ranked in enumerate(competition.published.final_ranking):
        wanted.setdefault(ranked.noc, []).append(i)
    for noc, keys in nations.items():
        numbers = wanted.get(noc, [])
        if noc and len(keys) == 1 and len(numbers) == 1:
            meant.setdefault(numbers[0], keys[0])


def _spans(rows: tuple[Classified, ...]) -> Mapping[str, tuple[int, int]]:
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
        for competitor, line in entered.lines.items():
            here = (place.get(entered.round, len(order)), line.qual)
            if competitor not in last or here[0] < last[competitor][0]:
                last[competitor] = here
    unresolved = [k for k, (_, qual) in last.items() if qual is not None]
    if not unresolved:
        return True
    missing = min((i for round_, i in place.items() if round_ not in present), default=len(order))
    return place.get(mine.round, len(order)) < missing


def medals(competition: Competition) -> Iterator[Found]:
    """Yield what differs of the medals, where the file names them."""
    published = competition.published.medals
    rule = competition.office.ruleset.final_a_penalty
    rows = _rows(competition)
    for medal in _MEDALS:
        derived = {
            row.competitor: row.name
            for row in rows
            if row.medal == medal and row.competitor in competition.known
        }
        wanted = list(published.get(medal, []))
        for text in wanted:
            if _meant(competition, text) not in derived:
                yield ("medals", text, medal), (text, ", ".join(derived.values()) or None), rule
        if len(derived) > len(wanted) > 0:
            extra = ", ".join(derived.values())
            yield ("medals", extra, medal), (", ".join(wanted), extra), "dead heat"


def _meant(competition: Competition, text: str) -> str | None:
    """Return who a medallist is: a name with or without NOC, a nation, a family name alone."""
    found = re.search(r"\(?\b([A-Z]{3})\)?$", text)
    noc = found[1] if found and found[1] in nocs.CODES else ""
    bare = text[: found.start()].strip() if found and noc else text
    known = {
        who: (name, other) for who, (name, other) in competition.known.items() if noc in ("", other)
    }
    meant = names.pair({0: (bare or noc, noc)}, known).get(0)
    if meant is not None:
        return meant
    # Names may only be hinted at, where nobody else can be meant.
    part = {*names.words(bare)}
    likely = [
        who
        for who, (name, _) in known.items()
        if part <= {*names.words(name)} or part >= {*names.words(name)}
    ]
    if noc and not likely:
        likely = list(known)
    return likely[0] if len(likely) == 1 else None
