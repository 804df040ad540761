"""A simulated season is the same for the same seed, taken whole, and adds up."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.book import Book
from tests.support import simulated
from tests.support.race_day import RaceDay
from tracker import rulesets
from tracker.domain import commands as c
from tracker.log.memory import MemoryLog
from tracker.security.roles import Principal, authorize, authorize_correction
from tracker.simulation import season
from tracker.simulation.day import envelope, moves
from tracker.simulation.moves import Decided, Drawing, Skated, Step
from tracker.simulation.plan import Plan

SMALL = ("men-500", "women-1500", "mixed-2000-relay")


async def book_of(log: MemoryLog) -> Book:
    """Return everything that a log says."""
    book = Book()
    for recorded in await log.read_after(0, limit=1_000_000):
        book.fold(recorded)
    return book


def facts(log: MemoryLog) -> list[tuple[object, ...]]:
    """Return a log without the instants at which it was recorded."""
    return [
        (each.stream, each.version, each.type, each.data, each.occurred_at, each.official)
        for each in log._events
    ]


async def test_the_same_seed_gives_the_same_log() -> None:
    """Two runs of one seed agree in every byte of every fact; another seed does not."""
    one, two, other = [
        await simulated.logged(season(seed, distances=SMALL, entries=9)) for seed in (5, 5, 6)
    ]
    assert facts(one) == facts(two)
    assert facts(one) != facts(other)


def test_the_start_moves_the_day_and_nothing_else() -> None:
    """Begun an hour later, every fact happens an hour later, by the same hand and device."""
    start, hour = datetime(2026, 3, 1, 9, tzinfo=UTC), timedelta(hours=1)
    plan = {"distances": ("men-500",), "entries": 8}
    before = list(season(3, start=start, **plan))
    after = list(season(3, start=start + hour, **plan))
    assert len(before) == len(after) > 100
    for one, two in zip(before, after, strict=True):
        assert one.occurred_at is not None
        assert two.occurred_at == one.occurred_at + hour
        assert (one.device, one.device_seq) == (two.device, two.device_seq)
        if isinstance(one.command, c.RecordCrossing):
            assert one.command == two.command


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    entries=st.integers(2, 40),
    ruleset=st.sampled_from(rulesets.names()),
    data=st.data(),
)
async def test_nothing_is_refused_that_was_not_meant_to_be(
    seed: int, entries: int, ruleset: str, data: st.DataObject
) -> None:
    """Under every ruleset, from two entries to forty, the real handler takes every envelope."""
    known = [
        f"{gender}-{form.metres}"
        for form in rulesets.load(ruleset).distances
        for gender in form.genders
        if not form.relay
    ]
    distances = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
    log = await simulated.logged(
        season(seed, entries=entries, distances=distances, ruleset=ruleset)
    )
    book = await book_of(log)
    assert {each for each in distances if not book.is_final(f"sim-{seed}-1/{each}")} == set()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**9), entries=st.integers(6, 30))
async def test_medals_and_standings_equal_an_independent_count(seed: int, entries: int) -> None:
    """Who was named in the commands has the medals and the points, counted by another mind."""
    distances = ("men-500", "women-500", "men-1000")
    plan = Plan(seed=seed, entries=entries, distances=distances)
    made = list(moves(plan))
    steps = [move for move in made if isinstance(move, Step)]
    log = await simulated.logged(
        envelope(step, plan.start) for step in steps if step.refusal is None and not step.again
    )
    book = await book_of(log)
    races = simulated.counted(made)
    for distance, expected in simulated.medallists(races).items():
        rows = [row for row in book.classified(distance) if row.medal]
        assert sorted(row.competitor for row in rows) == sorted(expected)
    brought = {
        step.command.competitor: step.command.points
        for step in steps
        if isinstance(step.command, c.BringPoints)
    }
    entered = [step.command for step in steps if isinstance(step.command, c.EnterSkater)]
    won = simulated.points(races, {each.skater: each.noc for each in entered})
    tables = book.standings(plan.series)
    stated = {one.competitor: one.points for name in ("men", "women") for one in tables[name]}
    assert {who: n for who, n in stated.items() if n} == {
        who: n
        for each in entered
        for who in [each.skater]
        if (n := brought.get(who, 0) + won.get(who, 0))
    }


async def test_a_second_competition_is_drawn_by_the_first() -> None:
    """What is drawn for the next competition follows the table of the distance, and is taken."""
    men_500 = ("men-500",)
    first = await book_of(await simulated.logged(season(11, distances=men_500, entries=12)))
    both = await book_of(await simulated.logged(season(11, 2, distances=men_500, entries=12)))
    assert both.is_final("sim-11-2/men-500")
    drawing = next(
        move
        for move in moves(Plan(seed=11, competitions=2, entries=12, distances=men_500))
        if isinstance(move, Drawing) and move.distance == "sim-11-2/men-500"
    )
    inside = {race.places[0].competitor for race in drawing.races}
    best = [one.competitor for one in first.standings("sim-11")["men-500"][: len(inside)]]
    assert inside == {*best}
    assert len(best) == len(drawing.races) > 1


def test_a_final_that_nobody_goes_on_to_is_cancelled_once() -> None:
    """Also when the round before it is corrected and drawn anew."""
    made = list(moves(Plan(seed=987, entries=7, distances=("men-500", "women-500", "men-1000"))))
    cancelled = [
        move.command.race
        for move in made
        if isinstance(move, Step) and isinstance(move.command, c.CancelRace)
    ]
    assert cancelled
    assert len(cancelled) == len(set(cancelled))


def test_a_large_season_holds_everything_that_goes_wrong() -> None:
    """A load of a season has each kind of fact, late and repeated sending, and refusals."""
    made = list(moves(Plan(seed=1, competitions=3, entries=24)))
    steps = [move for move in made if isinstance(move, Step)]
    kinds = Counter(kind for step in steps for kind in step.kinds)
    expected = """ProgressionSet StartListPublished StartPositionsChanged DidNotStartRecorded
    FalseStartCalled RaceStopped RestartOrdered CrossingRecorded CrossingAssigned FallRecorded
    ExchangeRecorded GettingUpRecorded DidNotFinishRecorded BellRung FinishOrderRecorded
    FinishTimesRecorded DeclaredFinished ReviewOpened ReviewClosed PenaltyCalled AdvancementGranted
    DecisionWithdrawn DecisionsAnnounced ResultPublished ResultDeclaredOfficial ResultCorrected
    ProtestLodged ProtestDecided FactRetracted FactAmended EntryWithdrawn""".split()
    assert {each for each in expected if not kinds[each]} == set()
    assert {step.refusal for step in steps if step.refusal} == {"under-embargo"}
    assert any(step.again for step in steps)
    assert any(step.sent_ms > step.occurs_ms for step in steps)
    groups = [
        step.command.groups for step in steps if isinstance(step.command, c.RecordFinishOrder)
    ]
    assert any(len(group) > 1 for order in groups for group in order), "no dead heat"
    sanctions = {s.command.sanction for s in steps if isinstance(s.command, c.CallPenalty)}
    assert sanctions == {"PEN", "YC", "RC"}


def test_moves_go_forward_and_devices_count_up() -> None:
    """Nothing is sent before what came before it, and no number of a device is left out."""
    made = list(moves(Plan(seed=4, entries=20)))
    sent = [move.sent_ms for move in made]
    assert sent == sorted(sent)
    numbers: Counter[str] = Counter()
    for move in made:
        if isinstance(move, Step) and not move.again:
            numbers[move.device] += 1
            assert move.device_seq == numbers[move.device]
            assert move.occurs_ms <= move.sent_ms
    assert len(numbers) == 8
    skated = [move.race for move in made if isinstance(move, Skated)]
    assert skated == [move.race for move in made if isinstance(move, Decided)]


def test_every_official_keeps_to_their_role() -> None:
    """What a simulation sends is within the rights of who sends it, corrections included."""
    checked = 0
    plan = Plan(seed=1, competitions=3, entries=24)
    day = RaceDay()
    for move in moves(plan):
        if not isinstance(move, Step) or move.again:
            continue
        principal = Principal(move.by, move.device, frozenset({move.official.role}))
        authorize(principal, envelope(move, plan.start))
        if move.stream.startswith("race-"):
            race = day.state(move.stream)
            authorize_correction(principal, move.command, race)
            checked += isinstance(move.command, c.AmendFact | c.RetractFact)
        if move.refusal is None:
            day.now_ms = round(plan.start.timestamp() * 1_000) + move.occurs_ms
            day.when(move.command, after_ms=0)
    assert checked > 20
