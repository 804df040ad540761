"""One race from the call to the line to its result, by all its officials."""

from collections.abc import Generator, Iterator

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.race import Race
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import FinishTime
from tracker.simulation import incidents, recording, skating
from tracker.simulation.chance import chance
from tracker.simulation.incidents import After, Penalised
from tracker.simulation.moves import (
    CHIEF_REFEREE,
    EXCHANGE_RECORDER,
    PHOTO_FINISH,
    REFEREE,
    SECRETARY,
    STARTER,
    STEWARD,
    Decided,
    Move,
    Official,
    Skated,
)
from tracker.simulation.plan import Contest
from tracker.simulation.rehearsal import Act, Later, Names, Rehearsal

_CALLED_MS, _MOVED_MS, _GUN_MS, _SHOWN_MS = 50_000, 55_000, 90_000, 15_000
_RECALLED_MS, _AGAIN_MS = 900, 60_000
_FELL_MS, _STOPPED_MS, _ORDERED_MS = 3_500, 5_000, 12_000
_DECLARED_MS, _REVIEWED_MS, _ORDER_MS, _TIMES_MS, _PUBLISHED_MS = (
    1_000,
    4_000,
    5_000,
    12_000,
    20_000,
)
_DECIDED_MS, _RECODED_MS, _ADVANCED_MS, _REREAD_MS = 30_000, 36_000, 42_000, 45_000
_TAKEN_BACK_MS, _TOO_EARLY_MS, _ANNOUNCED_MS, _CLOSED_MS = 50_000, 55_000, 70_000, 72_000
_OFFICIAL_MS, _PROTEST_MS, _FOUND_MS, _RULED_MS, _LEFT_MS = (
    100_000,
    120_000,
    140_000,
    160_000,
    180_000,
)
_OVER_MS = 200_000
_HELD_MS, _RELEASED_MS = 1_500, 15_000
_HELD = 0.15
"""How often the public board is held until the photo finish is read."""
_MISREAD_MS = 1_000
_NETWORK_BACK_MS = 40_000
"""After the end of a race; the result waits for what the lap recorder's tablet still holds."""


class Setting(Struct, frozen=True):
    """What all races of a distance have in common."""

    seed: int
    contest: Contest
    ruleset: Ruleset
    strengths: dict[str, float]


