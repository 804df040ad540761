"""Simulations in tests: sent through the real command handler, and counted a second time."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from tracker import rulesets
from tracker.command_handler import CommandHandler
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.log.memory import MemoryLog
from tracker.simulation.moves import Move, Step

AFTERWARDS = datetime(2030, 1, 1, tzinfo=UTC)
ROUNDS = ("FINAL_A", "FINAL_B", "SF", "QF", "REP_HEAT", "HEAT", "PRELIM", "PREPRELIM")
Key = tuple[int, int, int]


async def logged(envelopes: Iterable[c.Envelope]) -> MemoryLog:
    """Return the log that envelopes lead to; a refusal is raised."""
    log = MemoryLog()
    handler = CommandHandler(log, ruleset=rulesets.load, now=lambda: AFTERWARDS)
    for each in envelopes:
        await handler.handle(each, msgspec.json.encode(each))
    return log


class Counted:
    """What a race came to, read from its commands by a second mind.

    It knows the ruleset `isu-2023-24` alone, and nothing of the deciders.
    """

    def __init__(self) -> None:
        self.starters: dict[str, int] = {}
        self.groups: list[list[str]] = []
        self.declared: list[str] = []
        self.times: dict[str, int] = {}
        self.out: dict[str, str] = {}
        self.calls: dict[int, tuple[str, str]] = {}

    def add(self, step: Step) -> None:
        """Count one command."""
        match step.command:
            case c.PublishStartList(starters=starters):
                self.starters = {one.competitor: one.start_position for one in starters}
            case c.ChangeStartPositions(positions=positions):
                self.starters |= positions
            case c.RecordFinishOrder(groups=groups):
                self.groups = [list(group) for group in groups]
            case c.DeclareFinished(competitor=who):
                self.declared.append(who)
            case c.RecordFinishTimes(times=times):
                self.times = {one.competitor: one.time_ms or 0 for one in times}
            case c.AmendFact(replacement=e.FinishTimesRecorded(times=times)):
                self.times = {one.competitor: one.time_ms or 0 for one in times}
            case c.RecordDidNotFinish(competitor=who):
                self.out[who] = "DNF"
            case c.RecordDidNotStart(competitor=who):
                self.out[who] = "DNS"
            case c.CallPenalty(competitor=who, sanction=sanction):
                self.calls[step.versions[0]] = (who, sanction)
            case c.WithdrawDecision(decision=version):
                del self.calls[version]
            case c.CallFalseStart(competitor=str() as who) if len(step.kinds) > 1:
                self.calls[step.versions[1]] = (who, "PEN")
            case _:
                pass

    def status(self, who: str) -> str:
        """Return the gravest thing that befell somebody, or nothing."""
        calls = [sanction for one, sanction in self.calls.values() if one == who]
        return max(calls, key=("PEN", "YC", "RC").index) if calls else self.out.get(who, "")

    def places(self) -> dict[str, int]:
        """Return the places across the line, without whoever was penalised."""
        found: dict[str, int] = {}
        for group in [*self.groups, *([who] for who in self.declared)]:
            place = len(found) + 1
            found |= {who: place for who in group if not self.status(who)}
        return found


def counted(moves: Iterable[Move]) -> dict[str, Counted]:
    """Return what every race of a simulation came to."""
    found: dict[str, Counted] = defaultdict(Counted)
    for move in moves:
        if not isinstance(move, Step) or move.again or move.refusal is not None:
            continue
        kind, _, race = move.stream.partition("-")
        if isinstance(move.command, c.CancelRace):
            found.pop(race)
        elif kind == "race":
            found[race].add(move)
    return found


def round_of(race: str) -> int:
    """Return the round of a race by its name, 0 being the best."""
    name = race.rsplit("/", 1)[1].upper().replace("-", "_")
    return next(i for i, round_ in enumerate(ROUNDS) if name.startswith(round_))


def medallists(races: dict[str, Counted]) -> dict[str, list[str]]:
    """Return who should have a medal in each distance, gold first."""
    return {
        race.rsplit("/", 1)[0]: [who for who, place in one.places().items() if place <= 3]
        for race, one in races.items()
        if race.endswith("/final-a")
    }


def points(races: dict[str, Counted], nocs: dict[str, str]) -> dict[str, int]:
    """Return the points that everybody should have from all distances of a simulation."""
    table = rulesets.load("isu-2023-24").points.by_rank
    total: dict[str, int] = defaultdict(int)
    for distance in {race.rsplit("/", 1)[0] for race in races}:
        rows: dict[str, tuple[Key, int, bool]] = {}
        own = sorted((r for r in races if r.startswith(f"{distance}/")), key=round_of)
        for race in own:
            one, places = races[race], races[race].places()
            for who, position in one.starters.items():
                status = one.status(who)
                if who in rows or status in {"YC", "RC"}:
                    rows.setdefault(who, ((99, 0, 0), 0, False))
                    continue
                penal = {"": 0, "DNF": 1, "PEN": 2, "DNS": 5}[status]
                key = (round_of(race) * 10 + penal, places.get(who, 999), one.times.get(who, 10**9))
                if status:
                    key = (key[0], 999, 10**9)
                scores = status in {"", "DNF"} or (status == "PEN" and round_of(race) == 0)
                rows[who] = (key, position, scores)
        order = sorted(rows, key=lambda who: (rows[who][0], nocs[who], rows[who][1], who))
        for i, who in enumerate(order):
            tied = [other for other in order[:i] if rows[other][0] == rows[who][0]]
            rank = order.index(tied[0]) if tied and rows[who][0][1] < 999 else i
            if rows[who][2] and rank < len(table):
                total[who] += table[rank]
    return total
