"""The demo's data obeys every statement of its sources, and says which is whose."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.support.dresden import (
    FINAL_B,
    LINE_UPS,
    NAMED,
    PENALISED,
    PODIUMS,
    START_POSITIONS,
    milliseconds,
)
from tracker import rulesets
from tracker.demo.script import scenes
from tracker.demo.weekend import RECONSTRUCTED, Race, Weekend, load
from tracker.domain import noc

WEEKEND: Weekend = load()
RACES = {race.race.removeprefix("dresden-2024/"): race for race in WEEKEND.races}
LAP_BY_LAP = {
    "men-1000-1/final-a": 9,
    "men-1500/final-a": 14,
    "mixed-2000-relay/final-a": 18,
    "men-500/final-a": 5,
    "men-1000-2/final-a": 9,
    "men-5000-relay/final-a": 45,
}
"""S1 to S6, with their lap rows."""


def order(race: Race, row: int) -> list[str]:
    """Return the competitors in the order in which they ended a row."""
    return sorted(race.crossings_ms, key=lambda who: race.crossings_ms[who][row - 1])


def leaders(race: Race) -> list[str]:
    """Return who led at the end of each row."""
    rows = len(next(iter(race.crossings_ms.values())))
    return [order(race, row)[0] for row in range(1, rows + 1)]


def lap_ms(race: Race, who: str, row: int) -> int:
    """Return how long a row took."""
    crossed = (0, *race.crossings_ms[who])
    return crossed[row] - crossed[row - 1]


def time_ms(race: Race, who: str) -> int:
    """Return a finish time that must be there."""
    stated = race.stated_time(who)
    assert stated is not None
    return stated[0]


def ids_in(source: str) -> Iterator[str]:
    """Yield the publications that a source names; what follows a semicolon is a remark."""
    yield from source.partition(";")[0].split(", ")


# --- every race ----------------------------------------------------------------------------------


def test_the_weekend_has_eleven_distances_each_with_a_final_a() -> None:
    """All eleven finals are there, and Final B comes before Final A of its distance."""
    assert len(WEEKEND.distances) == 11
    names = list(RACES)
    assert [race.order for race in WEEKEND.races] == list(range(1, len(names) + 1))
    for distance in WEEKEND.distances:
        name = distance.id.removeprefix("dresden-2024/")
        assert f"{name}/final-a" in names
        if f"{name}/final-b" in names:
            assert names.index(f"{name}/final-b") < names.index(f"{name}/final-a")
    assert {f"{name}/final-b" for name in FINAL_B} == {n for n in names if n.endswith("-b")}


def test_races_follow_each_other_in_time() -> None:
    """The programme's times rise, and the men's 1000 m (1) is just under an hour after 1500 m."""
    times = [race.scheduled_at for race in WEEKEND.races]
    assert times == sorted(times)
    between = RACES["men-1000-1/final-a"].scheduled_at - RACES["men-1500/final-a"].scheduled_at
    assert 50 <= between.total_seconds() / 60 < 60


@pytest.mark.parametrize("name", LAP_BY_LAP)
def test_six_races_are_skated_lap_by_lap(name: str) -> None:
    """Every starter of S1 to S6 has a crossing for every lap row, and nobody crosses together."""
    race = RACES[name]
    assert set(race.crossings_ms) == {starter.competitor for starter in race.starters}
    for crossed in race.crossings_ms.values():
        assert len(crossed) == LAP_BY_LAP[name]
        assert list(crossed) == sorted(crossed)
    for row in zip(*race.crossings_ms.values(), strict=True):
        assert len(set(row)) == len(row)


@pytest.mark.parametrize("name", LAP_BY_LAP)
def test_lap_rows_are_those_of_the_ruleset(name: str) -> None:
    """The data has as many rows as the ruleset gives the distance."""
    distance = WEEKEND.distance(RACES[name].distance)
    form = rulesets.load(WEEKEND.ruleset).format(distance.metres, relay=distance.relay)
    assert form is not None
    assert form.lap_rows == LAP_BY_LAP[name]


def test_other_races_have_no_laps() -> None:
    """Where no source tells the race, no laps are made up."""
    assert {name for name, race in RACES.items() if race.crossings_ms} == set(LAP_BY_LAP)


@pytest.mark.parametrize("name", LAP_BY_LAP)
def test_the_last_crossings_are_the_finish(name: str) -> None:
    """Times and order across the line agree with the last row."""
    race = RACES[name]
    assert order(race, LAP_BY_LAP[name]) == list(race.finish_order)
    for who, crossed in race.crossings_ms.items():
        assert crossed[-1] == time_ms(race, who)


@pytest.mark.parametrize("name", LAP_BY_LAP)
def test_lap_times_are_those_of_people(name: str) -> None:
    """First rows and laps have plausible lengths; only a lap with a fall is longer."""
    race = RACES[name]
    half = WEEKEND.distance(race.distance).metres in (500, 1500)
    fell = {
        (fall.competitor, fall.lap)
        for fall in race.falls
        if fall.at_ms < race.crossings_ms[fall.competitor][fall.lap - 1]
    }
    for who in race.crossings_ms:
        assert (6_500 if half else 12_500) <= lap_ms(race, who, 1) <= (9_500 if half else 14_000)
        for row in range(2, LAP_BY_LAP[name] + 1):
            lap = lap_ms(race, who, row)
            assert (lap > 15_000) == ((who, row) in fell), f"{who} row {row}: {lap}"
            assert (who, row) in fell or 8_000 <= lap <= 11_600, f"{who} row {row}: {lap}"


@pytest.mark.parametrize(("name", "podium"), PODIUMS.items())
def test_stated_times_of_final_a(name: str, podium: tuple[tuple[str, str], ...]) -> None:
    """Medallists have the published times, each marked with who published it."""
    race = RACES[f"{name}/final-a"]
    for who, printed in podium:
        stated = race.stated_time(who)
        assert stated is not None
        assert stated[0] == milliseconds(printed)
        assert RECONSTRUCTED not in stated[1]


@pytest.mark.parametrize(("name", "first"), FINAL_B.items())
def test_stated_results_of_final_b(name: str, first: tuple[tuple[str, str], ...]) -> None:
    """The first three of each Final B stand as published."""
    race = RACES[f"{name}/final-b"]
    assert race.finish_order[:3] == tuple(who for who, _ in first)
    assert [time_ms(race, who) for who, _ in first] == [milliseconds(text) for _, text in first]


def test_podiums_stand_first_across_the_line_unless_somebody_was_penalised() -> None:
    """Without the penalised, the finish order begins with the podium."""
    for name, podium in PODIUMS.items():
        race = RACES[f"{name}/final-a"]
        penalised = {penalty.competitor for penalty in race.penalties}
        placed = [who for who in race.finish_order if who not in penalised]
        assert placed[:3] == [who for who, _ in podium]


def test_places_beyond_the_podium_that_are_stated() -> None:
    """Emons is fifth and Dion sixth of the 1500 m, de Laat fifth of its Final B, and so on."""
    assert RACES["men-1500/final-a"].finish_order[4:] == ("friso-emons", "pascal-dion")
    assert time_ms(RACES["men-1500/final-a"], "pascal-dion") == milliseconds("2:12.122")
    assert RACES["men-1500/final-b"].finish_order[4] == "itzhak-de-laat"
    fourth_and_fifth = RACES["women-500/final-a"].finish_order[3:]
    assert fourth_and_fifth == ("michelle-velzeboer", "park-ji-won-w")


def test_penalties_are_those_published() -> None:
    """Nobody is penalised but those whom a source names."""
    called = {
        name: penalty.competitor for name, race in RACES.items() for penalty in race.penalties
    }
    assert called == PENALISED


def test_published_start_positions() -> None:
    """The four start positions that are known are used."""
    for name, (who, position) in START_POSITIONS.items():
        starters = {place.competitor: place.start_position for place in RACES[name].starters}
        assert starters[who] == position


# --- S1 to S6 ------------------------------------------------------------------------------------


def test_s1_men_1000_1() -> None:
    """Nadalini leads to his fall in lap 7, Park is second from lap 4 and leads from there."""
    race = RACES["men-1000-1/final-a"]
    assert leaders(race) == ["thomas-nadalini"] * 6 + ["park-ji-won"] * 3
    assert all(order(race, row)[1] != "park-ji-won" for row in (1, 2, 3))
    assert all(order(race, row)[1] == "park-ji-won" for row in (4, 5, 6))
    (fall,) = race.falls
    assert (fall.competitor, fall.lap) == ("thomas-nadalini", 7)
    assert 9 - fall.lap + 1 == 3  # laps to go
    assert lap_ms(race, "thomas-nadalini", 7) == 29_830
    assert order(race, 7)[-1] == "thomas-nadalini"
    assert order(race, 8)[1] == "steven-dubois"  # "I lost the position"
    assert race.finish_order[:3] == ("park-ji-won", "felix-roussel", "steven-dubois")


def test_s1_the_gap_is_the_articles_and_the_other_source_is_noted() -> None:
    """Roussel is 0.76 s behind, and what shorttrack-analytics has stands beside it."""
    race = RACES["men-1000-1/final-a"]
    roussel, dubois = race.stated_time("felix-roussel"), race.stated_time("steven-dubois")
    assert roussel is not None
    assert dubois is not None
    assert time_ms(race, "park-ji-won") == milliseconds("1:26.406")
    assert roussel[0] - time_ms(race, "park-ji-won") == 760
    assert "isu-news:roussel-claims-maiden-win" in ids_in(roussel[1])
    assert "1:26.482" in roussel[1]
    assert dubois[0] - roussel[0] == milliseconds("1:26.559") - milliseconds("1:26.482")
    assert dubois[1].startswith(RECONSTRUCTED)
    assert "1:26.559" in dubois[1]


def test_s2_men_1500() -> None:
    """Dandjinou takes the lead in row 9, under a 6 on the counter, and keeps it to the end."""
    race = RACES["men-1500/final-a"]
    led = leaders(race)
    assert "william-dandjinou" not in led[:8]
    assert set(led[8:]) == {"william-dandjinou"}
    assert 14 - 9 + 1 == 6
    assert len(led[9:]) == 5  # "kept it for the remaining five"
    big = lap_ms(race, "william-dandjinou", 10)
    assert big < lap_ms(race, "william-dandjinou", 9)  # "so I did one big lap"
    assert big < lap_ms(race, "william-dandjinou", 11)  # "slowed down just a little bit"
    gap = time_ms(race, "stijn-desmet") - time_ms(race, "william-dandjinou")
    assert round(gap, -1) == 250


def test_s3_mixed_relay() -> None:
    """USA and NED hold the first two places throughout, and Heo passes Emons on the 18th lap."""
    race = RACES["mixed-2000-relay/final-a"]
    assert all(set(order(race, row)[:2]) == {"usa-mixed", "ned-mixed"} for row in range(1, 19))
    led = leaders(race)
    assert sum(a != b for a, b in pairwise(led)) >= 8
    assert led[16:] == ["ned-mixed", "usa-mixed"]
    last = {exchange.competitor: exchange.legs[-1] for exchange in race.exchanges}
    assert last["usa-mixed"].skater == "andrew-heo"
    assert last["ned-mixed"].skater == "friso-emons"
    for team, leg in last.items():
        assert leg.at_ms <= race.crossings_ms[team][15]  # no exchange in the last two laps


def test_s4_men_500() -> None:
    """Nikisha leads every row; he and Roussel go down at the line; Kuczynski crosses fourth."""
    race = RACES["men-500/final-a"]
    assert leaders(race) == ["denis-nikisha"] * 5
    assert order(race, 5)[3] == "lukasz-kuczynski"
    assert {fall.competitor for fall in race.falls} == {"denis-nikisha", "felix-roussel"}
    for fall in race.falls:
        assert fall.lap == 5
        assert 0 <= fall.at_ms - race.crossings_ms[fall.competitor][-1] < 200
    (penalty,) = race.penalties
    assert (penalty.zone, penalty.victim) == ("finish", "felix-roussel")
    assert "obstruction" in penalty.reason.lower()
    assert race.review is not None


def test_s5_men_1000_2() -> None:
    """Jang leads from lap 4, two fall, and Park comes from last to first in the penultimate lap."""
    race = RACES["men-1000-2/final-a"]
    led = leaders(race)
    assert "jang-sungwoo" not in led[:3]
    assert led[3:] == ["jang-sungwoo"] * 4 + ["park-ji-won"] * 2
    assert [(fall.competitor, fall.lap) for fall in race.falls] == [
        ("daan-kos", 4),
        ("william-dandjinou", 7),
    ]
    assert lap_ms(race, "daan-kos", 4) == 20_970
    assert lap_ms(race, "william-dandjinou", 7) == 34_260
    for row in range(1, 7):
        fallen = {fall.competitor for fall in race.falls if fall.lap <= row}
        assert [who for who in order(race, row) if who not in fallen][-1] == "park-ji-won"
    assert order(race, 7)[:3] == ["jang-sungwoo", "adil-galiakhmetov", "park-ji-won"]


def test_s6_men_5000_relay() -> None:
    """Korea leads all 45 rows, Japan attacks, Poland crosses third, the USA are brought down."""
    race = RACES["men-5000-relay/final-a"]
    assert leaders(race) == ["kor-men"] * 45
    korea, japan = race.crossings_ms["kor-men"], race.crossings_ms["jpn-men"]
    gaps = [b - a for a, b in zip(korea, japan, strict=True)]
    attacks = [row for row, gap in enumerate(gaps, start=1) if gap <= 50]
    assert len([row for row in attacks if row - 1 not in attacks]) >= 4
    assert race.finish_order[2] == "pol-men"
    assert [fall.competitor for fall in race.falls] == ["usa-men"]
    assert race.falls[0].source == RECONSTRUCTED
    (exchanges,) = race.exchanges
    assert exchanges.legs[-1].skater == "park-ji-won"  # he crossed the line
    assert exchanges.legs[-1].at_ms <= korea[42]


# --- names and sources ---------------------------------------------------------------------------


def test_nobody_is_invented() -> None:
    """Every skater is named by a publication, and everybody who is named is there."""
    assert {skater.name for skater in WEEKEND.skaters} == NAMED
    women = [s.name for s in WEEKEND.skaters if s.name == "Park Ji Won" and s.gender == "women"]
    assert len(WEEKEND.skaters) == len(NAMED) + len(women)


def test_line_ups_are_those_published() -> None:
    """A team whose line-up no source states has none."""
    names = {skater.id: skater.name for skater in WEEKEND.skaters}
    for team in WEEKEND.teams:
        assert {names[skater] for skater in team.skaters} == LINE_UPS.get(team.id, frozenset())
    for race in WEEKEND.races:
        for place in race.starters:
            listed = {names[skater] for skater in place.line_up}
            assert listed == LINE_UPS.get(place.competitor, frozenset())


def test_nocs_are_iocs() -> None:
    """Galiakhmetov skates for KAZ, whatever an article printed."""
    codes = {skater.noc for skater in WEEKEND.skaters} | {team.noc for team in WEEKEND.teams}
    assert {noc.check(code) for code in codes} == codes
    assert {s.noc for s in WEEKEND.skaters if s.id == "adil-galiakhmetov"} == {"KAZ"}


def test_park_wears_number_one_and_the_rest_are_marked() -> None:
    """Helmet number 1 is stated; every other number is reconstructed, and worn once."""
    worn = {skater.helmet_number: skater for skater in WEEKEND.skaters if skater.helmet_number}
    assert worn.pop(1).id == "park-ji-won"
    assert {skater.helmet_source for skater in worn.values()} == {RECONSTRUCTED}
    assert len(worn) == sum(s.helmet_number is not None for s in WEEKEND.skaters) - 1


def test_every_fact_says_who_states_it() -> None:
    """No command goes out without a source that is listed, or the word reconstructed."""
    known = {publication.id for publication in WEEKEND.sources} | {RECONSTRUCTED}
    for scene in scenes(WEEKEND):
        for step in scene.steps:
            assert step.command.source is not None, step.command
            assert set(ids_in(step.command.source)) <= known, step.command


def test_stated_and_reconstructed_are_not_mixed_unmarked() -> None:
    """A source that stands beside a reconstruction says what of it is reconstructed."""
    for scene in scenes(WEEKEND):
        for step in scene.steps:
            ids = list(ids_in(step.command.source or ""))
            assert RECONSTRUCTED not in ids or ids == [RECONSTRUCTED]


def test_brought_in_points_are_marked_and_explained() -> None:
    """All points from outside the log are reconstructed, with a note that says from what."""
    for points in WEEKEND.points:
        assert points.source == RECONSTRUCTED
        assert len(points.note) > 20
