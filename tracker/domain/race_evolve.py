"""How a race's state follows from its events."""

from typing import assert_never

from msgspec.structs import replace

from tracker.domain import events as e
from tracker.domain.laps import instant_ms
from tracker.domain.race import (
    Confirmed,
    Crossing,
    Decision,
    Flag,
    Hold,
    Mark,
    Observation,
    OfficialResult,
    OnIce,
    Out,
    Pen,
    Protest,
    Race,
)
from tracker.domain.result import sheet


def evolve(state: Race, version: int, event: e.RaceEvent) -> Race:
    """Return the race after one more event.

    A retraction or an amendment folds the remaining facts again, so that what follows is exactly
    what would have followed; a result that was official stays as declared until it is corrected,
    and what the public was shown when its board was held stays until the hold ends.
    """
    if isinstance(event, e.FactRetracted):
        facts = tuple(fact for fact in state.facts if fact[0] != event.target)
        again = _refold(state, facts)
        return replace(again, version=version, retracted=(*state.retracted, event.target))
    if isinstance(event, e.FactAmended):
        facts = tuple(
            (v, event.replacement if v == event.target else fact) for v, fact in state.facts
        )
        return replace(_refold(state, facts), version=version)
    applied = _apply(state, version, event)
    return replace(applied, version=version, facts=(*state.facts, (version, event)))


def _refold(state: Race, facts: tuple[tuple[int, e.RaceEvent], ...]) -> Race:
    again = Race()
    for version, event in facts:
        if not isinstance(event, e.FactRetracted | e.FactAmended):
            again = _apply(again, version, event)
    return replace(
        again,
        facts=facts,
        retracted=state.retracted,
        official=state.official,
        held=state.held,
    )


def _apply(state: Race, version: int, event: e.RaceEvent) -> Race:
    match event:
        case (
            e.RaceScheduled()
            | e.RaceCancelled()
            | e.StartListPublished()
            | e.StartPositionsChanged()
            | e.LineUpNamed()
            | e.DidNotStartRecorded()
        ):
            return _before_the_gun(state, event)
        case e.RaceStarted() | e.FalseStartCalled() | e.RaceStopped() | e.RestartOrdered():
            return _start(state, event)
        case e.CrossingRecorded() | e.CrossingAssigned():
            return _crossing(state, version, event)
        case (
            e.ExchangeRecorded()
            | e.FallRecorded()
            | e.GettingUpRecorded()
            | e.WithdrawalRecorded()
            | e.DidNotFinishRecorded()
            | e.BellRung()
        ):
            return _on_the_ice(state, version, event)
        case (
            e.FinishOrderRecorded() | e.FinishTimesRecorded() | e.DeclaredFinished() | e.RaceEnded()
        ):
            return _finish(state, version, event)
        case (
            e.PenaltyCalled()
            | e.AdvancementGranted()
            | e.DecisionWithdrawn()
            | e.DecisionsAnnounced()
        ):
            return _decision(state, version, event)
        case (
            e.ReviewOpened()
            | e.ReviewClosed()
            | e.ResultPublished()
            | e.ResultDeclaredOfficial()
            | e.ResultCorrected()
            | e.SheetSigned()
            | e.ProtestLodged()
            | e.ProtestDecided()
        ):
            return _result(state, version, event)
        case e.PenTaken() | e.CrossingObserved() | e.CrossingAdopted() | e.FlaggedToReferee():
            return _recorders(state, version, event)
        case e.PublicBoardHeld():
            return replace(state, held=Hold(version, event.at_ms, state.shown))
        case e.PublicBoardReleased():
            return replace(state, held=None)
        case e.LapsMiscounted():
            return replace(state, miscounted=event.lap_rows)
        case e.BestTimeConfirmed():
            confirmed = Confirmed(version, event.competitor, event.kind, event.time_ms)
            return replace(state, confirmed=(*state.confirmed, confirmed))
        case e.FactRetracted() | e.FactAmended():
            raise AssertionError("retractions are folded in evolve")
        case _:
            assert_never(event)


