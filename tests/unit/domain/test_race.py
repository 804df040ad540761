"""A race from start list to official, given-when-then."""

import pytest
from msgspec.structs import replace

from tests.support.race_day import RACE, SKATERS, RaceDay, competition, scheduled, skated
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.laps import chart, current_row, laps_to_go, running
from tracker.domain.result import result_state, sheet
from tracker.domain.values import FinishTime, StarterRequest

ANN, BEA, CIA, DEE, EVA = (skater[0] for skater in SKATERS)
ALL = [ANN, BEA, CIA, DEE]


@pytest.fixture
def day() -> RaceDay:
    """Return a race day with a start list of four."""
    return scheduled(competition())


def states_of(day: RaceDay) -> str:
    """Return the state of the race."""
    return result_state(day.race(RACE))


def ranks(day: RaceDay, *, public: bool = True) -> list[tuple[str, int | None, str | None]]:
    """Return the sheet in short: competitor, rank, status."""
    return [(x.competitor, x.rank, x.status) for x in sheet(day.race(RACE), public=public)]


def test_states_follow_the_race_from_programme_to_official(day: RaceDay) -> None:
    """The states come in the order of the Olympic Data Feed."""
    seen = [states_of(day)]
    for command in (
        c.StartRace(race=RACE),
        c.EndRace(race=RACE),
        c.PublishResult(race=RACE),
        c.OpenReview(race=RACE, reason="Contact"),
        c.CloseReview(race=RACE, outcome="No infringement"),
        c.DeclareResultOfficial(race=RACE),
        c.CorrectResult(race=RACE, reason="Miscounted"),
    ):
        day.when(command)
        seen.append(states_of(day))
    assert seen == [
        "START_LIST",
        "LIVE",
        "UNCONFIRMED",
        "UNOFFICIAL",
        "UNDER_REVIEW",
        "UNOFFICIAL",
        "OFFICIAL",
        "CORRECTED",
    ]


def test_review_at_the_line_shows_before_the_race_is_ended(day: RaceDay) -> None:
    """A review opened when somebody has finished is shown at once; earlier, the race is LIVE."""
    day.given(c.StartRace(race=RACE), c.OpenReview(race=RACE, reason="Contact"))
    assert states_of(day) == "LIVE"
    day.given(c.RecordFinishOrder(race=RACE, groups=((ANN,),)))
    assert states_of(day) == "UNDER_REVIEW"


def test_counter_shows_the_laps_to_go_at_the_start_of_a_row(day: RaceDay) -> None:
    """With five rows, the row being skated and the counter add up to six."""
    day.when(c.StartRace(race=RACE))
    counters = []
    for row in range(1, 6):
        counters.append((current_row(day.race(RACE)), laps_to_go(day.race(RACE))))
        day.when(c.RecordCrossing(race=RACE, helmet_number=1, elapsed_ms=row * 9000))
    assert counters == [(1, 5), (2, 4), (3, 3), (4, 2), (5, 1)]
    assert laps_to_go(day.race(RACE)) == 0


def test_running_order_is_rows_then_who_crossed_earlier(day: RaceDay) -> None:
    """Passing shows at the line; gaps are to the leader of the same row."""
    day.given(
        c.StartRace(race=RACE),
        c.RecordCrossing(race=RACE, helmet_number=2, elapsed_ms=7_100),
        c.RecordCrossing(race=RACE, start_position=1, elapsed_ms=7_300),
        c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=16_000),
    )
    progress = running(day.race(RACE))
    assert [p.competitor for p in progress] == [ANN, BEA, CIA, DEE]
    assert (progress[0].rows, progress[0].last_lap_ms) == (2, 8_700)
    assert (progress[1].gap_ms, progress[1].laps_behind) == (0, 0)
    assert [cell.rank for cell in chart(day.race(RACE))[ANN]] == [2, 1]


