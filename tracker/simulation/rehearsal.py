"""A simulation before it is played: every command decided in memory, as the server will."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain import decider, standings
from tracker.domain.classification import classify, is_final
from tracker.domain.competition import Competition
from tracker.domain.context import Context
from tracker.domain.distance import Distance
from tracker.domain.draw import FIRST_ROW, Seeded, draw
from tracker.domain.events import SkaterEntered, TeamEntered
from tracker.domain.marks import marks
from tracker.domain.race import Race
from tracker.domain.result import sheet
from tracker.domain.series import Series
from tracker.domain.values import Drawn, Revision, Round
from tracker.errors import Refusal
from tracker.simulation.moves import DrawnRace, Official, Place, Step, signed

_LAST, _NO_TIME = 10_000, 2**40
"""Sort whoever has no rank, or no time, after all others."""

Names: TypeAlias = Mapping[str, int]
"""The version of the event that an act led to, by the act's name."""
Later: TypeAlias = Callable[[Race, Names], c.Command]
"""A command that needs to know what came of earlier ones."""


class Act(Struct, frozen=True, kw_only=True):
    """Something an official means to do; moments count from the start of the simulation."""

    at_ms: int
    official: Official
    command: c.Command | Later
    sent_ms: int = 0
    """When it reaches the server, if later than it happens."""
    name: str = ""
    """What later acts of the same race call it."""
    refusal: str | None = None
    title: str = ""
    twice: bool = False
    """Whether the device, unsure of the answer, sends it once more."""


class Unforeseen(AssertionError):
    """A command was refused, or taken, against the intention of the simulation."""


