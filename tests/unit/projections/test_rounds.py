"""The rounds of a distance: stored race by race, read round by round."""

from projections.projection import Document
from projections.rounds import RoundsProjection, joined
from tests.support.race_day import RaceDay, competition, skated
from tests.support.recorded import recorded
from tests.unit.projections.worlds import book_of
from tracker.domain import commands as c
from tracker.domain.values import StarterRequest, Target

DISTANCE = "cup/women-500"
HEATS = (f"{DISTANCE}/heat-1", f"{DISTANCE}/heat-2")
FIELDS = (("ann-one", "bea-two"), ("cia-three", "dee-four"))


def drawn() -> RaceDay:
    """Return a day with two heats: the winners go on, and the fastest of the others."""
    to_final = Target(to="FINAL_A", by_place=1, by_time=1)
    day = competition().given(
        c.AddRound(distance=DISTANCE, round="HEAT", name="Heats"),
        c.AddRound(distance=DISTANCE, round="FINAL_A", name="Final A"),
        c.SetProgression(distance=DISTANCE, round="HEAT", targets=(to_final,)),
    )
    for race, field in zip(HEATS, FIELDS, strict=True):
        starters = tuple(StarterRequest(each, place) for place, each in enumerate(field, 1))
        day.given(
            c.ScheduleRace(race=race, round="HEAT", round_name=race[-6:].title()),
            c.PublishStartList(race=race, starters=starters),
        )
    return day


def official(day: RaceDay, heat: int, *, winner_ms: int) -> RaceDay:
    """Skate a heat in the order of its start list, and declare the result official."""
    skated(day, FIELDS[heat], HEATS[heat], winner_ms=winner_ms)
    return day.given(c.DeclareResultOfficial(race=HEATS[heat]))


def rows(day: RaceDay) -> Document:
    """Return the rounds as they are stored, from the log alone."""
    found = RoundsProjection().render(book_of(recorded(day.log)), DISTANCE)
    assert found is not None
    return found


def test_a_result_makes_no_other_row_of_the_race_beside_it() -> None:
    """What is said of the first heat stays as it was, until the second one says otherwise."""
    one = official(drawn(), 0, winner_ms=42_000)
    before = rows(one)
    skated(one, FIELDS[1], HEATS[1], winner_ms=45_000)
    skating = rows(one)
    assert skating.entries[HEATS[0]] == before.entries[HEATS[0]]

    after = rows(one.given(c.DeclareResultOfficial(race=HEATS[1])))
    places = {each: mark["to"] for each, mark in joined(after).entries["HEAT"]["marks"].items()}
    assert places == dict.fromkeys(("ann-one", "bea-two", "cia-three"), "FINAL_A")
    # Now nothing can take the second place of the first heat away.
    assert after.entries[HEATS[0]] != before.entries[HEATS[0]]
    assert after.entries["FINAL_A"] == before.entries["FINAL_A"]


def test_rounds_are_read_with_their_races_and_marks() -> None:
    """A reader gets one entry for each round, whichever rows it is stored in."""
    day = official(official(drawn(), 0, winner_ms=42_000), 1, winner_ms=43_000)
    found = joined(rows(day))
    assert found.order == ("HEAT", "FINAL_A")
    heats = found.entries["HEAT"]
    assert [(race["race"], race["name"], race["revision"]) for race in heats["races"]] == [
        (HEATS[0], "Heat-1", 1),
        (HEATS[1], "Heat-2", 1),
    ]
    assert heats["complete"]
    assert {each: mark["race"] for each, mark in heats["marks"].items()} == {
        "ann-one": HEATS[0],
        "bea-two": HEATS[0],
        "cia-three": HEATS[1],
    }
    assert heats["marks"]["ann-one"]["time_ms"] == 42_000
    assert all("marks" not in race for race in heats["races"])
    assert (found.entries["FINAL_A"]["races"], found.entries["FINAL_A"]["marks"]) == ([], {})


def test_a_race_that_is_scheduled_moves_no_other_row() -> None:
    """Keys come in the order in which they were needed, so that no row has another place."""
    day = drawn()
    before = rows(day).order
    day.when(c.ScheduleRace(race=f"{DISTANCE}/final-a", round="FINAL_A", round_name="Final A"))
    after = rows(day)
    assert after.order == (*before, f"{DISTANCE}/final-a")
    assert joined(after).order == ("HEAT", "FINAL_A")
