"""Each document says what the public is owed, at each stage of a race."""

from typing import Any

import pytest

from projections import lap_chart, medals, race_board, race_result, standings, start_list
from projections.book import Book
from projections.medals import MedalsProjection
from projections.programme import ProgrammeProjection, current_race
from projections.projection import Document
from projections.standings import StandingsProjection
from tests.support.race_day import (
    RACE,
    START_MS,
    RaceDay,
    add_distance,
    competition,
    scheduled,
    skated,
)
from tests.support.recorded import recorded
from tests.unit.projections.worlds import book_of, public
from tracker.domain import commands as c
from tracker.domain.values import FinishTime, StarterRequest

ORDER = ("bea-two", "ann-one", "cia-three", "dee-four")
OTHER = "cup/women-500/final-b"


def book(day: RaceDay) -> Book:
    """Return the book of a day."""
    return book_of(recorded(day.log))


def document(day: RaceDay, name: str, scope: str) -> Document:
    """Return a public document of a day, which must be there."""
    found = public(book(day))[name, scope]
    assert found is not None
    return found


def row(document: Document, key: str, *fields: str) -> dict[str, Any]:
    """Return some fields of a row."""
    return {field: document.entries[key][field] for field in fields}


def crossing(competitor: str, elapsed_ms: int, **more: Any) -> c.RecordCrossing:
    """Return a crossing of the race."""
    return c.RecordCrossing(race=RACE, competitor=competitor, elapsed_ms=elapsed_ms, **more)


@pytest.fixture
def live() -> RaceDay:
    """Return a day with a race two rows old: one has fallen, one leads by a tenth."""
    return scheduled(competition()).given(
        c.StartRace(race=RACE),
        crossing("ann-one", 7000),
        crossing("bea-two", 7050, source="reconstructed"),
        c.RecordFall(race=RACE, competitor="cia-three"),
        crossing("bea-two", 16_000),
        crossing("ann-one", 16_113),
    )


def official(day: RaceDay) -> RaceDay:
    """Return a day with a race skated and official."""
    return skated(day, ORDER).given(c.PublishResult(race=RACE), c.DeclareResultOfficial(race=RACE))


def test_a_start_list_stands_from_the_inside_out() -> None:
    """Start positions may still change; who does not start is marked."""
    day = scheduled(competition()).given(
        c.ChangeStartPositions(
            race=RACE, positions={"ann-one": 2, "bea-two": 1}, reason="Wrong draw"
        ),
        c.RecordDidNotStart(race=RACE, competitor="dee-four", reason=""),
    )

    found = start_list.render(day.race(RACE))

    assert found.order == ("bea-two", "ann-one", "cia-three", "dee-four")
    assert found.header["state"] == "START_LIST"
    assert row(found, "bea-two", "start_position", "helmet", "noc", "status") == {
        "start_position": 1,
        "helmet": 2,
        "noc": "KOR",
        "status": None,
    }
    assert found.entries["dee-four"]["status"] == "DNS"


def test_a_live_board_is_the_running_order(live: RaceDay) -> None:
    """Rank, gap, lap and the counter are those of the last crossing."""
    found = race_board.render(live.race(RACE))

    assert found.order == ("bea-two", "ann-one", "cia-three", "dee-four")
    assert {k: found.header[k] for k in ("state", "laps_total", "laps_to_go", "lap", "bell")} == {
        "state": "LIVE",
        "laps_total": 5,
        "laps_to_go": 3,
        "lap": 3,
        "bell": False,
    }
    assert found.header["started_at_ms"] > START_MS
    assert row(found, "ann-one", "rank", "laps", "last_lap_ms", "elapsed_ms", "gap_ms") == {
        "rank": 2,
        "laps": 2,
        "last_lap_ms": 9113,
        "elapsed_ms": 16_113,
        "gap_ms": 113,
    }
    assert row(found, "cia-three", "rank", "status", "fallen", "laps_behind") == {
        "rank": None,
        "status": "FELL",
        "fallen": True,
        "laps_behind": 1,
    }
    assert found.entries["bea-two"]["chart"] == {
        "1": [2, 7050, "reconstructed"],
        "2": [1, 16_000, None],
    }
    assert [mark["kind"] for mark in found.entries["cia-three"]["marks"].values()] == ["fall"]


