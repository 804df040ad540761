"""Published results against what the same facts come to here."""

import copy
from typing import Any

import msgspec
import pytest

from tracker import rulesets
from tracker.cli import run
from tracker.conform import comparison, entry, names
from tracker.conform.comparison import Report
from tracker.conform.published import BadPublication, milliseconds, round_of, season_of
from tracker.conform.reading import read

Sheet = dict[str, Any]
NAMES = (
    "DOE Ann",
    "PARK Min Ji",
    "VISSER Lot",
    "NOWAK Ewa",
    "ABAY Zhan",
    "ROSSI Gia",
    "TOTH Eva",
    "LI Na",
)
NOCS = ("CAN", "KOR", "NED", "POL", "KAZ", "ITA", "HUN", "CHN")


def line(number: int, rank: int | None, time: str | None, **other: object) -> Sheet:
    """Return a line of a sheet, for the skater of that number."""
    return {
        "name": NAMES[number],
        "noc": NOCS[number],
        "rank": rank,
        "time": time,
        "status": None,
        "qual": None,
        "start_pos": None,
        **other,
    }


def publication() -> Sheet:
    """Return two semifinals (one with an advancement and a penalty) and two finals."""
    return {
        "competition": "World Cup 2023/24",
        "event": "Women 500 m",
        "rounds": [
            {
                "round": "Semifinals",
                "race": 1,
                "results": [
                    line(0, 1, "42.100", qual="QA"),
                    line(1, 2, "42.200", qual="QA"),
                    line(2, 3, "42.900", qual="QB"),
                    line(3, None, None, status="PEN"),
                ],
            },
            {
                "round": "Semifinals",
                "race": 2,
                "results": [
                    line(4, 1, "41.900", qual="QA"),
                    line(5, 2, "42.000", qual="QA"),
                    line(6, 3, "42.050", qual="QB"),
                    line(7, 4, None, qual="ADA", note="no time"),
                ],
            },
            {
                "round": "Final B",
                "race": 1,
                "results": [line(6, 1, "41.500"), line(2, 2, "41.600")],
            },
            {
                "round": "Final A",
                "race": 1,
                "results": [
                    line(4, 1, "41.800"),
                    line(0, 2, "41.900"),
                    line(7, 2, "41.900"),
                    line(1, 4, "42.500"),
                    line(5, None, None, status="PEN"),
                ],
            },
        ],
        "final_ranking": [
            {"rank": rank, "name": line(number, None, None)["name"], "noc": NOCS[number]}
            for rank, number in enumerate((4, 0, 7, 1, 5, 6, 2, 3), start=1)
            if number != 7
        ],
        "medals": {"gold": ["Zhan Abay KAZ"], "silver": ["Ann Doe", "Li Na"]},
    }


def compared(published: Sheet) -> Report:
    """Return what comparing a publication finds."""
    found = read(msgspec.json.encode(published), "file.json")
    return comparison.compare(entry.enter(found, rulesets.load("isu-2023-24")))


def test_what_was_published_is_derived() -> None:
    """Places, marks, next starters, final ranking and medals agree, and the sum says so."""
    report = compared(publication())
    assert report.differences == []
    assert report.progressions == ["Semifinals: 2 to FINAL_A, 1 to FINAL_B"]
    assert list(comparison.words([report]))[-1] == (
        "4 races, 15 ranks, 8 marks, 1 classifications: 0 differ"
    )


def test_a_place_the_file_leaves_out_is_somebody_unnamed() -> None:
    """The file names the first and the third: somebody was second."""
    published = publication()
    published["final_ranking"] = []
    published["medals"] = {}
    published["rounds"] = published["rounds"][2:3]
    published["rounds"][0]["results"][1]["rank"] = 3
    assert compared(published).differences == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda p: p["rounds"][0]["results"][0].update(rank=2), "rank"),
        (lambda p: p["rounds"][0]["results"][2].update(qual="QA"), "mark"),
        (lambda p: p["rounds"][1]["results"][1].update(qual=None), "mark"),
        (lambda p: p["rounds"][2]["results"].append(line(3, 3, "43.000")), "start"),
        (lambda p: p["final_ranking"][0].update(rank=2), "rank"),
        (lambda p: p["medals"].update(gold=["Ann Doe"]), "gold"),
        (lambda p: p["medals"].update(bronze=["Park Min Ji"]), "bronze"),
    ],
)
def test_every_kind_of_difference_is_found(change: Any, what: str) -> None:
    """A value that cannot follow from the facts is a difference, with both values."""
    published = copy.deepcopy(publication())
    change(published)
    differences = compared(published).differences
    assert what in {difference.what for difference in differences}
    assert all(difference.words() for difference in differences)


