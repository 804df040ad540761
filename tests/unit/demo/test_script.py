"""The script, decided and folded in memory, ends where the weekend ended."""

from collections import Counter
from functools import cache

from tests.support.dresden import PENALISED, PODIUMS
from tests.support.race_day import RaceDay
from tracker import rulesets
from tracker.demo.script import Scene, scenes
from tracker.demo.weekend import load
from tracker.domain import commands as c
from tracker.domain.classification import Classified, classify, is_final
from tracker.domain.distance import Distance
from tracker.domain.laps import chart, laps_to_go
from tracker.domain.race import Race
from tracker.domain.result import result_state, sheet
from tracker.domain.series import Series
from tracker.domain.standings import Standing, tables

RULESET = rulesets.load("isu-2023-24")


def perform(day: RaceDay, scene: Scene) -> None:
    """Decide a scene's commands by the race clock."""
    for step in sorted(scene.steps, key=lambda step: step.at_ms):
        day.when(step.command, after_ms=0)


@cache
def moments() -> tuple[list[tuple[str, RaceDay]], RaceDay]:
    """Return the day as it stood after each race became official, and at the end."""
    day = RaceDay()
    after: list[tuple[str, RaceDay]] = []
    for scene in scenes(load()):
        perform(day, scene)
        last = scene.steps[-1].command if scene.steps else None
        if isinstance(last, c.DeclareResultOfficial):
            kept = RaceDay()
            kept.states = dict(day.states)
            after.append((last.race, kept))
    return after, day


def classifications(day: RaceDay) -> list[tuple[Distance, list[Race], tuple[Classified, ...]]]:
    """Return every distance with its races and classification."""
    found = []
    for distance in load().distances:
        state = day.state(f"distance-{distance.id}")
        assert isinstance(state, Distance)
        races = [
            each
            for stream, each in day.states.items()
            if isinstance(each, Race) and stream.startswith(f"race-{distance.id}/")
        ]
        found.append((state, races, classify(races, RULESET)))
    return found


def standings(day: RaceDay) -> dict[str, tuple[Standing, ...]]:
    """Return the series' tables."""
    series = day.state("series-world-cup-2023-24")
    assert isinstance(series, Series)
    final = [
        (distance.added, classified)
        for distance, races, classified in classifications(day)
        if distance.added is not None and is_final(races)
    ]
    return tables(RULESET, final, series.brought_in)


def points(day: RaceDay, table: str, count: int) -> list[tuple[str, int]]:
    """Return the first of a table with their points."""
    return [(row.competitor, row.points) for row in standings(day)[table][:count]]


def after(race: str) -> RaceDay:
    """Return the day as it stood when a race became official."""
    return dict(moments()[0])[f"dresden-2024/{race}"]


def test_every_race_ends_official_with_its_podium() -> None:
    """All nineteen races become official, and the eleven podiums are the published ones."""
    races, end = moments()
    assert len(races) == 19
    for name, podium in PODIUMS.items():
        rows = sheet(end.race(f"dresden-2024/{name}/final-a"))
        assert [row.competitor for row in rows[:3]] == [who for who, _ in podium]
        assert [row.rank for row in rows[:3]] == [1, 2, 3]
    assert all(result_state(end.race(race)) == "OFFICIAL" for race, _ in races)


def test_the_penalised_are_last_of_their_race() -> None:
    """A PEN stands last on its sheet, without a time."""
    for name, competitor in PENALISED.items():
        last = sheet(moments()[1].race(f"dresden-2024/{name}"))[-1]
        assert (last.competitor, last.status, last.time_ms) == (competitor, "PEN", None)


def test_poland_is_classified_fifth_and_nikisha_last_of_final_a() -> None:
    """A penalised finalist keeps the last place of Final A, ahead of Final B."""
    found = {d.added.distance: rows for d, _, rows in classifications(moments()[1]) if d.added}
    ranks = {row.competitor: row.rank for row in found["dresden-2024/men-5000-relay"]}
    assert ranks["pol-men"] == 5
    ranks = {row.competitor: row.rank for row in found["dresden-2024/men-500"]}
    assert (ranks["denis-nikisha"], ranks["quentin-fercoq"]) == (4, 5)


