"""Says what follows from the domain states of one position."""

from bisect import bisect_right
from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from projections.kept import same
from projections.touches import Touch, races_between
from tracker.domain import best_times, classification, marks, standings
from tracker.domain import events as e
from tracker.domain.classification import Classified
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.marks import Marks
from tracker.domain.race import Race, ResultRow
from tracker.domain.race_evolve_all import evolve_all
from tracker.domain.result import sheet
from tracker.domain.ruleset import Ruleset
from tracker.domain.standings import Standing
from tracker.domain.values import Round

if TYPE_CHECKING:
    from projections.notes import Note
    from tracker.domain.series import Series

Scope: TypeAlias = tuple[str, str]
"""What an event touched: its kind (race, distance, competition or series) and its id."""

PACKED: msgspec.msgpack.Decoder[Race] = msgspec.msgpack.Decoder(Race)
"""Reads the official result of a race that is not in memory."""
_LATE = 2**62
"""Sorts a race without a time after those that have one."""
_T = TypeVar("_T")


class _Shown(Struct, frozen=True):
    """What the public sees of a race's result."""

    scheduled: e.RaceScheduled
    official: bool
    sheet: tuple[ResultRow, ...]


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
        self.official: dict[str, None] = {}
        """Races with an official result, in the order in which they became so."""
        self._ledger: best_times.Ledger | None = best_times.Ledger()
        self._left_out: frozenset[str] = frozenset()
        """Competitions of which the ledger does not say what they left."""
        self._released: dict[str, bytes] = {}
        """Official results of races that are not in memory, packed."""
        self.notes: dict[str, tuple[Note, ...]] = {}
        """Decisions by race."""
        self.settled: dict[str, tuple[Classified, ...]] = {}
        """Final classifications of distances whose races this book does not hold."""
        self._positions: dict[str, list[int]] = {}
        """Where each race's events stand; shared by copies, which look no further than theirs."""
        self._official_in: dict[str, tuple[str, ...]] = {}
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
        self._named: dict[str, dict[Round, tuple[str, ...]]] = {}
        self._final: dict[str, tuple[Touch | None, bool]] = {}
        """Whether every race of a distance was official."""
        self._shown: dict[str, tuple[Touch | None, dict[str, _Shown | None]]] = {}
        """What the public sees of the results of a distance."""
        self._sheets: dict[str, tuple[Race, tuple[ResultRow, ...]]] = {}

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
        for known in (
            self._remembered,
            self._arranged,
            self._orders,
            self._touches,
            self._named,
            self._shown,
            self._final,
            self._racing,
        ):
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

    def names_in(self, distance: str) -> dict[Round, tuple[str, ...]]:
        """Return the races of a distance by round, by name, as far as they are not cancelled."""
        found = self._named.get(distance)
        if found is None:
            found = {}
            for race in self.races_in(distance):
                if race.scheduled is not None and not race.cancelled:
                    names = found.get(race.scheduled.round, ())
                    found[race.scheduled.round] = (*names, race.scheduled.race)
            self._named[distance] = found
        return found

    def marks_in(self, distance: str) -> dict[str, Marks]:
        """Return the marks of each round of a distance."""
        tables = self.distances.get(distance, Distance()).progressions
        names, shown = self.names_in(distance), self._shown_in(distance)

        def by_round(*_: object) -> dict[str, Marks]:
            known = self._remembered.get(("marks", distance))
            found: dict[str, Marks] = {
                each: self._marks(distance, each, races, tables.get(each))
                for each, races in names.items()
            }
            if known is not None and known.value.keys() == found.keys():
                before: dict[str, Marks] = known.value
                if same((*before.values(),), (*found.values(),)):
                    return before
            return found

        return self._kept(("marks", distance), (tables, names, shown), by_round)

    def _marks(
        self,
        distance: str,
        round_: str,
        names: tuple[str, ...],
        table: e.ProgressionSet | None,
    ) -> Marks:
        """Return a round's marks: the same object as long as they follow from the same."""
        shown = self._shown_in(distance)
        inputs = (found for name in names if (found := shown.get(name)) is not None)
        complete = marks.is_complete([self.races[name].shown for name in names])
        return self._kept(
            (f"marks {round_}", distance),
            (table, complete, *inputs),
            lambda *_: marks.marks([self.races[name].shown for name in names], table),
        )

    def _shown_in(self, distance: str) -> dict[str, _Shown | None]:
        """Return what is shown of each race's result; the same object while none is another."""
        touch = self.touch("distance", distance)
        known = self._shown.get(distance)
        if known is not None and touch is not None and known[0] is touch:
            return known[1]
        before = {} if known is None else known[1]
        races = None if known is None else races_between(known[0], touch)
        found = {
            race: self._result(race, before.get(race))
            for race in (self.races_of.get(distance, ()) if races is None else races)
        }
        if races is not None:
            others = (
                race for race in found if race not in before or found[race] is not before[race]
            )
            found = {**before, **found} if any(True for _ in others) else before
        self._shown[distance] = (touch, found)
        return found

    def _result(self, name: str, before: _Shown | None) -> _Shown | None:
        """Return what is shown of a race's result, None while nothing is."""
        race = self.races[name].shown
        if race.scheduled is None or race.cancelled or not classification.counts(race):
            return None
        shown = _Shown(race.scheduled, race.official is not None, self.sheet(race))
        return before if before == shown else shown

    def marks_of(self, race: Race) -> Marks:
        """Return the marks of a race's competitors, as the public sees them."""
        scheduled = race.scheduled
        if scheduled is None:
            return {}
        if race.held is not None and scheduled.race in self._marks_held:
            return self._marks_held[scheduled.race]
        return self.marks_in(scheduled.distance).get(scheduled.round, {})

    def is_final(self, distance: str) -> bool:
        """Return whether every race of a distance is official."""
        if distance in self.settled:
            return True
        touch = self.touch("distance", distance)
        known = self._final.get(distance)
        if known is None or touch is None or known[0] is not touch:
            races = self.races
            skated = [race for names in self.names_in(distance).values() for race in names]
            final = bool(skated) and all(races[race].shown.official for race in skated)
            known = self._final[distance] = (touch, final)
        return known[1]

    def classified(self, distance: str) -> tuple[Classified, ...]:
        """Return the classification of a distance."""
        if distance in self.settled:
            return self.settled[distance]
        ruleset = self.ruleset_of(distance.split("/", 1)[0])
        if ruleset is None:
            return ()
        shown, final = self._shown_in(distance), self.is_final(distance)

        def classify(*_: object) -> tuple[Classified, ...]:
            placed = [
                self._placed(found, ruleset)
                for name in self.races_of.get(distance, ())
                if (found := shown[name]) is not None
            ]
            return classification.classify_placed(placed, ruleset, final=final)

        sheets = (
            part
            for name in self.races_of.get(distance, ())
            if (found := shown[name]) is not None
            for part in (found.scheduled, found.sheet)
        )
        return self._kept(("classified", distance), (ruleset, final, *sheets), classify)

    def _placed(self, shown: _Shown, ruleset: Ruleset) -> tuple[classification.Placed, ...]:
        """Return the places in a race: the same object as long as its result says the same."""
        return self._kept(
            ("placed", shown.scheduled.race),
            (shown.scheduled, shown.sheet, ruleset),
            lambda *_: classification.place(shown.scheduled, shown.sheet, ruleset),
        )

    def sheet(self, race: Race) -> tuple[ResultRow, ...]:
        """Return a race's public result: the same object as long as it says the same."""
        assert race.scheduled is not None, "a race that was skated was scheduled"
        known = self._sheets.get(race.scheduled.race)
        if known is not None and known[0] is race:
            return known[1]
        rows = sheet(race)
        if known is not None and known[1] == rows:
            rows = known[1]
        self._sheets[race.scheduled.race] = (race, rows)
        return rows

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

    def official_in(self, competition: str) -> list[Race]:
        """Return a competition's races with an official result, in the order they became so."""
        races = self.races
        names = self._official_in.get(competition, ())
        return [races[race] if race in races else self.result_of(race) for race in names]

    def result_of(self, race: str) -> Race:
        """Return a race that became official; of one that was released, its result alone."""
        found = self.races.get(race)
        return PACKED.decode(self._released[race]) if found is None else found

    def confirmable(self, competition: str) -> best_times.Confirmable:
        """Return the world, championship and track best times of a competition."""

        def confirmable(stated: best_times.Stated, *races: Race) -> best_times.Confirmable:
            before = self._remembered.get(("best times", competition))
            found = best_times.confirmable(races, stated)
            return before.value if before is not None and before.value == found else found

        return self._of(
            ("competition", competition),
            "best times",
            lambda: (self.stated(competition), *self.official_in(competition)),
            confirmable,
        )

    def own_bests(self, competition: str = "") -> best_times.Ledger:
        """Return the season and personal bests of the whole log, and what a competition left."""
        if self._ledger is None or competition in self._left_out:
            ledger = best_times.Ledger()
            for race in self.official:
                ledger = best_times.add(ledger, self.result_of(race), self.stated(race))
            self._ledger, self._left_out = ledger, frozenset()
        return self._ledger

    def stated(self, name: str) -> best_times.Stated:
        """Return what stood when a competition began, named by itself or by a race of it."""
        return self.competitions.get(name.split("/", 1)[0], Competition()).best_times

    def standings(self, series: str) -> dict[str, tuple[Standing, ...]]:
        """Return the tables of a series in which somebody stands."""
        state = self.series.get(series)
        if state is None or state.created is None:
            return {}
        created, brought_in = state.created, state.brought_in

        def final() -> tuple[object, ...]:
            return (
                created,
                brought_in,
                *(
                    part
                    for each in self.distances_in(f"series {series}")
                    if each.added is not None and self.is_final(each.added.distance)
                    for part in (each.added, self.classified(each.added.distance))
                ),
            )

        def add_up(*given: Any) -> dict[str, tuple[Standing, ...]]:
            ruleset, pairs = created.ruleset, list(zip(given[2::2], given[3::2], strict=True))
            counted: dict[str, list[tuple[e.DistanceAdded, tuple[Classified, ...]]]] = {
                each.table: [] for each in brought_in
            }
            for pair in pairs:
                for name in standings.tables_of(ruleset, pair[0]):
                    counted.setdefault(name, []).append(pair)
            found = {
                name: self._table(series, name, (ruleset, brought_in), counted[name])
                for name in sorted(counted)
            }
            return {name: table for name, table in found.items() if table}

        return self._of(("series", series), "standings", final, add_up)

    def _table(
        self,
        series: str,
        name: str,
        given: tuple[Ruleset, tuple[e.PointsBroughtIn, ...]],
        pairs: list[tuple[e.DistanceAdded, tuple[Classified, ...]]],
    ) -> tuple[Standing, ...]:
        """Return one table of a series: the same object while what counts in it is the same."""

        def add_up(*_: object) -> tuple[Standing, ...]:
            known = self._remembered.get((f"table {name}", series))
            found = standings.tables(given[0], pairs, given[1], name).get(name, ())
            return known.value if known is not None and known.value == found else found

        inputs = (*given, *(part for pair in pairs for part in pair))
        return self._kept((f"table {name}", series), inputs, add_up)

    def _programme_order(self, distance: Distance) -> tuple[str, str, int]:
        if distance.added is None:
            return ("", "", 0)
        competition = self.competitions.get(distance.added.competition, Competition())
        starts_on = competition.created.starts_on if competition.created else ""
        return (starts_on, distance.added.competition, distance.added.order)


def _order(scheduled: e.RaceScheduled) -> tuple[int, int]:
    at_ms = scheduled.scheduled_at_ms
    return (_LATE if at_ms is None else at_ms, scheduled.order)
