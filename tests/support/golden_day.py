"""A day on which everything happens that can be recorded."""

from tests.support.best_times import confirm, relay, stated
from tests.support.race_day import RACE, SKATERS, RaceDay, add_distance, competition, skated
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.values import Drawn, FinishTime, Revision, StarterRequest, Target

ANN, BEA, CIA, DEE, EVA = (skater[0] for skater in SKATERS)
HEAT = "cup/women-500/heat-1"
SECOND_HEAT = "cup/women-500/heat-2"
CANCELLED = "cup/women-500/final-b"
RELAY = "cup/women-3000-relay/final-a"
SMALL_RELAY = "cup/women-3000-relay/final-b"


def day() -> RaceDay:
    """Return the day: a heat with every accident, a final with every decision, a relay."""
    found = _programme()
    _accidents(found)
    _decisions(found)
    _relay(found)
    return found


def _programme() -> RaceDay:
    found = competition()
    return found.given(
        c.BringPoints(
            series="season",
            table="women",
            competitor=EVA,
            name="Eva Five",
            noc="KAZ",
            points=120,
            competition="cup",
            note="Montreal",
        ),
        c.EnterSkater(
            competition="cup",
            skater="fay-six",
            name="Fay Six",
            family_name="SIX",
            noc="JPN",
            gender="women",
            native_name="六 フェイ",
            distances=("cup/women-500",),
            source="https://example.org/entries",
        ),
        c.AssignHelmetNumber(competition="cup", skater="fay-six", helmet_number=66),
        c.WithdrawEntry(competition="cup", competitor="fay-six", reason="Ill"),
        stated("world", 41_936),
        stated("track", 42_500),
        stated("personal", 43_000, skater=ANN, name="Ann One"),
        c.StateBestTime(
            competition="cup",
            kind="championship",
            gender="women",
            metres=500,
            name="Old Champion",
            noc="ITA",
            time_ms=42_100,
            set_on="2018-03-17",
            set_at="Montreal",
        ),
        c.AddRound(distance="cup/women-500", round="HEAT", name="Heats"),
        c.SetProgression(
            distance="cup/women-500",
            round="HEAT",
            targets=(Target("FINAL_A", 1, 2), Target("FINAL_B", rest=True)),
            by_time_alone=False,
        ),
        c.ScheduleRace(
            race=HEAT, round="HEAT", round_name="Heat 1", scheduled_at_ms=1_707_661_000_000
        ),
        c.ScheduleRace(race=SECOND_HEAT, round="HEAT", round_name="Heat 2", number=2, order=1),
        c.ScheduleRace(race=CANCELLED, round="FINAL_B", round_name="Final B", order=2),
        c.ScheduleRace(race=RACE, round="FINAL_A", round_name="Final A", order=3),
        c.CancelRace(race=CANCELLED, reason="Too few are left"),
    )


def _starters(*order: str) -> tuple[StarterRequest, ...]:
    return tuple(StarterRequest(skater, place) for place, skater in enumerate(order, 1))


def _row(found: RaceDay, race: str, row: int, *order: str) -> None:
    for behind, skater in enumerate(order):
        found.when(
            c.RecordCrossing(race=race, competitor=skater, elapsed_ms=row * 9_000 + behind * 130)
        )


def _accidents(found: RaceDay) -> None:
    """Skate two heats: a false start, a stop, a restart, falls, a miscount, what was missed."""
    found.given(
        c.PublishStartList(
            race=HEAT, starters=_starters(ANN, BEA, CIA), drawn=Drawn("toss", (), (ANN, CIA, BEA))
        ),
        c.ChangeStartPositions(race=HEAT, positions={BEA: 3, CIA: 2}, reason="Entered wrongly"),
        c.StartRace(race=HEAT),
        c.CallFalseStart(race=HEAT, competitor=BEA),
        c.StartRace(race=HEAT),
        c.StopRace(race=HEAT, reason="A block on the ice"),
        c.OrderRestart(race=HEAT, reason="A block on the ice"),
        c.StartRace(race=HEAT),
    )
    _row(found, HEAT, 1, ANN, BEA, CIA)
    found.given(
        c.RecordFall(race=HEAT, competitor=CIA),
        c.RecordGettingUp(race=HEAT, competitor=CIA),
        c.RecordCrossing(race=HEAT, helmet_number=99, elapsed_ms=18_000),
    )
    unassigned = found.versions(HEAT, e.CrossingRecorded)[-1]
    found.given(
        c.AssignCrossing(race=HEAT, crossing=unassigned, competitor=ANN),
        c.RecordCrossing(race=HEAT, start_position=3, elapsed_ms=18_130),
        c.RecordWithdrawal(race=HEAT, competitor=CIA, reason="Hurt"),
    )
    for row in (3, 4, 5):
        if row == 5:
            found.when(c.RingBell(race=HEAT))
        _row(found, HEAT, row, ANN, BEA)
    found.given(c.RecordCrossing(race=HEAT, competitor=BEA, elapsed_ms=54_000))
    extra = found.versions(HEAT, e.CrossingRecorded)[-1]
    found.given(
        c.RetractFact(race=HEAT, target=extra, reason="Twice"),
        c.EndRace(race=HEAT),
        c.RecordMiscount(race=HEAT, lap_rows=6, reason="The bell came late"),
        c.PublishResult(race=HEAT),
        c.DeclareResultOfficial(race=HEAT),
        c.PublishStartList(race=SECOND_HEAT, starters=_starters(DEE, EVA)),
        c.RecordDidNotStart(race=SECOND_HEAT, competitor=EVA, reason="Broken blade"),
        c.StartRace(race=SECOND_HEAT),
    )
    _recorders(found)
    found.given(
        c.RecordDidNotFinish(race=SECOND_HEAT, competitor=DEE),
        c.EndRace(race=SECOND_HEAT),
        c.PublishResult(race=SECOND_HEAT),
        c.DeclareResultOfficial(race=SECOND_HEAT),
    )