def _before_the_gun(
    state: Race,
    event: e.RaceScheduled
    | e.RaceCancelled
    | e.StartListPublished
    | e.StartPositionsChanged
    | e.LineUpNamed
    | e.DidNotStartRecorded,
) -> Race:
    match event:
        case e.RaceScheduled():
            return replace(state, scheduled=event)
        case e.RaceCancelled():
            return replace(state, cancelled=True, held=None)
        case e.StartListPublished():
            starters = sorted(event.starters, key=lambda s: s.start_position)
            field = {
                s.competitor: OnIce(starter=s, skater=s.line_up[0].skater if s.line_up else None)
                for s in starters
            }
            return replace(state, has_start_list=True, drawn=event.drawn, field=field)
        case e.StartPositionsChanged():
            field = dict(state.field)
            for competitor, position in event.positions.items():
                if competitor in field:
                    c = field[competitor]
                    starter = replace(c.starter, start_position=position)
                    field[competitor] = replace(c, starter=starter)
            ordered = sorted(field.items(), key=lambda item: item[1].starter.start_position)
            return replace(state, field=dict(ordered))
        case e.LineUpNamed():
            if event.competitor not in state.field:
                return state
            c = state.field[event.competitor]
            starter = replace(c.starter, line_up=event.line_up)
            skater = event.line_up[0].skater if event.line_up else None
            return _with(state, replace(c, starter=starter, skater=skater))
        case e.DidNotStartRecorded():
            return _out(state, event.competitor, "DNS")
        case _:
            assert_never(event)


def _start(
    state: Race, event: e.RaceStarted | e.FalseStartCalled | e.RaceStopped | e.RestartOrdered
) -> Race:
    match event:
        case e.RaceStarted():
            started = replace(state, started_at_ms=event.at_ms, stopped=False, notice=None)
            return _without_earlier(started)
        case e.FalseStartCalled():
            cleared = _clear(state, frozenset())
            return replace(cleared, false_starts=state.false_starts + 1, notice="False start")
        case e.RaceStopped():
            return replace(state, stopped=True, notice="Race stopped")
        case e.RestartOrdered():
            cleared = _clear(state, frozenset(event.excluded))
            notice = "Re-skate" if event.re_skate else "Restart"
            return replace(cleared, attempt=event.attempt, notice=notice)
        case _:
            assert_never(event)


def _without_earlier(state: Race) -> Race:
    """Leave out what arrived before the gun was known, and happened before it."""

    def counts(crossing: Crossing) -> bool:
        return not state.before_the_gun(crossing.at_ms)

    field = {
        competitor: replace(c, crossings=tuple(x for x in c.crossings if counts(x)))
        for competitor, c in state.field.items()
    }
    return replace(
        state,
        field=field,
        unassigned=tuple(x for x in state.unassigned if counts(x)),
        observations=tuple(o for o in state.observations if counts(o.crossing)),
    )


def _clear(state: Race, excluded: frozenset[str]) -> Race:
    """Void what happened on the ice; who did not start, or is excluded, does not come back."""
    field = {}
    for competitor, c in state.field.items():
        out: Out | None = "DNS" if c.out == "DNS" or competitor in excluded else None
        skater = c.starter.line_up[0].skater if c.starter.line_up else None
        field[competitor] = OnIce(starter=c.starter, out=out, skater=skater)
    return replace(
        state,
        field=field,
        unassigned=(),
        started_at_ms=None,
        stopped=False,
        ended_at_ms=None,
        bell_rung=False,
        finish_groups=(),
        published=False,
        miscounted=None,
        observations=(),
    )


def _crossing(state: Race, version: int, event: e.CrossingRecorded | e.CrossingAssigned) -> Race:
    if isinstance(event, e.CrossingAssigned):
        found = next((x for x in state.unassigned if x.version == event.crossing), None)
        if event.competitor not in state.field:
            return state
        if found is None:
            observations = tuple(
                replace(o, competitor=event.competitor) if o.version == event.crossing else o
                for o in state.observations
            )
            return replace(state, observations=observations)
        rest = tuple(x for x in state.unassigned if x is not found)
        crossed = _insert(state, state.field[event.competitor], found)
        return replace(_with(state, crossed), unassigned=rest)
    if event.attempt != state.attempt:
        return state
    crossing = Crossing(
        version, event.at_ms, event.elapsed_ms, event.time_source, event.source, event.flags
    )
    if event.competitor is None or event.competitor not in state.field:
        return replace(state, unassigned=(*state.unassigned, crossing))
    return _with(state, _insert(state, state.field[event.competitor], crossing))


