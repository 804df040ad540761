"""The rulesets that come with Bell Lap: whole, sourced, without gaps or overlaps."""

import itertools
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from tracker import rulesets
from tracker.domain import events as e
from tracker.domain.ruleset import Ruleset
from tracker.errors import NotFound
from tracker.log import codec
from tracker.rulesets.sources import commented

HERE = Path(rulesets.__file__).parent
NAMES = rulesets.names()
FILES = sorted(HERE.rglob("*.toml"))
INTERNATIONAL = [name for name in NAMES if name.startswith(("isu-", "world-tour-"))]
SOURCE = re.compile(
    r"\((?=[^)]*[A-Za-z])[^)]+\)|\b(19|20)\d\d\b|unproven|Proposal|shared table|own name"
)
"""Who says it or when it was seen; or that nobody does; or that it is ours to say."""


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_a_whole_ruleset(name: str) -> None:
    """A file loads under its own name, with distances, infringements and points."""
    ruleset = rulesets.load(name)
    assert ruleset.id == name
    assert ruleset.distances
    assert ruleset.infringements
    assert list(ruleset.points.by_rank) == sorted(ruleset.points.by_rank, reverse=True)
    assert len({(d.metres, d.relay) for d in ruleset.distances}) == len(ruleset.distances)
    assert len({i.code for i in ruleset.infringements}) == len(ruleset.infringements)
    assert ruleset.valid_from < ruleset.valid_to


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_value_has_its_source_or_says_that_it_has_none(path: Path) -> None:
    """Nobody has to wonder where a value comes from: the comment above it says so."""
    text = path.read_text(encoding="utf-8")
    found = commented(text)
    assert len(found) == len(re.findall(r"^[a-z_]+ = ", text, re.MULTILINE)) > 5
    for value, comment in found:
        assert SOURCE.search(comment), f"{path.name}: {value}"


def test_a_value_without_a_comment_is_noticed() -> None:
    """A comment is not lent to a value further down, and one that names no source is none."""
    text = "# As seen (ISU).\na = 1\n\nb = 2\n\n# Why not.\nc = 3\n[points]\nz = 4\n"
    found = commented(text)
    assert [key for key, _ in found] == ["a", "b", "c", "points.z"]
    assert [bool(SOURCE.search(comment)) for _, comment in found] == [True, False, False, False]


@pytest.mark.parametrize("name", NAMES)
def test_no_file_has_a_key_that_nothing_reads(name: str) -> None:
    """A misspelt key would silently leave the default in force."""
    content = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
    known = msgspec.to_builtins(rulesets.load(name))
    assert set(content) <= set(known)
    for part in ("points", "overall"):
        assert set(content[part]) <= set(known[part])
    for part in ("distances", "infringements"):
        tables = content[part]
        if isinstance(tables, str):
            shared = HERE / "shared" / f"{tables}.toml"
            tables = tomllib.loads(shared.read_text(encoding="utf-8"))[part]
        for table in tables:
            assert set(table) <= set(known[part][0])


def test_no_shared_table_is_left_over() -> None:
    """Every shared table is named by a ruleset."""
    named = {
        value
        for name in NAMES
        for value in tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8")).values()
        if isinstance(value, str)
    }
    assert {path.stem for path in (HERE / "shared").glob("*.toml")} <= named


def test_the_international_seasons_follow_one_another() -> None:
    """On every day from 2010 to 2026 one season's ruleset is in force."""
    seasons = sorted((rulesets.load(name) for name in INTERNATIONAL), key=lambda r: r.valid_from)
    assert [each.id for each in seasons] == [
        "isu-2014",
        "isu-2018",
        "isu-2018-19",
        "isu-2022-23",
        "isu-2023-24",
        "world-tour-2024-25",
        "world-tour-2025-26",
    ]
    for before, after in itertools.pairwise(seasons):
        assert before.valid_to[4:] == "-06-30"
        assert after.valid_from == f"{before.valid_to[:4]}-07-01"


def test_a_ruleset_that_is_not_there_is_named_with_those_that_are() -> None:
    """Whoever mistypes a name is told the names; a shared table is none."""
    with pytest.raises(NotFound, match="no ruleset is called isu-1992: there are club, isu-2014"):
        rulesets.load("isu-1992")
    with pytest.raises(NotFound):
        rulesets.load("shared/infringements-isu")


@pytest.mark.parametrize(
    ("name", "ranks", "points"),
    [
        ("isu-2014", (1, 2, 3, 4, 5, 6, 7, 25), (10000, 8000, 6400, 5120, 4096, 3277, 2621, 0)),
        ("isu-2023-24", (1, 2, 3, 7, 14, 24, 25), (100, 80, 70, 40, 16, 1, 0)),
        ("world-tour-2025-26", (1, 2, 3, 24, 25), (100, 80, 70, 1, 0)),
        ("olympic-qualification-2025-26", (1, 5, 20, 67, 68, 300), (10000, 5220, 456, 2, 1, 1)),
        ("worlds-overall", (1, 2, 3, 4, 5, 6, 7, 8, 9), (34, 21, 13, 8, 5, 3, 2, 1, 0)),
    ],
)
def test_points_by_rank(name: str, ranks: tuple[int, ...], points: tuple[int, ...]) -> None:
    """The tables give what was published, and what they say beyond their end."""
    ruleset = rulesets.load(name)
    assert tuple(ruleset.points_for(rank) for rank in ranks) == points


