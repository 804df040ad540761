"""The fold of the whole log into domain states, shared by all projections of one runner."""

from collections.abc import Iterable
from typing import TypeGuard

from projections.notes import NOTED, Note, held_back, published, target_of
from projections.seasons import Seasons
from projections.states import Racing, Scope
from projections.touches import follow
from tracker.domain import best_times, classification, decider
from tracker.domain import events as e
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.race import Race
from tracker.domain.result import result_state
from tracker.domain.series import Series
from tracker.log.codec import decode
from tracker.log.recorded_event import Recorded, RecordedEvent

__all__ = ["BEFORE_A_RESULT", "ON_THE_ICE", "Book", "Scope"]

ON_THE_ICE = (
    e.CrossingRecorded,
    e.CrossingAssigned,
    e.ExchangeRecorded,
    e.FallRecorded,
    e.GettingUpRecorded,
    e.BellRung,
)
"""Facts that concern their race alone, as long as its result is not published."""
_ON_THE_ICE = frozenset(ON_THE_ICE)


IN_A_RACE = (
    *ON_THE_ICE,
    e.StartListPublished,
    e.StartPositionsChanged,
    e.LineUpNamed,
    e.RaceStarted,
    e.FalseStartCalled,
    e.RaceEnded,
    e.FinishOrderRecorded,
    e.FinishTimesRecorded,
)
"""Facts that by themselves publish nothing: only where a result is shown may it be another."""

BEFORE_A_RESULT = (
    *IN_A_RACE,
    e.ResultPublished,
    e.SkaterEntered,
    e.TeamEntered,
    e.HelmetNumberAssigned,
    e.RoundAdded,
    e.ProgressionSet,
    e.PublicBoardHeld,
    e.PublicBoardReleased,
)
"""Facts after which no official result is another, and no more distances are final."""


_MAY_MOVE_A_RACE = frozenset({e.FactRetracted, e.FactAmended})
"""Facts after which a race may be of another round than before."""
# To ask for the type is to look once; to ask whether it is one of twenty is to look twenty times.
_IN_A_RACE = frozenset(IN_A_RACE)
_BEFORE_A_RESULT = frozenset(BEFORE_A_RESULT)
_NOTED = frozenset(NOTED)


