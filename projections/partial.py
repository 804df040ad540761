"""Reads what a rebuild folds: facts on the ice only of races whose results lean on them.

Nine of ten events are crossings, and no document that is stored shows one. They matter where a
result follows from them: where nobody has recorded the order and the times of all who finished, or
an earlier fact is retracted. Such a race is read whole, from then on.
"""

from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from typing import Protocol

from projections.book import ON_THE_ICE, Book
from tracker.domain import events as e
from tracker.domain.finish_times import STRONGEST_FIRST, reading
from tracker.domain.race import OnIce, Race
from tracker.log.recorded_event import Recorded, RecordedEvent

PAGE = 20_000
"""Positions that are read at a time."""
ICE = tuple(each.__name__ for each in ON_THE_ICE)
_AT_ANY_TIME = frozenset(
    each.__name__
    for each in (
        e.RaceScheduled,
        e.StartListPublished,
        e.LineUpNamed,
        e.DidNotStartRecorded,
        e.RaceStarted,
        e.RaceEnded,
        e.ReviewClosed,
        e.PenaltyCalled,
        e.AdvancementGranted,
        e.DecisionWithdrawn,
        e.DecisionsAnnounced,
        e.SheetSigned,
        e.ProtestLodged,
        e.ProtestDecided,
        e.VideoBookmarked,
    )
)
"""Facts before and after which a result leans on crossings as much, or as little."""
_UNSEEN = frozenset(
    each.__name__
    for each in (
        e.FinishOrderRecorded,
        e.FinishTimesRecorded,
        e.DidNotFinishRecorded,
        e.WithdrawalRecorded,
        e.DeclaredFinished,
    )
)
"""Facts that change a result, which may be shown or not."""
_SHOWING = frozenset((e.ResultPublished.__name__, e.ResultDeclaredOfficial.__name__))
"""Facts that show a result."""


class Log(Protocol):
    """What is read of the event log."""

    async def read_facts(
        self, after: int, up_to: int, *, without: Sequence[str], of: Sequence[str] | None = None
    ) -> Sequence[Recorded]:
        """Return what is folded of the events of a stretch, but for those of some types.

        With `of`, only those about these competitions, their distances and races.
        """
        ...

    async def read_some(
        self, streams: Sequence[str], after: int, up_to: int, *, types: Sequence[str]
    ) -> Sequence[Recorded]:
        """Return what is folded of the events of a stretch, of some streams and types."""
        ...

    async def read_whole(self, streams: Sequence[str], *, up_to: int) -> Sequence[RecordedEvent]:
        """Return all events of some streams up to a position, in commit order."""
        ...


class PartialLog:
    """A log as a book that is rebuilt reads it."""

    def __init__(self, log: Log, book: Book, competitions: Collection[str] | None = None) -> None:
        self._log = log
        self._book = book
        self._competitions = None if competitions is None else tuple(competitions)
        self._whole: set[str] = set()
        """Streams of races of which facts on the ice are read."""

    def forget(self, races: Iterable[str]) -> None:
        """Read facts on the ice of these races no more, until a result leans on them again."""
        self._whole.difference_update(f"race-{race}" for race in races)

    async def read(self, after: int, up_to: int) -> Sequence[Recorded]:
        """Return the events of a stretch, but for the facts on the ice."""
        return await self._log.read_facts(after, up_to, without=ICE, of=self._competitions)

    async def facts(
        self, page: Sequence[Recorded], after: int, up_to: int
    ) -> AsyncGenerator[Recorded, None]:
        """Yield the events of a page that are to be folded, each once those before it are."""
        rest, place = page, 0
        if self._whole:
            streams = tuple(self._whole)
            rest = _merged(rest, await self._log.read_some(streams, after, up_to, types=ICE))
        while place < len(rest):
            event = rest[place]
            if self._leans(event):
                rest, place = await self._read_on(event, rest[place:], up_to), 0
            yield event
            place += 1

    def _leans(self, event: Recorded) -> bool:
        """Say whether a race has to be read whole before an event is folded."""
        if event.type in _AT_ANY_TIME or event.stream in self._whole:
            return False
        kind, _, name = event.stream.partition("-")
        race = self._book.races.get(name) if kind == "race" else None
        if race is None:
            return False
        seen = race.published or race.official is not None or race.review_open
        if event.type == e.ReviewOpened.__name__:
            return race.ended_at_ms is None
        if event.type in _UNSEEN:
            return seen
        return not (event.type in _SHOWING and stands_alone(race))

    async def _read_on(
        self, event: Recorded, rest: Sequence[Recorded], up_to: int
    ) -> Sequence[Recorded]:
        """Read the race of an event whole from now on; return the rest of the page with it."""
        self._whole.add(event.stream)
        before = await self._log.read_whole([event.stream], up_to=event.position - 1)
        self._book.restore(before)
        ice = await self._log.read_some([event.stream], event.position, up_to, types=ICE)
        return _merged(rest, ice)


def stands_alone(race: Race) -> bool:
    """Say whether a result follows without crossings.

    Who finished has a place, and a time that no crossing outranks, whatever measured it.
    """
    placed = {competitor for group in race.finish_groups for competitor in group}
    return all(
        c.out is not None
        or c.declared is not None
        or (_outranks_crossings(c) and c.starter.competitor in placed)
        for c in race.field.values()
    )


def _outranks_crossings(c: OnIce) -> bool:
    read = reading(c)
    return read is not None and read.time_source == STRONGEST_FIRST[0]


def _merged(some: Sequence[Recorded], others: Sequence[Recorded]) -> Sequence[Recorded]:
    """Return events in the order of the log."""
    return sorted((*some, *others), key=lambda each: each.position) if others else some
