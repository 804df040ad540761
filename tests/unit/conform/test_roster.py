"""Who is who, which ruleset holds, and what a file may leave open."""

from typing import Any

import msgspec
import pytest

from tracker.conform import comparison, entry
from tracker.conform.choice import ruleset_for
from tracker.conform.comparison import Report
from tracker.conform.published import Published, round_of, stage_of
from tracker.conform.reading import read
from tracker.conform.roster import roster

Sheet = dict[str, Any]


def race(round_: str, number: int, *lines: tuple[object, ...]) -> Sheet:
    """Return a race: (name, NOC, rank, mark, bib) of each line, with times in that order."""
    results = []
    for i, (name, noc, rank, qual, bib) in enumerate(lines):
        time = None if rank is None else f"43.{i}00"
        line = {"name": name, "noc": noc, "rank": rank, "time": time, "qual": qual, "bib": bib}
        results.append({**line, "status": None, "start_pos": i + 1})
    return {"round": round_, "race": number, "results": results}


def published(
    *races: Sheet, event: str = "Men 500 m", name: str = "World Cup 2023/24"
) -> Published:
    """Return a publication of races."""
    raw = {"competition": name, "event": event, "rounds": races}
    return read(msgspec.json.encode(raw), "file.json")


def compared(found: Published) -> Report:
    """Return what comparing a publication finds."""
    return comparison.compare(entry.enter(found, ruleset_for(found)))


def people(found: Published, *, relay: bool = False) -> list[set[str]]:
    """Return who stands where, each as the names they stand under."""
    known = roster(found, relay=relay)
    lines = {at: found.rounds[at[0]].results[at[1]].name for at in known.who}
    return [
        {name for at, name in lines.items() if known.who[at] == person.key}
        for person in known.people
    ]


def test_spellings_of_one_person_are_one() -> None:
    """Order, capitals, accents, blanks, a letter, a neutral team's code: still the same skater."""
    found = published(
        race(
            "Heats",
            1,
            ("ELISTRATOV Semen", "RUS", 1, "Q", 5),
            ("LIU Shaoang", "HUN", 2, "Q", None),
            ("PARK Ji Won", "KOR", 3, None, 8),
            ("KNEGT Sjinkie", "NED", 4, None, None),
        ),
        race(
            "Semifinals",
            1,
            ("Semion Elistratov", "ROC", 1, None, 5),
            ("Liu Shao Ang", "HUN", 2, None, None),
            ("Ji-Won Park", "KOR", 3, None, None),
            ("Sjinkie KNECHT", "NED", 4, None, None),
        ),
    )
    # Two codes and two spellings at once are too much, whatever the number.
    assert [len(names) for names in people(found)] == [1, 2, 2, 2, 1]


def test_two_people_are_two_however_alike() -> None:
    """Who stands in one round twice under two names is two; namesakes go by their numbers."""
    found = published(
        race("Heats", 1, ("LIU Shaolin", "HUN", 1, "Q", None), ("KIM Min", "KOR", 2, "Q", 3)),
        race("Heats", 2, ("LIU Shaoling", "HUN", 1, "Q", None), ("KIM Min", "KOR", 2, "Q", 4)),
        race("Semifinals", 1, ("KIM Min", "KOR", 1, None, 4), ("KIM Min", "KOR", 2, None, 3)),
    )
    assert len(people(found)) == 4
    report = compared(found)
    assert report.differences == []
    assert report.notes == [
        "SF: LIU Shaolin went on, and does not start: withdrawn before it",
        "SF: LIU Shaoling went on, and does not start: withdrawn before it",
    ]


def test_teams_go_by_nation_unless_a_nation_has_two() -> None:
    """`KOREA` and `Republic of Korea` are one team, `Korea A` and `Korea B` are two."""
    one = published(
        race("Semifinals", 1, ("KOREA", "KOR", 1, "QA", None)),
        race("Final A", 1, ("Republic of Korea", "KOR", 1, None, None)),
        event="Men 5000 m relay",
    )
    two = published(
        race("Semifinals", 1, ("Korea A", "KOR", 1, "QA", None)),
        race("Semifinals", 2, ("Korea B", "KOR", 1, "QA", None)),
        race("Final A", 1, ("KOREA A", "KOR", 1, None, None), ("KOREA B", "KOR", 2, None, None)),
        event="Men 5000 m relay",
    )
    assert people(one, relay=True) == [{"KOREA", "Republic of Korea"}]
    assert people(two, relay=True) == [{"Korea A", "KOREA A"}, {"Korea B", "KOREA B"}]
    assert compared(two).differences == []


