"""A competition's office in memory: commands in, states out, through the real deciders."""

from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain import decider
from tracker.domain.competition import Competition
from tracker.domain.context import Context
from tracker.domain.distance import Distance
from tracker.domain.race import Race
from tracker.domain.ruleset import Ruleset


class Office:
    """Streams folded by the deciders; nothing is stored."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self._states: dict[str, decider.State] = {}
        self._now_ms = 0

    def do(self, command: c.Command) -> None:
        """Decide a command and fold what follows; refusals are the caller's."""
        self._now_ms += 1000
        stream = decider.stream_of(command)
        state = self._state(stream)
        for event in decider.decide(command, state, self._context(command)):
            state = decider.evolve(state, state.version + 1, event)
        self._states[stream] = state

    def race(self, race: str) -> Race:
        """Return a race as it stands."""
        state = self._state(f"race-{race}")
        assert isinstance(state, Race)
        return state

    def _state(self, stream: str) -> decider.State:
        return self._states.get(stream) or decider.initial(stream)

    def _context(self, command: c.Command) -> Context:
        states = [self._state(stream) for stream in decider.needs(command)]
        named = decider.ruleset_named(command)
        return Context(
            now_ms=self._now_ms,
            ruleset=rulesets.load(named) if named else decider.ruleset_given(command),
            competition=next((s for s in states if isinstance(s, Competition)), None),
            distance=next((s for s in states if isinstance(s, Distance)), None),
        )
