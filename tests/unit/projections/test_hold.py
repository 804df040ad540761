"""While the board of a race is held, the public learns nothing more of it; after that, all."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from projections.book import Book
from projections.projection import Document
from projections.race_documents import FOR_OFFICIALS, RENDERS
from tests.support.race_day import RACE, RaceDay, competition, scheduled, skated
from tests.support.random_days import RACES
from tests.support.recorded import recorded
from tests.unit.projections.worlds import book_of, days, public
from tracker.api import feed_documents
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.public_facts import ENDS_A_HOLD, secrets
from tracker.log.codec import decode, encode
from tracker.log.recorded_event import RecordedEvent

ORDER = ("ann-one", "bea-two", "cia-three", "dee-four")
HOLD, RELEASE = 10_001, 10_002
"""Versions of the events that are put between those of a day, whose references must stay right."""
_MARK = {"held": None}
_Key = tuple[str, str]


def inserted(before: RecordedEvent, version: int, fact: e.Event) -> RecordedEvent:
    """Return a fact of the first race as recorded just after another event."""
    new = encode(fact)
    return replace(
        before,
        position=before.position + 5,
        stream=f"race-{RACES[0]}",
        version=version,
        type=new.type,
        data=new.data,
    )


def spread(events: list[RecordedEvent]) -> list[RecordedEvent]:
    """Return a log with room between its positions."""
    return [replace(event, position=event.position * 10) for event in events]


def ends(event: RecordedEvent) -> bool:
    """Say whether an event publishes the sheet of the first race."""
    return event.stream == f"race-{RACES[0]}" and isinstance(decode(event), ENDS_A_HOLD)


def held(events: list[RecordedEvent], at: int, lasts: int) -> tuple[list[RecordedEvent], int]:
    """Return a log with a hold after so many events, and how many events lie under it."""
    under = 0
    while under < lasts and at + under < len(events) and not ends(events[at + under]):
        under += 1
    hold = inserted(events[at - 1], HOLD, e.PublicBoardHeld(race=RACES[0], at_ms=0))
    found = [*events[:at], hold, *events[at : at + under]]
    if under == lasts or at + under == len(events):
        release = e.PublicBoardReleased(race=RACES[0], hold=HOLD, at_ms=0)
        found.append(
            replace(inserted(found[-1], RELEASE, release), position=found[-1].position + 1)
        )
    return [*found, *events[at + under :]], under


def plain(document: Document | None) -> Any:
    """Return a document without the mark of a hold, and without the holds of a journal."""
    if document is None:
        return None
    rows = {
        key: {k: v for k, v in row.items() if k not in ("held", "public_at")}
        for key, row in document.entries.items()
        if not str(row.get("type", "")).startswith("PublicBoard")
    }
    header = {k: v for k, v in document.header.items() if k != "held"}
    return header, rows, tuple(k for k in document.order if k in rows)


def read(book: Book) -> dict[_Key, Any]:
    """Return everything that the public may read, without the marks of holds."""
    found = {key: plain(document) for key, document in public(book).items()}
    feed = {f"race/{race}": feed_documents.render(f"race/{race}", book) for race in RACES}
    current = feed_documents.resolve("current/cup", book)
    return {
        **found,
        **{("feed", k): v and {**v, **_MARK} for k, v in feed.items()},
        ("feed", "current"): current,
    }


def of_the_race(documents: dict[_Key, Any]) -> dict[_Key, Any]:
    """Return the documents of the first race alone."""
    keys = {(name, RACES[0]) for name in (*RENDERS, "journal")} | {("feed", f"race/{RACES[0]}")}
    return {key: document for key, document in documents.items() if key in keys}


@given(day=days(), at=st.integers(0, 400), lasts=st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_a_hold_stops_what_the_public_sees_and_its_end_catches_up(
    day: RaceDay, at: int, lasts: int
) -> None:
    """During a hold nothing of the race changes but the mark; after it, all is as without one."""
    events = spread(recorded(day.log))
    first = next(i for i, each in enumerate(events, 1) if each.stream == f"race-{RACES[0]}")
    at = first + at % (len(events) - first + 1)
    before = book_of(events[:at])
    if before.races[RACES[0]].official is not None or before.races[RACES[0]].cancelled:
        return
    log, under = held(events, at, lasts)
    shown = of_the_race(read(before))
    book = book_of(log[: at + 1])
    known = events[:at]
    for event in log[at + 1 : at + 1 + under]:
        book.fold(event)
        if event.stream != f"race-{RACES[0]}":
            known.append(event)
        now = read(book)
        assert of_the_race(now) == shown
        others = read(book_of(known))
        assert {k: v for k, v in now.items() if k not in shown} == {
            k: v for k, v in others.items() if k not in shown
        }
    mark = RENDERS["board"](book.races[RACES[0]], {}).header["held"]
    assert mark == {"version": HOLD, "at_ms": 0}
    for event in log[at + 1 + under :]:
        book.fold(event)
    assert read(book) == read(book_of(events))


@given(day=days(), at=st.integers(0, 400), lasts=st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_what_is_recorded_under_a_hold_is_read_of_at_its_end(
    day: RaceDay, at: int, lasts: int
) -> None:
    """No fact under a hold is public before its end, and none stays hidden for it after that."""
    stream = [each for each in spread(recorded(day.log)) if each.stream == f"race-{RACES[0]}"]
    log, under = held(stream, 1 + at % len(stream), lasts)
    start = 2 + at % len(stream)
    facts = [(each.version, decode(each)) for each in log]
    during = facts[: start + under]
    without = [fact for fact in facts if fact[0] not in (HOLD, RELEASE)]
    assert secrets(during).hidden >= {version for version, _ in facts[start : start + under]}
    assert secrets(facts).hidden == secrets(without).hidden
    told = [each for all_ in secrets(facts).announced.values() for each in all_]
    assert {version for version, _ in facts[start : start + under]} <= {
        *told,
        *secrets(facts).hidden,
    }


def test_officials_see_the_race_go_on() -> None:
    """A live board has every crossing and says that the public's is held."""
    day = scheduled(competition()).given(c.StartRace(race=RACE), c.HoldPublicBoard(race=RACE))
    day.given(c.RecordCrossing(race=RACE, competitor=ORDER[0], elapsed_ms=7_000))
    race = day.race(RACE)
    live = FOR_OFFICIALS["live-board"](race, {})
    assert live.entries[ORDER[0]]["laps"] == 1
    assert RENDERS["board"](race, {}).entries[ORDER[0]]["laps"] == 0
    assert live.header["held"] == RENDERS["board"](race, {}).header["held"]