def test_the_bell_is_on_the_board_for_the_last_lap(live: RaceDay) -> None:
    """It rings when the leader has one lap to go, whether or not somebody recorded it."""
    live.given(crossing("bea-two", 25_000), crossing("bea-two", 34_000))
    assert race_board.render(live.race(RACE)).header["bell"]
    assert race_board.render(live.race(RACE)).header["laps_to_go"] == 1

    live.given(crossing("bea-two", 43_000))
    found = race_board.render(live.race(RACE))
    assert found.header["laps_to_go"] == 0
    assert found.header["finished_ms"] == 43_000
    assert row(found, "bea-two", "time_ms", "finished", "status") == {
        "time_ms": 43_000,
        "finished": True,
        "status": None,
    }


def test_an_official_board_is_the_official_sheet() -> None:
    """What is recorded later does not move it until the result is corrected."""
    day = official(scheduled(competition()))
    day.given(c.CallPenalty(race=RACE, competitor="bea-two", reason="Impeding", infringement="F3"))
    assert race_board.render(day.race(RACE)).order == ORDER
    assert race_board.render(day.race(RACE)).header["state"] == "OFFICIAL"

    day.given(c.CorrectResult(race=RACE, reason="Video review"))
    found = race_board.render(day.race(RACE))

    assert found.header["state"] == "CORRECTED"
    assert found.order == ("ann-one", "cia-three", "dee-four", "bea-two")
    assert row(found, "bea-two", "rank", "status", "penalty") == {
        "rank": None,
        "status": "PEN",
        "penalty": {
            "code": "F3",
            "text": "Impeding",
            "reason": "Impeding",
            "sanction": "PEN",
            "lap": None,
        },
    }
    result = race_result.render(day.race(RACE))
    assert (result.header["official"], result.header["revision"]) == (True, 2)


def test_a_false_start_is_a_notice_until_the_next_gun() -> None:
    """The board says why nobody skates; the race stays current."""
    day = scheduled(competition()).given(
        c.StartRace(race=RACE), c.CallFalseStart(race=RACE, competitor=None)
    )

    assert race_board.render(day.race(RACE)).header["notice"] == "False start"
    assert current_race(book(day), "cup") == RACE
    day.given(c.StartRace(race=RACE))
    assert race_board.render(day.race(RACE)).header["notice"] is None


def test_a_lap_chart_has_every_row_of_everybody(live: RaceDay) -> None:
    """Laps as a list for tables, and by row as the board has them."""
    found = lap_chart.render(live.race(RACE))

    assert found.entries["ann-one"]["laps"] == [
        {"row": 1, "rank": 1, "elapsed_ms": 7000, "lap_ms": 7000, "source": None},
        {"row": 2, "rank": 2, "elapsed_ms": 16_113, "lap_ms": 9113, "source": None},
    ]
    assert found.entries["bea-two"]["chart"] == {
        "1": [2, 7050, "reconstructed"],
        "2": [1, 16_000, None],
    }


def test_a_result_has_times_and_their_sources() -> None:
    """A photo-finish time replaces the crossing's, and says who states it."""
    day = skated(scheduled(competition()), ORDER).given(
        c.RecordFinishTimes(
            race=RACE, times=(FinishTime("bea-two", 41_999),), source="isu.org, result sheet"
        )
    )

    found = race_result.render(day.race(RACE))

    assert found.header["sources"] == ["isu.org, result sheet"]
    assert found.header["state"] == "UNCONFIRMED"
    assert row(found, "bea-two", "rank", "time_ms", "gap_ms", "status", "mark") == {
        "rank": 1,
        "time_ms": 41_999,
        "gap_ms": 0,
        "status": None,
        "mark": None,
    }
    assert found.entries["ann-one"]["gap_ms"] == 101


