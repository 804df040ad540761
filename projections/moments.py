"""What people mean by a moment: a position, a time, before or after a race became official."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from tracker.domain.events import PublicBoardHeld
from tracker.domain.public_facts import secrets
from tracker.errors import BadRequest, NotFound
from tracker.log.codec import decode
from tracker.log.recorded_event import RecordedEvent

_OFFICIAL = "ResultDeclaredOfficial"
_OF_A_RACE = {
    "gun": frozenset({"RaceStarted"}),
    "bell": frozenset({"BellRung"}),
    "finish": frozenset({"FinishOrderRecorded", "FinishTimesRecorded"}),
    "end": frozenset({"RaceEnded"}),
    "review": frozenset({"ReviewOpened"}),
    "announcement": frozenset({"DecisionsAnnounced"}),
    "official": frozenset({_OFFICIAL}),
    "correction": frozenset({"ResultCorrected"}),
}
"""What may be named behind a race: the first event of these types. None of them is ever secret."""
_RACE_SLASHES = 2
_DIGITS = 18
"""More than that no position has."""
_VERSION_DIGITS = 9
"""More than that no version has."""


class BadMoment(BadRequest):
    """A moment that cannot be understood, or has not come."""

    code = "bad-as-of"


class Log(Protocol):
    """What is asked of the event log."""

    async def read_stream(
        self, stream: str, *, after_version: int = 0, up_to: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return a stream's events in order."""
        ...

    async def head(self) -> int:
        """Return the last position."""
        ...

    async def position_at(self, when: datetime) -> int:
        """Return the last position recorded at or before a moment."""
        ...


async def resolve(log: Log, text: str) -> int:
    """Return the position that a moment means.

    A position must not be beyond the log's head: nobody knows yet what it will hold. A time is one
    at the server (`recorded_at`); a time after the last event means the head, and the document
    says which position that was. `after:RACE` is the event that first made the race's result
    official, `before:RACE` the position just before it; `before:RACE/review` is the position just
    before the first review of the race was opened, and so on for every word of `_OF_A_RACE`. A
    number behind a race is a decision or another fact of it by its version, as the journal has it,
    and means when that became public.
    Raises BadMoment, or NotFound for a race that nobody scheduled.
    """
    if text.isascii() and text.isdecimal():
        return await _position(log, text)
    side, colon, race = text.partition(":")
    if colon and side in ("after", "before"):
        position = await _first(log, race)
        return position if side == "after" else position - 1
    return await log.position_at(_time(text))


async def _position(log: Log, text: str) -> int:
    head = await log.head()
    if len(text) > _DIGITS or int(text) > head:
        raise BadMoment(f"as_of={text[:40]} is beyond the last position, which is {head}")
    return int(text)


async def _first(log: Log, name: str) -> int:
    """Return the position of the first event that a race, or a race and a word, mean."""
    race, word = name, "official"
    if name.count("/") > _RACE_SLASHES:
        race, _, word = name.rpartition("/")
    if word.isascii() and word.isdecimal():
        return await _of_version(log, race, word)
    types = _OF_A_RACE.get(word)
    if types is None:
        raise BadMoment(
            f"{word[:40]!r} is no moment of a race: it is one of {', '.join(_OF_A_RACE)}, "
            "or the version of a decision"
        )
    events = await _stream(log, race)
    hidden = _under_a_hold(events)
    for event in events:
        if event.type in types and event.version not in hidden:
            return event.position
    if word == "official":
        raise BadMoment(f"the result of {race} is not official yet: there is no moment after it")
    raise BadMoment(f"{race} has had no {word} yet: there is no moment after it")


def _under_a_hold(events: Sequence[RecordedEvent]) -> frozenset[int]:
    """Return what nobody may know the moment of yet, as the race's public board is held."""
    if all(event.type != PublicBoardHeld.__name__ for event in events):
        return frozenset()
    return secrets((event.version, decode(event)) for event in events).hidden


async def _stream(log: Log, race: str) -> Sequence[RecordedEvent]:
    events = await log.read_stream(f"race-{race}")
    if not events:
        raise NotFound(f"no race {race} is known: a race's id is competition/distance/race")
    return events


async def _of_version(log: Log, race: str, text: str) -> int:
    """Return the position at which a fact of a race became public."""
    events = await _stream(log, race)
    version = int(text) if len(text) <= _VERSION_DIGITS else 0
    known = secrets((each.version, decode(each)) for each in events)
    public = version
    for announcement, announced in known.announced.items():
        if version in announced:
            public = announcement
    if public in known.hidden or not 0 < public <= len(events):
        raise BadMoment(f"{race} has no public decision {text[:40]}: there is no moment after it")
    return events[public - 1].position


def _time(text: str) -> datetime:
    when: datetime | None = None
    with suppress(ValueError):
        when = datetime.fromisoformat(text)
    if when is None or when.tzinfo is None:
        raise BadMoment(
            f"as_of={text[:80]} is no moment: give a position such as 812, a time such as "
            "2024-02-11T14:31:07Z, after:RACE or before:RACE"
        )
    return when
