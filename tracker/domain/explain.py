"""Why a competitor has a place in a race: the facts and rules that lead to it, step by step."""

from collections.abc import Iterator

from msgspec import Struct

from tracker.domain import events as e
from tracker.domain.finish_times import STRONGEST_FIRST, opinions, reading
from tracker.domain.race import Decision, Opinion, Race, ResultRow
from tracker.domain.result import STATUS_ORDER, sheet

_SANCTIONS = {"PEN": "penalised", "YC": "shown a yellow card", "RC": "shown a red card"}


class Step(Struct, frozen=True):
    """One link of the chain: a sentence, the rule it rests on, the facts it rests on."""

    text: str
    rule: str | None = None
    facts: tuple[tuple[str, int], ...] = ()
    """Stream and version of each event."""


class Explanation(Struct, frozen=True):
    """An answer and why it is that."""

    question: str
    answer: str
    steps: tuple[Step, ...]


def place(race: Race, competitor: str) -> Explanation | None:
    """Explain a place on a race's result sheet, or return None for who is not on it."""
    rows = {row.competitor: row for row in sheet(race)}
    row = rows.get(competitor)
    if row is None or race.scheduled is None:
        return None
    steps = (
        *_start(race, row),
        *_on_the_ice(race, competitor),
        *_finish(race, row, rows),
        *_decisions(race, row, rows),
        *_declaration(race),
    )
    return Explanation(
        f"Why is {row.name} {answer(row)} in {race.scheduled.round_name} of {race.scheduled.name}?",
        answer(row),
        steps,
    )


def answer(row: ResultRow) -> str:
    """Return a place in words: a rank, a status, or both."""
    if row.rank is None:
        return row.status or "unplaced"
    return str(row.rank) if row.status is None else f"{row.rank} ({row.status})"


def stream(race: Race) -> str:
    """Return the stream of a race."""
    assert race.scheduled is not None, "only a scheduled race is explained"
    return f"race-{race.scheduled.race}"


def seconds(time_ms: int) -> str:
    """Return a time as it is printed: `41.505`, `1:26.112`."""
    minutes, rest = divmod(time_ms, 60_000)
    text = f"{rest // 1000:02}.{rest % 1000:03}" if minutes else f"{rest // 1000}.{rest % 1000:03}"
    return f"{minutes}:{text}" if minutes else text


def _facts(race: Race, *kinds: type[e.Event]) -> Iterator[tuple[int, e.RaceEvent]]:
    """Yield the facts of some kinds that count: of this attempt, and no later than the result."""
    last = race.official.version if race.official is not None else race.version
    for version, event in race.facts:
        attempt = getattr(event, "attempt", race.attempt)
        if isinstance(event, kinds) and attempt == race.attempt and version <= last:
            yield version, event


def _start(race: Race, row: ResultRow) -> Iterator[Step]:
    lists = [version for version, _ in _facts(race, e.StartListPublished)]
    moved = [
        version
        for version, event in _facts(race, e.StartPositionsChanged)
        if isinstance(event, e.StartPositionsChanged) and row.competitor in event.positions
    ]
    if lists:
        yield Step(
            f"on the start list, in start position {row.start_position}",
            None,
            tuple((stream(race), version) for version in (lists[-1], *moved)),
        )
    if race.attempt > 1:
        ordered = [v for v, event in race.facts if isinstance(event, e.RestartOrdered)]
        yield Step(
            f"attempt {race.attempt} counts; what happened on the ice before it is void",
            "a restart or a re-skate makes the attempt before it void",
            tuple((stream(race), version) for version in ordered),
        )


def _on_the_ice(race: Race, competitor: str) -> Iterator[Step]:
    """Yield falls, and whatever kept somebody from finishing."""
    kinds = (
        e.FallRecorded,
        e.DidNotStartRecorded,
        e.DidNotFinishRecorded,
        e.WithdrawalRecorded,
    )
    words = {
        "FallRecorded": "fell",
        "DidNotStartRecorded": "did not start",
        "DidNotFinishRecorded": "did not finish",
        "WithdrawalRecorded": "was withdrawn",
    }
    for version, event in _facts(race, *kinds):
        if getattr(event, "competitor", None) != competitor:
            continue
        lap = getattr(event, "lap", None)
        text = words[type(event).__name__] + (f" in lap {lap}" if lap else "")
        yield Step(text, None, ((stream(race), version),))


