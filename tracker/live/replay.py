"""A race once more, for one viewer: the same facts at the same pace, or another."""

from collections.abc import Sequence

from projections.book import Book
from tracker.domain.events import RaceStarted
from tracker.live.audience import Viewer
from tracker.live.hub import Hub
from tracker.live.messages import Again, Replayed
from tracker.live.refusals import BadReplay
from tracker.log.recorded_event import RecordedEvent

BEFORE_THE_GUN_MS = 3_000
"""How long before the gun a replay begins that names no position."""
BOOKS_EVERY = 500
"""After how many events a book is kept for seeking."""


def race_of(topics: Sequence[str]) -> str:
    """Return the race that a hello with a replay is about.

    Raises BadReplay.
    """
    races = {
        topic.removeprefix("official/").removeprefix("race/")
        for topic in topics
        if topic.removeprefix("official/").startswith("race/")
    }
    if len(races) != 1:
        raise BadReplay(f"{len(races)} races are named: a replay is of one, as race/…")
    (race,) = races
    competition = race.partition("/")[0]
    for topic in topics:
        if topic.removeprefix("official/") not in (f"race/{race}", f"current/{competition}"):
            raise BadReplay(f"{topic} is not part of a replay of {race}")
    return race


class Replay:
    """Plays the events around a race into a hub whose clock shows the time of back then.

    They are those of the race, and of whatever else its board shows: its competition, its distance,
    the other races there. The last of them is the last of the race itself.
    """

    def __init__(
        self, race: str, events: Sequence[RecordedEvent], live: Hub, viewer: Viewer
    ) -> None:
        own = [i for i, event in enumerate(events) if event.stream == f"race-{race}"]
        self.race = race
        self._events = events[: own[-1] + 1]
        self._first = own[0]
        guns = [i for i in own if events[i].type == RaceStarted.__name__]
        self._gun = guns[-1] if guns else own[0]
        """The gun that counted, or the first event."""
        self._times = [event.recorded_at.timestamp() for event in self._events]
        self._live = live
        self._viewer = viewer
        self._next = 0
        self._speed = 1.0
        self._then_s = 0.0
        self._since_s = live.monotonic()
        self._book = Book()
        self._kept = {0: Book()}
        """Books after so many events, so that seeking folds few."""
        self._told_end = False
        self.hub = live

    def begin(self, again: Again) -> None:
        """Stand at a position, with a hub of its own, which nobody follows yet."""
        gun_s = self._times[self._gun] - BEFORE_THE_GUN_MS / 1000
        if again.position is None:
            count = max(self._first + 1, sum(at < gun_s for at in self._times[: self._gun]))
            then_s = max(gun_s, self._times[count - 1])
        else:
            reached = sum(event.position <= again.position for event in self._events)
            count = max(self._first + 1, reached)
            then_s = self._times[count - 1]
        self._book = self._book_after(count)
        self._next = count
        self._speed = again.speed
        self._then_s, self._since_s = then_s, self._live.monotonic()
        self._told_end = False
        source = self._live.source
        self.hub = Hub(
            source.epoch,
            source.render,
            resolve=lambda topic, _: f"race/{self.race}" if topic.startswith("current/") else topic,
            official=source.official,
            label="replay",
            limits=self._live.limits,
            monotonic=self._live.monotonic,
            wall=self._now_s,
        )
        self.hub.on_restless = self._live.on_restless
        self.hub.publish(self._book.position, frozenset(), self._book)

    def _book_after(self, count: int) -> Book:
        """Return a book of its own after so many events, from the nearest that was kept."""
        kept = max(at for at in self._kept if at <= count)
        book = self._kept[kept].copy()
        for at, event in enumerate(self._events[kept:count], start=kept):
            if at % BOOKS_EVERY == 0 and at not in self._kept:
                self._kept[at] = book.copy()
            book.fold(event)
        return book

    def change_speed(self, speed: float) -> None:
        """Go on from here at another speed; 0 is a pause."""
        self._then_s, self._since_s = self._now_s(), self._live.monotonic()
        self._speed = speed

    @property
    def speed(self) -> float:
        """Return how many times faster than the skaters were it goes."""
        return self._speed

    def state(self) -> Replayed:
        """Return where the replay is."""
        return Replayed(
            race=self.race,
            pos=self.hub.position,
            time=self.hub.time_now(),
            speed=self._speed,
            first=self._events[self._first].position,
            gun=self._events[self._gun].position,
            last=self._events[-1].position,
            ended=self._next >= len(self._events),
            label="replay",
        )

    def tick(self) -> float:
        """Tell what is due; return after how many seconds there may be something again."""
        while self._next < len(self._events) and self._times[self._next] <= self._now_s():
            event = self._events[self._next]
            self._next += 1
            self.hub.publish(event.position, self._book.fold(event), self._book)
        if self._next >= len(self._events) and not self._told_end:
            self._told_end = True
            if not self._viewer.sink.pending():
                self._viewer.sink.write(self._viewer.form.frame(self.state()))
        rest_s = self.hub.tick()
        if self._speed and self._next < len(self._events):
            rest_s = min(rest_s, (self._times[self._next] - self._now_s()) / self._speed)
        return rest_s

    def _now_s(self) -> float:
        """Return the time of back then."""
        return self._then_s + (self._live.monotonic() - self._since_s) * self._speed