class Book(Seasons):
    """Domain states that go on with the log."""

    @classmethod
    def begun_for(cls, *, notes: bool) -> "Book":
        """Return a book that works out season and personal bests when somebody asks for them.

        Without notes it keeps none: then nobody may ask who decided what.
        """
        book = cls()
        book._ledger = None
        book._noting = notes
        return book

    def fold(self, recorded: Recorded) -> frozenset[Scope]:
        """Fold the next event and return what it touched.

        A race's event touches its distance, competition and series only when it may change what
        is shown of them; a crossing of a running race does not.
        """
        event = decode(recorded)
        racing = self._racing.get(recorded.stream)
        if racing is not None and type(event) in _ON_THE_ICE:
            return self._fold_on_the_ice(racing, recorded, event)
        kind, _, name = recorded.stream.partition("-")
        self.quiet = False
        self.moved = True
        if kind == "race":
            touched = self._fold_race(name, recorded, event)
        else:
            touched = self._fold_programme(kind, name, recorded, event)
        self.position = recorded.position
        self.last = event
        self.stream = recorded.stream
        self._folded += 1
        alone = kind == "race" and type(event) not in _MAY_MOVE_A_RACE
        race = name if alone else None
        beside, self._also = self._also, frozenset()
        for scope in {*touched}:
            if scope[0] != "race":
                self._touched[scope] = self._folded
                self._touches[scope] = follow(self._touches.get(scope), race)
        return beside.union(touched)

    def _fold_on_the_ice(
        self, racing: Racing, recorded: Recorded, event: e.Event
    ) -> frozenset[Scope]:
        """Put a fact aside that shows in its race alone, until somebody looks at a race."""
        if not racing.facts:
            self._on_the_ice[racing.race] = racing.facts
        racing.facts.append((recorded.version, event))  # type: ignore[arg-type]  # a race's stream holds facts of a race
        if racing.positions[-1] < recorded.position:  # a copy may fold it again
            racing.positions.append(recorded.position)
        self.position = recorded.position
        self.last = event
        self.stream = recorded.stream
        self.quiet = True
        self._folded += 1
        return racing.touched

    def restore(self, events: Iterable[RecordedEvent]) -> None:
        """Have races in memory again, from all the events of their streams."""
        folded = Book()
        for event in events:
            folded.fold(event)
        self.races.update(folded.races)
        self.notes.update(folded.notes)
        self._positions.update(folded._positions)
        for race in folded.races:
            self._results.pop(race, None)
            self._racing.pop(f"race-{race}", None)

    @property
    def event(self) -> e.Event:
        """Return the event that was folded last."""
        assert self.last is not None, "nothing was folded yet"
        return self.last

    def may_show(self, event: e.Event) -> bool:
        """Say whether the last event may have changed a result that is shown, or the programme."""
        if isinstance(event, e.RaceScheduled):
            # A new race takes the end of the distance, and what was certain in its round.
            waits = self.waits(event.distance, but=event.race)
            return not (waits and self.shows_nothing(event.distance))
        if not _in_a_race(event):
            return True
        race = self.races[event.race]
        return race.official is not None or race.published or classification.counts(race)

    def may_show_marks(self, event: e.Event) -> bool:
        """Say whether the last event may have changed a round: a race's state, a mark, a draw."""
        if self.moved or not _in_a_race(event):
            return True
        race = self.races[event.race]
        return race.held is not None or race.drawn is not None or classification.counts(race)

    def may_settle(self, event: e.Event) -> bool:
        """Say whether the last event may have changed a final distance, or which are final."""
        if type(event) in _BEFORE_A_RESULT:
            return False
        kind, _, name = self.stream.partition("-")
        if kind != "race" or isinstance(event, e.RaceCancelled):
            return True
        scheduled = self.races[name].scheduled
        if scheduled is None:
            return True
        if self.waits(scheduled.distance, but=name):
            return False
        if self.is_final(scheduled.distance):
            return True
        beside = [
            race
            for race in self.races_in(scheduled.distance)
            if race.scheduled is not None and race.scheduled.race != name
        ]
        return classification.is_final(beside)  # then it was final without this race

    def _fold_race(self, race: str, recorded: Recorded, event: e.Event) -> list[Scope]:
        positions = self._positions.setdefault(race, [])
        if not positions or positions[-1] < recorded.position:  # a copy may fold it again
            positions.append(recorded.position)
        before = self.races.get(race, Race())
        after = decider.evolve(before, recorded.version, event)
        assert isinstance(after, Race)
        if after.held is not before.held:
            self._hold(race, before, after)
        self._races[race] = after
        if _is_nothing_but_raced(after):
            self._racing[recorded.stream] = Racing(race, frozenset({("race", race)}), positions)
        else:
            self._racing.pop(recorded.stream, None)
        self._keep_best_times(race, before, after, recorded.position)
        if self._noting and _is_noted(event):
            self._note(race, before, after, recorded, event)
        self.moved = isinstance(event, e.RaceStarted) or _shows_otherwise(before, after)
        if self.moved and _named_otherwise(before.shown, after.shown):
            for each in (before.shown.scheduled, after.shown.scheduled):
                if each is not None:
                    self._named.pop(each.distance, None)
        if after.scheduled is None:
            return [("race", race)]
        scheduled = after.scheduled
        if isinstance(event, e.RaceScheduled):
            others = self.races_of.get(scheduled.distance, ())
            self.races_of[scheduled.distance] = (*others, race)
            self._put_in_order(scheduled)
        elif before.scheduled is not scheduled:
            self._orders.clear()
        if isinstance(event, e.RaceStarted):
            self._guns[race] = recorded.position
            if after.held is None:
                self.started_last[scheduled.competition] = race
        touched = [("race", race)]
        if _concerns_its_race_alone(event, before, after):
            return touched
        touched += [("distance", scheduled.distance), ("competition", scheduled.competition)]
        if self.moved or classification.counts(before) or classification.counts(after):
            self._also = self._beside(scheduled)
        if scheduled.series is not None:
            touched.append(("series", scheduled.series))
        return touched

    def _hold(self, race: str, before: Race, after: Race) -> None:
        """Keep what the public sees beside a race's facts, or let it see what happened since."""
        if after.held is not None:
            self._marks_held[race] = self.marks_of(before)
            return
        self._marks_held.pop(race, None)
        competition = race.split("/", 1)[0]
        gun, current = self._guns.get(race, 0), self.started_last.get(competition, "")
        if before.held is not None and gun > self._guns.get(current, 0):
            self.started_last[competition] = race

    def _beside(self, scheduled: e.RaceScheduled) -> frozenset[Scope]:
        """Return the races of a round whose marks hang together, this one among them."""
        distance = self.distances.get(scheduled.distance)
        if distance is None or scheduled.round not in distance.progressions:
            return frozenset()
        names = self.names_in(scheduled.distance).get(scheduled.round, ())
        key = (scheduled.distance, scheduled.round)
        known = self._rounds.get(key)
        if known is None or known[0] is not names:
            known = self._rounds[key] = (names, frozenset(("race", race) for race in names))
        return known[1]

    def _keep_best_times(self, race: str, before: Race, after: Race, position: int) -> None:
        """Add a new official result; what changes an earlier one has all reckoned anew."""
        if after.official is None:
            return
        competition = race.split("/", 1)[0]
        official = self._official_in.get(competition, {})
        if race not in official:
            self._official_in[competition] = {**official, race: position}
            if self._ledger is not None:
                self._ledger = best_times.add(self._ledger, after, self.stated(race))
        elif best_times.recognised(before) != best_times.recognised(after):
            self._ledger = None

    def _fold_programme(
        self, kind: str, name: str, recorded: Recorded, event: e.Event
    ) -> list[Scope]:
        state: decider.State
        self._arranged.clear()
        self._orders.clear()
        self._join(event)
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
            touched += [("race", race) for race in self.names_in(distance).get(event.round, ())]
        return touched

    def _competition_touched(
        self, competition: str, state: Competition, event: e.Event
    ) -> list[Scope]:
        touched = [("competition", competition)]
        if isinstance(event, e.CompetitionCreated) and event.series is not None:
            others = self.competitions_of.get(event.series, ())
            self.competitions_of[event.series] = (*others, competition)
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
        recorded: Recorded,
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
        notes = published((*self.notes.get(race, ()), note), after, recorded.position)
        if before.held is not None:
            notes = held_back(notes, recorded.position, lasts=after.held is not None)
        self.notes[race] = notes


def _in_a_race(event: e.Event) -> TypeGuard[e.RaceEvent]:
    return type(event) in _IN_A_RACE


def _is_noted(event: e.Event) -> TypeGuard[e.RaceEvent]:
    return type(event) in _NOTED


def _shows_otherwise(before: Race, after: Race) -> bool:
    """Say whether a programme shows a race otherwise than before."""
    return (
        before.held is not after.held
        or before.scheduled is not after.scheduled
        or before.official is not after.official
        or before.cancelled is not after.cancelled
        or before.has_start_list is not after.has_start_list
        or result_state(before) != result_state(after)
    )


def _named_otherwise(before: Race, after: Race) -> bool:
    """Say whether a race stands in another place of its distance's rounds than before."""
    return before.scheduled is not after.scheduled or before.cancelled is not after.cancelled


def _is_nothing_but_raced(race: Race) -> bool:
    """Say whether what happens on the ice now can neither end the race nor change a result."""
    return not (race.published or race.review_open or race.official is not None)


def _concerns_its_race_alone(event: e.Event, before: Race, after: Race) -> bool:
    """Say whether nothing but the race's own documents can have changed."""
    return (
        type(event) in _ON_THE_ICE
        and not after.published
        and result_state(before) == result_state(after)
    )
