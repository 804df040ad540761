"""A season of simulated competitions: entries, programme, draws and races, one after another."""

from collections.abc import Generator, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from tracker.domain import commands as c
from tracker.domain.values import Round, StarterRequest
from tracker.simulation import entries as entering
from tracker.simulation.chance import chance
from tracker.simulation.entries import Field
from tracker.simulation.moves import CHIEF_REFEREE, REFEREE, SECRETARY, STEWARD, Drawing, Move, Step
from tracker.simulation.plan import START, BadPlan, Contest, Plan, RoundPlan, check, rounds
from tracker.simulation.racing import Racing, Setting
from tracker.simulation.rehearsal import Act, Rehearsal

_DAY_MS = 86_400_000
_MORNING_MS, _DRAWN_MS, _LISTED_MS, _SLOT_MS = 30_000, 5_000, 10_000, 360_000
_CORRECTED_MS, _REDRAWN_MS = 20_000, 40_000
_LATE_CORRECTION = 0.12
"""How often a result is corrected after the next round was drawn from it."""
_CITIES = (("Dresden", "GER"), ("Dordrecht", "NED"), ("Gdansk", "POL"), ("Montreal", "CAN"))
_LEAST_TEAMS = 2


def season(
    seed: int = Plan().seed,
    competitions: int = 1,
    *,
    entries: int = Plan().entries,
    distances: Sequence[str] = Plan().distances,
    ruleset: str = Plan().ruleset,
    start: datetime = START,
) -> Iterator[c.Envelope]:
    """Yield the envelopes of a season in the order in which they reach the server.

    Every one of them is taken, and none is sent twice; whoever wants the mistakes as well reads
    `moves`. Raises BadPlan.
    """
    plan = Plan(
        seed=seed,
        competitions=competitions,
        entries=entries,
        distances=tuple(distances),
        ruleset=ruleset,
        start=start,
    )
    for move in moves(plan):
        if isinstance(move, Step) and move.refusal is None and not move.again:
            yield envelope(move, start)


def envelope(step: Step, start: datetime) -> c.Envelope:
    """Return a step as a device sends it."""
    return c.Envelope(
        command=step.command,
        official=step.by,
        device=step.device,
        device_seq=step.device_seq,
        occurred_at=start + timedelta(milliseconds=step.occurs_ms),
    )


def moves(plan: Plan) -> Iterator[Move]:
    """Yield all that happens in a simulation, in order; the same plan gives the same moves.

    Raises BadPlan.
    """
    _, contests = check(plan)
    relays = tuple(
        (contest.gender, contest.form.line_up) for contest in contests if contest.form.relay
    )
    field = entering.field(plan.seed, plan.entries, tuple(dict.fromkeys(relays)))
    rehearsal = Rehearsal(plan.series, round(plan.start.timestamp() * 1_000))
    yield from rehearsal.do(0, SECRETARY, *_series(plan, field))
    for number in range(1, plan.competitions + 1):
        day = _Day(plan, field, rehearsal, number)
        yield from day.moves()


def _series(plan: Plan, field: Field) -> Iterator[c.Command]:
    yield c.CreateSeries(
        series=plan.series,
        name=f"Simulated season {plan.seed}",
        season=f"{plan.start.year}/{(plan.start.year + 1) % 100:02}",
        ruleset=plan.ruleset,
    )
    for skater in field.skaters:
        if skater.points:
            yield c.BringPoints(
                series=plan.series,
                table=skater.gender,
                competitor=skater.id,
                name=skater.name,
                noc=skater.noc,
                points=skater.points,
                note="The season before",
            )


