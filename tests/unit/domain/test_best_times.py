"""Best times: what is stated, what counts, what is confirmed and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.best_times import (
    ANN,
    BEA,
    CIA,
    DEE,
    another,
    confirm,
    ended,
    official,
    race_id,
    read,
    relay,
    stated,
)
from tests.support.race_day import RaceDay, competition
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.best_times import (
    Ledger,
    Own,
    add,
    clock,
    recognised,
    unrecognised,
)
from tracker.domain.competition import Competition
from tracker.domain.values import TimeSource

ONE, TWO, THREE = (race_id(n) for n in (1, 2, 3))


@pytest.fixture
def day() -> RaceDay:
    """Return a competition with five skaters and a 500 m."""
    return competition()


def cup(day: RaceDay, name: str = "cup") -> Competition:
    """Return a competition as it stands."""
    state = day.state(f"competition-{name}")
    assert isinstance(state, Competition)
    return state


def times(day: RaceDay, race: str = ONE) -> dict[str, int]:
    """Return the times of a race that count."""
    return {best.holder: best.time_ms for best in recognised(day.race(race))}


def ledger(day: RaceDay, *races: str) -> Ledger:
    """Return the season and personal bests after races that became official in this order."""
    made = Ledger()
    for race in races:
        made = add(made, day.race(race), cup(day, race.split("/")[0]).best_times)
    return made


def own(day: RaceDay, key: str, *races: str, competition: str = "cup") -> Own:
    """Return one season or personal best as a competition left it."""
    return ledger(day, *races).left[competition][key]


# --- statements --------------------------------------------------------------------------------


def test_a_statement_says_what_stood(day: RaceDay) -> None:
    """Who, when and where are kept; another kind of the same distance stands beside it."""
    command = c.StateBestTime(
        competition="cup",
        kind="track",
        gender="women",
        metres=500,
        name="Old Champion",
        noc="ITA",
        time_ms=42_500,
        set_on="2017-02-04",
        set_at="Dresden",
    )
    (event,) = day.when(command)
    assert isinstance(event, e.BestTimeStated)
    assert (event.time_ms, event.set_on, event.set_at) == (42_500, "2017-02-04", "Dresden")
    day.when(stated("world", 41_900))
    assert {key: x.time_ms for key, x in cup(day).best_times.items()} == {
        ("track", "women-500", ""): 42_500,
        ("world", "women-500", ""): 41_900,
    }


def test_a_later_statement_replaces_an_earlier_one(day: RaceDay) -> None:
    """A misprint is put right by stating again; each skater has bests of their own."""
    day.given(stated("track", 24_500), stated("track", 42_500))
    day.given(stated("personal", 43_000, skater=ANN), stated("season", 43_100, skater=ANN))
    day.when(stated("personal", 43_200, skater=BEA, noc="KOR"))
    assert sorted(x.time_ms for x in cup(day).best_times.values()) == [
        42_500,
        43_000,
        43_100,
        43_200,
    ]
    with pytest.raises(r.NothingToDo, match="word for word"):
        day.when(stated("track", 42_500))


@pytest.mark.parametrize(
    ("command", "refusal", "says"),
    [
        (stated("track", 42_000, metres=600), r.DistanceNotInRuleset, "no distance of 600 m"),
        (stated("track", 42_000, noc="NAZ"), r.UnknownNoc, "did you mean KAZ"),
        (stated("personal", 42_000), r.HolderMissing, "name the id of Old Champion"),
        (stated("season", 42_000, skater="nobody"), r.NotEntered, "enter them first"),
        (stated("personal", 42_000, skater=ANN, noc="KOR"), r.NotEntered, "entered for CAN"),
    ],
)
def test_a_statement_that_nobody_could_beat_is_refused(
    day: RaceDay, command: c.StateBestTime, refusal: type[Exception], says: str
) -> None:
    """Misprints are found when they are entered, not when the race is over."""
    with pytest.raises(refusal, match=says):
        day.when(command)


def test_a_relays_best_time_has_no_skater(day: RaceDay) -> None:
    """It belongs to the NOC."""
    team = c.StateBestTime(
        competition="cup",
        kind="season",
        gender="women",
        metres=3000,
        relay=True,
        name="Canada",
        noc="CAN",
        time_ms=250_100,
    )
    day.when(team)
    assert ("season", "women-3000-relay", "CAN") in cup(day).best_times
    with pytest.raises(r.HolderMissing, match="leave the skater out"):
        day.when(replace(team, skater=ANN))


def test_a_ruleset_comes_first() -> None:
    """Without one, nobody knows which distances there are."""
    day = RaceDay().given(
        c.CreateCompetition(
            competition="cup",
            name="Cup",
            city="Dresden",
            country="GER",
            starts_on="2024-02-09",
            ends_on="2024-02-11",
        )
    )
    with pytest.raises(r.NoRuleset):
        day.when(stated("track", 42_000))


# --- which times count -------------------------------------------------------------------------


def test_nothing_counts_before_it_is_official(day: RaceDay) -> None:
    """An unofficial result may still change."""
    ended(day, ONE)
    assert times(day) == {}
    day.when(c.DeclareResultOfficial(race=ONE))
    assert times(day) == {ANN: 42_000, BEA: 42_100, CIA: 42_200, DEE: 42_300}


def test_an_attempt_that_was_skated_again_counts_for_nothing(day: RaceDay) -> None:
    """The fast first attempt is void; the slow second one is the race."""
    ended(day, ONE, winner_ms=41_000)
    day.given(
        c.OrderRestart(race=ONE, reason="Puck on the ice", re_skate=True),
        c.StartRace(race=ONE),
        read(ONE, {ANN: 44_000, BEA: 44_100, CIA: 44_200, DEE: 44_300}),
        c.EndRace(race=ONE),
        c.DeclareResultOfficial(race=ONE),
    )
    assert times(day) == {ANN: 44_000, BEA: 44_100, CIA: 44_200, DEE: 44_300}


def test_penalised_not_finished_and_no_time_count_for_nothing(day: RaceDay) -> None:
    """Only who has a place and a time can have a best time."""
    ended(day, ONE)
    day.given(
        c.CallPenalty(race=ONE, competitor=ANN, reason="Contact"),
        c.RecordDidNotFinish(race=ONE, competitor=BEA),
        c.RecordFinishTimes(race=ONE, times=read(ONE, {CIA: None}).times, time_source="hand"),
        c.DeclareResultOfficial(race=ONE),
    )
    assert times(day) == {DEE: 42_300}


def test_who_was_declared_finished_has_no_time_even_if_one_was_read(day: RaceDay) -> None:
    """The referee's `no time` stands, whatever the photo-finish judge wrote down."""
    ended(day, ONE).given(
        c.DeclareFinished(race=ONE, competitor=DEE),
        read(ONE, {ANN: 42_000, DEE: 41_000}),
        c.DeclareResultOfficial(race=ONE),
    )
    assert times(day) == {ANN: 42_000}


