"""Finish times by several sources: every opinion stays, the strongest counts."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections import race_recorders, race_result
from tests.support.race_day import RACE, SKATERS, RaceDay, competition, scheduled, skated
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.explain import place
from tracker.domain.finish_times import STRONGEST_FIRST, counting, opinions
from tracker.domain.race import ResultRow
from tracker.domain.result import sheet
from tracker.domain.values import FinishTime, TimeSource

ANN, BEA, CIA, DEE = (skater for skater, *_ in SKATERS[:4])
ALL = (ANN, BEA, CIA, DEE)


@pytest.fixture
def day() -> RaceDay:
    """Return a race that was skated and measured by hand at every crossing."""
    found = scheduled(competition())
    skated(found, ALL)
    return found


def times(source: TimeSource, **read: int | None) -> c.RecordFinishTimes:
    """Return finish times by a source, by the first name of the skater."""
    named = {skater.partition("-")[0]: skater for skater in ALL}
    given = tuple(FinishTime(named[name], time_ms) for name, time_ms in read.items())
    return c.RecordFinishTimes(race=RACE, times=given, time_source=source)


def row(day: RaceDay, competitor: str) -> ResultRow:
    """Return a competitor's line on the public sheet."""
    return next(x for x in sheet(day.race(RACE)) if x.competitor == competitor)


@pytest.mark.parametrize("weaker", ["transponder", "hand"])
def test_a_later_weaker_time_does_not_replace_the_photos(day: RaceDay, weaker: TimeSource) -> None:
    """Given a photo time, when another source gives one afterwards, then the photo's counts."""
    day.given(times("photo", ann=42_010))
    day.when(times(weaker, ann=41_900))
    assert (row(day, ANN).time_ms, row(day, ANN).time_source) == (42_010, "photo")


def test_a_stronger_time_counts_whenever_it_comes(day: RaceDay) -> None:
    """Given times by hand, when transponder and photo come, then each outranks the last."""
    seen = []
    for source, time_ms in (("hand", 42_000), ("transponder", 42_040), ("photo", 42_031)):
        day.when(times(source, ann=time_ms))
        seen.append((row(day, ANN).time_ms, row(day, ANN).time_source))
    assert seen == [(42_000, "hand"), (42_040, "transponder"), (42_031, "photo")]


def test_the_same_source_corrects_itself(day: RaceDay) -> None:
    """Given a photo time, when the photo is read again, then the later reading counts."""
    day.given(times("photo", ann=42_010))
    day.when(times("photo", ann=42_012))
    assert row(day, ANN).time_ms == 42_012
    assert [each.time_ms for each in row(day, ANN).times[:2]] == [42_012, 42_010]


def test_every_opinion_stays_with_its_source_and_version(day: RaceDay) -> None:
    """Given three sources, when the sheet is read, then it has all, and one counts."""
    day.given(times("photo", ann=42_010), times("hand", ann=41_900))
    photo, hand = day.versions(RACE, e.FinishTimesRecorded)
    crossing = day.race(RACE).field[ANN].crossings[-1]
    assert [
        (x.version, x.time_source, x.time_ms, x.kind, x.counts) for x in row(day, ANN).times
    ] == [
        (photo, "photo", 42_010, "read", True),
        (hand, "hand", 41_900, "read", False),
        (crossing.version, "hand", crossing.elapsed_ms, "crossing", False),
    ]


def test_a_transponder_at_the_line_outranks_a_hand_that_read_later() -> None:
    """Given a finish that a loop measured, when a hand time is read, then the loop's counts."""
    day = scheduled(competition()).given(c.StartRace(race=RACE))
    for lap in range(1, 6):
        day.given(
            c.RecordCrossing(
                race=RACE, competitor=ANN, elapsed_ms=lap * 9_000, time_source="transponder"
            )
        )
    day.when(times("hand", ann=44_700))
    assert (row(day, ANN).time_ms, row(day, ANN).time_source) == (45_000, "transponder")


def test_who_means_it_withdraws_or_amends_the_stronger_time(day: RaceDay) -> None:
    """Given a wrong photo time, when amended, then that counts; when retracted, the hand's."""
    day.given(times("photo", ann=42_010), times("hand", ann=41_900))
    target = day.versions(RACE, e.FinishTimesRecorded)[0]
    amended = e.FinishTimesRecorded(
        race=RACE, attempt=1, times=(FinishTime(ANN, 41_905),), time_source="photo"
    )
    day.when(c.AmendFact(race=RACE, target=target, replacement=amended, reason="Wrong frame"))
    assert (row(day, ANN).time_ms, row(day, ANN).time_source) == (41_905, "photo")
    day.when(c.RetractFact(race=RACE, target=target, reason="Another race's photo"))
    assert (row(day, ANN).time_ms, row(day, ANN).time_source) == (41_900, "hand")


def test_no_time_of_the_photo_finish_stands_against_a_hand_time(day: RaceDay) -> None:
    """Given a photo judge's `no time`, when a hand has one, then there is none, and both show."""
    day.given(times("photo", ann=None))
    day.when(times("hand", ann=41_900))
    ann = row(day, ANN)
    assert (ann.time_ms, ann.status) == (None, "no time")
    assert [x.time_ms for x in ann.times[:2]] == [None, 41_900]