class Racing:
    """A race as it is brought about."""

    def __init__(self, rehearsal: Rehearsal, setting: Setting, race: str, now_ms: int) -> None:
        self._rehearsal = rehearsal
        self._setting = setting
        self._race = race
        self._now_ms = now_ms
        self._names: dict[str, int] = {}
        scheduled = rehearsal.race(race).scheduled
        assert scheduled is not None
        self._scheduled = scheduled
        self._name = f"{scheduled.name}, {scheduled.round_name}"

    def moves(self) -> Generator[Move, None, int]:
        """Yield what happens, and return when the next race may be called."""
        started = yield from self._before()
        if started is None:
            return self._now_ms + _CALLED_MS
        seed, race, contest = self._setting.seed, self._race, self._setting.contest
        state = self._rehearsal.race(race)
        on_ice = sorted(
            (who for who, one in state.field.items() if one.out is None),
            key=lambda who: state.field[who].starter.start_position,
        )
        truth = skating.skate(
            chance(seed, race, "ice"),
            on_ice,
            self._setting.strengths,
            contest.form,
            women=contest.gender == "women",
        )
        keys = recording.Keys(state)
        yield Skated(
            sent_ms=started - _SHOWN_MS,
            race=race,
            name=self._name,
            gun_ms=started,
            labels={who: keys.label(who) for who in on_ice},
            crossings=truth.crossings,
        )
        after = incidents.after(
            chance(seed, race, "after"),
            [who for group in truth.groups for who in group],
            self._setting.ruleset,
            relay=contest.form.relay,
            final=self._scheduled.round.startswith("FINAL"),
        )
        end_ms = started + truth.lasts_ms
        acts = [
            self._act(started, STARTER, c.StartRace(race=race), title="the gun"),
            *self._recorded(keys, truth, started),
            *self._on_the_ice(truth, started),
            *self._finish(truth, after, end_ms),
            *self._decisions(after, end_ms),
        ]
        yield from self._rehearsal.perform(race, acts, self._names)
        yield Decided(end_ms + _OFFICIAL_MS, race)
        last = [*self._corrections(truth, after, end_ms), *self._protest(after, end_ms)]
        yield from self._rehearsal.perform(race, last, self._names)
        yield from self._leaving(truth, after, end_ms + _LEFT_MS)
        return end_ms + _OVER_MS

    def _act(
        self,
        at_ms: int,
        official: Official,
        command: c.Command | Later,
        *,
        name: str = "",
        title: str = "",
        refusal: str | None = None,
    ) -> Act:
        told = f"{self._name}: {title}" if title else ""
        return Act(
            at_ms=at_ms, official=official, command=command, name=name, title=told, refusal=refusal
        )

    # --- before the race is under way ----------------------------------------------------------

    def _before(self) -> Generator[Move, None, int | None]:
        """Yield what goes before the gun that counts, and return when that is; or None."""
        race, now_ms = self._race, self._now_ms
        entries = self._rehearsal.entries(self._scheduled.competition)
        starters = list(self._rehearsal.race(race).field)
        gone = [who for who in starters if who in entries.withdrawn]
        there = [who for who in starters if who not in gone]
        if not there:
            cancel = c.CancelRace(race=race, reason="Nobody is left to start")
            yield from self._rehearsal.do(now_ms + _CALLED_MS, SECRETARY, cancel)
            return None
        before = incidents.before(chance(self._setting.seed, race, "before"), there)
        missing = [*gone, *([before.absent] if before.absent else [])]
        acts = [
            self._act(
                now_ms + _CALLED_MS,
                STEWARD,
                c.RecordDidNotStart(race=race, competitor=who, reason="Not at the line"),
            )
            for who in missing
        ]
        yield from self._rehearsal.perform(race, acts, self._names)
        yield from self._close_up(now_ms + _MOVED_MS)
        gun_ms = now_ms + _GUN_MS
        acts = []
        if before.recalled:
            recall = c.CallFalseStart(race=race, competitor=before.offender)
            acts = [
                self._act(gun_ms, STARTER, c.StartRace(race=race)),
                self._act(gun_ms + _RECALLED_MS, STARTER, recall, title="a false start"),
            ]
        elif before.restart:
            acts = self._restart(gun_ms, there)
        if acts:
            yield from self._rehearsal.perform(race, acts, self._names)
            gun_ms += _AGAIN_MS
            yield from self._close_up(gun_ms - _AGAIN_MS // 2)
        return gun_ms

    def _restart(self, gun_ms: int, there: list[str]) -> list[Act]:
        race = self._race
        who = chance(self._setting.seed, race, "restart").choice(there)
        reason = "A fall before the apex of the first corner"
        stop = c.StopRace(race=race, reason=reason)
        order = c.OrderRestart(race=race, reason=reason)
        return [
            self._act(gun_ms, STARTER, c.StartRace(race=race)),
            self._act(gun_ms + _FELL_MS, REFEREE, c.RecordFall(race=race, competitor=who, lap=1)),
            self._act(gun_ms + _STOPPED_MS, REFEREE, stop, title="stopped"),
            self._act(gun_ms + _ORDERED_MS, REFEREE, order, title="a restart"),
        ]

    def _close_up(self, at_ms: int) -> Iterator[Move]:
        """Let those on the outside move in to fill a gap."""
        field = self._rehearsal.race(self._race).field
        positions = {
            who: one.starter.start_position for who, one in field.items() if one.out is None
        }
        inside_out = sorted(positions, key=lambda who: positions[who])
        moved = {who: i for i, who in enumerate(inside_out, 1) if positions[who] != i}
        if moved:
            change = c.ChangeStartPositions(
                race=self._race, positions=moved, reason="A place at the line is empty"
            )
            yield from self._rehearsal.do(at_ms, STEWARD, change)

    # --- on the ice ----------------------------------------------------------------------------

    def _recorded(self, keys: recording.Keys, truth: skating.Truth, gun_ms: int) -> list[Act]:
        seed, race = self._setting.seed, self._race
        cut = incidents.cut(chance(seed, race, "network"), truth.lasts_ms)
        if cut is not None:
            cut = cut[0], min(cut[1], truth.lasts_ms + _NETWORK_BACK_MS)
        slips = () if cut else incidents.slips(chance(seed, race, "slips"), truth.crossings)
        return recording.crossings(keys, truth, gun_ms, slips, cut)

    def _on_the_ice(self, truth: skating.Truth, gun_ms: int) -> Iterator[Act]:
        race = self._race
        for fall in truth.falls:
            who = fall.competitor
            fell = c.RecordFall(race=race, competitor=who, lap=fall.row)
            yield self._act(gun_ms + fall.at_ms, REFEREE, fell)
            if fall.up_at_ms is not None:
                up = c.RecordGettingUp(race=race, competitor=who)
                yield self._act(gun_ms + fall.up_at_ms, REFEREE, up)
        for who in truth.out:
            out = c.RecordDidNotFinish(race=race, competitor=who, reason="Did not get up")
            yield self._act(gun_ms + truth.lasts_ms - 1, REFEREE, out)
        field = self._rehearsal.race(race).field
        for each in truth.exchanges:
            line_up = field[each.team].starter.line_up
            if line_up:
                skater = line_up[each.leg % len(line_up)].skater
                change = c.RecordExchange(race=race, competitor=each.team, skater=skater)
                yield self._act(gun_ms + each.at_ms, EXCHANGE_RECORDER, change)

    def _finish(self, truth: skating.Truth, after: After, end_ms: int) -> Iterator[Act]:
        race = self._race
        yield self._act(end_ms, REFEREE, c.EndRace(race=race))
        for who in truth.straggling:
            declared = c.DeclareFinished(race=race, competitor=who)
            yield self._act(end_ms + _DECLARED_MS, REFEREE, declared)
        order = c.RecordFinishOrder(race=race, groups=truth.groups)
        yield self._act(end_ms + _ORDER_MS, PHOTO_FINISH, order)
        times = tuple(
            FinishTime(who, truth.crossings[who][-1] + (_MISREAD_MS if who == after.misread else 0))
            for group in truth.groups
            for who in group
        )
        read = c.RecordFinishTimes(race=race, times=times)
        yield self._act(end_ms + _TIMES_MS, PHOTO_FINISH, read, name="times")
        if chance(self._setting.seed, race, "hold").random() < _HELD:
            hold, release = c.HoldPublicBoard(race=race), c.ReleasePublicBoard(race=race)
            yield self._act(end_ms + _HELD_MS, PHOTO_FINISH, hold, title="the board is held")
            yield self._act(end_ms + _RELEASED_MS, PHOTO_FINISH, release)
        if after.misread and not after.found_late:
            yield self._act(end_ms + _REREAD_MS, PHOTO_FINISH, self._reread(truth))

    def _reread(self, truth: skating.Truth) -> Later:
        def command(state: Race, names: Names) -> c.Command:
            fact = dict(state.facts)[names["times"]]
            assert isinstance(fact, e.FinishTimesRecorded)
            times = tuple(
                FinishTime(each.competitor, truth.crossings[each.competitor][-1])
                for each in fact.times
            )
            return c.AmendFact(
                race=self._race,
                target=names["times"],
                replacement=replace(fact, times=times),
                reason="A time was misread by a second",
            )

        return command

    # --- decisions -----------------------------------------------------------------------------

    def _decisions(self, after: After, end_ms: int) -> Iterator[Act]:
        race = self._race
        publish = c.PublishResult(race=race)
        if after.penalised:
            named = tuple(each.competitor for each in after.penalised)
            review = c.OpenReview(race=race, reason="Contact", competitors=named)
            yield self._act(end_ms + _REVIEWED_MS, REFEREE, review, title="under review")
            for each in after.penalised:
                yield from self._penalty(each, after, end_ms)
            stands = any(not each.taken_back for each in after.penalised)
            if stands and after.too_early:
                yield self._act(
                    end_ms + _TOO_EARLY_MS,
                    CHIEF_REFEREE,
                    c.DeclareResultOfficial(race=race),
                    refusal="under-embargo",
                )
            if stands:
                announce = c.AnnounceDecisions(race=race)
                yield self._act(
                    end_ms + _ANNOUNCED_MS, CHIEF_REFEREE, announce, title="a penalty is announced"
                )
            outcome = "Penalties as announced" if stands else "No infringement"
            yield self._act(end_ms + _CLOSED_MS, REFEREE, c.CloseReview(race=race, outcome=outcome))
            yield self._act(end_ms + _CLOSED_MS, REFEREE, publish)
        else:
            yield self._act(end_ms + _PUBLISHED_MS, REFEREE, publish)
        yield self._act(
            end_ms + _OFFICIAL_MS,
            CHIEF_REFEREE,
            c.DeclareResultOfficial(race=race),
            title="official",
        )

    def _penalty(self, each: Penalised, after: After, end_ms: int) -> Iterator[Act]:
        """Yield a penalty under embargo, and what becomes of it before it is announced."""
        race, who = self._race, each.competitor
        called = each.wrong or each.infringement
        call = c.CallPenalty(
            race=race,
            competitor=who,
            sanction=each.sanction,
            infringement=called.code,
            reason=called.text,
            victim=each.victim,
            embargo=True,
        )
        yield self._act(end_ms + _DECIDED_MS, REFEREE, call, name=f"penalty {who}")
        if each.wrong is not None:
            yield self._act(end_ms + _RECODED_MS, CHIEF_REFEREE, self._recode(each))
        others = {one.competitor for one in after.penalised}
        if each.taken_back:
            back = self._take_back(who, "Seen again: no contact")
            yield self._act(end_ms + _TAKEN_BACK_MS, REFEREE, back)
        elif each.advances and each.victim is not None and each.victim not in others:
            yield self._act(end_ms + _ADVANCED_MS, REFEREE, self._advance(each))

    def _recode(self, each: Penalised) -> Later:
        def command(state: Race, names: Names) -> c.Command:
            target = names[f"penalty {each.competitor}"]
            fact = dict(state.facts)[target]
            assert isinstance(fact, e.PenaltyCalled)
            right = each.infringement
            return c.AmendFact(
                race=self._race,
                target=target,
                replacement=replace(
                    fact, infringement=right.code, reason=right.text, zone=right.zone
                ),
                reason="Another code applies",
            )

        return command

    def _take_back(self, who: str, reason: str) -> Later:
        def command(_: Race, names: Names) -> c.Command:
            return c.WithdrawDecision(
                race=self._race, decision=names[f"penalty {who}"], reason=reason
            )

        return command

    def _advance(self, each: Penalised) -> Later:
        def command(_: Race, names: Names) -> c.Command:
            assert each.victim is not None
            return c.GrantAdvancement(
                race=self._race,
                competitor=each.victim,
                reason="Impeded",
                cause=names[f"penalty {each.competitor}"],
                embargo=True,
            )

        return command

    # --- after the result is official ----------------------------------------------------------

    def _corrections(self, truth: skating.Truth, after: After, end_ms: int) -> Iterator[Act]:
        if after.misread and after.found_late:
            yield self._act(end_ms + _FOUND_MS, PHOTO_FINISH, self._reread(truth))
            correct = c.CorrectResult(race=self._race, reason="A time was misread by a second")
            yield self._act(end_ms + _FOUND_MS, CHIEF_REFEREE, correct, title="corrected")

    def _protest(self, after: After, end_ms: int) -> Iterator[Act]:
        """Yield a protest against a penalty or for one, and what follows from it."""
        if not after.protest:
            return
        race, state = self._race, self._rehearsal.race(self._race)
        finished = [row for row in state.official.rows if row.rank] if state.official else []
        against = [each.competitor for each in after.penalised if not each.taken_back]
        upheld = after.protest == "upheld" and (bool(against) or len(finished) > 2)  # noqa: PLR2004 - a result must be left
        noc = next(iter(state.field.values())).starter.noc
        lodge = c.LodgeProtest(race=race, protest="p1", noc=noc, subject="The decision")
        yield self._act(end_ms + _PROTEST_MS, REFEREE, lodge, title="a protest")
        decide = c.DecideProtest(
            race=race, protest="p1", upheld=upheld, reason="The video was seen again"
        )
        yield self._act(end_ms + _RULED_MS, CHIEF_REFEREE, decide)
        if not upheld:
            return
        if against:
            back = self._take_back(against[0], "Protest upheld")
            yield self._act(end_ms + _RULED_MS, REFEREE, back)
        else:
            known = [each for each in self._setting.ruleset.infringements if each.zone != "relay"]
            found = chance(self._setting.seed, race, "protest").choice(known)
            call = c.CallPenalty(
                race=race,
                competitor=finished[0].competitor,
                infringement=found.code,
                reason=found.text,
            )
            yield self._act(end_ms + _RULED_MS, REFEREE, call)
        correct = c.CorrectResult(race=race, reason="Protest upheld")
        yield self._act(end_ms + _RULED_MS, CHIEF_REFEREE, correct, title="corrected")

    def _leaving(self, truth: skating.Truth, after: After, at_ms: int) -> Iterator[Move]:
        """Withdraw who was hurt, and who was shown a red card where that ends the competition."""
        competition = self._scheduled.competition
        leaving: dict[str, str] = {}
        if after.injured and not self._setting.contest.form.relay:
            leaving |= dict.fromkeys(truth.out, "Injured")
        if self._setting.ruleset.red_card == "leaves_competition":
            shown = [d for d in self._rehearsal.race(self._race).decisions if d.kind == "RC"]
            leaving |= {d.competitor: "Red card" for d in shown if d.in_force and d.announced}
        for who, reason in leaving.items():
            if self._rehearsal.entries(competition).entered(who):
                yield from self._rehearsal.do(
                    at_ms,
                    SECRETARY,
                    c.WithdrawEntry(competition=competition, competitor=who, reason=reason),
                )