class _Day:
    """One competition, skated in one day."""

    def __init__(self, plan: Plan, field: Field, rehearsal: Rehearsal, number: int) -> None:
        self._plan = plan
        self._ruleset, contests = check(plan)
        self._field = field
        self._rehearsal = rehearsal
        self._number = number
        self._id = plan.competition(number)
        self._now_ms = (number - 1) * _DAY_MS + _MORNING_MS
        self._rounds = {
            contest: rounds(size, contest.form.starters, repechage=not contest.form.relay)
            for contest in contests
            if (size := self._entered(contest)) >= _LEAST_TEAMS
        }
        self._skated: set[tuple[Contest, Round]] = set()
        if not self._rounds:
            raise BadPlan(
                f"{plan.entries} skaters of each gender are too few for two teams: enter more"
            )

    def _entered(self, contest: Contest) -> int:
        everybody = self._field.teams if contest.form.relay else self._field.skaters
        return sum(one.gender == contest.gender for one in everybody)

    def moves(self) -> Iterator[Move]:
        """Yield the competition, from its creation to the last result."""
        programme = self._programme()
        yield from self._rehearsal.do(self._now_ms, SECRETARY, *self._setup(programme))
        for contest, planned in self._rounds.items():
            yield from self._draw(contest, planned[0])
        for contest, round_ in programme:
            yield from self._round(contest, round_)

    def _programme(self) -> list[tuple[Contest, RoundPlan]]:
        """Return the rounds as they are skated: early rounds of all distances first."""
        most = max((len(planned) for planned in self._rounds.values()), default=0)
        finals = 2
        early = [
            (contest, planned[len(planned) - left])
            for left in range(most, finals, -1)
            for contest, planned in self._rounds.items()
            if len(planned) >= left
        ]
        late = [(contest, one) for contest, plan in self._rounds.items() for one in plan[-finals:]]
        return early + late

    def _setup(self, programme: list[tuple[Contest, RoundPlan]]) -> Iterator[c.Command]:
        day = (self._plan.start + timedelta(milliseconds=self._now_ms)).date().isoformat()
        city, country = _CITIES[(self._number - 1) % len(_CITIES)]
        yield c.CreateCompetition(
            competition=self._id,
            name=f"Simulated competition {self._plan.seed}-{self._number}",
            city=city,
            country=country,
            starts_on=day,
            ends_on=day,
            series=self._plan.series,
        )
        yield c.AdoptRuleset(competition=self._id, ruleset=self._plan.ruleset)
        yield from self._entries()
        for order, (contest, planned) in enumerate(self._rounds.items(), start=1):
            distance = f"{self._id}/{contest.slug}"
            yield c.AddDistance(
                distance=distance,
                name=contest.name,
                gender=contest.gender,
                metres=contest.form.metres,
                relay=contest.form.relay,
                order=order,
            )
            for one in planned:
                yield c.AddRound(distance=distance, round=one.round, name=one.name)
            for one in planned:
                if one.targets:
                    yield c.SetProgression(distance=distance, round=one.round, targets=one.targets)
        order = 0
        start_ms = round(self._plan.start.timestamp() * 1_000) + self._now_ms
        for contest, one in programme:
            for number, race in enumerate(self._races(contest, one), start=1):
                yield c.ScheduleRace(
                    race=race,
                    round=one.round,
                    round_name=one.name if one.races == 1 else f"{one.race_name} {number}",
                    number=number,
                    scheduled_at_ms=start_ms + order * _SLOT_MS,
                    order=order + 1,
                )
                order += 1

    def _entries(self) -> Iterator[c.Command]:
        for skater in self._field.skaters:
            yield c.EnterSkater(
                competition=self._id,
                skater=skater.id,
                name=skater.name,
                family_name=skater.family_name,
                noc=skater.noc,
                gender=skater.gender,
                helmet_number=skater.helmet_number,
            )
        for team in self._field.teams:
            yield c.EnterTeam(
                competition=self._id,
                team=team.id,
                name=team.name,
                noc=team.noc,
                gender=team.gender,
                skaters=team.skaters,
            )

    def _races(self, contest: Contest, one: RoundPlan) -> list[str]:
        name = one.round.lower().replace("_", "-")
        stem = f"{self._id}/{contest.slug}/{name}"
        return [stem] if one.races == 1 else [f"{stem}-{n}" for n in range(1, one.races + 1)]

    # --- draws and rounds ----------------------------------------------------------------------

    def _draw(self, contest: Contest, one: RoundPlan) -> Iterator[Move]:
        """Ask for the draw of a round and publish its start lists; cancel what nobody is in."""
        distance = f"{self._id}/{contest.slug}"
        drawing = Drawing(
            self._now_ms + _DRAWN_MS,
            distance,
            one.round,
            f"{self._plan.seed} {distance} {one.round}",
            self._rehearsal.lists(distance, one.round, f"{self._plan.seed} {distance} {one.round}"),
        )
        if not drawing.races:
            return
        yield drawing
        teams = {team.id: team.skaters for team in self._field.teams}
        withdrawn = self._rehearsal.entries(self._id).withdrawn
        for race in drawing.races:
            at_ms = self._now_ms + _LISTED_MS
            if not race.places:
                cancel = c.CancelRace(race=race.race, reason="Nobody goes on to it")
                yield from self._rehearsal.do(at_ms, SECRETARY, cancel)
                continue
            starters = tuple(
                StarterRequest(
                    place.competitor,
                    place.start_position,
                    tuple(s for s in teams.get(place.competitor, ()) if s not in withdrawn),
                )
                for place in race.places
            )
            publish = c.PublishStartList(race=race.race, starters=starters, drawn=race.drawn)
            yield from self._rehearsal.do(at_ms, STEWARD, publish)
        self._now_ms += _LISTED_MS

    def _round(self, contest: Contest, one: RoundPlan) -> Generator[Move, None, None]:
        """Skate the races of a round, and draw what it leads to."""
        setting = Setting(self._plan.seed, contest, self._ruleset, self._field.strengths())
        for race in self._races(contest, one):
            if not self._rehearsal.race(race).cancelled:
                racing = Racing(self._rehearsal, setting, race, self._now_ms)
                self._now_ms = yield from racing.moves()
        self._skated.add((contest, one.round))
        following = [
            planned
            for planned in self._rounds[contest]
            if any(target.to == planned.round for target in one.targets)
            and all((contest, each) in self._skated for each in self._feeding(contest, planned))
        ]
        for planned in following:
            yield from self._draw(contest, planned)
        numbers = chance(self._plan.seed, self._id, contest.slug, one.round, "late")
        if following and numbers.random() < _LATE_CORRECTION:
            corrected = yield from self._correct_late(contest, one)
            if corrected:
                for planned in following:
                    yield from self._draw(contest, planned)

    def _feeding(self, contest: Contest, to: RoundPlan) -> list[Round]:
        """Return the rounds from which somebody goes on to another."""
        planned = self._rounds[contest]
        return [one.round for one in planned if any(t.to == to.round for t in one.targets)]

    def _correct_late(self, contest: Contest, one: RoundPlan) -> Generator[Move, None, bool]:
        """Penalise a winner after the next round was drawn, and return whether there was one."""
        distance = f"{self._id}/{contest.slug}"
        for state in self._rehearsal.races(distance, one.round):
            rows = state.official.rows if state.official else ()
            placed = [row.competitor for row in rows if row.rank]
            if state.scheduled is None or len(placed) <= _LEAST_TEAMS:
                continue
            race = state.scheduled.race
            found = next(each for each in self._ruleset.infringements if each.zone != "relay")
            call = c.CallPenalty(
                race=race, competitor=placed[0], infringement=found.code, reason=found.text
            )
            correct = c.CorrectResult(race=race, reason="The video was seen again")
            act = Act(at_ms=self._now_ms + _CORRECTED_MS, official=REFEREE, command=call)
            title = f"{contest.name}, {state.scheduled.round_name}: corrected"
            declared = replace(act, official=CHIEF_REFEREE, command=correct, title=title)
            yield from self._rehearsal.perform(race, [act, declared], {})
            self._now_ms += _REDRAWN_MS
            return True
        return False