def test_a_programme_knows_what_is_current_and_next() -> None:
    """The race of the last gun stays current until the next gun."""
    day = scheduled(scheduled(competition()), OTHER, final="FINAL_B", starters=3)
    before = document(day, "programme", "cup")
    assert (before.header["current"], before.header["next"]) == (RACE, OTHER)

    official(day)
    after = document(day, "programme", "cup")
    assert (after.header["current"], after.header["next"]) == (RACE, OTHER)
    assert row(after, RACE, "state", "podium") == {
        "state": "OFFICIAL",
        "podium": [
            {"rank": 1, "name": "Bea Two", "noc": "KOR"},
            {"rank": 2, "name": "Ann One", "noc": "CAN"},
            {"rank": 3, "name": "Cia Three", "noc": "NED"},
        ],
    }
    assert row(after, OTHER, "state", "podium") == {"state": "START_LIST", "podium": []}

    day.given(c.StartRace(race=OTHER))
    last = document(day, "programme", "cup")
    assert (last.header["current"], last.header["next"]) == (OTHER, None)


def test_no_medal_before_all_of_the_distance_is_official() -> None:
    """One race that is still to be decided keeps points and medals back."""
    day = official(scheduled(scheduled(competition()), OTHER, final="FINAL_B", starters=1))
    provisional = document(day, "classification", "cup/women-500")
    assert not provisional.header["official"]
    assert {(r["points"], r["medal"]) for r in provisional.entries.values()} == {(None, None)}
    assert document(day, "medals", "cup:noc-all").order == ()

    day.given(c.CancelRace(race=OTHER, reason="Nobody left to skate it"))
    final = document(day, "classification", "cup/women-500")
    assert final.header["official"]
    assert row(final, "bea-two", "rank", "points", "medal") == {
        "rank": 1,
        "points": 100,
        "medal": "gold",
    }


def test_a_relay_medal_is_one_for_the_nation_and_one_for_each_skater() -> None:
    """Tables by NOC count the team once; tables by skater count the whole line-up."""
    day = official(scheduled(competition()))
    relay = "cup/women-3000-relay/final-a"
    for noc in ("KOR", "CAN"):
        for i in range(4):
            day.given(
                c.EnterSkater(
                    competition="cup",
                    skater=f"{noc.lower()}-{i}",
                    name=f"{noc} {i}",
                    noc=noc,
                    gender="women",
                )
            )
        day.given(
            c.EnterTeam(
                competition="cup",
                team=f"{noc.lower()}-women",
                name=noc,
                noc=noc,
                gender="women",
                skaters=tuple(f"{noc.lower()}-{i}" for i in range(4)),
            )
        )
    day.given(
        c.AddDistance(
            distance="cup/women-3000-relay",
            name="Women 3000 m relay",
            gender="women",
            metres=3000,
            relay=True,
            order=2,
        ),
        c.ScheduleRace(race=relay, round="FINAL_A", round_name="Final A"),
        c.PublishStartList(
            race=relay,
            starters=tuple(
                StarterRequest(f"{noc}-women", i, line_up=tuple(f"{noc}-{n}" for n in range(4)))
                for i, noc in enumerate(("kor", "can"), start=1)
            ),
        ),
    )
    skated(day, ("can-women", "kor-women"), relay).given(c.DeclareResultOfficial(race=relay))

    nations = document(day, "medals", "cup:noc-women").api()["rows"]
    assert [(r["rank"], r["id"], r["name"], r["gold"], r["silver"]) for r in nations[:2]] == [
        (1, "CAN", "Canada", 1, 1),
        (1, "KOR", "Korea", 1, 1),
    ]
    assert nations[2]["rank"] == 3
    skaters = document(day, "medals", "cup:skater-all").entries
    assert [skaters[f"can-{n}"]["gold"] for n in range(4)] == [1, 1, 1, 1]
    assert skaters["bea-two"]["gold"] == 1
    assert sum(r["gold"] for r in skaters.values()) == 5
    assert document(day, "medals", "cup:noc-men").order == ()
    board = race_board.render(day.race(relay))
    assert board.entries["can-women"]["skater"] == "CAN 0"
    feed = medals.feed(book(day), "cup")
    assert feed["tables"]["noc-women"]["order"] == ["CAN", "KOR", "NED"]
    assert feed["tables"]["noc-women"]["entries"]["CAN"]["gold"] == 1


