"""Nothing under embargo can be read, or guessed, from any public document."""

import msgspec
from hypothesis import given, settings

from projections.book import Book
from tests.support.race_day import RACE, RaceDay, competition, scheduled, skated
from tests.support.recorded import recorded
from tests.unit.projections.worlds import book_of, days, public
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.log.codec import decode
from tracker.log.recorded_event import RecordedEvent

ORDER = ("ann-one", "bea-two", "cia-three", "dee-four")
SECRET = "elbow-on-the-last-corner"


def hidden_from_the_public(events: list[RecordedEvent]) -> set[int]:
    """Return the positions of what is under embargo at the end of a log.

    Decided from the events alone, without the states that the documents are made of.
    """
    hidden: dict[tuple[str, int], int] = {}
    about: dict[tuple[str, int], list[int]] = {}
    for event in events:
        fact = decode(event)
        key = (event.stream, event.version)
        match fact:
            case e.PenaltyCalled(embargo=True) | e.AdvancementGranted(embargo=True):
                hidden[key] = event.position
            case e.DecisionWithdrawn():
                target = (event.stream, fact.decision)
                if target in hidden or fact.embargo:
                    about.setdefault(target, []).append(event.position)
            case e.FactRetracted():
                target = (event.stream, fact.target)
                if target in hidden:
                    about.setdefault(target, []).append(event.position)
            case e.DecisionsAnnounced() | e.ResultDeclaredOfficial():
                announced = isinstance(fact, e.DecisionsAnnounced)
                for version in fact.decisions if announced else fact.announced:
                    hidden.pop((event.stream, version), None)
                    about.pop((event.stream, version), None)
            case e.ResultCorrected():
                hidden = {k: v for k, v in hidden.items() if k[0] != event.stream}
                about = {k: v for k, v in about.items() if k[0] != event.stream}
            case _:
                pass
    return {*hidden.values(), *(position for several in about.values() for position in several)}


@given(day=days())
@settings(max_examples=40, deadline=None)
def test_the_public_sees_the_same_without_what_is_hidden(day: RaceDay) -> None:
    """Take what is under embargo out of the log: no document differs, at any position."""
    events = recorded(day.log)
    for count in range(1, len(events) + 1):
        seen = events[:count]
        hidden = hidden_from_the_public(seen)
        if not hidden:
            continue
        without = [event for event in seen if event.position not in hidden]
        assert public(book_of(seen)) == public(book_of(without))


def text_of(book: Book) -> str:
    """Return everything the public can read."""
    return b"".join(
        msgspec.json.encode(document.api()) for document in public(book).values() if document
    ).decode()


def decided(*, embargo: bool) -> RaceDay:
    """Return a day on which the winner of a race was penalised."""
    day = skated(scheduled(competition()), ORDER)
    return day.given(
        c.PublishResult(race=RACE),
        c.CallPenalty(race=RACE, competitor="ann-one", reason=SECRET, embargo=embargo),
    )


def test_a_penalty_under_embargo_is_nowhere_until_it_is_announced() -> None:
    """One event makes it public in every document."""
    day = decided(embargo=True)
    assert SECRET not in text_of(book_of(recorded(day.log)))

    day.given(c.AnnounceDecisions(race=RACE))

    book = book_of(recorded(day.log))
    documents = public(book)
    journal = documents["journal", RACE]
    result = documents["result", RACE]
    assert journal is not None
    assert result is not None
    assert [row["type"] for row in journal.api()["rows"]] == [
        "ResultPublished",
        "PenaltyCalled",
        "DecisionsAnnounced",
    ]
    assert journal.api()["rows"][1]["public_at"] == book.position
    assert result.entries["ann-one"]["penalty"]["reason"] == SECRET
    classification = documents["classification", "cup/women-500"]
    assert classification is not None
    assert classification.order == ("bea-two", "cia-three", "dee-four", "ann-one")


def test_a_decision_taken_back_under_embargo_is_never_heard_of() -> None:
    """What nobody knew of does not become known by its end."""
    day = decided(embargo=True)
    version = day.race(RACE).decisions[0].version
    day.given(
        c.WithdrawDecision(race=RACE, decision=version, reason="Other angle", embargo=False),
        c.DeclareResultOfficial(race=RACE),
    )

    text = text_of(book_of(recorded(day.log)))

    assert SECRET not in text
    assert "Other angle" not in text


def test_a_decision_is_announced_as_amended() -> None:
    """What it said before, when nobody could read it, stays between the officials."""
    day = decided(embargo=True)
    version = day.race(RACE).decisions[0].version
    called = dict(day.race(RACE).facts)[version]
    assert isinstance(called, e.PenaltyCalled)
    amended = msgspec.structs.replace(called, competitor="bea-two", reason="Blocking")
    day.given(
        c.AmendFact(race=RACE, target=version, replacement=amended, reason="Wrong skater"),
        c.AnnounceDecisions(race=RACE),
    )

    book = book_of(recorded(day.log))
    journal = public(book)["journal", RACE]

    assert SECRET not in text_of(book)
    assert "Wrong skater" not in text_of(book)
    assert journal is not None
    assert journal.api()["rows"][1]["text"] == "PEN: Bea Two"


def test_amending_a_public_decision_is_in_the_journal() -> None:
    """The journal says what a public decision was before."""
    day = decided(embargo=False)
    version = day.race(RACE).decisions[0].version
    called = dict(day.race(RACE).facts)[version]
    assert isinstance(called, e.PenaltyCalled)
    amended = msgspec.structs.replace(called, reason="Blocking")
    day.given(c.AmendFact(race=RACE, target=version, replacement=amended, reason="Video"))

    journal = public(book_of(recorded(day.log)))["journal", RACE]

    assert journal is not None
    row = journal.api()["rows"][-1]
    assert row["type"] == "FactAmended"
    assert row["replaced"]["data"]["reason"] == SECRET
    assert row["data"]["replacement"]["reason"] == "Blocking"
