"""Whatever officials do, in whatever order, the deciders keep their promises."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.support.random_days import (
    COMPETITORS,
    RACES,
    attempt,
    morning,
    orders,
    races,
    requests,
)
from tracker.domain import commands as c
from tracker.domain import decider
from tracker.domain import events as e
from tracker.domain.laps import chart, laps_to_go, running
from tracker.domain.race import ResultRow
from tracker.domain.result import sheet
from tracker.errors import Refusal


class RaceDayMachine(RuleBasedStateMachine):
    """Random requests against the deciders, checked after each."""

    def __init__(self) -> None:
        super().__init__()
        self.day = morning()
        self.official: dict[str, tuple[ResultRow, ...]] = {}

    @rule(request=requests)
    def request(self, request: c.Command) -> None:
        """Send one request; what it changed in public is checked against what it was."""
        events = attempt(self.day, request)
        for race in RACES:
            state = self.day.race(race)
            corrected = any(
                isinstance(event, e.ResultCorrected) and event.race == race for event in events
            )
            if race in self.official and not corrected:
                assert sheet(state) == self.official[race], "an official result changed unannounced"
            if state.official is not None:
                self.official[race] = sheet(state)

    @rule(race=races, order=orders)
    def skate(self, race: str, order: list[str]) -> None:
        """Skate a race to its end, so that results are reached often."""
        self.request(c.StartRace(race=race))
        for row in range(1, self.day.race(race).lap_rows + 1):
            for i, competitor in enumerate(order):
                self.request(
                    c.RecordCrossing(race=race, competitor=competitor, elapsed_ms=row * 9000 + i)
                )
        self.request(c.EndRace(race=race))

    @rule(race=races)
    def decide_on_the_result(self, race: str) -> None:
        """Announce what waits, and declare the result official."""
        self.request(c.AnnounceDecisions(race=race))
        self.request(c.DeclareResultOfficial(race=race))

    @rule(race=races, which=st.integers(0, 100))
    def retract_something(self, race: str, which: int) -> None:
        """Take back a fact that is there."""
        facts = self.day.race(race).facts
        target = facts[which % len(facts)][0]
        self.request(c.RetractFact(race=race, target=target, reason="Entered by mistake"))

    @rule(race=races, which=st.integers(0, 100), embargo=st.booleans())
    def withdraw_something(self, race: str, which: int, *, embargo: bool) -> None:
        """Take back a decision that is there."""
        decisions = self.day.race(race).decisions
        if decisions:
            version = decisions[which % len(decisions)].version
            self.request(
                c.WithdrawDecision(race=race, decision=version, reason="No", embargo=embargo)
            )

    @rule(request=requests)
    def deciding_is_pure(self, request: c.Command) -> None:
        """Give the same events for the same request on the same state, and change nothing."""
        state = self.day.state(decider.stream_of(request))
        context = self.day.context(request)
        before = repr(state)
        try:
            once = decider.decide(request, state, context)
        except Refusal:
            return
        assert decider.decide(request, state, context) == once
        assert repr(state) == before

    @invariant()
    def folding_from_zero_gives_the_live_state(self) -> None:
        """No state holds anything that its stream does not."""
        streams: dict[str, list[tuple[int, e.Event]]] = {}
        for stream, version, event in self.day.log:
            streams.setdefault(stream, []).append((version, event))
        for race in RACES:
            stream = f"race-{race}"
            assert decider.fold(stream, streams[stream]) == self.day.state(stream)

    @invariant()
    def sheets_and_boards_are_whole(self) -> None:
        """Everybody stands once on sheet and board; a tie leaves out the next place."""
        for race in RACES:
            state = self.day.race(race)
            rows = sheet(state, public=False)
            assert sorted(row.competitor for row in rows) == sorted(state.field)
            assert sorted(p.competitor for p in running(state)) == sorted(state.field)
            ranks = [row.rank for row in rows if row.rank is not None]
            for i, rank in enumerate(ranks):
                assert rank == i + 1 or (i and rank == ranks[i - 1])
            assert 0 <= laps_to_go(state) <= state.lap_rows
            by_row: dict[int, list[int]] = {}
            for cells in chart(state).values():
                for cell in cells:
                    by_row.setdefault(cell.row, []).append(cell.rank)
            for found in by_row.values():
                assert sorted(found) == list(range(1, len(found) + 1))

    @invariant()
    def nothing_under_embargo_is_public(self) -> None:
        """Find no penalty on a public sheet that the log never made public."""
        for race in RACES:
            hidden: set[int] = set()
            for stream, version, event in self.day.log:
                if stream != f"race-{race}":
                    continue
                if isinstance(event, e.PenaltyCalled) and event.embargo:
                    hidden.add(version)
                if isinstance(event, e.DecisionsAnnounced):
                    hidden -= set(event.decisions)
                if isinstance(event, e.ResultCorrected):
                    hidden.clear()
            shown = {row.penalty.version for row in sheet(self.day.race(race)) if row.penalty}
            assert not shown & hidden

    @invariant()
    def competitors_are_those_of_the_start_list(self) -> None:
        """Nobody appears on the ice who was not entered."""
        for race in RACES:
            assert set(self.day.race(race).field) <= set(COMPETITORS)


RaceDayMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestRandomDays = RaceDayMachine.TestCase