@pytest.mark.parametrize("source", ["hand", "transponder"])
def test_where_the_photo_finish_was_read_only_its_times_count(
    day: RaceDay, source: TimeSource
) -> None:
    """A hand time counts where there is no other, never beside or in place of the photo's."""
    ended(day, ONE)
    hand = c.RecordFinishTimes(race=ONE, times=read(ONE, {BEA: 41_000}).times, time_source=source)
    day.given(read(ONE, {ANN: 42_010, BEA: 42_110}), hand, c.DeclareResultOfficial(race=ONE))
    assert times(day) == {ANN: 42_010, BEA: 42_110}  # the others were only measured by hand
    rows = day.race(ONE).official
    assert rows is not None
    assert "by hand, though the photo finish was read" in (
        unrecognised(day.race(ONE), rows.rows[2]) or ""
    )


@pytest.mark.parametrize("source", ["hand", "transponder"])
def test_a_time_by_another_source_counts_once_the_photos_is_withdrawn(
    day: RaceDay, source: TimeSource
) -> None:
    """A photo time that is taken back is as if it had not been read: the next source's counts."""
    ended(day, ONE)
    other = c.RecordFinishTimes(race=ONE, times=read(ONE, {ANN: 41_000}).times, time_source=source)
    day.given(read(ONE, {ANN: 42_010}), other)
    photo = day.versions(ONE, e.FinishTimesRecorded)[0]
    day.given(
        c.RetractFact(race=ONE, target=photo, reason="The wrong frame"),
        c.DeclareResultOfficial(race=ONE),
    )
    assert times(day)[ANN] == 41_000