def _insert(state: Race, c: OnIce, crossing: Crossing) -> OnIce:
    crossings = list(c.crossings)
    put_in(crossings, crossing, state.started_at_ms, state.lap_rows)
    return replace(c, crossings=tuple(crossings))


def put_in(
    crossings: list[Crossing], crossing: Crossing, started_at_ms: int | None, lap_rows: int
) -> None:
    """Put a crossing where it happened: a late one may stand before others.

    Crossings beyond the last row stay in the log, and count for nothing.
    """
    index = len(crossings)
    when = instant_ms(crossing, started_at_ms)
    while index and instant_ms(crossings[index - 1], started_at_ms) > when:
        index -= 1
    crossings.insert(index, crossing)
    if lap_rows:
        del crossings[lap_rows:]


def _recorders(
    state: Race,
    version: int,
    event: e.PenTaken | e.CrossingObserved | e.CrossingAdopted | e.FlaggedToReferee,
) -> Race:
    match event:
        case e.PenTaken():
            for adopted in event.adopted:
                state = _adopt(state, adopted)
            return replace(state, pen=Pen(version, event.device, event.official))
        case e.CrossingObserved():
            if event.attempt != state.attempt:
                return state
            crossing = Crossing(
                version, event.at_ms, event.elapsed_ms, event.time_source, event.source, event.flags
            )
            known = event.competitor if event.competitor in state.field else None
            observation = Observation(version, event.device, known, crossing)
            return replace(state, observations=(*state.observations, observation))
        case e.CrossingAdopted():
            return _adopt(state, event.observation)
        case e.FlaggedToReferee():
            flag = Flag(version, event.competitor, event.lap, event.at_ms, event.words)
            return replace(state, flags=(*state.flags, flag))
        case _:
            assert_never(event)


def _adopt(state: Race, version: int) -> Race:
    """Let an observed crossing stand; one that is gone, or stands already, changes nothing."""
    found = next((o for o in state.observations if o.version == version), None)
    if found is None or found.competitor is None:
        return state
    c = state.field[found.competitor]
    if any(x.version == version for x in c.crossings):
        return state
    return _with(state, _insert(state, c, found.crossing))


def _on_the_ice(
    state: Race,
    version: int,
    event: e.ExchangeRecorded
    | e.FallRecorded
    | e.GettingUpRecorded
    | e.WithdrawalRecorded
    | e.DidNotFinishRecorded
    | e.BellRung,
) -> Race:
    if event.attempt != state.attempt:
        return state
    if isinstance(event, e.BellRung):
        return replace(state, bell_rung=True)
    c = state.field.get(event.competitor)
    if c is None:
        return state
    row = min(c.rows + 1, state.lap_rows)
    match event:
        case e.ExchangeRecorded():
            mark = Mark(version, "exchange", row, event.skater, event.source)
            return _with(state, replace(c, skater=event.skater, marks=(*c.marks, mark)))
        case e.FallRecorded():
            mark = Mark(version, "fall", event.lap or row, c.skater, event.source)
            return _with(state, replace(c, fallen=True, marks=(*c.marks, mark)))
        case e.GettingUpRecorded():
            mark = Mark(version, "up", row, c.skater, event.source)
            return _with(state, replace(c, fallen=False, marks=(*c.marks, mark)))
        case e.WithdrawalRecorded():
            return _out(state, event.competitor, "WDR")
        case e.DidNotFinishRecorded():
            return _out(state, event.competitor, "DNF")
        case _:
            assert_never(event)


