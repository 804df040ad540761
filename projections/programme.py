"""The day of a competition: its races, how each stands, what is current, what is next."""

from collections.abc import Sequence
from typing import ClassVar

from projections.book import Book, Scope
from projections.projection import Document, Row
from projections.race_header import instant
from tracker.domain.distance import Distance
from tracker.domain.events import Event
from tracker.domain.race import Race
from tracker.domain.result import result_state

_PODIUM = 3
_LATE = 2**62
"""Sorts a race without a time after those that have one."""


class ProgrammeProjection:
    """One document for each competition."""

    name: ClassVar[str] = "programme"
    version: ClassVar[int] = 1

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Race, Row]] = {}

    def scopes(self, event: Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the competitions that the event touched."""
        del event, book
        return tuple(sorted(name for kind, name in touched if kind == "competition"))

    def render(self, book: Book, scope: str) -> Document | None:
        """Return a competition's programme."""
        competition = book.competitions.get(scope)
        if competition is None or competition.created is None:
            return None
        created = competition.created
        distances = book.distances_in(scope)
        races = in_order(book, distances)
        current = current_race(book, scope)
        return Document(
            {
                "competition": scope,
                "name": created.name,
                "city": created.city,
                "country": created.country,
                "starts_on": created.starts_on,
                "ends_on": created.ends_on,
                "series": created.series,
                "distances": [_distance(book, each) for each in distances],
                "current": current,
                "next": _next(races, current),
            },
            {_id(race): self._row(race) for race in races},
            tuple(_id(race) for race in races),
        )

    def _row(self, race: Race) -> Row:
        """Return a race's row; the same object for the same state, so that it is encoded once."""
        name = _id(race)
        known = self._rows.get(name)
        if known is None or known[0] is not race:
            known = self._rows[name] = (race, _entry(race))
        return known[1]


def current_race(book: Book, competition: str) -> str | None:
    """Return the race that a scoreboard shows when it follows the competition.

    It is the race for which the gun went off last, until the next gun: its result stays on the
    board. Before the first gun it is the first race that has a start list.
    """
    started = book.started_last.get(competition)
    if started is not None:
        return started
    races = in_order(book, book.distances_in(competition))
    return next((_id(race) for race in races if race.has_start_list and not race.cancelled), None)


def in_order(book: Book, distances: Sequence[Distance]) -> list[Race]:
    """Return the races of distances as they follow each other: by time, then as numbered."""
    races = [
        race for d in distances if d.added is not None for race in book.races_in(d.added.distance)
    ]
    return sorted(races, key=_order)


def _order(race: Race) -> tuple[int, int]:
    scheduled = race.scheduled
    assert scheduled is not None
    at_ms = scheduled.scheduled_at_ms
    return (_LATE if at_ms is None else at_ms, scheduled.order)


def _next(races: Sequence[Race], current: str | None) -> str | None:
    """Return the first race that has not been started and is not current."""
    waiting = (r for r in races if result_state(r) in {"SCHEDULED", "START_LIST"})
    return next((_id(race) for race in waiting if _id(race) != current), None)


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
    rows = race.official.rows if race.official is not None else ()
    return {
        "kind": "race",
        "distance": scheduled.distance,
        "name": scheduled.name,
        "round": scheduled.round_name,
        "scheduled_at": instant(scheduled.scheduled_at_ms),
        "state": result_state(race),
        "podium": [
            {"rank": row.rank, "name": row.name, "noc": row.noc}
            for row in rows
            if row.rank is not None and row.rank <= _PODIUM
        ],
        "order": scheduled.order,
    }