class Rehearsal:
    """The states that the simulated commands lead to, and the devices' numbers."""

    def __init__(self, series: str, start_ms: int) -> None:
        self._start_ms = start_ms
        self._states: dict[str, decider.State] = {}
        self._races: dict[str, list[str]] = {}
        self._distances: list[str] = []
        self._device_seq: dict[str, int] = {}
        self._series = series

    def perform(self, race: str, acts: Iterable[Act], names: dict[str, int]) -> Iterator[Step]:
        """Decide acts in the order in which they reach the server; add what is named to `names`."""
        for act in sorted(acts, key=lambda act: (max(act.at_ms, act.sent_ms), act.at_ms)):
            command = act.command
            if callable(command):
                command = command(self.race(race), names)
            step = self._do(act, command)
            if act.name and step.versions:
                names[act.name] = step.versions[0]
            yield step
            if act.twice:
                yield replace(step, again=True, title="")

    def do(self, at_ms: int, official: Official, *given: c.Command) -> Iterator[Step]:
        """Decide commands that follow each other."""
        for command in given:
            act = Act(at_ms=at_ms, official=official, command=command)
            yield self._do(act, command)

    def _do(self, act: Act, command: c.Command) -> Step:
        stream = decider.stream_of(command)
        state = self._states.get(stream) or decider.initial(stream)
        by, device = signed(act.official, self._series)
        device_seq = self._device_seq[device] = self._device_seq.get(device, 0) + 1
        code = None
        try:
            events = decider.decide(command, state, self._context(command, act.at_ms))
        except Refusal as refusal:
            events, code = (), refusal.code
        if code != act.refusal:
            raise Unforeseen(f"{command}: {code or 'taken'}, not {act.refusal or 'taken'}")
        first = state.version + 1
        for version, event in enumerate(events, start=first):
            state = decider.evolve(state, version, event)
        if events:
            self._keep(stream, state)
        return Step(
            sent_ms=max(act.at_ms, act.sent_ms),
            occurs_ms=act.at_ms,
            official=act.official,
            by=by,
            device=device,
            device_seq=device_seq,
            command=command,
            stream=stream,
            versions=tuple(range(first, first + len(events))),
            kinds=tuple(type(event).__name__ for event in events),
            refusal=act.refusal,
            title=act.title,
        )

    def _keep(self, stream: str, state: decider.State) -> None:
        if stream not in self._states:
            kind, _, name = stream.partition("-")
            if kind == "distance":
                self._distances.append(name)
            if kind == "race":
                self._races.setdefault(name.rsplit("/", 1)[0], []).append(name)
        self._states[stream] = state

    def _context(self, command: c.Command, at_ms: int) -> Context:
        states = [self._states.get(stream) for stream in decider.needs(command)]
        named = decider.ruleset_named(command)
        return Context(
            now_ms=self._start_ms + at_ms,
            ruleset=rulesets.load(named) if named else decider.ruleset_given(command),
            competition=next((s for s in states if isinstance(s, Competition)), None),
            distance=next((s for s in states if isinstance(s, Distance)), None),
        )

    # --- what has come of it -------------------------------------------------------------------

    def race(self, race: str) -> Race:
        """Return a race as it stands."""
        found = self._states[f"race-{race}"]
        assert isinstance(found, Race)
        return found

    def entries(self, competition: str) -> Competition:
        """Return a competition as it stands."""
        found = self._states[f"competition-{competition}"]
        assert isinstance(found, Competition)
        return found

    def races(self, distance: str, round_: Round) -> list[Race]:
        """Return the races of a round that are not cancelled, as they were scheduled."""
        found = [self.race(race) for race in self._races.get(distance, ())]
        return [r for r in found if r.scheduled and r.scheduled.round == round_ and not r.cancelled]

    def lists(self, distance: str, round_: Round, seed: str) -> tuple[DrawnRace, ...]:
        """Return the start lists of a round, worked out from the results in memory.

        The server has its own way of doing so; that both agree is checked when they are played.
        """
        state = self._distance(distance)
        assert state.added is not None
        competition = self.entries(state.added.competition)
        ruleset = competition.ruleset
        assert ruleset is not None
        feeding = [
            each.round
            for each in state.rounds
            if each.round in state.progressions
            and any(target.to == round_ for target in state.progressions[each.round].targets)
        ]
        seeds = (
            self._going_on(state, round_, feeding, competition)
            if feeding
            else self._ranked(state, competition)
        )
        races = self.races(distance, round_)
        if not races:
            return ()  # it was cancelled: nobody goes on to it
        form = ruleset.format(state.added.metres, relay=state.added.relay)
        drawn = draw(
            seeds,
            len(races),
            seed=seed,
            separate_nocs=round_ in ruleset.separate_nocs,
            first_row=form.first_row if form else FIRST_ROW,
        )
        revisions = tuple(
            Revision(race.scheduled.race, race.official.revision if race.official else 0)
            for key in feeding
            for race in self.races(distance, key)
            if race.scheduled
        )
        return tuple(
            DrawnRace(
                race.scheduled.race,
                tuple(Place(place.competitor, place.start_position) for place in places),
                Drawn(seed, revisions, tuple(place.competitor for place in places)),
            )
            for race, places in zip(races, drawn, strict=True)
            if race.scheduled
        )

    def _distance(self, distance: str) -> Distance:
        found = self._states[f"distance-{distance}"]
        assert isinstance(found, Distance)
        return found

    def _going_on(
        self, state: Distance, round_: Round, feeding: Sequence[Round], entries: Competition
    ) -> list[Seeded]:
        """Return who goes on, by place, then time; whoever the referee advanced comes last."""
        assert state.added is not None
        found = []
        for order, key in enumerate(feeding):
            races = self.races(state.added.distance, key)
            rows = {row.competitor: row for race in races for row in sheet(race)}
            for who, mark in marks(races, state.progressions[key]).items():
                if mark.to != round_ or who in entries.withdrawn:
                    continue
                row = rows[who]
                rank = row.rank if row.rank is not None else _LAST
                time_ms = row.time_ms if row.time_ms is not None else _NO_TIME
                by = (1, mark.right == "referee", order, rank, time_ms)
                found.append(Seeded(who, row.noc, by))
        return found

    def _ranked(self, state: Distance, entries: Competition) -> list[Seeded]:
        """Return everybody who is entered, by the ranking of the series."""
        added = state.added
        assert added is not None
        everybody: list[SkaterEntered | TeamEntered] = []
        everybody += entries.teams.values() if added.relay else entries.skaters.values()
        tables = self._tables(added.series) if added.series else {}
        table = tables.get(added.code) or (() if added.relay else tables.get(added.gender, ()))
        ranks = {one.competitor: one.rank for one in table}
        return [
            Seeded(who, each.noc, (0, ranks.get(each.noc if added.relay else who, _LAST)))
            for each in everybody
            for who in [each.skater if isinstance(each, SkaterEntered) else each.team]
            if each.gender == added.gender and who not in entries.withdrawn
        ]

    def _tables(self, series: str) -> dict[str, tuple[standings.Standing, ...]]:
        found = self._states[f"series-{series}"]
        assert isinstance(found, Series)
        assert found.created is not None
        final = []
        for name in self._distances:
            added = self._distance(name).added
            races = [self.race(race) for race in self._races.get(name, ())]
            assert added is not None
            ruleset = self.entries(added.competition).ruleset
            if ruleset is not None and is_final(races):
                final.append((added, classify(races, ruleset)))
        return standings.tables(found.created.ruleset, final, found.brought_in)