def test_the_smallest_progression_is_inferred() -> None:
    """Two of each race and the fastest third, an advancement beside them."""
    published = publication()
    published["final_ranking"], published["medals"] = [], {}
    published["rounds"] = [
        {
            "round": "Quarterfinals",
            "race": race,
            "results": [
                line(0 + 4 * (race - 1), 1, "42.100", qual="Q"),
                line(1 + 4 * (race - 1), 2, "42.200", qual="Q"),
                line(2 + 4 * (race - 1), 3, f"42.{race + 2}50", qual="q" if race == 1 else None),
                line(3 + 4 * (race - 1), 4, "43.120", qual="ADV" if race == 2 else None),
            ],
        }
        for race in (1, 2)
    ]
    report = compared(published)
    assert report.differences == []
    assert report.progressions == ["Quarterfinals: 2+2 to SF"]


def test_command_line_says_what_differs_and_by_its_status(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 when everything agrees, 1 on any difference, a sentence for a file that is none."""
    good, bad, none = (tmp_path / name for name in ("good.json", "bad.json", "none.json"))
    published = publication()
    good.write_bytes(msgspec.json.encode(published))
    published["rounds"][0]["results"][0]["rank"] = 2
    bad.write_bytes(msgspec.json.encode(published))
    none.write_text("{")
    assert run(["conform", str(good)]) == 0
    assert run(["conform", str(good), str(bad), "--json"]) == 1
    report = msgspec.json.decode(capsys.readouterr().out.splitlines()[-1])
    assert [bool(each["differences"]) for each in report["reports"]] == [False, True]
    assert run(["conform", str(none), str(tmp_path / "gone.json"), str(good)]) == 1
    first, second, *_, total = capsys.readouterr().out.splitlines()
    assert first.startswith("none.json: Input data was truncated")
    assert second == "gone.json: cannot be read: No such file or directory"
    assert total == "4 races, 15 ranks, 8 marks, 1 classifications: 2 differ"


@pytest.mark.parametrize(
    ("name", "round_"),
    [
        ("QuarterFinals", "QF"),
        ("Rep.Quarterfinals", "REP_QF"),
        ("RepSemiFinals", "REP_SF"),
        ("Pre-Preliminaries", "PREPRELIM"),
        ("Preliminaries", "PRELIM"),
        ("Heats", "HEAT"),
        ("Ranking Finals", "RANKING_FINAL"),
        ("Final A", "FINAL_A"),
        ("Final", "FINAL_A"),
        ("FinalB", "FINAL_B"),
        ("Semifinals", "SF"),
    ],
)
def test_rounds_are_spelled_in_many_ways(name: str, round_: str) -> None:
    """Every spelling met in the wild means one round."""
    assert round_of(name) == round_


def test_times_and_names_are_read_in_their_many_forms() -> None:
    """Three ways to write a time; accents, capitals and order do not make another person."""
    assert [milliseconds(t) for t in ("40.078", "1:26.406", "1.25,559", "0:47.317", "DNF")] == [
        40_078,
        86_406,
        85_559,
        47_317,
        None,
    ]
    assert names.alike("Łukasz KUCZYŃSKI", "Kuczynski Lukasz") == 1.0
    assert names.same("Viktor AN", "Victor An")
    assert not names.same("Park Ji Won", "Kim Gilli")
    with pytest.raises(BadPublication):
        round_of("Warm-up")


def test_the_season_begins_in_july() -> None:
    """A date in February belongs to the season of the year before."""
    published = publication()
    for competition, date, season in (
        ("World Cup 2019/20-Montreal", "", 2019),
        ("Olympic Winter Games Beijing 2022", "", 2021),
        ("Anything", "2024-02-10", 2023),
        ("Anything", "2024-11-10", 2024),
    ):
        published.update(competition=competition, date=date)
        assert season_of(read(msgspec.json.encode(published), "x")) == season
