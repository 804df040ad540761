"""Two lap recorders at one race: one pen, opinions beside it, nothing overwritten."""

import pytest

from projections import race_recorders
from tests.support.race_day import RACE, SKATERS, RaceDay, competition, scheduled
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.public_facts import secrets
from tracker.domain.race import Race
from tracker.domain.recorders import reconcile

ANN, BEA, CIA, DEE = (skater for skater, *_ in SKATERS[:4])
FIRST, SECOND = "tablet-1", "tablet-2"


@pytest.fixture
def day() -> RaceDay:
    """Return a race that has started, with the pen at the first recorder's tablet."""
    day = scheduled(competition())
    day.device = FIRST
    return day.given(c.TakePen(race=RACE), c.StartRace(race=RACE))


def cross(day: RaceDay, device: str, competitor: str | None, elapsed_ms: int) -> e.Event:
    """Record a crossing from a device, measured since the gun."""
    day.device = device
    command = c.RecordCrossing(race=RACE, competitor=competitor, elapsed_ms=elapsed_ms)
    return day.when(command, after_ms=10)[0]


def lap(day: RaceDay, device: str, row: int, order: tuple[str, ...], late_ms: int = 0) -> None:
    """Record a lap row of a field from a device."""
    for place, competitor in enumerate(order):
        cross(day, device, competitor, 7000 + (row - 1) * 9000 + place * 200 + late_ms)


def rows(race: Race) -> dict[str, int]:
    """Return how many lap rows each competitor has completed."""
    return {k: on_ice.rows for k, on_ice in race.field.items()}


def kinds(race: Race) -> list[tuple[str, str, int]]:
    """Return the differences in short."""
    return [(d.kind, d.competitor, d.row) for d in reconcile(race).differences]


def test_without_a_pen_every_device_writes() -> None:
    """Given a race whose pen nobody took, when two devices record, then both are crossings."""
    day = scheduled(competition()).given(c.StartRace(race=RACE))
    assert isinstance(cross(day, FIRST, ANN, 7000), e.CrossingRecorded)
    assert isinstance(cross(day, SECOND, BEA, 7100), e.CrossingRecorded)


def test_beside_the_pen_there_are_opinions(day: RaceDay) -> None:
    """Given a pen, when both record the same row, then it counts once, and is agreed."""
    lap(day, FIRST, 1, (ANN, BEA, CIA, DEE))
    assert isinstance(cross(day, SECOND, ANN, 7050), e.CrossingObserved)
    assert reconcile(day.race(RACE)).agreed == {1: False}
    for place, competitor in enumerate((BEA, CIA, DEE), start=1):
        cross(day, SECOND, competitor, 7050 + place * 200)
    race = day.race(RACE)
    assert rows(race) == dict.fromkeys((ANN, BEA, CIA, DEE), 1)
    found = reconcile(race)
    assert (found.differences, found.agreed) == ((), {1: True})
    assert [(o.device, o.observed, o.agreed) for o in found.opinions] == [(SECOND, 4, 4)]


def test_a_crossing_that_the_pen_missed_is_shown_and_adopted(day: RaceDay) -> None:
    """Given a crossing only the second has, when it is adopted, then it stands at its instant."""
    lap(day, FIRST, 1, (ANN, BEA, CIA, DEE))
    lap(day, SECOND, 1, (ANN, BEA, CIA, DEE), late_ms=40)
    lap(day, SECOND, 2, (ANN, BEA, CIA, DEE))
    for competitor, elapsed_ms in ((ANN, 16_000), (CIA, 16_400), (DEE, 16_600)):
        cross(day, FIRST, competitor, elapsed_ms)
    (difference,) = reconcile(day.race(RACE)).differences
    assert (difference.kind, difference.competitor, difference.row) == ("missing", BEA, 2)
    assert difference.observation is not None
    day.device = FIRST
    day.given(c.AdoptCrossing(race=RACE, observation=difference.observation))
    race = day.race(RACE)
    assert rows(race) == dict.fromkeys((ANN, BEA, CIA, DEE), 2)
    assert race.field[BEA].crossings[-1].elapsed_ms == 16_200
    assert reconcile(race).differences == ()
    with pytest.raises(r.NothingToDo):
        day.given(c.AdoptCrossing(race=RACE, observation=difference.observation))
    (adopted,) = day.versions(RACE, e.CrossingAdopted)
    day.given(c.RetractFact(race=RACE, target=adopted, reason="not him"))
    assert kinds(day.race(RACE)) == [("missing", BEA, 2)]


def test_a_crossing_that_only_the_pen_has_is_shown_within_a_lap(day: RaceDay) -> None:
    """Given a crossing the second did not see, then it is said once the second has gone on."""
    lap(day, SECOND, 1, (ANN, BEA, CIA))
    lap(day, FIRST, 1, (ANN, BEA, CIA, DEE))
    assert reconcile(day.race(RACE)).differences == ()
    cross(day, SECOND, ANN, 16_000)
    assert kinds(day.race(RACE)) == [("extra", DEE, 1), ("missing", ANN, 2)]
    cross(day, FIRST, ANN, 16_020)
    assert kinds(day.race(RACE)) == [("extra", DEE, 1)]