def test_points_of_the_qualification_fall_by_the_stated_shares() -> None:
    """Each place is 0.85 of the one above down to the 20th, then 0.9, to within a point."""
    table = rulesets.load("olympic-qualification-2025-26").points.by_rank
    assert len(table) == 67
    for i, (above, below) in enumerate(itertools.pairwise(table), start=2):
        assert abs(below - above * (0.85 if i <= 20 else 0.9)) <= 1.1, f"place {i}"


@pytest.mark.parametrize(
    ("name", "metres", "relay", "rows", "half"),
    [
        ("isu-2023-24", 500, False, 5, True),
        ("isu-2023-24", 1000, False, 9, False),
        ("isu-2023-24", 1500, False, 14, True),
        ("isu-2023-24", 2000, True, 18, False),
        ("isu-2018", 3000, True, 27, False),
        ("isu-2018", 5000, True, 45, False),
        ("worlds-overall", 3000, False, 27, False),
        ("club", 222, False, 2, False),
    ],
)
def test_distances_and_their_laps(
    name: str, metres: int, rows: int, *, relay: bool, half: bool
) -> None:
    """A distance is found by its length and kind, with its lap rows and its first row."""
    form = rulesets.load(name).format(metres, relay=relay)
    assert form is not None
    assert (form.lap_rows, form.first_row_half, form.first_row) == (rows, half, 5)


def test_a_distance_that_is_not_skated_is_not_there() -> None:
    """The mixed relay came in 2018; the superfinal was at World Championships alone."""
    assert rulesets.load("isu-2018").format(2000, relay=True) is None
    assert rulesets.load("isu-2018-19").format(2000, relay=True) is not None
    assert rulesets.load("isu-2018-19").format(3000, relay=False) is None


def test_rounds_of_a_distance_are_its_own_where_it_has_some() -> None:
    """Repechage of 1500 m leads to the semifinals, so that its semifinal ranks above."""
    ruleset = rulesets.load("world-tour-2025-26")
    long = ruleset.rounds_of(1500, relay=False)
    assert long.index("SF") < long.index("REP_SF") < long.index("REP_QF") < long.index("QF")
    assert long.index("QF") < long.index("HEAT")
    short = ruleset.rounds_of(500, relay=False)
    assert short == ruleset.round_order
    assert short.index("QF") < short.index("REP_SF")
    assert set(long) == set(short)
    assert ruleset.rounds_of(777, relay=False) == ruleset.round_order


def test_a_season_says_what_its_best_win() -> None:
    """From 2022/23 on it is the Crystal Globe; nothing of the kind is made up for the others."""
    titled = {name for name in NAMES if rulesets.load(name).overall.title == "Crystal Globe"}
    assert titled == {"isu-2022-23", "isu-2023-24", "world-tour-2024-25", "world-tour-2025-26"}
    assert {rulesets.load(name).overall.title for name in NAMES} == {"Crystal Globe", ""}


BEFORE = b"""{"type":"RulesetAdopted","competition":"cup","source":null,"ruleset":{"id":"old",
"name":"Old","valid_from":"2023-07-01","valid_to":"2024-06-30","distances":[{"metres":500,
"relay":false,"lap_rows":5,"first_row_half":true,"starters":5,"line_up":0,"genders":["men"]}],
"infringements":[],"points":{"by_rank":[3,2,1],"beyond":0,"double_distance_bonus":[],
"penalised_score":true},"overall":{"count_best":0,"relays":false,"tie_break":["wins"]},
"false_starts_allowed":0,"protest_minutes":30,"final_a_penalty":"last_in_final_a",
"yellow_cards_to_red":2,"classification_time":"last_race","round_order":["FINAL_A"]}}"""


def test_a_ruleset_adopted_by_an_older_version_means_what_it_meant() -> None:
    """Keys that came later take the value that was the only one before."""
    found = msgspec.json.decode(BEFORE, type=e.RulesetAdopted).ruleset
    assert (found.points.rounds, found.overall.count_best_distance) == ((), 0)
    assert (found.overall.teams, found.overall.title) == ("none", "")
    assert found.yellow_card == "loses_distance"
    assert (found.red_card, found.penalties_to_yellow) == ("leaves_competition", 2)
    assert (found.advancement_takes_time_place, found.places_by_time) == (True, "place_first")
    assert (found.separate_nocs, found.distances[0].first_row) == ((), 5)
    assert found.rounds_of(500, relay=False) == ("FINAL_A",)


@pytest.mark.parametrize("name", NAMES)
def test_a_ruleset_is_whole_in_the_log(name: str) -> None:
    """What is adopted is stored with every value, also those of shared tables."""
    ruleset = rulesets.load(name)
    stored = codec.encode(e.RulesetAdopted(competition="cup", ruleset=ruleset))
    content = msgspec.json.decode(stored.data)["ruleset"]
    assert set(content) == set(Ruleset.__struct_fields__)
    assert len(content["infringements"]) == len(ruleset.infringements)
    assert msgspec.json.decode(stored.data, type=e.RulesetAdopted).ruleset == ruleset