def test_late_crossing_lands_at_the_instant_it_happened(day: RaceDay) -> None:
    """A crossing that arrives after later ones stands where it was skated."""
    day.given(
        c.StartRace(race=RACE),
        c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=7_000),
        c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=25_000),
        c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=16_000),
    )
    laps = [cell.lap_ms for cell in chart(day.race(RACE))[ANN]]
    assert laps == [7_000, 9_000, 9_000]


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        (c.RecordCrossing(race=RACE, helmet_number=99), ("helmet-99-not-on-list", "not-running")),
        (c.RecordCrossing(race=RACE), ("unassigned", "not-running")),
        (c.RecordCrossing(race=RACE, start_position=1), ("not-running",)),
    ],
)
def test_crossing_is_stored_and_flagged_never_refused(
    day: RaceDay, command: c.RecordCrossing, flags: tuple[str, ...]
) -> None:
    """Before the gun, or for a number nobody wears, a crossing is kept for an official to see."""
    (event,) = day.when(command)
    assert isinstance(event, e.CrossingRecorded)
    assert event.flags == flags


def test_unassigned_crossing_is_assigned_afterwards(day: RaceDay) -> None:
    """A time stamped first counts for the competitor it is given to."""
    day.given(c.StartRace(race=RACE), c.RecordCrossing(race=RACE, elapsed_ms=7_000))
    version = day.versions(RACE, e.CrossingRecorded)[0]
    day.when(c.AssignCrossing(race=RACE, crossing=version, competitor=CIA))
    assert day.race(RACE).field[CIA].rows == 1
    assert day.race(RACE).unassigned == ()
    with pytest.raises(r.UnknownFact):
        day.when(c.AssignCrossing(race=RACE, crossing=version, competitor=DEE))


def test_order_across_the_line_decides(day: RaceDay) -> None:
    """The result is the order of the last crossings, with times and gaps."""
    skated(day, ALL)
    rows = sheet(day.race(RACE))
    assert [(x.competitor, x.rank, x.time_ms, x.gap_ms) for x in rows] == [
        (ANN, 1, 42_000, 0),
        (BEA, 2, 42_100, 100),
        (CIA, 3, 42_200, 200),
        (DEE, 4, 42_300, 300),
    ]


def test_photo_finish_order_outranks_crossings_and_times(day: RaceDay) -> None:
    """What the photo-finish judge reads is the finish order, whatever the times say."""
    skated(day, ALL)
    day.given(
        c.RecordFinishOrder(race=RACE, groups=((BEA,), (ANN,), (CIA,), (DEE,))),
        c.RecordFinishTimes(race=RACE, times=(FinishTime(BEA, 42_050), FinishTime(ANN, 42_049))),
    )
    rows = sheet(day.race(RACE))
    assert [(x.competitor, x.time_ms) for x in rows[:2]] == [(BEA, 42_050), (ANN, 42_049)]


def test_dead_heat_shares_the_place_and_leaves_out_the_next(day: RaceDay) -> None:
    """Equal photo-finish times to the thousandth are a dead heat."""
    skated(day, ALL)
    day.when(
        c.RecordFinishTimes(
            race=RACE,
            times=(
                FinishTime(ANN, 42_000),
                FinishTime(BEA, 42_000),
                FinishTime(CIA, 42_400),
                FinishTime(DEE, 42_500),
            ),
        )
    )
    assert [x.rank for x in sheet(day.race(RACE))] == [1, 1, 3, 4]


def test_declared_finished_has_a_place_and_no_time(day: RaceDay) -> None:
    """Who is declared finished stands after those who finished; two may share a place."""
    day.given(c.StartRace(race=RACE))
    day.given(
        c.RecordFinishOrder(race=RACE, groups=((ANN,), (BEA,))),
        c.DeclareFinished(race=RACE, competitor=DEE, place=3),
        c.DeclareFinished(race=RACE, competitor=CIA, place=3),
        c.EndRace(race=RACE),
    )
    assert ranks(day)[2:] == [(CIA, 3, "no time"), (DEE, 3, "no time")]


def test_no_time_is_what_officials_say_not_a_time_nobody_read(day: RaceDay) -> None:
    """A place without a time has no status until the officials give `no time`."""
    day.given(
        c.StartRace(race=RACE),
        c.RecordFinishOrder(race=RACE, groups=((ANN,), (BEA,))),
        c.RecordFinishTimes(race=RACE, times=(FinishTime(BEA, None),)),
    )
    assert ranks(day)[:2] == [(ANN, 1, None), (BEA, 2, "no time")]


