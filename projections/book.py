"""The fold of the whole log into domain states, shared by all projections of one runner."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct

from projections.kept import same
from projections.notes import NOTED, Note, published, target_of
from tracker.domain import best_times, classification, decider, marks, standings
from tracker.domain import events as e
from tracker.domain.classification import Classified
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.marks import Marks
from tracker.domain.race import Race, ResultRow
from tracker.domain.race_evolve import evolve_all
from tracker.domain.result import result_state, sheet
from tracker.domain.ruleset import Ruleset
from tracker.domain.series import Series
from tracker.domain.standings import Standing
from tracker.domain.values import Round
from tracker.log.codec import decode
from tracker.log.recorded_event import RecordedEvent

Scope: TypeAlias = tuple[str, str]
"""What an event touched: its kind (race, distance, competition or series) and its id."""

ON_THE_ICE = (
    e.CrossingRecorded,
    e.CrossingAssigned,
    e.ExchangeRecorded,
    e.FallRecorded,
    e.GettingUpRecorded,
    e.BellRung,
)
"""Facts that concern their race alone, as long as its result is not published."""


_LATE = 2**62
"""Sorts a race without a time after those that have one."""
_T = TypeVar("_T")


class _Remembered(Struct):
    """What followed from which inputs, and when that was looked at last."""

    folded: int
    inputs: tuple[object, ...]
    value: Any


BEFORE_A_RESULT = (
    *ON_THE_ICE,
    e.StartListPublished,
    e.StartPositionsChanged,
    e.LineUpNamed,
    e.RaceStarted,
    e.FalseStartCalled,
    e.RaceEnded,
    e.FinishOrderRecorded,
    e.FinishTimesRecorded,
    e.ResultPublished,
    e.SkaterEntered,
    e.TeamEntered,
    e.HelmetNumberAssigned,
    e.RoundAdded,
    e.ProgressionSet,
)
"""Facts after which every official result is the one it was, and no distance is final that was not."""


class Book:
    """Domain states by stream, at one position of the log.

    States are frozen, so a copy costs the size of the tables and not of the states.
    """

    def __init__(self) -> None:
        self.position = 0
        self.last: e.Event | None = None
        self.stream = ""
        """The stream of the event that was folded last."""
        self._races: dict[str, Race] = {}
        self._on_the_ice: dict[str, list[tuple[int, e.RaceEvent]]] = {}
        """Facts that wait to be folded until somebody looks at a race."""
        self.distances: dict[str, Distance] = {}
        self.competitions: dict[str, Competition] = {}
        self.series: dict[str, Series] = {}
        self.races_of: dict[str, tuple[str, ...]] = {}
        """Races by distance, in the order in which they were scheduled."""
        self.distances_of: dict[str, tuple[str, ...]] = {}
        """Distances by competition and by series, in the order in which they were added."""
        self.started_last: dict[str, str] = {}
        """The race of each competition for which the gun went off last."""
        self.official: dict[str, None] = {}
        """Races with an official result, in the order in which they became so."""
        self._ledger: best_times.Ledger | None = best_times.Ledger()
        self.notes: dict[str, tuple[Note, ...]] = {}
        """Decisions by race."""
        self.settled: dict[str, tuple[Classified, ...]] = {}
        """Final classifications of distances whose races this book does not hold."""
        self._positions: dict[str, list[int]] = {}
        """Where each race's events stand; shared by copies, which look no further than theirs."""
        self._official_in: dict[str, tuple[str, ...]] = {}
        self._folded = 0
        self._touched: dict[Scope, int] = {}
        """How many events this book had folded when a scope was touched last, races left out."""
        self._remembered: dict[tuple[str, str], _Remembered] = {}
        self._sheets: dict[str, tuple[Race, tuple[ResultRow, ...]]] = {}

    def copy(self) -> "Book":
        """Return a book that stays as this one is now."""
        twin = Book()
        twin.position = self.position
        twin.last = self.last
        twin.stream = self.stream
        twin._races = dict(self.races)
        twin.distances = dict(self.distances)
        twin.competitions = dict(self.competitions)
        twin.series = dict(self.series)
        twin.races_of = dict(self.races_of)
        twin.distances_of = dict(self.distances_of)
        twin.started_last = dict(self.started_last)
        twin.official = dict(self.official)
        twin._ledger = self._ledger
        twin.notes = dict(self.notes)
        twin.settled = dict(self.settled)
        twin._positions = self._positions
        twin._official_in = dict(self._official_in)
        twin._folded = self._folded
        twin._touched = dict(self._touched)
        twin._remembered = dict(self._remembered)
        twin._sheets = dict(self._sheets)
        return twin

    def fold(self, recorded: RecordedEvent) -> frozenset[Scope]:
        """Fold the next event and return what it touched.

        A race's event touches its distance, competition and series only when it may change what
        is shown of them; a crossing of a running race does not.
        """
        event = decode(recorded)
        kind, _, name = recorded.stream.partition("-")
        if kind == "race":
            touched = self._fold_race(name, recorded, event)
        else:
            touched = self._fold_programme(kind, name, recorded, event)
        self.position = recorded.position
        self.last = event
        self.stream = recorded.stream
        found = frozenset(touched)
        self._folded += 1
        for scope in found:
            if scope[0] != "race":
                self._touched[scope] = self._folded
        return found

    @property
    def races(self) -> dict[str, Race]:
        """Return the races by id, folded as far as this book is."""
        if self._on_the_ice:
            for race, facts in self._on_the_ice.items():
                self._races[race] = evolve_all(self._races[race], facts)
            self._on_the_ice = {}
        return self._races

    @property
    def event(self) -> e.Event:
        """Return the event that was folded last."""
        assert self.last is not None, "nothing was folded yet"
        return self.last

    def version_at(self, race: str, position: int) -> int:
        """Return how many events a race had at a position that this book has reached."""
        return bisect_right(self._positions.get(race, ()), min(position, self.position))

    def races_in(self, distance: str) -> list[Race]:
        """Return the races of a distance in the order in which they were scheduled."""
        races = self.races
        return [races[race] for race in self.races_of.get(distance, ())]

    def distances_in(self, owner: str) -> list[Distance]:
        """Return the distances of a competition or series in the order of the programme."""
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
        """Return the races of a competition as they follow each other: by time, then as numbered."""
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

    def rounds_in(self, distance: str) -> dict[Round, list[Race]]:
        """Return the races of a distance by round, as far as they are not cancelled."""

        def by_round(*races: Race) -> dict[Round, list[Race]]:
            found: dict[Round, list[Race]] = {}
            for race in races:
                if race.scheduled is not None and not race.cancelled:
                    found.setdefault(race.scheduled.round, []).append(race)
            return found

        return self._of(
            ("distance", distance), "rounds", lambda: tuple(self.races_in(distance)), by_round
        )

    def marks_in(self, distance: str) -> dict[str, Marks]:
        """Return the marks of each round of a distance."""

        def by_round() -> tuple[object, ...]:
            tables = self.distances.get(distance, Distance()).progressions
            return tuple(
                part
                for round_, races in self.rounds_in(distance).items()
                for part in (round_, self._marks(distance, round_, races, tables.get(round_)))
            )

        def pairs(*parts: Any) -> dict[str, Marks]:
            return dict(zip(parts[::2], parts[1::2], strict=True))

        return self._of(("distance", distance), "marks", by_round, pairs)

    def _marks(
        self, distance: str, round_: str, races: list[Race], table: e.ProgressionSet | None
    ) -> Marks:
        """Return a round's marks: the same object as long as they follow from the same."""
        shown = [
            part
            for race in races
            if classification.counts(race)
            for part in (race.official is None, self.sheet(race))
        ]
        return self._kept(
            (f"marks {round_}", distance),
            (table, marks.is_complete(races), *shown),
            lambda *_: marks.marks(races, table),
        )

    def marks_of(self, race: Race) -> Marks:
        """Return the marks of a race's competitors."""
        scheduled = race.scheduled
        if scheduled is None:
            return {}
        return self.marks_in(scheduled.distance).get(scheduled.round, {})

    def is_final(self, distance: str) -> bool:
        """Return whether every race of a distance is official."""
        if distance in self.settled:
            return True
        return self._of(
            ("distance", distance),
            "final",
            lambda: tuple(self.races_in(distance)),
            lambda *races: classification.is_final(races),
        )

    def may_settle(self, event: e.Event) -> bool:
        """Say whether the last event may have changed a final distance, or which are final."""
        if isinstance(event, BEFORE_A_RESULT):
            return False
        kind, _, name = self.stream.partition("-")
        if kind != "race" or isinstance(event, e.RaceCancelled):
            return True
        scheduled = self.races[name].scheduled
        if scheduled is None or self.is_final(scheduled.distance):
            return True
        beside = [
            race
            for race in self.races_in(scheduled.distance)
            if race.scheduled is not None and race.scheduled.race != name
        ]
        return classification.is_final(beside)  # then it was final without this race

    def classified(self, distance: str) -> tuple[Classified, ...]:
        """Return the classification of a distance."""
        if distance in self.settled:
            return self.settled[distance]
        ruleset = self.ruleset_of(distance.split("/", 1)[0])

        def shown() -> tuple[object, ...]:
            races = [race for race in self.races_in(distance) if classification.counts(race)]
            sheets = (part for race in races for part in (race.scheduled, self.sheet(race)))
            return (ruleset, self.is_final(distance), *sheets)

        def classify(*_: object) -> tuple[Classified, ...]:
            races = self.races_in(distance)
            return classification.classify(races, ruleset) if ruleset and races else ()

        return self._of(("distance", distance), "classified", shown, classify)

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
        return [races[race] for race in self._official_in.get(competition, ())]

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

    def own_bests(self) -> best_times.Ledger:
        """Return the season and personal bests of the whole log."""
        if self._ledger is None:
            ledger = best_times.Ledger()
            for race in self.official:
                ledger = best_times.add(ledger, self.races[race], self.stated(race))
            self._ledger = ledger
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
            known = self._remembered.get(("standings", series))
            before = {} if known is None else known.value
            pairs = list(zip(given[2::2], given[3::2], strict=True))
            tables = standings.tables(created.ruleset, pairs, brought_in)
            return {
                name: before[name] if before.get(name) == table else table
                for name, table in tables.items()
            }

        return self._of(("series", series), "standings", final, add_up)

    def _programme_order(self, distance: Distance) -> tuple[str, str, int]:
        if distance.added is None:
            return ("", "", 0)
        competition = self.competitions.get(distance.added.competition, Competition())
        starts_on = competition.created.starts_on if competition.created else ""
        return (starts_on, distance.added.competition, distance.added.order)

    def _fold_race(self, race: str, recorded: RecordedEvent, event: e.Event) -> list[Scope]:
        positions = self._positions.setdefault(race, [])
        if not positions or positions[-1] < recorded.position:  # a copy may fold it again
            positions.append(recorded.position)
        known = self._races.get(race)
        if known is not None and isinstance(event, ON_THE_ICE) and _is_nothing_but_raced(known):
            self._on_the_ice.setdefault(race, []).append((recorded.version, event))
            return [("race", race)]
        before = self.races.get(race, Race())
        after = decider.evolve(before, recorded.version, event)
        assert isinstance(after, Race)
        self._races[race] = after
        self._keep_best_times(race, before, after)
        if isinstance(event, NOTED):
            self._note(race, before, after, recorded, event)
        if after.scheduled is None:
            return [("race", race)]
        scheduled = after.scheduled
        if isinstance(event, e.RaceScheduled):
            others = self.races_of.get(scheduled.distance, ())
            self.races_of[scheduled.distance] = (*others, race)
        if isinstance(event, e.RaceStarted):
            self.started_last[scheduled.competition] = race
        touched = [("race", race)]
        if _concerns_its_race_alone(event, before, after):
            return touched
        touched += [("distance", scheduled.distance), ("competition", scheduled.competition)]
        touched += self._beside(scheduled)
        if scheduled.series is not None:
            touched.append(("series", scheduled.series))
        return touched

    def _beside(self, scheduled: e.RaceScheduled) -> list[Scope]:
        """Return the other races of a round whose marks hang together with this one's."""
        distance = self.distances.get(scheduled.distance)
        if distance is None or scheduled.round not in distance.progressions:
            return []
        return [
            ("race", race.scheduled.race)
            for race in self.rounds_in(scheduled.distance).get(scheduled.round, ())
            if race.scheduled is not None and race.scheduled.race != scheduled.race
        ]

    def _keep_best_times(self, race: str, before: Race, after: Race) -> None:
        """Add a new official result; what changes an earlier one has all reckoned anew."""
        if after.official is None:
            return
        if race not in self.official:
            self.official[race] = None
            competition = race.split("/", 1)[0]
            self._official_in[competition] = (*self._official_in.get(competition, ()), race)
            if self._ledger is not None:
                self._ledger = best_times.add(self._ledger, after, self.stated(race))
        elif best_times.recognised(before) != best_times.recognised(after):
            self._ledger = None

    def _fold_programme(
        self, kind: str, name: str, recorded: RecordedEvent, event: e.Event
    ) -> list[Scope]:
        state: decider.State
        match kind:
            case "distance":
                state = self.distances.get(name, Distance())
                state = decider.evolve(state, recorded.version, event)
                assert isinstance(state, Distance)
                self.distances[name] = state
                return self._distance_touched(name, event)
            case "competition":
                state = self.competitions.get(name, Competition())
                state = decider.evolve(state, recorded.version, event)
                assert isinstance(state, Competition)
                self.competitions[name] = state
                return self._competition_touched(name, state, event)
            case "series":
                state = self.series.get(name, Series())
                state = decider.evolve(state, recorded.version, event)
                assert isinstance(state, Series)
                self.series[name] = state
                return [("series", name)]
            case _:
                raise AssertionError(f"stream {recorded.stream} is of no kind that is known")

    def _distance_touched(self, distance: str, event: e.Event) -> list[Scope]:
        touched = [("distance", distance)]
        if isinstance(event, e.DistanceAdded):
            owners = [event.competition]
            touched.append(("competition", event.competition))
            if event.series is not None:
                owners.append(f"series {event.series}")
                touched.append(("series", event.series))
            for owner in owners:
                self.distances_of[owner] = (*self.distances_of.get(owner, ()), distance)
        if isinstance(event, e.ProgressionSet):
            races = self.rounds_in(distance).get(event.round, ())
            touched += [("race", race.scheduled.race) for race in races if race.scheduled]
        return touched

    def _competition_touched(
        self, competition: str, state: Competition, event: e.Event
    ) -> list[Scope]:
        touched = [("competition", competition)]
        if isinstance(event, e.BestTimeStated):
            if self.official_in(competition):
                self._ledger = None
            if event.kind == "season" and state.created is not None and state.created.series:
                touched.append(("series", state.created.series))
        if isinstance(event, e.RulesetAdopted):
            touched += [("distance", d) for d in self.distances_of.get(competition, ())]
            if state.created is not None and state.created.series is not None:
                touched.append(("series", state.created.series))
        return touched

    def _note(
        self,
        race: str,
        before: Race,
        after: Race,
        recorded: RecordedEvent,
        event: e.RaceEvent,
    ) -> None:
        """Keep who took a decision; find out which decisions the public may now read of."""
        target = target_of(event)
        note = Note(
            position=recorded.position,
            version=recorded.version,
            event=event,
            official=recorded.official,
            device=recorded.device,
            occurred_at=recorded.occurred_at,
            recorded_at=recorded.recorded_at,
            replaced=dict(before.facts).get(target) if target is not None else None,
            public_at=None,
        )
        notes = (*self.notes.get(race, ()), note)
        self.notes[race] = published(notes, after, recorded.position)


def _order(scheduled: e.RaceScheduled) -> tuple[int, int]:
    at_ms = scheduled.scheduled_at_ms
    return (_LATE if at_ms is None else at_ms, scheduled.order)


def _is_nothing_but_raced(race: Race) -> bool:
    """Say whether what happens on the ice now can neither end the race nor change a result."""
    return not (race.published or race.review_open or race.official is not None)


def _concerns_its_race_alone(event: e.Event, before: Race, after: Race) -> bool:
    """Say whether nothing but the race's own documents can have changed."""
    return (
        isinstance(event, ON_THE_ICE)
        and not after.published
        and result_state(before) == result_state(after)
    )


def _programme_order(distance: Distance) -> int:
    return distance.added.order if distance.added else 0