def _recorders(found: RaceDay) -> None:
    """Have two devices record one race: a pen, an opinion that is adopted, another that is not."""
    found.device = "tablet-1"
    found.given(c.TakePen(race=SECOND_HEAT))
    found.device = "tablet-2"
    found.given(
        c.RecordCrossing(race=SECOND_HEAT, competitor=DEE, elapsed_ms=9_040),
        c.RecordCrossing(race=SECOND_HEAT, elapsed_ms=18_100),
    )
    seen = found.versions(SECOND_HEAT, e.CrossingObserved)[0]
    found.device = "tablet-1"
    found.given(
        c.AdoptCrossing(race=SECOND_HEAT, observation=seen),
        c.FlagToReferee(race=SECOND_HEAT, competitor=DEE, words="Off the track"),
    )
    found.device = ""


def _decisions(found: RaceDay) -> None:
    """Skate the final: photo finish, review, penalties, a protest, a correction, a best time."""
    found.when(
        c.PublishStartList(
            race=RACE,
            starters=_starters(ANN, BEA, DEE, CIA),
            drawn=Drawn("final", (Revision(HEAT, 1), Revision(SECOND_HEAT, 1)), (ANN, BEA, DEE)),
        )
    )
    skated(found, (BEA, ANN, DEE))
    found.given(
        c.DeclareFinished(race=RACE, competitor=CIA),
        c.OpenReview(race=RACE, reason="Contact", competitors=(BEA,)),
        c.RecordFinishOrder(race=RACE, groups=((BEA,), (ANN, DEE), (CIA,))),
        c.RecordFinishTimes(
            race=RACE,
            times=(FinishTime(BEA, 41_900), FinishTime(ANN, 42_011), FinishTime(CIA, None)),
        ),
        c.CallPenalty(
            race=RACE,
            competitor=DEE,
            infringement="S6",
            reason="Kicking out",
            zone="finish",
            lap=5,
            victim=ANN,
            embargo=True,
        ),
    )
    penalty = found.versions(RACE, e.PenaltyCalled)[-1]
    found.given(
        c.GrantAdvancement(
            race=RACE, competitor=ANN, reason="Impeded", cause=penalty, embargo=True
        ),
        c.AmendFact(
            race=RACE,
            target=penalty,
            replacement=e.PenaltyCalled(
                race=RACE,
                competitor=DEE,
                sanction="PEN",
                infringement="C1",
                reason="Lane change",
                zone="corner",
                lap=5,
                victim=ANN,
                embargo=True,
            ),
            reason="Another rule",
        ),
        c.AnnounceDecisions(race=RACE),
        c.CloseReview(race=RACE, outcome="Penalty"),
        c.PublishResult(race=RACE),
        c.LodgeProtest(race=RACE, protest="pol-1", noc="POL", subject="No contact"),
        c.DecideProtest(race=RACE, protest="pol-1", upheld=False, reason="Seen on video"),
        c.DeclareResultOfficial(race=RACE),
        c.SignSheet(race=RACE, revision=1),
        confirm(RACE, BEA, 41_900, "world"),
        c.WithdrawDecision(race=RACE, decision=penalty, reason="The wrong skater", embargo=True),
        c.CorrectResult(race=RACE, reason="The wrong skater"),
    )


def _relay(found: RaceDay) -> None:
    """Skate one relay to its end, and another to its first exchange."""
    relay(found, RELAY)
    teams = (StarterRequest("team-can", 1), StarterRequest("team-kor", 2))
    line_up = ("kor-3", "kor-2", "kor-1", "kor-0")
    found.given(
        c.ScheduleRace(race=SMALL_RELAY, round="FINAL_B", round_name="Final B"),
        c.PublishStartList(race=SMALL_RELAY, starters=teams),
        c.NameLineUp(race=SMALL_RELAY, competitor="team-kor", line_up=line_up),
        c.StartRace(race=SMALL_RELAY),
        c.RecordCrossing(
            race=SMALL_RELAY, competitor="team-kor", elapsed_ms=9_900, source="reconstructed"
        ),
        c.HoldPublicBoard(race=SMALL_RELAY),
        c.RecordExchange(race=SMALL_RELAY, competitor="team-kor", skater="kor-2"),
        c.ReleasePublicBoard(race=SMALL_RELAY),
        c.HoldPublicBoard(race=SMALL_RELAY),
        c.RecordCrossing(race=SMALL_RELAY, competitor="team-can", elapsed_ms=10_100),
    )
    add_distance(found, "women-1000", 1000, number=1, order=2)