def test_fall_dnf_and_withdrawal_keep_their_place_below_the_finishers(day: RaceDay) -> None:
    """A fall is marked, and getting up clears it; who does not finish has no place."""
    day.given(
        c.StartRace(race=RACE),
        c.RecordFall(race=RACE, competitor=BEA),
        c.RecordGettingUp(race=RACE, competitor=BEA),
        c.RecordFall(race=RACE, competitor=CIA, lap=2),
        c.RecordDidNotFinish(race=RACE, competitor=CIA),
        c.RecordWithdrawal(race=RACE, competitor=DEE, reason="Lapped twice"),
        c.RecordFinishOrder(race=RACE, groups=((ANN,), (BEA,))),
    )
    assert ranks(day) == [
        (ANN, 1, None),
        (BEA, 2, None),
        (CIA, None, "DNF"),
        (DEE, None, "WDR"),
    ]
    assert not day.race(RACE).field[BEA].fallen
    assert [x.fallen for x in sheet(day.race(RACE))] == [False, True, True, False]


def test_penalty_puts_last_and_moves_the_others_up(day: RaceDay) -> None:
    """The Dresden 500 m: first across the line, penalised, last of the final."""
    skated(day, ALL)
    day.when(
        c.CallPenalty(
            race=RACE, competitor=ANN, reason="Obstruction", infringement="F4", victim=BEA
        )
    )
    assert ranks(day) == [(BEA, 1, None), (CIA, 2, None), (DEE, 3, None), (ANN, None, "PEN")]
    assert sheet(day.race(RACE))[3].time_ms is None


def test_embargo_hides_a_decision_until_it_is_announced(day: RaceDay) -> None:
    """Officials see the decision at once, the public at the announcement, in one step."""
    skated(day, ALL)
    day.when(c.CallPenalty(race=RACE, competitor=ANN, reason="Obstruction", embargo=True))
    assert ranks(day)[0] == (ANN, 1, None)
    assert ranks(day, public=False)[0] == (BEA, 1, None)
    with pytest.raises(r.UnderEmbargo):
        day.when(c.DeclareResultOfficial(race=RACE))
    day.when(c.AnnounceDecisions(race=RACE))
    assert ranks(day) == ranks(day, public=False)
    with pytest.raises(r.NothingToDo):
        day.when(c.AnnounceDecisions(race=RACE))


def test_a_declaration_announces_what_is_under_embargo_when_it_is_asked_to(day: RaceDay) -> None:
    """One event makes the penalty public and the result official, and names what it announced."""
    skated(day, ALL)
    day.when(c.CallPenalty(race=RACE, competitor=ANN, reason="Obstruction", embargo=True))
    called = day.versions(RACE, e.PenaltyCalled)
    (declared,) = day.when(c.DeclareResultOfficial(race=RACE, announce=True))
    assert isinstance(declared, e.ResultDeclaredOfficial)
    assert declared.announced == tuple(called)
    assert ranks(day)[0] == (BEA, 1, None)
    assert ranks(day)[-1] == (ANN, None, "PEN")
    assert states_of(day) == "OFFICIAL"


def test_the_secretary_signs_the_sheet_as_it_stands(day: RaceDay) -> None:
    """There is no sheet before the result is official, and a correction needs a new signature."""
    skated(day, ALL)
    with pytest.raises(r.NotOfficial):
        day.when(c.SignSheet(race=RACE, revision=1))
    day.given(c.DeclareResultOfficial(race=RACE), c.SignSheet(race=RACE, revision=1))
    assert day.race(RACE).signed == 1
    with pytest.raises(r.NothingToDo):
        day.when(c.SignSheet(race=RACE, revision=1))
    day.when(c.CorrectResult(race=RACE, reason="Miscounted"))
    assert day.race(RACE).signed == 1
    with pytest.raises(r.WrongRevision, match="revision 2"):
        day.when(c.SignSheet(race=RACE, revision=1))
    (signed,) = day.when(c.SignSheet(race=RACE, revision=2))
    assert signed == e.SheetSigned(race=RACE, revision=2)


