"""What a proposed draw takes from the ruleset when nobody asks otherwise."""

from msgspec.structs import replace

from projections.draws import Basis, Lots, proposal
from projections.projection import Document
from tests.support.race_day import RaceDay, add_distance, competition
from tracker.domain import commands as c
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import Round

RACES = [{"race": f"cup/women-1500/{n}", "name": n, "revision": 0} for n in ("one", "two")]


def drawn(round_: Round, *, separate_nocs: bool | None = None, **changes: object) -> Document:
    """Return a draw of two skaters each of two NOCs over two races, seeded so that NOCs meet."""
    day = add_distance(four(), "women-1500", 1500)
    meeting = day.state("competition-cup")
    distance = day.state("distance-cup/women-1500")
    assert isinstance(meeting, Competition)
    assert isinstance(distance, Distance)
    assert isinstance(meeting.ruleset, Ruleset)
    meeting = replace(meeting, ruleset=replace(meeting.ruleset, **changes))
    rounds = Document(
        {"distance": "cup/women-1500"},
        {round_: {"races": RACES, "byes": 0, "targets": (), "complete": False}},
        (round_,),
    )
    ranking = {"ann-one": 1, "can-two": 4, "bea-two": 2, "kor-two": 3}
    basis = Basis(distance, meeting, rounds, ranking)
    return proposal(basis, round_, Lots("seed", separate_nocs, "seeding"))


def four() -> RaceDay:
    """Return a day with two skaters of CAN and two of KOR; the others have withdrawn."""
    day = competition()
    for skater in ("cia-three", "dee-four", "eva-five"):
        day.when(c.WithdrawEntry(competition="cup", competitor=skater, reason="Ill"))
    for skater, noc in (("can-two", "CAN"), ("kor-two", "KOR")):
        day.when(
            c.EnterSkater(competition="cup", skater=skater, name=skater, noc=noc, gender="women")
        )
    return day


def pairs(document: Document) -> list[set[str]]:
    """Return who meets in each race, by NOC."""
    return [{s["noc"] for s in row["starters"]} for row in document.entries.values()]


def test_nocs_are_kept_apart_in_the_rounds_of_the_ruleset() -> None:
    """Heats of the World Cup separate skaters of one NOC; its semifinals do not."""
    heat, semi = drawn("HEAT"), drawn("SF")
    assert (heat.header["separate_nocs"], semi.header["separate_nocs"]) == (True, False)
    assert pairs(heat) == [{"CAN", "KOR"}, {"CAN", "KOR"}]
    assert pairs(semi) == [{"CAN"}, {"KOR"}]


def test_the_steward_may_ask_otherwise() -> None:
    """What is asked for stands before what the ruleset says."""
    assert pairs(drawn("HEAT", separate_nocs=False)) == [{"CAN"}, {"KOR"}]
    assert pairs(drawn("SF", separate_nocs=True)) == [{"CAN", "KOR"}, {"CAN", "KOR"}]


def test_the_first_row_is_as_long_as_the_distance_says() -> None:
    """Who has no room at the line starts behind."""
    form = drawn("SF").entries
    assert [[s["row"] for s in row["starters"]] for row in form.values()] == [[1, 1], [1, 1]]
    ruleset = competition().state("competition-cup")
    assert isinstance(ruleset, Competition)
    assert ruleset.ruleset is not None
    narrow = tuple(replace(d, first_row=1) for d in ruleset.ruleset.distances)
    rows = drawn("SF", distances=narrow).entries.values()
    assert [[s["row"] for s in row["starters"]] for row in rows] == [[1, 2], [1, 2]]
