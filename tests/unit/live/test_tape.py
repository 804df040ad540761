"""The tape knows the last minutes, also after a restart, and although the log is away at times."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from projections.book import Book
from tests.support.race_day import RaceDay, competition, scheduled, skated
from tests.support.recorded import recorded
from tracker.live import tape as module
from tracker.live.limits import Limits
from tracker.live.tape import Tape
from tracker.log.recorded_event import RecordedEvent

ORDER = ("ann-one", "bea-two", "cia-three", "dee-four")
NOW = datetime(2024, 2, 11, 15, 0, tzinfo=UTC)


class Shelf:
    """A log of events, one each ten seconds up to now, that can be out of reach."""

    def __init__(self, day: RaceDay) -> None:
        events = recorded(day.log)
        age = [timedelta(seconds=10 * (len(events) - e.position)) for e in events]
        self.events = [
            replace(event, recorded_at=NOW - old) for event, old in zip(events, age, strict=True)
        ]
        self.reads = 0
        self.away = 0

    async def read_after(
        self, position: int, *, limit: int = 500, up_to: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return events after a position."""
        self.reads += 1
        if self.away:
            self.away -= 1
            raise ConnectionResetError
        return self.events[position : min(position + limit, up_to or len(self.events))]

    async def position_at(self, when: datetime) -> int:
        """Return the last position at a moment."""
        return sum(event.recorded_at <= when for event in self.events)

    def book(self, position: int) -> Book:
        """Return a book as far as a position."""
        book = Book()
        for event in self.events[:position]:
            book.fold(event)
        return book


async def settled(tape: Tape, position: int) -> None:
    """Wait until the tape has reached a position."""
    async with asyncio.timeout(5):
        while not tape.ready or tape.position < position:  # noqa: ASYNC110 - a task does it
            await asyncio.sleep(0.005)


@pytest.fixture
def shelf() -> Shelf:
    """Return the log of a race that was skated in the last minutes."""
    return Shelf(skated(scheduled(competition()), ORDER))


async def test_after_a_restart_the_last_minutes_are_known(shelf: Shelf) -> None:
    """What was before them is one book; any moment of them can be had from it."""
    tape = Tape(Limits(delay_most_ms=60_000), wall=NOW.timestamp)
    last = len(shelf.events)
    following = asyncio.create_task(tape.follow(shelf, shelf.book(last)))
    await settled(tape, last)
    for seconds in (0, 15, 60):
        then = tape.book_at((NOW - timedelta(seconds=seconds)).timestamp() * 1000)
        expected = shelf.book(last - -(-seconds // 10))
        assert then.position == expected.position
        assert then.races == expected.races
    assert len(tape._events) == 7
    following.cancel()


async def test_a_log_that_was_quiet_is_not_read_again(shelf: Shelf) -> None:
    """When nothing happened lately, the book of now is that of then."""
    tape = Tape(Limits(), wall=(NOW + timedelta(hours=1)).timestamp)
    following = asyncio.create_task(tape.follow(shelf, shelf.book(len(shelf.events))))
    await settled(tape, len(shelf.events))
    assert shelf.reads == 0
    following.cancel()


async def test_what_is_told_is_added_when_it_was_told(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log out of reach costs time, not events: each has the moment at which it was told."""
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    now_s = NOW.timestamp()
    tape = Tape(Limits(delay_most_ms=60_000), wall=lambda: now_s)
    last = len(shelf.events)
    shelf.away = 3
    following = asyncio.create_task(tape.follow(shelf, shelf.book(last - 4)))
    now_s += 5
    tape.heard(last - 2, frozenset(), Book())
    await settled(tape, last - 2)
    shelf.away = 3
    now_s += 5
    tape.heard(last, frozenset(), Book())
    await settled(tape, last)
    told = tape._told_ms[-4:]
    start = int(NOW.timestamp() * 1000)
    assert told == [start + 5000, start + 5000, start + 10_000, start + 10_000]
    assert [event.position for event in tape._events[-4:]] == [last - 3, last - 2, last - 1, last]
    following.cancel()