def test_a_hand_time_changes_no_order_that_the_photo_gave(day: RaceDay) -> None:
    """Given photo times of the whole field, when a hand time says otherwise, then places stay."""
    day.given(times("photo", ann=42_000, bea=42_000, cia=42_300, dee=42_400))
    before = [(x.competitor, x.rank) for x in sheet(day.race(RACE))]
    day.when(times("hand", dee=41_000))
    assert [(x.competitor, x.rank) for x in sheet(day.race(RACE))] == before


def test_a_penalty_hides_times_from_the_public_and_not_from_officials(day: RaceDay) -> None:
    """Given a penalty, when the documents are read, then only officials see what was read."""
    day.given(
        times("photo", ann=42_010), c.CallPenalty(race=RACE, competitor=ANN, reason="Contact")
    )
    race = day.race(RACE)
    assert race_result.render(race).entries[ANN]["times"] == []
    seen = race_result.render_for_officials(race).entries[ANN]["times"]
    first = seen[0]
    assert (first["time_source"], first["time_ms"], first["counts"]) == ("photo", 42_010, True)


def test_the_recorders_document_has_what_devices_without_the_pen_measured() -> None:
    """Given a loop beside the pen, when it measures a finish, then that is an opinion."""
    day = scheduled(competition())
    day.device = "tablet-1"
    day.given(c.TakePen(race=RACE), c.StartRace(race=RACE))
    for lap in range(1, 6):
        day.given(c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=lap * 9_000))
    day.device = "loop"
    day.given(
        c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=45_080, time_source="transponder")
    )
    found = race_recorders.render(day.race(RACE)).header["times"][ANN]
    assert [
        (x["device"], x["kind"], x["time_source"], x["time_ms"], x["counts"]) for x in found
    ] == [
        (None, "crossing", "hand", 45_000, True),
        ("loop", "observed", "transponder", 45_080, False),
    ]
    day.device = "tablet-1"
    day.given(times("photo", ann=45_040))
    found = race_recorders.render(day.race(RACE)).header["times"][ANN]
    assert [x["time_source"] for x in found] == ["photo", "hand", "transponder"]


def test_an_explanation_tells_whose_time_counts(day: RaceDay) -> None:
    """Given two sources, when a place is explained, then both times and the rule are told."""
    day.given(times("photo", ann=42_010), times("hand", ann=41_900))
    explained = place(day.race(RACE), ANN)
    assert explained is not None
    told = next(step for step in explained.steps if "by photo" in step.text)
    assert "(hand 41.900)" in told.text
    assert "photo, transponder, hand" in (told.rule or "")
    assert len(told.facts) == 2


sources = st.sampled_from(STRONGEST_FIRST)
read_times = st.integers(40_000, 44_000) | st.none()
readings = st.lists(st.tuples(sources, st.sampled_from(ALL), read_times), max_size=8)


def read_all(given_times: list[tuple[TimeSource, str, int | None]]) -> RaceDay:
    """Return a skated race after readings in this order."""
    day = scheduled(competition())
    skated(day, ALL)
    for source, competitor, time_ms in given_times:
        found = (FinishTime(competitor, time_ms),)
        day.given(c.RecordFinishTimes(race=RACE, times=found, time_source=source))
    return day


@given(readings)
@settings(max_examples=60, deadline=None)
def test_a_weaker_reading_never_changes_a_finish_time(
    given_times: list[tuple[TimeSource, str, int | None]],
) -> None:
    """Reading by reading, only one as strong as what counts makes another time count."""
    for length in range(1, len(given_times) + 1):
        source, competitor, time_ms = given_times[length - 1]
        before = read_all(given_times[: length - 1]).race(RACE)
        after = read_all(given_times[:length]).race(RACE)
        was = counting(before, before.field[competitor])
        now = counting(after, after.field[competitor])
        assert was is not None
        assert now is not None
        if STRONGEST_FIRST.index(source) > STRONGEST_FIRST.index(was.time_source):
            assert now == was
        else:
            assert (now.time_source, now.time_ms) == (source, time_ms)


@given(readings, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_between_sources_does_not_matter(
    given_times: list[tuple[TimeSource, str, int | None]], chance: Random
) -> None:
    """However the sources' readings are interleaved, the same times count, and none is lost."""
    each = {s: [x for x in given_times if x[0] == s] for s in STRONGEST_FIRST}
    woven: list[tuple[TimeSource, str, int | None]] = []
    while any(each.values()):
        source = chance.choice([s for s, rest in each.items() if rest])
        woven.append(each[source].pop(0))
    one, two = read_all(given_times).race(RACE), read_all(woven).race(RACE)
    for competitor in ALL:
        first, second = opinions(one, one.field[competitor]), opinions(two, two.field[competitor])
        assert [(x.time_source, x.time_ms, x.kind, x.counts) for x in first] == [
            (x.time_source, x.time_ms, x.kind, x.counts) for x in second
        ]
        assert len(first) == 1 + sum(x[1] == competitor for x in given_times)