def _finish(
    state: Race,
    version: int,
    event: e.FinishOrderRecorded | e.FinishTimesRecorded | e.DeclaredFinished | e.RaceEnded,
) -> Race:
    if event.attempt != state.attempt:
        return state
    match event:
        case e.FinishOrderRecorded():
            return replace(state, finish_groups=event.groups)
        case e.FinishTimesRecorded():
            field = dict(state.field)
            for t in event.times:
                if t.competitor in field:
                    read = t.time_ms is not None and event.time_source == "photo"
                    field[t.competitor] = replace(
                        field[t.competitor],
                        photo_read=read or field[t.competitor].photo_read,
                        time_ms=t.time_ms,
                        timed="none" if t.time_ms is None else event.time_source,
                        time_stated_by=event.source,
                    )
            return replace(state, field=field)
        case e.DeclaredFinished():
            c = state.field.get(event.competitor)
            if c is None:
                return state
            return _with(state, replace(c, declared=version, declared_place=event.place))
        case e.RaceEnded():
            return replace(state, ended_at_ms=event.at_ms, notice=None)
        case _:
            assert_never(event)


def _decision(
    state: Race,
    version: int,
    event: e.PenaltyCalled | e.AdvancementGranted | e.DecisionWithdrawn | e.DecisionsAnnounced,
) -> Race:
    match event:
        case e.PenaltyCalled():
            decision = Decision(
                version,
                event.sanction,
                event.competitor,
                event.reason,
                event.infringement,
                event.zone,
                event.lap,
                event.victim,
                announced=not event.embargo,
                source=event.source,
            )
            return replace(state, decisions=(*state.decisions, decision))
        case e.AdvancementGranted():
            decision = Decision(
                version,
                "ADV",
                event.competitor,
                event.reason,
                final=event.final,
                takes_time_place=event.takes_time_place,
                cause=event.cause,
                announced=not event.embargo,
                source=event.source,
            )
            return replace(state, decisions=(*state.decisions, decision))
        case e.DecisionWithdrawn():
            decisions = tuple(
                replace(d, in_force=False, announced=d.announced and event.embargo)
                if d.version == event.decision
                else d
                for d in state.decisions
            )
            return replace(state, decisions=decisions)
        case e.DecisionsAnnounced():
            return _announced(state, event.decisions)
        case _:
            assert_never(event)


def _announced(state: Race, decisions: tuple[int, ...]) -> Race:
    """Return the race with decisions known to the public as the officials know them."""
    known = tuple(
        replace(d, announced=d.in_force) if d.version in decisions else d for d in state.decisions
    )
    return replace(state, decisions=known)


def _result(
    state: Race,
    version: int,
    event: e.ReviewOpened
    | e.ReviewClosed
    | e.ResultPublished
    | e.ResultDeclaredOfficial
    | e.ResultCorrected
    | e.SheetSigned
    | e.ProtestLodged
    | e.ProtestDecided,
) -> Race:
    match event:
        case e.ReviewOpened():
            return replace(state, review_open=True, reviewing=event.competitors)
        case e.ReviewClosed():
            return replace(state, review_open=False, reviewing=())
        case e.ResultPublished():
            return replace(state, published=True, held=None)
        case e.ResultDeclaredOfficial():
            closed = replace(
                _announced(state, event.announced), review_open=False, reviewing=(), published=True
            )
            rows = sheet(replace(closed, official=None), public=True)
            official = OfficialResult(version, rows, 1, event.at_ms)
            return replace(closed, official=official, held=None)
        case e.ResultCorrected():
            if state.official is None:
                return state
            decisions = tuple(replace(d, announced=d.in_force) for d in state.decisions)
            shown = replace(state, decisions=decisions, review_open=False, reviewing=())
            official = OfficialResult(
                version,
                sheet(replace(shown, official=None), public=True),
                state.official.revision + 1,
                state.official.at_ms,
            )
            return replace(shown, official=official, held=None)
        case e.SheetSigned():
            return replace(state, signed=event.revision)
        case e.ProtestLodged():
            protest = Protest(event.protest, event.noc, event.subject, event.at_ms, event.late)
            return replace(state, protests=(*state.protests, protest))
        case e.ProtestDecided():
            protests = tuple(
                replace(p, upheld=event.upheld, outcome=event.reason)
                if p.protest == event.protest
                else p
                for p in state.protests
            )
            return replace(state, protests=protests)
        case _:
            assert_never(event)


def _with(state: Race, c: OnIce) -> Race:
    return replace(state, field={**state.field, c.starter.competitor: c})


def _out(state: Race, competitor: str, out: Out) -> Race:
    c = state.field.get(competitor)
    return state if c is None else _with(state, replace(c, out=out))