def _finish(race: Race, row: ResultRow, rows: dict[str, ResultRow]) -> Iterator[Step]:
    order = [
        (version, event)
        for version, event in _facts(race, e.FinishOrderRecorded)
        if isinstance(event, e.FinishOrderRecorded)
        and any(row.competitor in group for group in event.groups)
    ]
    if order:
        version, event = order[-1]
        yield Step(
            f"finished {_position(event, row.competitor)} in the order read at the line",
            "the order across the line decides, not the time",
            ((stream(race), version),),
        )
    times = opinions(race, race.field[row.competitor])
    if any(each.kind == "read" for each in times):
        yield _timed(race, row, times, ordered=bool(order))
    declared = [
        version
        for version, event in _facts(race, e.DeclaredFinished)
        if isinstance(event, e.DeclaredFinished) and event.competitor == row.competitor
    ]
    if declared:
        yield Step(
            "declared finished by the referee: a place, no time",
            "rule 298: who has not finished when the race ends may be declared finished",
            ((stream(race), declared[-1]),),
        )
    crossings = race.field[row.competitor].crossings
    if not (order or times or declared) and crossings:
        yield Step(
            f"crossed the line {len(crossings)} times of {race.lap_rows}",
            "until the finish is read, the last crossings decide",
            ((stream(race), crossings[-1].version),),
        )
    equal = [o.name for o in rows.values() if o.rank == row.rank and o is not row]
    if row.rank is not None and equal:
        yield Step(
            f"equal with {', '.join(equal)}", "equal places are shared, the next is left out"
        )


def _timed(race: Race, row: ResultRow, times: tuple[Opinion, ...], *, ordered: bool) -> Step:
    """Return whose time counts, and what the other sources have."""
    counts, *others = times
    time = f"time {seconds(row.time_ms)}" if row.time_ms is not None else "a time was read"
    rule = None if ordered else "without an order, photo-finish times decide"
    weaker = {each.time_source: each for each in reversed(others)}
    weaker.pop(counts.time_source, None)
    if weaker:
        said = ", ".join(f"{source} {_seconds(each)}" for source, each in weaker.items())
        time = f"{time} by {counts.time_source} ({said})"
        rule = f"of several sources the strongest counts: {', '.join(STRONGEST_FIRST)}"
    facts = tuple((stream(race), each.version) for each in (counts, *weaker.values()))
    return Step(time, rule, facts)


def _seconds(opinion: Opinion) -> str:
    return "no time" if opinion.time_ms is None else seconds(opinion.time_ms)


def _position(event: e.FinishOrderRecorded, competitor: str) -> str:
    before = 0
    for group in event.groups:
        if competitor in group:
            return f"{before + 1} of {sum(map(len, event.groups))}"
        before += len(group)
    raise AssertionError(f"{competitor} is not in the order")


def _decisions(race: Race, row: ResultRow, rows: dict[str, ResultRow]) -> Iterator[Step]:
    if row.penalty is not None:
        yield Step(
            f"{_sanction(row.penalty)}: no place in this race",
            "who is penalised stands last of the race, without a place",
            _decided(race, row.penalty),
        )
    elif row.status in STATUS_ORDER:
        yield Step(f"{row.status}: no place in this race", "only who finishes has a place")
    if row.advancement is not None:
        yield Step(
            f"advanced by the referee: {row.advancement.reason}",
            "an advancement leaves the place as it is",
            _decided(race, row.advancement),
        )
    if row.rank is None:
        return
    for other in rows.values():
        if other.penalty is not None and _was_ahead(race, other, row):
            yield Step(
                f"{other.name}, who finished ahead, is {_sanction(other.penalty)}: "
                "everybody behind moves up",
                "who is penalised stands last of the race, without a place",
                _decided(race, other.penalty),
            )


def _sanction(decision: Decision) -> str:
    return f"{_SANCTIONS[decision.kind]} for {decision.reason}"


def _was_ahead(race: Race, other: ResultRow, row: ResultRow) -> bool:
    """Return whether somebody crossed the line first, as the order or the crossings have it."""
    order = {k: i for i, group in enumerate(race.finish_groups) for k in group}
    if other.competitor in order and row.competitor in order:
        return order[other.competitor] < order[row.competitor]
    mine, theirs = race.field[row.competitor], race.field[other.competitor]
    read, seen = reading(mine), reading(theirs)
    if read and seen and read.time_ms is not None and seen.time_ms is not None:
        return seen.time_ms < read.time_ms
    return (-theirs.rows, theirs.crossings[-1].version if theirs.crossings else 0) < (
        -mine.rows,
        mine.crossings[-1].version if mine.crossings else 0,
    )


def _decided(race: Race, decision: Decision) -> tuple[tuple[str, int], ...]:
    """Return the events of a decision: when it was taken, and when it was announced."""
    announced = [
        version
        for version, event in _facts(race, e.DecisionsAnnounced)
        if isinstance(event, e.DecisionsAnnounced) and decision.version in event.decisions
    ]
    return tuple((stream(race), version) for version in (decision.version, *announced[:1]))


def _declaration(race: Race) -> Iterator[Step]:
    if race.official is None:
        yield Step("the result is not official yet: it may still change")
        return
    word = "declared official" if race.official.revision == 1 else "corrected"
    yield Step(
        f"the result was {word} (revision {race.official.revision})",
        None,
        ((stream(race), race.official.version),),
    )
