"""The day of a competition: its races, how each stands, what is current, what is next."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from msgspec import Struct

from projections.book import Book, Scope
from projections.projection import Document, Row, ids
from projections.race_header import held_row, instant
from projections.touches import Touch, races_between
from tracker.domain.events import (
    CompetitionCreated,
    DistanceAdded,
    Event,
    HelmetNumberAssigned,
    SkaterEntered,
    TeamEntered,
)
from tracker.domain.race import Race
from tracker.domain.result import result_state

_KEPT = 8
"""Programmes that are patched, not rendered as a whole; each has a row for every race."""
_PODIUM = 3
_WAITING = frozenset({"SCHEDULED", "START_LIST"})
"""States of a race that has not been started."""


class _Known(Struct, frozen=True):
    """A competition's programme as it was rendered last, with what it shows."""

    touch: Touch | None
    current: str | None
    following: str | None
    official: dict[str, bool]
    """By distance."""
    document: Document


class ProgrammeProjection:
    """One document for each competition."""

    name: ClassVar[str] = "programme"
    version: ClassVar[int] = 2
    ignored: ClassVar[tuple[type[Event], ...]] = (SkaterEntered, TeamEntered, HelmetNumberAssigned)
    reads_notes: ClassVar[bool] = False
    of_a_competition: ClassVar[bool] = True

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the competitions that the event touched, if it shows; entries do not."""
        if not book.moved or isinstance(event, self.ignored):
            return ()
        return ids("competition", touched)

    def render(self, book: Book, scope: str) -> Document | None:
        """Return a competition's programme."""
        competition = book.competitions.get(scope)
        if competition is None or competition.created is None:
            return None
        known = self._known.pop(scope, None)
        touch = book.touch("competition", scope)
        races = None if known is None else races_between(known.touch, touch)
        if known is None or races is None:
            known = _whole(book, scope, competition.created, touch)
        else:
            known = _patched(book, scope, known, races, touch)
        self._known[scope] = known
        if len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        return known.document


def _whole(book: Book, scope: str, created: CompetitionCreated, touch: Touch | None) -> _Known:
    """Render a competition's programme from nothing."""
    order = book.programme_of(scope)
    rows = {race: _entry(book.races[race]) for race in order}
    current = current_race(book, scope)
    following = _next(rows, order, current)
    added = [each.added for each in book.distances_in(scope) if each.added is not None]
    official = {each.distance: book.is_final(each.distance) for each in added}
    header: Row = {
        "competition": scope,
        "name": created.name,
        "city": created.city,
        "country": created.country,
        "starts_on": created.starts_on,
        "ends_on": created.ends_on,
        "series": created.series,
        "distances": [_distance(each, official=official[each.distance]) for each in added],
        "current": current,
        "next": following,
    }
    return _Known(touch, current, following, official, Document(header, rows, order))


def _patched(
    book: Book, scope: str, known: _Known, races: tuple[str, ...], touch: Touch | None
) -> _Known:
    """Render a competition's programme after some of its races became others."""
    document = known.document
    rows, order = document.entries, book.programme_of(scope)
    if order is document.order or order == document.order:
        order = document.order
    changed = {}
    for race in races:
        row = _entry(book.races[race])
        if row != rows.get(race):
            changed[race] = row
    goes_on = order[: len(document.order)] == document.order
    waits = {race: row["state"] in _WAITING for race, row in changed.items() if race in rows}
    turned = [each for race, each in waits.items() if each is not _waits(rows, race)]
    if changed:
        rows = {**rows, **changed}
    current, following = known.current, known.following
    if not (goes_on and _starts_as_before(book, scope, known, races)):
        current = current_race(book, scope)
    if not goes_on or following is None or True in turned or _waits(rows, known.current):
        following = _next(rows, order, current)
    elif turned or current != known.current:  # it is not before the one that was next
        following = _next(rows, order[order.index(following) :], current)
    official = {name: book.is_final(name) for name in {_distance_of(book, race) for race in races}}
    if all(known.official.get(name) == final for name, final in official.items()):
        official = known.official
    else:
        official = {**known.official, **official}
    header = document.header
    if (current, following) != (known.current, known.following) or official is not known.official:
        distances = [
            each
            if each["official"] == official[each["id"]]
            else {**each, "official": official[each["id"]]}
            for each in header["distances"]
        ]
        header = {**header, "distances": distances, "current": current, "next": following}
    if not goes_on:
        document = Document(header, {race: rows[race] for race in order}, order)
    elif changed or header is not document.header or order is not document.order:
        named = (race for race in changed if race in document.entries)
        document = document.patched(header, rows, order, named)
    return _Known(touch, current, following, official, document)


def _distance_of(book: Book, race: str) -> str:
    scheduled = book.races[race].scheduled
    assert scheduled is not None, "a race that touched its competition was scheduled"
    return scheduled.distance


def current_race(book: Book, competition: str) -> str | None:
    """Return the race that a scoreboard shows when it follows the competition.

    It is the race for which the gun went off last, until the next gun: its result stays on the
    board. Before the first gun it is the first race that has a start list.
    """
    started = book.started_last.get(competition)
    if started is not None:
        return started
    races = (book.races[race] for race in book.programme_of(competition))
    return next(
        (_id(race) for race in races if race.shown.has_start_list and not race.cancelled), None
    )


def _starts_as_before(book: Book, scope: str, known: _Known, races: Iterable[str]) -> bool:
    """Say whether no gun has gone off yet, and none of these races has a start list either."""
    return (
        known.current is None
        and scope not in book.started_last
        and not any(book.races[race].shown.has_start_list for race in races)
    )


def _waits(rows: Mapping[str, Row], race: str | None) -> bool:
    """Say whether a race that is shown has not been started."""
    return race is not None and rows[race]["state"] in _WAITING


def _next(rows: dict[str, Row], order: tuple[str, ...], current: str | None) -> str | None:
    waiting = (race for race in order if rows[race]["state"] in _WAITING)
    return next((race for race in waiting if race != current), None)


def _id(race: Race) -> str:
    assert race.scheduled is not None
    return race.scheduled.race


def _distance(added: DistanceAdded, *, official: bool) -> Row:
    return {
        "id": added.distance,
        "name": added.name,
        "gender": added.gender,
        "relay": added.relay,
        "metres": added.metres,
        "official": official,
    }


def _entry(race: Race) -> Row:
    scheduled = race.scheduled
    assert scheduled is not None
    shown = race.shown
    rows = shown.official.rows if shown.official is not None else ()
    return {
        "kind": "race",
        "distance": scheduled.distance,
        "name": scheduled.name,
        "round": scheduled.round_name,
        "scheduled_at": instant(scheduled.scheduled_at_ms),
        "state": result_state(shown),
        "held": held_row(race),
        "podium": [
            {"rank": row.rank, "name": row.name, "noc": row.noc}
            for row in rows
            if row.rank is not None and row.rank <= _PODIUM
        ],
        "order": scheduled.order,
    }
