"""The documents of best times: what stands, what waits, and the season's bests."""

from typing import Any

import pytest
from hypothesis import given, settings

from projections import race_result
from projections.best_times import BestTimesProjection, ranked, scope_of
from projections.best_times import of_race as best_times_of_race
from projections.book import Book
from projections.journal import JournalProjection
from projections.projection import Document
from tests.support.best_times import (
    ANN,
    BEA,
    DEE,
    another,
    confirm,
    official,
    race_id,
    read,
    relay,
    stated,
)
from tests.support.race_day import RaceDay, competition
from tests.support.recorded import recorded
from tests.unit.projections.worlds import book_of, days
from tracker.domain import commands as c
from tracker.domain import events as e

ONE, TWO = race_id(1), race_id(2)
ABROAD = race_id(1, competition="open")
PROJECTION = BestTimesProjection()


def best_times(day: RaceDay, scope: str = "cup") -> Document:
    """Return a document of a day, which must be there."""
    found = PROJECTION.render(book_of(recorded(day.log)), scope)
    assert found is not None
    return found


def fields(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """Return some fields of a row."""
    return tuple(row[name] for name in names)


def beside(day: RaceDay, race: str = ONE) -> dict[str, list[dict[str, Any]]]:
    """Return the best times that stand beside the result of the first two."""
    book = book_of(recorded(day.log))
    stored = PROJECTION.render(book, "cup/races")
    assert stored is not None
    found = best_times_of_race(book, day.race(race))
    assert found == stored.entries.get(race, {}), "now and as of now differ"
    rows = race_result.with_best(race_result.render(day.race(race)), found).entries
    return {skater: rows[skater]["best"] for skater in (ANN, BEA)}


def scopes_of_last(day: RaceDay) -> set[str]:
    """Return which documents the last event of a day may have changed."""
    events = recorded(day.log)
    book = book_of(events[:-1])
    touched = book.fold(events[-1])
    return {*PROJECTION.scopes(book.event, touched, book)}


@pytest.fixture
def day() -> RaceDay:
    """Return a competition where one heat beat the stated track best time."""
    day = competition().given(stated("track", 42_050), stated("world", 41_900))
    return official(day, ONE)


def test_a_competition_says_what_stands_and_what_waits(day: RaceDay) -> None:
    """A proposal names race, competitor, time, what it beats and by how much."""
    found = best_times(day)
    assert found.header["name"] == "Cup"
    (proposal,) = found.header["proposals"]
    assert fields(proposal, "best", "table", "race", "competitor", "time_ms", "by_ms") == (
        "TR",
        "women-500",
        ONE,
        ANN,
        42_000,
        50,
    )
    assert fields(proposal["beats"], "name", "time_ms") == ("Old Champion", 42_050)
    assert found.order[:2] == ("track/women-500", "world/women-500")
    assert fields(found.entries["track/women-500"], "time_ms", "race") == (42_050, None)
    assert fields(
        found.entries[f"personal/women-500/{DEE}"], "best", "gender", "metres", "time_ms", "race"
    ) == ("PB", "women", 500, 42_300, ONE)


def test_a_confirmed_time_stands_and_is_beside_the_result(day: RaceDay) -> None:
    """The race's own document says TR; a correction takes it away and says why."""
    day.when(confirm(ONE, ANN, 42_000))
    found = best_times(day)
    assert found.header["proposals"] == []
    row = found.entries["track/women-500"]
    assert fields(row, "holder", "time_ms", "race") == (ANN, 42_000, ONE)
    assert row["beats"]["time_ms"] == 42_050
    assert beside(day) == {ANN: [{"best": "TR", "confirmed": True}], BEA: []}
    day.given(read(ONE, {ANN: 42_070}), c.CorrectResult(race=ONE, reason="Photo read again"))
    found = best_times(day)
    (void,) = found.header["void"]
    assert fields(void, "competitor", "time_ms", "race") == (ANN, 42_000, ONE)
    assert "was corrected" in void["why"]
    assert beside(day) == {ANN: [], BEA: []}
    assert found.entries["track/women-500"]["time_ms"] == 42_050


def test_beside_a_result_stand_the_bests_that_were_beaten() -> None:
    """A first time beats nothing that is known; a proposal is there and not confirmed."""
    day = competition().given(
        stated("track", 42_050), stated("personal", 42_300, skater=BEA, noc="KOR")
    )
    official(day, ONE, winner_ms=42_100)
    assert beside(day) == {ANN: [], BEA: [{"best": "PB", "confirmed": True}]}
    official(day, TWO, winner_ms=42_000)
    own = [{"best": "SB", "confirmed": True}, {"best": "PB", "confirmed": True}]
    assert beside(day, TWO) == {ANN: [{"best": "TR", "confirmed": False}, *own], BEA: own}


def test_a_stated_best_is_there_before_anybody_has_skated() -> None:
    """A skater's own bests stand under the skater's id."""
    day = competition().given(stated("personal", 43_000, skater=ANN, name="Ann One"))
    found = best_times(day)
    assert found.order == (f"personal/women-500/{ANN}",)
    assert fields(found.entries[found.order[0]], "holder", "time_ms", "beats") == (
        ANN,
        43_000,
        None,
    )


def test_a_season_is_all_its_competitions_fastest_first(day: RaceDay) -> None:
    """Ranks are given when it is read, dead heats share one, and other seasons have no part."""
    another(day)
    order = (BEA, ANN, DEE)
    scheduled = c.RecordFinishTimes(
        race=ABROAD, times=read(ABROAD, {BEA: 42_000, ANN: 42_400, DEE: 42_250}).times
    )
    official(day, ABROAD, winner_ms=43_000, order=order).given(
        scheduled, c.CorrectResult(race=ABROAD, reason="Photo read")
    )
    another(day, "club", series=None)
    official(day, race_id(1, competition="club"), winner_ms=40_000)
    found = ranked(best_times(day, scope_of("season", "women-500")))
    assert found.header["tables"] == ["women-500"]
    assert [
        (key, row["rank"], row["time_ms"], row["race"]) for key, row in found.entries.items()
    ] == [
        (ANN, 1, 42_000, ONE),
        (BEA, 1, 42_000, ABROAD),
        ("cia-three", 3, 42_200, ONE),
        (DEE, 4, 42_250, ABROAD),
    ]


def test_a_stated_season_best_stands_in_the_season() -> None:
    """Also of a skater who has not skated yet, and of a relay."""
    day = competition().given(stated("season", 41_000, skater=ANN, name="Ann One"))
    official(day, ONE)
    relay(day)
    found = ranked(best_times(day, scope_of("season", "women-500")))
    assert fields(found.entries[ANN], "rank", "time_ms", "race") == (1, 41_000, None)
    assert found.order[:2] == (ANN, BEA)
    teams = ranked(best_times(day, scope_of("season", "women-3000-relay")))
    assert teams.order == ("CAN", "KOR")
    assert best_times(day, scope_of("season")).header["tables"] == [
        "women-3000-relay",
        "women-500",
    ]


def test_what_is_not_there_has_no_document(day: RaceDay) -> None:
    """Neither a table that nobody skates, nor a competition or series that nobody created."""
    book = book_of(recorded(day.log))
    for scope in ("season:men-500", "nowhere", "nowhere:", "nowhere:women-500"):
        assert PROJECTION.render(book, scope) is None


def test_a_new_result_changes_its_competition_and_season_alone(day: RaceDay) -> None:
    """What came before is as it was; other events change nothing."""
    another(day)
    races = "open/races"
    assert scopes_of_last(official(day, ABROAD)) == {"open", races, "season:women-500"}
    day.when(confirm(ABROAD, ANN, 42_000))
    assert scopes_of_last(day) == {"open", races}
    day.when(c.OpenReview(race=ABROAD, reason="Contact"))
    assert scopes_of_last(day) == set()


def test_a_correction_changes_what_came_after_it(day: RaceDay) -> None:
    """A time that is taken away here was the best before a race elsewhere."""
    official(another(day), ABROAD, winner_ms=42_020)
    key = f"personal/women-500/{ANN}"
    assert fields(best_times(day, "open").entries[key], "race", "time_ms") == (ONE, 42_000)
    day.given(
        c.CallPenalty(race=ONE, competitor=ANN, reason="Contact"),
        c.CorrectResult(race=ONE, reason="Contact"),
    )
    assert {"cup", "open", "open/races", "season:women-500"} <= scopes_of_last(day)
    assert fields(best_times(day, "open").entries[key], "race", "time_ms") == (ABROAD, 42_020)
    assert key not in best_times(day).entries


def test_a_statement_after_the_race_counts_as_if_it_had_been_there(day: RaceDay) -> None:
    """What stood when the competition began stood, whenever it was typed in."""
    day.when(stated("personal", 41_800, skater=ANN, name="Ann One"))
    row = best_times(day).entries[f"personal/women-500/{ANN}"]
    assert fields(row, "time_ms", "race") == (41_800, None)


def test_a_late_statement_changes_what_came_after_it_elsewhere(day: RaceDay) -> None:
    """A personal best that is known too late was known to the next competition too."""
    official(another(day), ABROAD, winner_ms=42_020)
    day.when(stated("personal", 41_800, skater=ANN, name="Ann One"))
    assert {"cup", "open", "season:women-500"} <= scopes_of_last(day)
    assert best_times(day, "open").entries[f"personal/women-500/{ANN}"]["time_ms"] == 41_800
    day.when(stated("track", 41_700))
    assert scopes_of_last(day) == {"cup", "cup/races"}


@given(day=days())
@settings(max_examples=30, deadline=None)
def test_a_book_that_was_asked_before_says_what_a_new_one_says(day: RaceDay) -> None:
    """What is remembered, and reckoned step by step, is what the whole log says at once."""
    events = recorded(day.log)
    book = Book()
    scopes = ("cup", "cup/races", "season:women-500")
    for event in events:
        book.fold(event)
        before = [PROJECTION.render(book, scope) for scope in scopes]
    assert before == [PROJECTION.render(book_of(events), scope) for scope in scopes]


def test_a_copy_of_the_book_keeps_its_bests(day: RaceDay) -> None:
    """Folding on does not change what an earlier book says."""
    events = recorded(official(day, TWO, winner_ms=41_950).log)
    book = Book()
    for event in events[:-1]:
        book.fold(event)
    before = book.copy()
    book.fold(events[-1])
    key = f"personal/women-500/{ANN}"
    assert before.own_bests().left["cup"][key].best.race == ONE
    assert book.own_bests().left["cup"][key].best.race == TWO
    assert before.official_names("cup") == (ONE,)


def test_the_journal_tells_of_miscounts_and_confirmations(day: RaceDay) -> None:
    """Both are decisions of an official, and so is taking them back."""
    day.given(
        confirm(ONE, ANN, 42_000),
        c.RecordMiscount(race=ONE, lap_rows=4, reason="The bell rang early"),
    )
    [version] = day.versions(ONE, e.BestTimeConfirmed)
    day.when(c.RetractFact(race=ONE, target=version, reason="Miscounted"))
    journal = JournalProjection().render(book_of(recorded(day.log)), ONE)
    assert journal is not None
    told = [(row["text"], row["reason"]) for row in journal.entries.values()]
    assert told[-3:] == [
        ("Track best time confirmed: Ann One 42.000", None),
        ("Laps miscounted: 4 lap rows skated", "The bell rang early"),
        ("Retracted: best time confirmed", "Miscounted"),
    ]