def test_a_reconstructed_time_counts_for_nothing(day: RaceDay) -> None:
    """A time that no source states was never skated; one that a publication states was."""
    ended(day, ONE)
    day.given(
        read(ONE, {ANN: 41_000}, "isu.org; reconstructed"),
        read(ONE, {BEA: 42_110}, "isu.org"),
        c.DeclareResultOfficial(race=ONE),
    )
    assert times(day) == {BEA: 42_110}


def test_a_miscounted_race_counts_for_nothing_and_its_result_stands(day: RaceDay) -> None:
    """Worlds 2010: the bell rang a lap early, the places stood, the times did not."""
    official(day, ONE)
    before = day.race(ONE).official
    (event,) = day.when(c.RecordMiscount(race=ONE, lap_rows=4, reason="The bell rang early"))
    assert isinstance(event, e.LapsMiscounted)
    assert (event.lap_rows, event.attempt) == (4, 1)
    assert day.race(ONE).official == before
    assert times(day) == {}
    with pytest.raises(r.TimeNotRecognised, match="over 4 lap rows instead of 5"):
        day.when(confirm(ONE, ANN, 42_000))
    with pytest.raises(r.NothingToDo, match="recorded already"):
        day.when(c.RecordMiscount(race=ONE, lap_rows=4, reason="The bell rang early"))
    [version] = day.versions(ONE, e.LapsMiscounted)
    day.when(c.RetractFact(race=ONE, target=version, reason="The lap counter was right"))
    assert times(day)[ANN] == 42_000


def test_a_miscount_needs_a_race_and_a_difference(day: RaceDay) -> None:
    """Before the gun nothing was counted; as many lap rows as there are is no miscount."""
    day.when(c.ScheduleRace(race=ONE, round="HEAT", round_name="Heats"))
    with pytest.raises(r.NotStarted):
        day.when(c.RecordMiscount(race=ONE, lap_rows=4, reason="Bell"))
    day = official(competition(), ONE)
    with pytest.raises(r.NothingToDo, match="that is what it has"):
        day.when(c.RecordMiscount(race=ONE, lap_rows=5, reason="Bell"))


def test_a_race_skated_again_after_a_miscount_counts(day: RaceDay) -> None:
    """The miscount was of the attempt that is void."""
    ended(day, ONE)
    day.given(
        c.RecordMiscount(race=ONE, lap_rows=4, reason="The bell rang early"),
        c.OrderRestart(race=ONE, reason="Miscounted", re_skate=True),
        c.StartRace(race=ONE),
        read(ONE, {ANN: 44_000}),
        c.EndRace(race=ONE),
        c.DeclareResultOfficial(race=ONE),
    )
    assert times(day) == {ANN: 44_000}


def test_a_relays_time_belongs_to_its_noc(day: RaceDay) -> None:
    """Teams are named anew at every competition; the NOC stays."""
    relay(day)
    race = "cup/women-3000-relay/final-a"
    assert times(day, race) == {"CAN": 250_000, "KOR": 251_000}
    assert own(day, "personal/women-3000-relay/CAN", race).best.competitor == "team-can"


