"""Says what follows from the domain states of one position."""

from bisect import bisect_right
from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

from msgspec import Struct

from projections.kept import same
from projections.touches import Touch
from tracker.domain import best_times
from tracker.domain import events as e
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.race import Race
from tracker.domain.race_evolve_all import evolve_all
from tracker.domain.ruleset import Ruleset

if TYPE_CHECKING:
    from projections.notes import Note
    from tracker.domain.classification import Classified
    from tracker.domain.marks import Marks
    from tracker.domain.series import Series

Scope: TypeAlias = tuple[str, str]
"""What an event touched: its kind (race, distance, competition or series) and its id."""

_LATE = 2**62
"""Sorts a race without a time after those that have one."""
_T = TypeVar("_T")


class Racing(Struct):
    """A race in which facts on the ice can neither end it nor change a result."""

    race: str
    touched: frozenset[Scope]
    positions: list[int]
    facts: list[tuple[int, e.RaceEvent]] = []
    """Those that wait to be folded until somebody looks at a race."""


class _Remembered(Struct):
    """What followed from which inputs, and when that was looked at last."""

    folded: int
    inputs: tuple[object, ...]
    value: Any


class States:
    """Domain states by stream, at one position of the log.

    What follows from them is worked out when somebody asks, and again only when it may be another:
    states are frozen and their parts shared, so what has not changed is the very same object.
    """

    def __init__(self) -> None:
        self.position = 0
        self.last: e.Event | None = None
        self.stream = ""
        """The stream of the event that was folded last."""
        self.quiet = False
        """Whether the last event is a fact on the ice that shows in its race alone, if anywhere."""
        self.moved = True
        """Whether a programme shows the race of the last event otherwise than before it."""
        self._races: dict[str, Race] = {}
        self._on_the_ice: dict[str, list[tuple[int, e.RaceEvent]]] = {}
        """Facts that wait to be folded until somebody looks at a race."""
        self._racing: dict[str, Racing] = {}
        """By stream."""
        self.distances: dict[str, Distance] = {}
        self.competitions: dict[str, Competition] = {}
        self.competitions_of: dict[str, tuple[str, ...]] = {}
        """By series, in the order of the log."""
        self.series: dict[str, Series] = {}
        self.races_of: dict[str, tuple[str, ...]] = {}
        """Races by distance, in the order in which they were scheduled."""
        self.distances_of: dict[str, tuple[str, ...]] = {}
        """Distances by competition and by series, in the order in which they were added."""
        self.started_last: dict[str, str] = {}
        """The race of each competition for which the gun went off last, as the public knows."""
        self._marks_held: dict[str, Marks] = {}
        """The marks that are shown of races whose public board is held."""
        self._guns: dict[str, int] = {}
        """The position of each race's last gun."""
        self._ledger: best_times.Ledger | None = best_times.Ledger()
        self._results: dict[str, Race] = {}
        """What is asked of official races that are not in memory."""
        self.notes: dict[str, tuple[Note, ...]] = {}
        """Decisions by race."""
        self._noting = True
        """Whether they are kept."""
        self.settled: dict[str, tuple[Classified, ...]] = {}
        """Final classifications of distances whose races this book does not hold."""
        self._positions: dict[str, list[int]] = {}
        """Where each race's events stand; shared by copies, which look no further than theirs."""
        self._official_in: dict[str, dict[str, int]] = {}
        """By competition the races that became official, with the positions, in that order."""
        self._also: frozenset[Scope] = frozenset()
        """What the event that is folded now touches beside its own race."""
        self._folded = 0
        self._begin_to_remember()

    def _begin_to_remember(self) -> None:
        """Have nothing worked out yet."""
        self._arranged: dict[str, list[Distance]] = {}
        """Distances in the order of the programme, until the programme changes."""
        self._orders: dict[str, tuple[str, ...]] = {}
        """Races in the order of the programme, likewise."""
        self._touched: dict[Scope, int] = {}
        """How many events this book had folded when a scope was touched last, races left out."""
        self._touches: dict[Scope, Touch] = {}
        """What touched a scope last, and before that."""
        self._remembered: dict[tuple[str, str], _Remembered] = {}

    def copy(self) -> Self:
        """Return states that stay as these are now; the tables are copied, not what is in them."""
        races = dict(self.races)
        twin = copy(self)
        tables = {
            name: dict(held)
            for name, held in vars(self).items()
            if isinstance(held, dict) and name != "_positions"
        }
        vars(twin).update(tables, _races=races, _on_the_ice={}, _racing={})
        return twin

    @property
    def races(self) -> dict[str, Race]:
        """Return the races by id, folded as far as this book is."""
        if self._on_the_ice:
            for race, facts in self._on_the_ice.items():
                self._races[race] = evolve_all(self._races[race], facts)
                facts.clear()
            self._on_the_ice = {}
        return self._races

    def forget(self) -> None:
        """Work everything out again: somebody has put in states that did not come by the log."""
        memories: tuple[dict[Any, Any], ...] = (
            self._remembered,
            self._arranged,
            self._orders,
            self._touches,
            self._racing,
        )
        for known in memories:
            known.clear()

    def touch(self, kind: str, name: str) -> Touch | None:
        """Return what touched a scope last; None when that is not known."""
        return self._touches.get((kind, name))

    def version_at(self, race: str, position: int) -> int:
        """Return how many events a race had at a position that this book has reached."""
        return bisect_right(self._positions.get(race, ()), min(position, self.position))

    def races_in(self, distance: str) -> list[Race]:
        """Return the races of a distance as the public sees them, in the order of scheduling."""
        races = self.races
        return [races[race].shown for race in self.races_of.get(distance, ())]

    def distances_in(self, owner: str) -> list[Distance]:
        """Return the distances of a competition or series in the order of the programme."""
        known = self._arranged.get(owner)
        if known is None:
            known = self._arranged[owner] = self._arrange(owner)
        return known

    def _arrange(self, owner: str) -> list[Distance]:
        found = [self.distances[distance] for distance in self.distances_of.get(owner, ())]
        competitions = (d.added.competition for d in found if d.added is not None)
        created = (self.competitions.get(each, Competition()).created for each in competitions)
        return self._kept(
            ("distances", owner),
            (*found, *created),
            lambda *_: sorted(found, key=self._programme_order),
        )

    def ruleset_of(self, competition: str) -> Ruleset | None:
        """Return the ruleset that a competition adopted."""
        found = self.competitions.get(competition)
        return found.ruleset if found else None

    def programme_of(self, competition: str) -> tuple[str, ...]:
        """Return the races of a competition by time, then as numbered."""
        known = self._orders.get(competition)
        if known is None:
            known = self._orders[competition] = self._order(competition)
        return known

    def _put_in_order(self, new: e.RaceScheduled) -> None:
        """Put a new race on its programme: at the end, if it comes after all others."""
        known = self._orders.get(new.competition)
        last = self._races[known[-1]].shown.scheduled if known else None
        if known and last is not None and _order(last) < _order(new):
            self._orders[new.competition] = (*known, new.race)
        else:
            self._orders.pop(new.competition, None)

    def _order(self, competition: str) -> tuple[str, ...]:
        distances = self.distances_in(competition)
        names = [each.added.distance for each in distances if each.added is not None]

        def in_order(*_: object) -> tuple[str, ...]:
            races = [race.scheduled for name in names for race in self.races_in(name)]
            found = sorted((each for each in races if each is not None), key=_order)
            return tuple(each.race for each in found)

        return self._kept(
            ("programme", competition),
            (*distances, *(self.races_of.get(name) for name in names)),
            in_order,
        )

    def _of(
        self,
        scope: Scope,
        what: str,
        inputs: Callable[[], tuple[object, ...]],
        make: Callable[..., _T],
    ) -> _T:
        """Return what follows from a scope; nothing is looked at while nothing touches it."""
        key = (what, scope[1])
        known = self._remembered.get(key)
        if known is None or known.folded < self._touched.get(scope, 0):
            return self._kept(key, inputs(), make)
        return known.value  # type: ignore[no-any-return]  # what is remembered is typed by its key

    def _kept(
        self, key: tuple[str, str], inputs: tuple[object, ...], make: Callable[..., _T]
    ) -> _T:
        """Return what follows from inputs; the same object as long as they are the same."""
        known = self._remembered.get(key)
        if known is not None and same(known.inputs, inputs):
            value: _T = known.value
        else:
            value = make(*inputs)
        self._remembered[key] = _Remembered(self._folded, inputs, value)
        return value

    def official_names(self, competition: str) -> tuple[str, ...]:
        """Return the ids of a competition's races with an official result, in the same order."""
        return tuple(self._official_in.get(competition, ()))

    def official_in(self, competition: str) -> list[Race]:
        """Return a competition's races with an official result, in the order they became so."""
        races, results = self.races, self._results
        names = self._official_in.get(competition, ())
        if not results:
            return list(map(races.__getitem__, names))
        return [races.get(race) or results[race] for race in names]

    def result_of(self, race: str) -> Race:
        """Return a race that became official; of one that was released, its result alone."""
        return self.races.get(race) or self._results[race]

    def stated(self, name: str) -> best_times.Stated:
        """Return what stood when a competition began, named by itself or by a race of it."""
        return self.competitions.get(name.split("/", 1)[0], Competition()).best_times

    def _programme_order(self, distance: Distance) -> tuple[str, str, int]:
        if distance.added is None:
            return ("", "", 0)
        competition = self.competitions.get(distance.added.competition, Competition())
        starts_on = competition.created.starts_on if competition.created else ""
        return (starts_on, distance.added.competition, distance.added.order)


def _order(scheduled: e.RaceScheduled) -> tuple[int, int]:
    at_ms = scheduled.scheduled_at_ms
    return (_LATE if at_ms is None else at_ms, scheduled.order)
