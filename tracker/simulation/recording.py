"""The lap recorder at work: every crossing, with slips and the network that goes away."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.race import Race
from tracker.simulation.incidents import Slip
from tracker.simulation.moves import LAP_RECORDER
from tracker.simulation.rehearsal import Act, Later, Names
from tracker.simulation.skating import Truth

_RETRACTED_MS, _AMENDED_MS, _ASSIGNED_MS, _LATE_MS, _TWICE_MS = 2_500, 1_500, 2_000, 4_000, 300
_NOBODYS_NUMBER, _NOBODYS_POSITION = 998, 20


class Keys:
    """What the lap recorder presses for whom: helmet numbers, in a relay start positions."""

    def __init__(self, race: Race) -> None:
        scheduled = race.scheduled
        assert scheduled is not None
        self.race = scheduled.race
        self._relay = scheduled.relay
        self._starters = {who: on_ice.starter for who, on_ice in race.field.items()}

    def label(self, who: str) -> str:
        """Return what is written on a competitor, as far as the lap recorder is concerned."""
        starter = self._starters[who]
        by_position = self._relay or starter.helmet_number is None
        return str(starter.start_position if by_position else starter.helmet_number)

    def crossing(self, who: str | None, elapsed_ms: int) -> c.RecordCrossing:
        """Return the crossing of a competitor; None: a number that is not on the list."""
        if who is None:
            number, position = _NOBODYS_NUMBER, _NOBODYS_POSITION
        else:
            starter = self._starters[who]
            number, position = starter.helmet_number or 0, starter.start_position
        by_position = self._relay or not number
        return c.RecordCrossing(
            race=self.race,
            helmet_number=None if by_position else number,
            start_position=position if by_position else None,
            elapsed_ms=elapsed_ms,
        )


def crossings(
    keys: Keys, truth: Truth, gun_ms: int, slips: Sequence[Slip], cut: tuple[int, int] | None
) -> list[Act]:
    """Return the acts of the lap recorder for a race, bell and corrections included."""
    slipped = {(slip.competitor, slip.row): slip for slip in slips}
    acts: list[Act] = []
    for who, times in truth.crossings.items():
        for row, elapsed_ms in enumerate(times, start=1):
            slip = slipped.get((who, row))
            at_ms = gun_ms + elapsed_ms
            if slip is None:
                acts.append(_act(at_ms, keys.crossing(who, elapsed_ms)))
            else:
                acts += _slipped(keys, slip, at_ms, elapsed_ms)
    acts += _bell(keys.race, truth.crossings, gun_ms)
    acts.sort(key=lambda act: act.at_ms)
    return acts if cut is None else list(_without_network(acts, gun_ms, cut))


def _act(at_ms: int, command: c.Command | Later, name: str = "") -> Act:
    return Act(at_ms=at_ms, official=LAP_RECORDER, command=command, name=name)


def _bell(race: str, crossed: Mapping[str, Sequence[int]], gun_ms: int) -> list[Act]:
    """Ring as the leader goes into the last row."""
    rows = max(map(len, crossed.values()))
    into_last = [times[rows - 2] for times in crossed.values() if len(times) >= rows - 1 > 0]
    return [_act(gun_ms + min(into_last), c.RingBell(race=race))] if into_last else []


def _slipped(keys: Keys, slip: Slip, at_ms: int, elapsed_ms: int) -> list[Act]:
    """Return a crossing that is recorded wrongly, and what puts it right."""
    name = f"{slip.competitor} {slip.row}"
    right = keys.crossing(slip.competitor, elapsed_ms)
    if slip.kind == "late":
        return [replace(_act(at_ms, right), sent_ms=at_ms + _LATE_MS)]
    if slip.kind == "twice":
        again = keys.crossing(slip.competitor, elapsed_ms + _TWICE_MS)
        back = _retract(keys.race, name)
        return [
            _act(at_ms, right),
            _act(at_ms + _TWICE_MS, again, name),
            _act(at_ms + _RETRACTED_MS, back),
        ]
    if slip.kind == "other":
        wrong = keys.crossing(slip.other, elapsed_ms)
        amended = _amend(keys.race, name, slip.competitor)
        return [_act(at_ms, wrong, name), _act(at_ms + _AMENDED_MS, amended)]
    unassigned = keys.crossing(None, elapsed_ms)
    if slip.kind == "space":
        unassigned = replace(unassigned, helmet_number=None, start_position=None)
    assigned = _assign(keys.race, name, slip.competitor)
    return [_act(at_ms, unassigned, name), _act(at_ms + _ASSIGNED_MS, assigned)]


def _retract(race: str, name: str) -> Later:
    def command(_: Race, names: Names) -> c.Command:
        return c.RetractFact(race=race, target=names[name], reason="Keyed twice")

    return command


def _amend(race: str, name: str, who: str) -> Later:
    def command(state: Race, names: Names) -> c.Command:
        fact = dict(state.facts)[names[name]]
        assert isinstance(fact, e.CrossingRecorded)
        return c.AmendFact(
            race=race,
            target=names[name],
            replacement=replace(fact, competitor=who, flags=()),
            reason="Another helmet number was keyed",
        )

    return command


def _assign(race: str, name: str, who: str) -> Later:
    def command(_: Race, names: Names) -> c.Command:
        return c.AssignCrossing(race=race, crossing=names[name], competitor=who)

    return command


def _without_network(acts: Sequence[Act], gun_ms: int, cut: tuple[int, int]) -> Iterator[Act]:
    """Keep back what happens while the network is away, and send it in its order afterwards.

    Of the first nobody knows whether it had arrived, so it goes out twice.
    """
    away_ms, back_ms = gun_ms + cut[0], gun_ms + cut[1]
    first = True
    for act in acts:
        if away_ms <= act.at_ms < back_ms:
            yield replace(act, sent_ms=back_ms, twice=first)
            first = False
        else:
            yield act
