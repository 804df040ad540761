"""The fold of the whole log into domain states, shared by all projections of one runner."""

from bisect import bisect_right
from typing import TypeAlias

from projections.notes import NOTED, Note, published, target_of
from tracker.domain import best_times, classification, decider, marks, standings
from tracker.domain import events as e
from tracker.domain.classification import Classified
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.marks import Marks
from tracker.domain.race import Race
from tracker.domain.result import result_state
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


class Book:
    """Domain states by stream, at one position of the log.

    States are frozen, so a copy costs the size of the tables and not of the states.
    """

    def __init__(self) -> None:
        self.position = 0
        self.last: e.Event | None = None
        self.races: dict[str, Race] = {}
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
        self._remembered: dict[Scope, object] = {}

    def copy(self) -> "Book":
        """Return a book that stays as this one is now."""
        twin = Book()
        twin.position = self.position
        twin.last = self.last
        twin.races = dict(self.races)
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
        twin._remembered = dict(self._remembered)
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
        found = frozenset(touched)
        for kind, name in found:
            self._remembered.pop((kind, name), None)
            if kind == "distance":
                self._remembered.pop(("marks", name), None)
            if kind == "competition":
                self._remembered.pop(("best times", name), None)
        return found

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
        return [self.races[race] for race in self.races_of.get(distance, ())]

    def distances_in(self, owner: str) -> list[Distance]:
        """Return the distances of a competition or series in the order of the programme."""
        found = [self.distances[distance] for distance in self.distances_of.get(owner, ())]
        return sorted(found, key=self._programme_order)

    def ruleset_of(self, competition: str) -> Ruleset | None:
        """Return the ruleset that a competition adopted."""
        found = self.competitions.get(competition)
        return found.ruleset if found else None

    def rounds_in(self, distance: str) -> dict[Round, list[Race]]:
        """Return the races of a distance by round, as far as they are not cancelled."""
        found: dict[Round, list[Race]] = {}
        for race in self.races_in(distance):
            if race.scheduled is not None and not race.cancelled:
                found.setdefault(race.scheduled.round, []).append(race)
        return found

    def marks_in(self, distance: str) -> dict[str, Marks]:
        """Return the marks of each round of a distance."""
        scope = ("marks", distance)
        known = self._remembered.get(scope)
        if known is None:
            tables = self.distances.get(distance, Distance()).progressions
            known = {
                round_: marks.marks(races, tables.get(round_))
                for round_, races in self.rounds_in(distance).items()
            }
            self._remembered[scope] = known
        return known  # type: ignore[return-value]  # what is remembered is typed by its scope

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
        return classification.is_final(self.races_in(distance))

    def classified(self, distance: str) -> tuple[Classified, ...]:
        """Return the classification of a distance."""
        if distance in self.settled:
            return self.settled[distance]
        scope = ("distance", distance)
        known = self._remembered.get(scope)
        if known is None:
            ruleset = self.ruleset_of(distance.split("/", 1)[0])
            races = self.races_in(distance)
            known = classification.classify(races, ruleset) if ruleset and races else ()
            self._remembered[scope] = known
        return known  # type: ignore[return-value]  # what is remembered is typed by its scope

    def official_in(self, competition: str) -> list[Race]:
        """Return a competition's races with an official result, in the order they became so."""
        prefix = f"{competition}/"
        return [self.races[race] for race in self.official if race.startswith(prefix)]

    def confirmable(self, competition: str) -> best_times.Confirmable:
        """Return the world, championship and track best times of a competition."""
        scope = ("best times", competition)
        known = self._remembered.get(scope)
        if known is None:
            races = self.official_in(competition)
            known = best_times.confirmable(races, self.stated(competition))
            self._remembered[scope] = known
        return known  # type: ignore[return-value]  # what is remembered is typed by its scope

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
        scope = ("series", series)
        known = self._remembered.get(scope)
        if known is None:
            known = self._tables(series)
            self._remembered[scope] = known
        return known  # type: ignore[return-value]  # likewise

    def _tables(self, series: str) -> dict[str, tuple[Standing, ...]]:
        state = self.series.get(series)
        if state is None or state.created is None:
            return {}
        final = [
            (each.added, self.classified(each.added.distance))
            for each in self.distances_in(f"series {series}")
            if each.added is not None and self.is_final(each.added.distance)
        ]
        return standings.tables(state.created.ruleset, final, state.brought_in)

    def _programme_order(self, distance: Distance) -> tuple[str, str, int]:
        if distance.added is None:
            return ("", "", 0)
        competition = self.competitions.get(distance.added.competition, Competition())
        starts_on = competition.created.starts_on if competition.created else ""
        return (starts_on, distance.added.competition, distance.added.order)

    def _fold_race(self, race: str, recorded: RecordedEvent, event: e.Event) -> list[Scope]:
        before = self.races.get(race, Race())
        after = decider.evolve(before, recorded.version, event)
        assert isinstance(after, Race)
        self.races[race] = after
        positions = self._positions.setdefault(race, [])
        if not positions or positions[-1] < recorded.position:  # a copy may fold it again
            positions.append(recorded.position)
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


def _concerns_its_race_alone(event: e.Event, before: Race, after: Race) -> bool:
    """Say whether nothing but the race's own documents can have changed."""
    return (
        isinstance(event, ON_THE_ICE)
        and not after.published
        and result_state(before) == result_state(after)
    )


def _programme_order(distance: Distance) -> int:
    return distance.added.order if distance.added else 0