def test_a_code_that_is_none_is_no_difference() -> None:
    """`NAZ` is entered without a nation, and said."""
    report = compared(published(race("Final A", 1, ("AKAS Denis", "NAZ", 1, None, None))))
    assert report.differences == []
    assert report.notes == ["NAZ (AKAS Denis) is no IOC code: entered without a nation"]


def test_a_line_without_anything_takes_the_gap() -> None:
    """Places one and three and a line of nothing: it was second, and its mark is not compared."""
    sheet = race(
        "Heats",
        1,
        ("DOE Al", "CAN", 1, "Q", 1),
        ("ROE Bo", "USA", 3, None, 2),
        ("POE Cy", "GBR", None, None, 3),
    )
    report = compared(published(sheet))
    assert report.differences == []
    assert report.notes == ["Heats 1: POE Cy has no place: taken for place 2"]


def test_a_gap_in_a_whole_field_is_a_difference() -> None:
    """Start positions 1, 2, 3: nobody is missing, so nobody can be fourth of three."""
    sheet = race(
        "Heats",
        1,
        ("DOE Al", "CAN", 1, "Q", 1),
        ("ROE Bo", "USA", 2, None, 2),
        ("POE Cy", "GBR", 4, None, 3),
    )
    (difference,) = compared(published(sheet)).differences
    assert difference.words() == (
        "file.json: Heats 1: POE Cy: rank published 4, derived 3 (order across the line)"
    )


@pytest.mark.parametrize(
    ("name", "ruleset"),
    [("World Cup 2023/24 - Dresden (GER)", "isu-2023-24"), ("Olympic Games 2024", "isu-2023-24")],
)
def test_the_season_chooses_the_ruleset(name: str, ruleset: str) -> None:
    """The one that is in force at the turn of the season's year."""
    assert ruleset_for(published(name=name)).id == ruleset


@pytest.mark.parametrize(
    ("name", "round_", "stage"),
    [
        ("RepFinalA", "REP_SF", "REP_FINAL"),
        ("Repechage", "REP_SF", "REP_SF"),
        ("Rep.Heats", "REP_HEAT", "REP_HEAT"),
        ("RepQuaterfinals", "REP_QF", "REP_QF"),
        ("RankingFinals", "RANKING_FINAL", "RANKING_FINAL rankingfinals"),
        ("RankingRaces-Heats", "RANKING_FINAL", "RANKING_FINAL rankingraces-heats"),
        ("Eighthfinals", "HEAT", "EIGHTH"),
        ("Seminfinals", "SF", "SF"),
        ("Races", "HEAT", "HEAT races"),
    ],
)
def test_rounds_of_one_publication_stay_apart(name: str, round_: str, stage: str) -> None:
    """What ranks as one round here may be several there, each with its own progression."""
    assert (round_of(name), stage_of(name)) == (round_, stage)


def test_old_marks_have_no_letter() -> None:
    """`Q` of a semifinal leads to Final A, and the rest may start in Final B without a mark."""
    found = published(
        race("Semifinals", 1, ("DOE Al", "CAN", 1, "Q", 1), ("ROE Bo", "USA", 2, None, 2)),
        race("Semifinals", 2, ("POE Cy", "GBR", 1, "Q", 3), ("NOE Di", "NED", 2, "ADV", 4)),
        race("Final B", 1, ("ROE Bo", "USA", 1, None, 2)),
        race(
            "Final A",
            1,
            ("DOE Al", "CAN", 1, None, 1),
            ("POE Cy", "GBR", 2, None, 3),
            ("NOE Di", "NED", 3, None, 4),
        ),
    )
    report = compared(found)
    assert report.differences == []
    assert report.progressions == ["Semifinals: 1 to FINAL_A"]


@pytest.mark.parametrize("printed", ["QB", "qB"])
def test_a_final_b_filled_by_time_is_explained_by_who_starts_in_it(printed: str) -> None:
    """Thirds, and the fastest fourth as `QB` or `qB`: the start list of Final B decides."""
    first = [("A", "CAN", 1, "QA", 1), ("B", "KOR", 2, "QB", 2), ("C", "CHN", 3, printed, 3)]
    second = [("D", "USA", 1, "QA", 4), ("E", "JPN", 2, "QB", 5), ("F", "FRA", 3, None, 6)]
    sheets = [race("Semifinals", 1, *first), race("Semifinals", 2, *second)]
    sheets[1]["results"][2]["time"] = "44.000"
    final = [("B", "KOR", 1, None, 2), ("C", "CHN", 2, None, 3), ("E", "JPN", 3, None, 5)]
    assert compared(published(*sheets, race("Final B", 1, *final))).differences == []
    without = compared(published(*sheets, race("Final B", 1, final[0], ("E", "JPN", 2, None, 5))))
    assert [each.who for each in without.differences] == (["C"] if printed == "QB" else [])