def test_the_500_goes_from_live_to_under_review_to_official() -> None:
    """The penalty is called under embargo; nobody sees it before it is announced."""
    race = "dresden-2024/men-500/final-a"
    day = RaceDay()
    seen: list[str] = []
    for scene in scenes(load()):
        for step in sorted(scene.steps, key=lambda step: step.at_ms):
            day.when(step.command, after_ms=0)
            state = result_state(day.race(race))
            if not seen or seen[-1] != state:
                seen.append(state)
            if isinstance(step.command, c.CallPenalty) and step.command.race == race:
                assert step.command.embargo
                assert all(row.penalty is None for row in sheet(day.race(race)))
            if isinstance(step.command, c.AnnounceDecisions) and step.command.race == race:
                assert [row.competitor for row in sheet(day.race(race)) if row.penalty] == [
                    "denis-nikisha"
                ]
                assert state == "UNDER_REVIEW"
    assert seen == ["SCHEDULED", "START_LIST", "LIVE", "UNDER_REVIEW", "OFFICIAL"]


def test_the_counter_shows_six_in_row_nine_of_the_1500() -> None:
    """When the leader has ended row 8 the counter says six, and Dandjinou ends row 9 first."""
    race = "dresden-2024/men-1500/final-a"
    day = RaceDay()
    shown: list[int] = []
    for scene in scenes(load()):
        for step in sorted(scene.steps, key=lambda step: step.at_ms):
            day.when(step.command, after_ms=0)
            if isinstance(step.command, c.RecordCrossing) and step.command.race == race:
                shown.append(laps_to_go(day.race(race)))
    starters = 6
    assert shown[7 * starters] == 6
    ninth = {who: cells[8].rank for who, cells in chart(moments()[1].race(race)).items()}
    assert ninth["william-dandjinou"] == 1


def test_s7_crystal_globe() -> None:
    """The overall table is the published one at each of the published moments."""
    before = after("men-1500/final-b")
    assert points(before, "men", 4) == [
        ("steven-dubois", 683),
        ("park-ji-won", 681),
        ("william-dandjinou", 604),
        ("kim-gun-woo", 386),
    ]
    assert points(after("men-1500/final-a"), "men", 4) == [
        ("william-dandjinou", 704),
        ("steven-dubois", 683),
        ("park-ji-won", 681),
        ("kim-gun-woo", 456),
    ]
    assert points(after("men-1000-1/final-a"), "men", 3) == [
        ("park-ji-won", 781),
        ("steven-dubois", 753),
        ("william-dandjinou", 704),
    ]
    end = moments()[1]
    assert points(end, "men", 2) == [("park-ji-won", 931), ("steven-dubois", 822)]
    assert next(row.bonus for row in standings(end)["men"]) == 50
    assert points(after("mixed-2000-relay/final-a"), "women", 2) == [
        ("kim-gilli", 965),
        ("kristen-santos-griswold", 885),
    ]
    assert points(end, "women", 2) == [("kim-gilli", 1115), ("kristen-santos-griswold", 980)]


def test_the_netherlands_keep_the_mixed_relay_rankings() -> None:
    """Second in Dresden, the Netherlands stay ahead of the USA in the season's table."""
    assert standings(moments()[1])["mixed-2000-relay"][0].noc == "NED"


def test_s8_medals() -> None:
    """The medals of eleven events add up, by NOC."""
    medals: Counter[tuple[str, str]] = Counter(
        (row.noc, row.medal)
        for _, races, rows in classifications(moments()[1])
        for row in rows
        if row.medal and is_final(races)
    )
    kinds = ("gold", "silver", "bronze")
    table = {noc: tuple(medals[noc, kind] for kind in kinds) for noc, _ in medals}
    assert table == {
        "KOR": (5, 1, 2),
        "CAN": (2, 3, 1),
        "NED": (2, 3, 1),
        "USA": (1, 1, 2),
        "BEL": (1, 1, 0),
        "CHN": (0, 1, 0),
        "JPN": (0, 1, 0),
        "POL": (0, 0, 3),
        "HUN": (0, 0, 1),
        "KAZ": (0, 0, 1),
    }


def test_no_crossing_is_flagged() -> None:
    """Every crossing the lap recorder keys fits a starter of a running race."""
    for stream, _, event in moments()[1].log:
        assert not getattr(event, "flags", ()), (stream, event)
