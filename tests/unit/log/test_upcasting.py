"""A retired type of event still replays: it is read in the words of today."""

import msgspec
import pytest

from projections.book import Book
from tests.support.race_day import RACE, RaceDay, competition, scheduled, skated
from tests.support.recorded import recorded
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.result import sheet
from tracker.log.codec import decode
from tracker.log.recorded_event import RecordedEvent
from tracker.log.upcasting import RETIRED, NotReadable, Object, upcast


def lanes_swapped(said: Object) -> Object:
    """Return what an invented early version called `LanesSwapped`, as new start positions."""
    first, second = said["lanes"]
    return {
        "type": "LanesGiven",
        "race": said["race"],
        "lanes": {first["skater"]: second["lane"], second["skater"]: first["lane"]},
    }


def lanes_given(said: Object) -> Object:
    """Return what the next invented version called `LanesGiven`, as new start positions."""
    return {
        "type": "StartPositionsChanged",
        "race": said["race"],
        "positions": said["lanes"],
        "reason": "Not known then",
    }


@pytest.fixture
def retired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retire two types, one of which became the other first."""
    monkeypatch.setitem(RETIRED, "LanesSwapped", lanes_swapped)
    monkeypatch.setitem(RETIRED, "LanesGiven", lanes_given)


def day() -> RaceDay:
    """Return a race in which two skaters change start positions, and which is official."""
    found = scheduled(competition())
    found.when(
        c.ChangeStartPositions(
            race=RACE, positions={"ann-one": 2, "bea-two": 1}, reason="Not known then"
        )
    )
    skated(found, ("cia-three", "ann-one", "bea-two", "dee-four"))
    return found.given(c.PublishResult(race=RACE), c.DeclareResultOfficial(race=RACE))


def old_log() -> list[RecordedEvent]:
    """Return the day as the invented early version had recorded it."""
    old = {
        "type": "LanesSwapped",
        "race": RACE,
        "lanes": [{"skater": "ann-one", "lane": 1}, {"skater": "bea-two", "lane": 2}],
    }
    return [
        msgspec.structs.replace(event, type="LanesSwapped", data=msgspec.json.encode(old))
        if event.type == "StartPositionsChanged"
        else event
        for event in recorded(day().log)
    ]


def folded(events: list[RecordedEvent]) -> Book:
    """Return the book of a log."""
    book = Book()
    for event in events:
        book.fold(event)
    return book


@pytest.mark.usefixtures("retired")
def test_a_log_with_a_retired_type_leads_to_the_same_result() -> None:
    """Every event of the old log is folded, and race and result are those of the new words."""
    old, new = folded(old_log()), folded(recorded(day().log))
    assert any(event.type == "LanesSwapped" for event in old_log())
    assert old.races == new.races
    positions = {row.competitor: row.start_position for row in sheet(old.races[RACE])}
    assert (positions["ann-one"], positions["bea-two"]) == (2, 1)


@pytest.mark.usefixtures("retired")
def test_retired_types_follow_each_other() -> None:
    """A type that became another retired type is followed to one of today's."""
    (event,) = [each for each in old_log() if each.type == "LanesSwapped"]
    assert decode(event) == e.StartPositionsChanged(
        race=RACE, positions={"ann-one": 2, "bea-two": 1}, reason="Not known then"
    )


def test_without_its_function_a_retired_type_is_not_read() -> None:
    """An unknown type stops the reader loudly; nothing is passed over."""
    (event,) = [each for each in old_log() if each.type == "LanesSwapped"]
    with pytest.raises(msgspec.ValidationError):
        decode(event)


def test_a_circle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions that lead to each other end, with a sentence."""
    monkeypatch.setitem(RETIRED, "One", lambda said: {**said, "type": "Other"})
    monkeypatch.setitem(RETIRED, "Other", lambda said: {**said, "type": "One"})
    with pytest.raises(NotReadable, match="circle"):
        upcast("One", b'{"type":"One"}')


def test_a_living_type_is_not_touched() -> None:
    """The data of today's types goes on byte for byte."""
    assert upcast("RaceStarted", b'{"n":  1}') == b'{"n":  1}'


def test_no_living_type_is_retired() -> None:
    """A type has a class or a function, never both: which of them reads it is certain."""
    assert not RETIRED.keys() & set(e.__all__)
