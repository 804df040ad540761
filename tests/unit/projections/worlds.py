"""Random race days as logs, and everything the public sees of them."""

from collections.abc import Callable

from hypothesis import strategies as st
from msgspec.structs import replace

from projections import ALL, race_documents
from projections.book import Book
from projections.medals import TABLES
from projections.projection import Document, Projection
from projections.standings import table_names
from tests.support.documents import as_read
from tests.support.race_day import RaceDay
from tests.support.random_days import (
    RACES,
    attempt,
    before,
    crossings,
    decisions,
    finishes,
    ice,
    morning,
    results,
    starts,
    statements,
)
from tracker.domain import commands as c
from tracker.domain.values import ConfirmedKind
from tracker.log.recorded_event import RecordedEvent

Move = Callable[[RaceDay], object]
kinds: st.SearchStrategy[ConfirmedKind] = st.sampled_from(("world", "championship", "track"))


def _asks(request: c.Command) -> Move:
    return lambda day: attempt(day, request)


def _retracts(race: str, which: int) -> Move:
    def retract(day: RaceDay) -> None:
        facts = day.race(race).facts
        target = facts[-1 - which % len(facts)][0]
        attempt(day, c.RetractFact(race=race, target=target, reason="Entered by mistake"))

    return retract


def _withdraws(race: str, which: int, *, embargo: bool) -> Move:
    def withdraw(day: RaceDay) -> None:
        decisions = day.race(race).decisions
        if decisions:
            version = decisions[which % len(decisions)].version
            attempt(
                day, c.WithdrawDecision(race=race, decision=version, reason="No", embargo=embargo)
            )

    return withdraw


def _confirms(race: str, kind: ConfirmedKind, which: int) -> Move:
    """Return the confirmation of somebody's official time."""

    def confirm(day: RaceDay) -> None:
        official = day.race(race).official
        timed = [row for row in official.rows if row.time_ms] if official else []
        if timed:
            row = timed[which % len(timed)]
            attempt(
                day,
                c.ConfirmBestTime(
                    race=race, competitor=row.competitor, kind=kind, time_ms=row.time_ms or 0
                ),
            )

    return confirm


def _skates(race: str, row: int, missed: int) -> list[Move]:
    """Return a lap row of everybody but the one who is missed."""

    def skate(day: RaceDay) -> None:
        for i, competitor in enumerate(day.race(race).field):
            if i == missed:
                continue
            elapsed = row * 9000 + (i * 37 + row * 11) % 90
            attempt(day, c.RecordCrossing(race=race, competitor=competitor, elapsed_ms=elapsed))

    return [skate]


def _about(
    draw: st.DrawFn, race: str, kinds: st.SearchStrategy[c.Command], most: int
) -> list[Move]:
    """Return some requests about a race, and some things taken back."""
    which = st.integers(0, 12)
    moves = (
        kinds.map(lambda request: _asks(replace(request, race=race)))
        | kinds.map(lambda request: _asks(replace(request, race=race)))
        | st.builds(_retracts, st.just(race), which)
        | st.builds(_withdraws, st.just(race), which, embargo=st.booleans())
    )
    return draw(st.lists(moves, max_size=most))


def _race(draw: st.DrawFn, race: str) -> list[Move]:
    """Return a race from its start list to its correction, with all that may come between."""
    moves = _about(draw, race, before | starts, 2)
    moves.append(_asks(c.StartRace(race=race)))
    for row in range(1, 6):
        moves += _skates(race, row, draw(st.integers(-9, 4)))
        moves += _about(draw, race, ice | starts | decisions | crossings, 1)
    moves.append(_asks(c.EndRace(race=race)))
    moves += _about(draw, race, finishes | decisions | results, 3)
    if draw(st.booleans()):
        moves.append(_asks(c.PublishResult(race=race)))
        moves += _about(draw, race, finishes | decisions | crossings | ice, 3)
    if draw(st.booleans()):
        moves.append(_asks(c.AnnounceDecisions(race=race)))
    moves.append(_asks(c.DeclareResultOfficial(race=race)))
    moves += _about(draw, race, decisions | results | crossings, 3)
    moves.append(_confirms(race, draw(kinds), draw(st.integers(0, 3))))
    if draw(st.booleans()):
        moves.append(_asks(c.CorrectResult(race=race, reason="Miscount")))
        moves += _about(draw, race, results, 2)
    return moves


@st.composite
def days(draw: st.DrawFn) -> RaceDay:
    """Return a day of two races, skated one after the other or side by side."""
    day = morning()
    for statement in draw(st.lists(statements, max_size=3)):
        attempt(day, statement)
    first, second = (_race(draw, race) for race in RACES)
    mixed = draw(st.booleans())
    while first or second:
        side_by_side = second and (not first or (mixed and draw(st.booleans())))
        (second if side_by_side else first).pop(0)(day)
    if draw(st.booleans()):
        attempt(day, draw(statements))
    if draw(st.booleans()):
        day.given(c.ScheduleRace(race="cup/women-500/final-c", round="FINAL_C", round_name="C"))
    if draw(st.booleans()):
        day.given(
            c.AdoptRuleset(competition="cup", ruleset="club"),
            c.BringPoints(
                series="season",
                table="women",
                competitor="ann-one",
                name="Ann One",
                noc="CAN",
                points=704,
            ),
        )
    return day


def book_of(events: list[RecordedEvent]) -> Book:
    """Return the book of a log."""
    book = Book()
    for event in events:
        book.fold(event)
    return book


def rendered(projection: Projection, book: Book, scope: str) -> Document | None:
    """Return a document as it is stored."""
    return projection.render(book, scope)


def stored(
    book: Book, show: Callable[[Projection, Book, str], Document | None] = as_read
) -> dict[tuple[str, str], Document | None]:
    """Return every stored document that there may be."""
    scopes = {
        "programme": ["cup"],
        "classification": ["cup/women-500"],
        "rounds": ["cup/women-500"],
        "proposals": ["cup"],
        "medals": [f"cup:{table}" for table in TABLES],
        "standings": [f"season:{table}" for table in table_names(book, "season")],
        "journal": ["cup", *RACES, "cup/women-500/final-c"],
        "best-times": ["cup", "cup/races", "season:", "season:women-500"],
    }
    return {(p.name, scope): show(p, book, scope) for p in ALL for scope in scopes[p.name]}


def public(book: Book) -> dict[tuple[str, str], Document | None]:
    """Return everything that the public may read at the book's position."""
    found = stored(book)
    for race_id, race in book.races.items():
        if race.scheduled is not None:
            for name, render in race_documents.RENDERS.items():
                found[name, race_id] = render(race, book.marks_of(race))
    return found
