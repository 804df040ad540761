"""Whatever viewers and documents do, a viewer holds what was true at its position."""

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.support.feed import CURRENT, MEDALS, RACE, STANDINGS, Connection, Stage
from tests.support.viewer import Json, Viewer
from tracker.live.merge_patch import without_nulls

TOPICS = (RACE, CURRENT, MEDALS, STANDINGS)
SCALARS = st.none() | st.booleans() | st.integers(0, 2) | st.just("n" * 60)
KEYS = st.sampled_from(["a", "b", "entries", "order"])


def _values(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(children, max_size=2) | st.dictionaries(KEYS, children, max_size=3)


DOCUMENTS = st.dictionaries(KEYS, st.recursive(SCALARS, _values, max_leaves=6), max_size=4)
CHOICES = st.sets(st.sampled_from(TOPICS), min_size=1)


class Watched:
    """A viewer with the connection it has now, and what it last asked for."""

    def __init__(self, viewer: Viewer, connection: Connection, topics: set[str]) -> None:
        self.viewer = viewer
        self.connection = connection
        self.topics = topics


class Feed(RuleBasedStateMachine):
    """Documents change, viewers come and go, freeze and are cut off in the middle of a frame."""

    viewers: Bundle[Watched] = Bundle("viewers")

    @initialize(first=st.fixed_dictionaries(dict.fromkeys(TOPICS, DOCUMENTS)))
    def begin(self, first: dict[str, Json]) -> None:
        """Open the feed with little room, so that its limits are met."""
        self.stage = Stage(
            ring_changes=6, ring_bytes=600, resume_bytes=120, idle_topic_ms=3_000, heartbeat_ms=1000
        )
        self.stage.change(first)
        self.watched: list[Watched] = []

    @rule(changed=st.dictionaries(st.sampled_from(TOPICS), DOCUMENTS, min_size=1))
    def change(self, changed: dict[str, Json]) -> None:
        """Change some documents at one position."""
        self.stage.change(changed)

    @rule(target=viewers, topics=CHOICES, conflate=st.sampled_from([0, 0, 200, 2000]))
    def come(self, topics: set[str], conflate: int) -> Watched:
        """Let a new viewer in."""
        found = Watched(Viewer(), self.stage.connect(), topics)
        found.connection.viewer = found.viewer
        found.connection.hello(*sorted(topics), conflateMs=conflate)
        self.watched.append(found)
        return found

    @rule(watched=viewers, topics=CHOICES, by_pos=st.booleans())
    def ask_again(self, watched: Watched, topics: set[str], by_pos: bool) -> None:
        """Say hello again with other topics, while changes may be on their way."""
        self._hello(watched, topics, by_pos)

    @rule(watched=viewers)
    def freeze(self, watched: Watched) -> None:
        """Let a connection take nothing."""
        watched.connection.pipe.frozen = True

    @rule(watched=viewers)
    def thaw(self, watched: Watched) -> None:
        """Let it take everything again."""
        watched.connection.pipe.thaw()

    @rule(watched=viewers)
    def read(self, watched: Watched) -> None:
        """Let a viewer read what has arrived."""
        self._read(watched)

    @rule(seconds=st.sampled_from([0.05, 0.3, 1.5, 6.0]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.stage.wait(seconds)

    @rule(
        watched=viewers,
        share=st.floats(0, 1),
        topics=CHOICES,
        by_pos=st.booleans(),
        absence=st.lists(st.dictionaries(st.sampled_from(TOPICS), DOCUMENTS, min_size=1)),
    )
    def cut_and_resume(
        self,
        watched: Watched,
        share: float,
        topics: set[str],
        by_pos: bool,
        absence: list[dict[str, Json]],
    ) -> None:
        """Lose a connection anywhere in what is on its way, miss something, and come back."""
        connection = watched.connection
        del connection.pipe.taken[int(len(connection.pipe.taken) * share) :]
        self._read(watched)
        connection.cut()
        for changed in absence:
            self.stage.change(changed)
        watched.connection = self.stage.connect(watched.viewer)
        self._hello(watched, topics, by_pos)

    @rule(watched=consumes(viewers))
    def go(self, watched: Watched) -> None:
        """Let a viewer leave for good."""
        watched.connection.cut()
        self.watched.remove(watched)

    @precondition(lambda self: self.watched)
    @rule()
    def settle(self) -> None:
        """When all connections take bytes again and time has passed, all hold the present."""
        for watched in self.watched:
            watched.connection.pipe.thaw()
        self.stage.wait(4.0)
        for watched in self.watched:
            self._read(watched)
            if watched.connection.pipe.ended is None:
                assert watched.viewer.pos == self.stage.book.position
                for topic in watched.topics:
                    assert self._held(watched, topic) == self._true(topic, -1)

    @invariant()
    def bounded(self) -> None:
        """No connection ever has more waiting than an answer to a hello and one change."""
        for watched in getattr(self, "watched", ()):
            assert watched.connection.pipe.most_waiting < 12_000

    def _hello(self, watched: Watched, topics: set[str], by_pos: bool) -> None:
        """Say hello; only the position counts when everything asked for is held up to it."""
        whole = topics <= watched.viewer.documents.keys() and watched.viewer.in_step
        connection = watched.connection
        if connection.pipe.pending() or connection.pipe.ended is not None:
            return  # it is not read from before it has taken what waits
        watched.topics = topics
        connection.stage.now_s += 1.0  # within what a viewer may say
        connection.say(watched.viewer.hello(sorted(topics), by_pos=by_pos and whole))
        self._read(watched)

    def _read(self, watched: Watched) -> None:
        """Fold message by message; at every end of a step, all that is held was true then."""
        for message in watched.connection.pipe.messages():
            watched.viewer.take(message)
            if message["t"] == "err":
                raise AssertionError(message)
            if not watched.viewer.in_step:
                continue
            for topic in watched.viewer.documents:
                held = self._held(watched, topic)
                assert held == self._true(topic, watched.viewer.pos), (topic, message)

    def _held(self, watched: Watched, topic: str) -> str:
        return json.dumps(watched.viewer.documents[topic], sort_keys=True)

    def _true(self, topic: str, position: int) -> str:
        return json.dumps(without_nulls(self.stage.history[position][topic]), sort_keys=True)


TestFeed = Feed.TestCase
TestFeed.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
