"""The day of a competition: its races, how each stands, what is current, what is next."""

from itertools import compress
from operator import is_not
from typing import ClassVar

from msgspec import Struct

from projections.book import Book, Scope
from projections.kept import KEPT, Kept
from projections.projection import Document, Row
from projections.race_header import held_row, instant
from tracker.domain.distance import Distance
from tracker.domain.events import Event, HelmetNumberAssigned, SkaterEntered, TeamEntered
from tracker.domain.race import Race
from tracker.domain.result import result_state

_PODIUM = 3
_WAITING = frozenset({"SCHEDULED", "START_LIST"})
"""States of a race that has not been started."""


class ProgrammeProjection:
    """One document for each competition."""

    name: ClassVar[str] = "programme"
    version: ClassVar[int] = 2

    def __init__(self) -> None:
        self._known: Kept = Kept()
        self._rows: dict[str, _Rows] = {}

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the competitions that the event touched; the programme shows no entries."""
        del book
        if isinstance(event, SkaterEntered | TeamEntered | HelmetNumberAssigned):
            return ()
        return tuple(sorted(name for kind, name in touched if kind == "competition"))

    def render(self, book: Book, scope: str) -> Document | None:
        """Return a competition's programme."""
        competition = book.competitions.get(scope)
        if competition is None or competition.created is None:
            return None
        created = competition.created
        distances = book.distances_in(scope)
        order = book.programme_of(scope)
        rows = self._entries(book, scope, order)
        current = current_race(book, scope)
        following = self._known.of(
            (scope, "next"), (rows, order, current), lambda: _next(rows, order, current)
        )

        def header() -> Row:
            return {
                "competition": scope,
                "name": created.name,
                "city": created.city,
                "country": created.country,
                "starts_on": created.starts_on,
                "ends_on": created.ends_on,
                "series": created.series,
                "distances": [_distance(book, each) for each in distances],
                "current": current,
                "next": following,
            }

        official = (book.is_final(each.added.distance) for each in distances if each.added)
        inputs = (created, current, following, *distances, *official)
        head = self._known.of((scope, "header"), inputs, header)
        return self._known.of(scope, (head, rows, order), lambda: Document(head, rows, order))

    def _entries(self, book: Book, scope: str, order: tuple[str, ...]) -> dict[str, Row]:
        """Return the rows of races; the same object for the same row: it is encoded once."""
        races = tuple(map(book.races.__getitem__, order))
        known = self._rows.get(scope)
        if known is None or known.order is not order:
            before = {} if known is None else dict(zip(known.order, known.races, strict=True))
            rows = {
                race: known.rows[race]
                if known is not None and before.get(race) is state
                else _entry(state)
                for race, state in zip(order, races, strict=True)
            }
        else:
            rows = known.rows
            for state in compress(races, map(is_not, races, known.races)):
                row = _entry(state)
                if row != rows[_id(state)]:
                    rows = {**rows, _id(state): row}
        self._rows.pop(scope, None)
        self._rows[scope] = _Rows(order, races, rows)
        if len(self._rows) > KEPT:
            del self._rows[next(iter(self._rows))]
        return rows


class _Rows(Struct, frozen=True):
    """The rows of a competition's races, with the states that they show."""

    order: tuple[str, ...]
    races: tuple[Race, ...]
    rows: dict[str, Row]


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


def _next(rows: dict[str, Row], order: tuple[str, ...], current: str | None) -> str | None:
    waiting = (race for race in order if rows[race]["state"] in _WAITING)
    return next((race for race in waiting if race != current), None)


def _id(race: Race) -> str:
    assert race.scheduled is not None
    return race.scheduled.race


def _distance(book: Book, distance: Distance) -> Row:
    added = distance.added
    assert added is not None
    return {
        "id": added.distance,
        "name": added.name,
        "gender": added.gender,
        "relay": added.relay,
        "metres": added.metres,
        "official": book.is_final(added.distance),
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