def test_standings_have_a_table_for_each_distance_from_the_start() -> None:
    """A table in which nobody stands yet is empty; an unknown one is not there."""
    day = add_distance(scheduled(competition()), "women-1000", 1000, order=1)
    day.given(
        c.BringPoints(
            series="season",
            table="women",
            competitor="dee-four",
            name="Dee Four",
            noc="POL",
            points=70,
        )
    )
    before = document(day, "standings", "season:women")
    assert before.header["tables"] == ["men", "women", "women-1000", "women-500"]
    assert row(before, "dee-four", "points", "brought_in", "results") == {
        "points": 70,
        "brought_in": 70,
        "results": {},
    }
    assert document(day, "standings", "season:women-500").order == ()
    assert StandingsProjection().render(book(day), "season:women-9000") is None

    after = document(official(day), "standings", "season:women")
    assert after.order == ("dee-four", "bea-two", "ann-one", "cia-three")
    assert row(after, "bea-two", "rank", "points", "golds", "results") == {
        "rank": 2,
        "points": 100,
        "golds": 1,
        "results": {"cup/women-500": {"rank": 1, "points": 100, "counts": True}},
    }
    tables = standings.feed(book(day), "season")["tables"]
    assert tables["women-500"]["order"] == list(ORDER)


def test_a_team_ranking_is_a_table_of_the_series() -> None:
    """It is there from the beginning where the ruleset has one, and adds up an NOC's skaters."""
    day = scheduled(competition(ruleset="world-tour-2024-25"))
    before = document(day, "standings", "season:teams")
    assert before.header["tables"] == ["men", "women", "teams", "women-500"]
    assert before.order == ()
    after = document(official(day), "standings", "season:teams")
    assert after.order == ("KOR", "CAN", "NED", "POL")
    assert row(after, "KOR", "rank", "name", "noc", "points", "results") == {
        "rank": 1,
        "name": "KOR",
        "noc": "KOR",
        "points": 100,
        "results": {"cup/women-500": {"rank": 1, "points": 100, "counts": True}},
    }


def test_a_journal_says_who_what_when_and_what_it_replaced() -> None:
    """Every decision has its official, its device, its reason and its moment."""
    day = skated(scheduled(competition()), ORDER)
    [fall] = [
        day.versions(RACE, type(event))[-1]
        for event in day.when(c.RecordFall(race=RACE, competitor="ann-one"))
    ]
    day.given(c.RetractFact(race=RACE, target=fall, reason="It was another skater"))
    day.given(c.DeclareResultOfficial(race=RACE))

    found = document(day, "journal", RACE).api()["rows"]

    assert [r["text"] for r in found] == ["Retracted: fall recorded", "Result official"]
    retraction = found[0]
    assert retraction["official"] == "referee"
    assert retraction["device"] == "tablet-1"
    assert retraction["reason"] == "It was another skater"
    assert retraction["replaced"]["type"] == "FallRecorded"
    assert retraction["replaced"]["data"]["competitor"] == "ann-one"
    assert retraction["position"] == retraction["public_at"] == len(day.log) - 1
    assert retraction["occurred_at"].startswith("2024-02-11T14:")
    assert document(day, "journal", "cup").api()["rows"] == found


def test_nothing_is_there_before_it_was_created() -> None:
    """A scope that nobody created has no document."""
    empty = Book()

    assert ProgrammeProjection().render(empty, "cup") is None
    assert MedalsProjection().render(empty, "cup:noc-all") is None
    assert set(public(empty).values()) == {None}