# --- season and personal bests -----------------------------------------------------------------


def test_season_and_personal_bests_come_by_themselves(day: RaceDay) -> None:
    """The faster time stands and says what it took the place of."""
    official(official(day, ONE, winner_ms=42_500), TWO, winner_ms=42_000)
    best = own(day, f"personal/women-500/{ANN}", ONE, TWO)
    assert (best.best.time_ms, best.best.race) == (42_000, TWO)
    assert best.before is not None
    assert (best.before.time_ms, best.before.race) == (42_500, ONE)
    official(day, THREE, winner_ms=43_000)
    assert own(day, f"season/women-500/{ANN}", ONE, TWO, THREE).best.race == TWO


def test_a_stated_best_stands_until_it_is_beaten(day: RaceDay) -> None:
    """A season's best is a personal best too."""
    day.given(stated("personal", 41_500, skater=ANN), stated("season", 42_050, skater=ANN))
    day.when(stated("season", 41_000, skater=BEA, noc="KOR"))
    official(day, ONE)
    personal = own(day, f"personal/women-500/{ANN}", ONE)
    assert (personal.best.time_ms, personal.best.race) == (41_500, None)
    season = own(day, f"season/women-500/{ANN}", ONE)
    assert (season.best.time_ms, season.before.time_ms if season.before else 0) == (42_000, 42_050)
    assert own(day, f"personal/women-500/{BEA}", ONE).best.time_ms == 41_000


def test_a_personal_best_outlives_the_season(day: RaceDay) -> None:
    """A competition of no series is a season of its own."""
    official(day, ONE)
    official(another(day, series=None), race_id(1, competition="open"), winner_ms=43_000)
    races = (ONE, race_id(1, competition="open"))
    season = own(day, f"season/women-500/{ANN}", *races, competition="open")
    assert season.best.time_ms == 43_000
    personal = own(day, f"personal/women-500/{ANN}", *races, competition="open")
    assert (personal.best.time_ms, personal.best.race) == (42_000, ONE)


def test_a_competition_leaves_what_stands_though_it_was_set_elsewhere(day: RaceDay) -> None:
    """Two competitions of one season may be skated on the same days."""
    abroad = race_id(1, competition="open")
    official(day, ONE)
    official(another(day), abroad, winner_ms=41_500)
    official(day, TWO, winner_ms=42_300)
    best = own(day, f"season/women-500/{ANN}", ONE, abroad, TWO).best
    assert (best.time_ms, best.race) == (41_500, abroad)


@given(
    st.lists(st.tuples(st.integers(40_000, 40_600), st.permutations((ANN, BEA, CIA))), max_size=6)
)
@settings(max_examples=40, deadline=None)
def test_a_personal_best_is_the_fastest_time_of_all(
    skated: list[tuple[int, tuple[str, ...]]],
) -> None:
    """Whatever the order of the races, what stands last is the minimum; of equals the first."""
    day = competition()
    races = [race_id(n) for n in range(1, len(skated) + 1)]
    for race, (winner_ms, order) in zip(races, skated, strict=True):
        official(day, race, winner_ms=winner_ms, order=order)
    made = ledger(day, *races)
    for skater in (ANN, BEA, CIA):
        mine = [
            (winner_ms + 100 * order.index(skater), i)
            for i, (winner_ms, order) in enumerate(skated)
        ]
        best = made.personal.get("women-500", {}).get(skater)
        assert (best is None) == (mine == [])
        if best is not None:
            assert (best.time_ms, best.race) == (min(mine)[0], races[min(mine)[1]])


@pytest.mark.parametrize(
    ("time_ms", "said"), [(9_005, "9.005"), (60_001, "1:00.001"), (250_340, "4:10.340")]
)
def test_a_time_is_said_as_officials_read_it(time_ms: int, said: str) -> None:
    """Minutes only where there are some; seconds with two digits behind them."""
    assert clock(time_ms) == said