def test_a_gun_under_a_hold_does_not_change_what_is_current() -> None:
    """Whoever follows a competition learns of the gun when the board is released."""
    other = "cup/women-500/final-b"
    day = skated(scheduled(competition()), ORDER)
    scheduled(day, other, final="FINAL_B")
    day.given(c.HoldPublicBoard(race=other), c.StartRace(race=other))
    assert feed_documents.resolve("current/cup", book_of(recorded(day.log))) == f"race/{RACE}"
    day.given(c.ReleasePublicBoard(race=other))
    assert feed_documents.resolve("current/cup", book_of(recorded(day.log))) == f"race/{other}"


def test_the_programme_and_the_journal_say_who_held_the_board() -> None:
    """The mark stands in the programme's row; the journal keeps who held, and who released."""
    day = scheduled(competition()).given(c.StartRace(race=RACE), c.HoldPublicBoard(race=RACE))
    documents = public(book_of(recorded(day.log)))
    programme, journal = documents["programme", "cup"], documents["journal", RACE]
    assert programme is not None
    assert journal is not None
    assert programme.entries[RACE]["held"] == {
        "version": day.race(RACE).version,
        "at_ms": day.now_ms,
    }
    assert [row["text"] for row in journal.entries.values()] == ["Public board held"]
    day.given(
        c.StopRace(race=RACE, reason="Fall"),
        c.ReleasePublicBoard(race=RACE),
    )
    after = public(book_of(recorded(day.log)))
    released = after["journal", RACE]
    assert released is not None
    assert [row["text"] for row in released.entries.values()] == [
        "Public board held",
        "Race stopped",
        "Public board released",
    ]
    assert b'"held":null' in msgspec.json.encode(after["programme", "cup"])