def test_withdrawn_penalty_restores_exactly_what_was(day: RaceDay) -> None:
    """Taking a decision back, or the fact of it, gives the sheet from before."""
    skated(day, ALL)
    before = sheet(day.race(RACE))
    day.when(c.CallPenalty(race=RACE, competitor=ANN, reason="Obstruction"))
    first = day.versions(RACE, e.PenaltyCalled)[0]
    day.when(c.WithdrawDecision(race=RACE, decision=first, reason="Wrong skater"))
    assert sheet(day.race(RACE)) == before
    day.when(c.CallPenalty(race=RACE, competitor=BEA, reason="Obstruction"))
    second = day.versions(RACE, e.PenaltyCalled)[1]
    day.when(c.RetractFact(race=RACE, target=second, reason="Wrong race"))
    assert sheet(day.race(RACE)) == before


def test_official_result_stands_until_it_is_corrected(day: RaceDay) -> None:
    """After OFFICIAL nothing changes in public but by a correction, which is one event."""
    skated(day, ALL)
    day.when(c.DeclareResultOfficial(race=RACE))
    official = ranks(day)
    (called,) = day.when(c.CallPenalty(race=RACE, competitor=ANN, reason="Video review"))
    assert isinstance(called, e.PenaltyCalled)
    assert called.embargo
    crossing = day.versions(RACE, e.CrossingRecorded)[-1]
    day.when(c.RetractFact(race=RACE, target=crossing, reason="Counted twice"))
    assert ranks(day) == official
    with pytest.raises(r.AlreadyOfficial):
        day.when(c.AnnounceDecisions(race=RACE))
    day.when(c.CorrectResult(race=RACE, reason="Penalty after video review"))
    assert states_of(day) == "CORRECTED"
    assert ranks(day)[-1] == (ANN, None, "PEN")
    assert ranks(day)[0] == (BEA, 1, None)


def test_amended_crossing_belongs_to_somebody_else(day: RaceDay) -> None:
    """An amendment replaces a fact at its old place in time."""
    day.given(
        c.StartRace(race=RACE),
        c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=7_000),
        c.RecordCrossing(race=RACE, competitor=BEA, elapsed_ms=7_100),
    )
    version = day.versions(RACE, e.CrossingRecorded)[0]
    fact = dict(day.race(RACE).facts)[version]
    assert isinstance(fact, e.CrossingRecorded)
    amended = e.CrossingRecorded(
        race=RACE,
        attempt=1,
        competitor=CIA,
        at_ms=fact.at_ms,
        elapsed_ms=7_000,
        time_source="hand",
        flags=(),
    )
    day.when(c.AmendFact(race=RACE, target=version, replacement=amended, reason="Missed"))
    assert [p.competitor for p in running(day.race(RACE))] == [CIA, BEA, ANN, DEE]
    with pytest.raises(r.NotAmendable):
        day.when(
            c.AmendFact(
                race=RACE,
                target=version,
                replacement=e.BellRung(race=RACE, attempt=1, at_ms=1),
                reason="Nonsense",
            )
        )


def test_restart_voids_the_attempt_and_keeps_decisions(day: RaceDay) -> None:
    """A new attempt starts from nothing; penalties of the old one stand."""
    day.given(
        c.StartRace(race=RACE),
        c.RecordCrossing(race=RACE, competitor=ANN, elapsed_ms=7_000),
        c.CallPenalty(race=RACE, competitor=DEE, reason="Caused the crash"),
    )
    with pytest.raises(r.NotStopped):
        day.when(c.OrderRestart(race=RACE, reason="Crash"))
    day.given(
        c.StopRace(race=RACE, reason="Crash"),
        c.OrderRestart(race=RACE, reason="Crash", re_skate=True, excluded=(DEE,)),
        c.StartRace(race=RACE),
    )
    race = day.race(RACE)
    assert race.attempt == 2
    assert race.field[ANN].rows == 0
    assert race.field[DEE].out == "DNS"
    assert race.decisions[0].in_force
    first = day.versions(RACE, e.CrossingRecorded)[0]
    day.when(c.RetractFact(race=RACE, target=first, reason="Void anyway"))
    assert day.race(RACE).field[ANN].rows == 0


