"""Random race days for Hypothesis: mostly sensible requests, some nonsense, in any order."""

from hypothesis import strategies as st

from tests.support.race_day import SKATERS, RaceDay, competition
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.values import FinishTime, StarterRequest, Target
from tracker.errors import Refusal

RACES = ("cup/women-500/final-a", "cup/women-500/final-b")
COMPETITORS = tuple(skater[0] for skater in SKATERS)

races = st.sampled_from(RACES)
competitors = st.sampled_from(COMPETITORS)
elapsed = st.none() | st.integers(7_000, 60_000)
versions = st.integers(1, 40)
reasons = st.sampled_from(("Contact", "Miscount", "Video review"))
sources = st.none() | st.just("reconstructed")


def _start_list(race: str, order: list[str]) -> c.PublishStartList:
    return c.PublishStartList(
        race=race, starters=tuple(StarterRequest(s, i) for i, s in enumerate(order, 1))
    )


def _groups(race: str, order: list[str], *, dead_heat: bool) -> c.RecordFinishOrder:
    if dead_heat and len(order) > 1:
        return c.RecordFinishOrder(
            race=race, groups=((order[0], order[1]), *((s,) for s in order[2:]))
        )
    return c.RecordFinishOrder(race=race, groups=tuple((s,) for s in order))


orders = st.lists(competitors, min_size=1, max_size=5, unique=True)
crossings = st.builds(
    c.RecordCrossing, race=races, competitor=competitors, elapsed_ms=elapsed, source=sources
) | st.builds(
    c.RecordCrossing,
    race=races,
    helmet_number=st.none() | st.integers(1, 7),
    elapsed_ms=elapsed,
)
before = st.one_of(
    st.builds(_start_list, races, orders),
    st.builds(c.RecordDidNotStart, race=races, competitor=competitors),
    st.builds(
        c.ChangeStartPositions,
        race=races,
        positions=st.dictionaries(competitors, st.integers(1, 6), max_size=3),
        reason=reasons,
    ),
)
starts = st.one_of(
    st.builds(c.StartRace, race=races),
    st.builds(c.CallFalseStart, race=races, competitor=st.none() | competitors),
    st.builds(c.StopRace, race=races, reason=reasons),
    st.builds(
        c.OrderRestart,
        race=races,
        reason=reasons,
        re_skate=st.booleans(),
        excluded=st.lists(competitors, max_size=1).map(tuple),
    ),
)
ice = st.one_of(
    st.builds(c.AssignCrossing, race=races, crossing=versions, competitor=competitors),
    st.builds(c.RecordFall, race=races, competitor=competitors),
    st.builds(c.RecordGettingUp, race=races, competitor=competitors),
    st.builds(c.RecordDidNotFinish, race=races, competitor=competitors),
    st.builds(c.RecordWithdrawal, race=races, competitor=competitors, reason=reasons),
)
finishes = st.one_of(
    st.builds(_groups, races, orders, dead_heat=st.booleans()),
    st.builds(
        c.RecordFinishTimes,
        race=races,
        times=st.lists(st.builds(FinishTime, competitors, elapsed), min_size=1, max_size=3).map(
            tuple
        ),
    ),
    st.builds(
        c.DeclareFinished, race=races, competitor=competitors, place=st.none() | st.integers(1, 5)
    ),
    st.builds(c.EndRace, race=races),
)
decisions = st.one_of(
    st.builds(
        c.CallPenalty,
        race=races,
        competitor=competitors,
        reason=reasons,
        sanction=st.sampled_from(("PEN", "YC", "RC")),
        embargo=st.booleans(),
    ),
    st.builds(
        c.GrantAdvancement,
        race=races,
        competitor=competitors,
        reason=reasons,
        embargo=st.booleans(),
    ),
    st.builds(
        c.WithdrawDecision, race=races, decision=versions, reason=reasons, embargo=st.booleans()
    ),
    st.builds(c.AnnounceDecisions, race=races),
)
results = st.one_of(
    st.builds(c.OpenReview, race=races, reason=reasons),
    st.builds(c.CloseReview, race=races, outcome=reasons),
    st.builds(c.PublishResult, race=races),
    st.builds(c.DeclareResultOfficial, race=races, announce=st.booleans()),
    st.builds(c.SignSheet, race=races, revision=st.integers(1, 2)),
    st.builds(c.CorrectResult, race=races, reason=reasons),
    st.builds(c.RetractFact, race=races, target=versions, reason=reasons),
    st.builds(c.RecordMiscount, race=races, lap_rows=st.integers(4, 5), reason=reasons),
    st.builds(
        c.LodgeProtest,
        race=races,
        protest=st.sampled_from(("p1", "p2")),
        noc=st.just("KAZ"),
        subject=reasons,
    ),
)
statements = st.builds(
    c.StateBestTime,
    competition=st.just("cup"),
    kind=st.sampled_from(("world", "championship", "track", "season", "personal")),
    gender=st.just("women"),
    metres=st.just(500),
    skater=st.just("ann-one"),
    name=st.just("Ann One"),
    noc=st.just("CAN"),
    time_ms=st.integers(44_990, 45_100),
)
requests = st.one_of(
    crossings, crossings, crossings, before, starts, ice, finishes, decisions, results
)


def morning() -> RaceDay:
    """Return a day with two races scheduled, a table for one, and nothing skated."""
    day = competition()
    return day.given(
        c.AddRound(distance="cup/women-500", round="FINAL_B", name="Final B"),
        c.SetProgression(
            distance="cup/women-500",
            round="FINAL_B",
            targets=(Target("FINAL_A", 1, 1), Target("FINAL_C", rest=True)),
        ),
        c.ScheduleRace(race=RACES[0], round="FINAL_A", round_name="Final A"),
        c.ScheduleRace(race=RACES[1], round="FINAL_B", round_name="Final B"),
        _start_list(RACES[0], list(COMPETITORS[:3])),
        _start_list(RACES[1], list(COMPETITORS[3:])),
    )


def attempt(day: RaceDay, request: c.Command) -> tuple[e.Event, ...]:
    """Decide a request and return what followed; a refusal is an answer like any other."""
    try:
        return day.when(request)
    except Refusal:
        return ()