def test_another_order_is_shown(day: RaceDay) -> None:
    """Given the same crossings the other way round, then it is said who was seen before whom."""
    lap(day, FIRST, 1, (ANN, BEA, CIA, DEE))
    lap(day, SECOND, 1, (ANN, CIA, BEA, DEE))
    (difference,) = reconcile(day.race(RACE)).differences
    assert (difference.kind, difference.competitor, difference.behind) == ("order", CIA, BEA)
    document = race_recorders.render(day.race(RACE)).api()
    assert document["pen"] == {"device": FIRST, "official": "lap recorder"}
    assert document["rows"][0]["order"] == [ANN, BEA, CIA, DEE]
    assert document["rows"][0]["agreed"] is False


def test_a_recorder_who_comes_late_disputes_nothing_before(day: RaceDay) -> None:
    """Given rows before the second's first crossing, then they are not said to be extra."""
    for row in (1, 2, 3):
        lap(day, FIRST, row, (ANN, BEA, CIA, DEE))
    lap(day, SECOND, 3, (ANN, BEA, CIA, DEE))
    assert reconcile(day.race(RACE)).differences == ()
    assert reconcile(day.race(RACE)).agreed == {1: False, 2: False, 3: True}


def test_a_held_pen_is_told_and_taken_only_on_purpose(day: RaceDay) -> None:
    """Given a held pen, when another takes it, then it is refused by name, unless it is meant."""
    day.device = SECOND
    with pytest.raises(r.PenHeld, match="tablet-1"):
        day.given(c.TakePen(race=RACE))
    day.given(c.TakePen(race=RACE, from_other=True))
    with pytest.raises(r.NothingToDo):
        day.given(c.TakePen(race=RACE))
    pen = day.race(RACE).pen
    assert pen is not None
    assert pen.device == SECOND
    assert isinstance(cross(day, FIRST, ANN, 7000), e.CrossingObserved)
    assert isinstance(cross(day, SECOND, ANN, 7000), e.CrossingRecorded)


def test_who_takes_the_pen_brings_what_the_other_missed(day: RaceDay) -> None:
    """Given a first recorder that fell silent, when the second takes over, no lap is lost or twice.

    What the first sends late, once it has a network again, are opinions then.
    """
    lap(day, FIRST, 1, (ANN, BEA, CIA, DEE))
    for row in (1, 2, 3):
        lap(day, SECOND, row, (ANN, BEA, CIA, DEE), late_ms=30)
    day.device = SECOND
    (taken,) = day.when(c.TakePen(race=RACE, from_other=True))
    assert isinstance(taken, e.PenTaken)
    assert len(taken.adopted) == 8
    lap(day, SECOND, 4, (ANN, BEA, CIA, DEE))
    lap(day, FIRST, 2, (ANN, BEA, CIA, DEE))
    lap(day, FIRST, 3, (ANN, BEA, CIA, DEE))
    assert rows(day.race(RACE)) == dict.fromkeys((ANN, BEA, CIA, DEE), 4)
    assert kinds(day.race(RACE)) == []


def test_a_photo_finish_is_an_opinion_with_its_source(day: RaceDay) -> None:
    """Given a photo finish that records crossings, then they stand beside, named as such."""
    lap(day, FIRST, 1, (ANN, BEA))
    day.device = "photo"
    day.given(
        c.RecordCrossing(race=RACE, competitor=BEA, elapsed_ms=6990, time_source="photo"),
        c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=7010, time_source="photo"),
    )
    found = reconcile(day.race(RACE))
    assert [(o.device, o.time_source) for o in found.opinions] == [("photo", "photo")]
    assert [d.kind for d in found.differences] == ["order"]


def test_a_time_without_a_name_is_named_by_who_took_it(day: RaceDay) -> None:
    """Given an observed time without a name, when it is assigned, then it is that competitor's."""
    cross(day, SECOND, None, 7000)
    (version,) = day.versions(RACE, e.CrossingObserved)
    with pytest.raises(r.NotOnStartList):
        day.given(c.AdoptCrossing(race=RACE, observation=version))
    day.given(c.AssignCrossing(race=RACE, crossing=version, competitor=DEE))
    assert kinds(day.race(RACE)) == [("missing", DEE, 1)]
    with pytest.raises(r.UnknownFact):
        day.given(c.AssignCrossing(race=RACE, crossing=version, competitor=ANN))


def test_a_restart_voids_opinions_and_leaves_the_pen(day: RaceDay) -> None:
    """Given opinions, when the race is skated again, then they are gone, and the pen is not."""
    lap(day, SECOND, 1, (ANN, BEA))
    day.device = FIRST
    day.given(
        c.StopRace(race=RACE, reason="fall"),
        c.OrderRestart(race=RACE, reason="fall"),
    )
    race = day.race(RACE)
    assert race.observations == ()
    assert race.pen is not None


def test_an_unknown_observation_is_refused(day: RaceDay) -> None:
    """Given nothing observed, when it is adopted, then it is refused."""
    with pytest.raises(r.UnknownFact):
        day.given(c.AdoptCrossing(race=RACE, observation=99))


def test_a_flag_is_for_the_referee_alone(day: RaceDay) -> None:
    """Given a flag and its retraction, then the public sees neither, and no state changes."""
    day.given(c.FlagToReferee(race=RACE, competitor=BEA, words="arm"))
    (flag,) = day.race(RACE).flags
    assert (flag.competitor, flag.lap, flag.words) == (BEA, 1, "arm")
    day.given(c.RetractFact(race=RACE, target=flag.version, reason="keyed by mistake"))
    assert day.race(RACE).flags == ()
    stream = [(v, event) for s, v, event in day.log if s == f"race-{RACE}"]
    assert secrets(stream).hidden == {flag.version, flag.version + 1}
    with pytest.raises(r.NotOnStartList):
        day.given(c.FlagToReferee(race=RACE, competitor="nobody"))