def test_false_start_recalls_and_penalises_by_the_ruleset(day: RaceDay) -> None:
    """With no false start allowed its author is out; the others start again."""
    day.when(c.StartRace(race=RACE))
    events = day.when(c.CallFalseStart(race=RACE, competitor=BEA))
    assert [type(event).__name__ for event in events] == [
        "FalseStartCalled",
        "PenaltyCalled",
        "DidNotStartRecorded",
    ]
    day.when(c.StartRace(race=RACE))
    assert day.race(RACE).running
    forgiving = scheduled(competition(ruleset="club"))
    forgiving.when(c.StartRace(race=RACE))
    assert len(forgiving.when(c.CallFalseStart(race=RACE, competitor=BEA))) == 1
    forgiving.when(c.StartRace(race=RACE))
    assert len(forgiving.when(c.CallFalseStart(race=RACE, competitor=ANN))) == 3


def test_start_list_may_change_until_the_gun(day: RaceDay) -> None:
    """A scratch at the line moves others inwards; the gun closes the list."""
    day.given(
        c.RecordDidNotStart(race=RACE, competitor=ANN, reason="Blade"),
        c.ChangeStartPositions(race=RACE, positions={BEA: 1, CIA: 2}, reason="Scratch"),
    )
    assert day.race(RACE).field[BEA].starter.start_position == 1
    with pytest.raises(r.BadStartList):
        day.when(c.ChangeStartPositions(race=RACE, positions={DEE: 1}, reason="Typo"))
    day.when(c.StartRace(race=RACE))
    with pytest.raises(r.StartListClosed):
        day.when(c.PublishStartList(race=RACE, starters=(StarterRequest(ANN, 1),)))
    with pytest.raises(r.AlreadyStarted):
        day.when(c.StartRace(race=RACE))


def test_protest_after_the_time_limit_is_marked_late(day: RaceDay) -> None:
    """The clock of protests runs from the official result, as long as the ruleset says."""
    skated(day, ALL)
    day.when(c.DeclareResultOfficial(race=RACE))
    day.when(c.LodgeProtest(race=RACE, protest="one", noc="KAZ", subject="Lap count"))
    day.when(
        c.LodgeProtest(race=RACE, protest="two", noc="KAZ", subject="Again"), after_ms=1_800_001
    )
    assert [p.late for p in day.race(RACE).protests] == [False, True]
    day.when(c.DecideProtest(race=RACE, protest="one", upheld=False, reason="Field of play"))
    with pytest.raises(r.UnknownProtest):
        day.when(c.DecideProtest(race=RACE, protest="one", upheld=True, reason="Twice"))


def test_unknown_infringement_names_those_there_are(day: RaceDay) -> None:
    """A code is checked against the ruleset that the competition adopted."""
    with pytest.raises(r.UnknownInfringement, match="F4"):
        day.when(c.CallPenalty(race=RACE, competitor=ANN, reason="x", infringement="Z9"))


def test_amending_a_decision_makes_nothing_public(day: RaceDay) -> None:
    """A public decision is withdrawn, not amended; one under embargo is amended under embargo."""
    skated(day, ALL)
    day.when(c.CallPenalty(race=RACE, competitor=ANN, reason="Impeding", embargo=True))
    version = day.versions(RACE, e.PenaltyCalled)[0]
    called = dict(day.race(RACE).facts)[version]
    assert isinstance(called, e.PenaltyCalled)
    other = replace(called, competitor=BEA)
    with pytest.raises(r.NotAmendable, match="under embargo"):
        day.when(
            c.AmendFact(
                race=RACE, target=version, replacement=replace(other, embargo=False), reason="x"
            )
        )
    day.when(c.AmendFact(race=RACE, target=version, replacement=other, reason="Wrong skater"))
    assert ranks(day)[0] == (ANN, 1, None)
    assert ranks(day, public=False)[-1] == (BEA, None, "PEN")
    day.when(c.AnnounceDecisions(race=RACE))
    with pytest.raises(r.NotAmendable, match="public"):
        day.when(c.AmendFact(race=RACE, target=version, replacement=called, reason="Back"))
    assert ranks(day)[-1] == (BEA, None, "PEN")
    shown = replace(called, embargo=False)
    day.when(c.AmendFact(race=RACE, target=version, replacement=shown, reason="Back, in public"))
    assert ranks(day)[-1] == (ANN, None, "PEN")
