"""A race as it would have been: facts left out, added, changed or moved, and nothing written."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from tracker.domain import commands as c
from tracker.domain import decider
from tracker.domain import events as e
from tracker.domain.context import Context
from tracker.domain.race import Race
from tracker.errors import BadRequest

MOST_CHANGES = 20
"""Changes of one race in one question."""

Facts = Sequence[tuple[int, e.RaceEvent]]
"""A race's events with their versions, in order."""
_FOUNDATIONS = (e.RaceScheduled, e.StartListPublished)
_WORDS: dict[str, tuple[type[e.Event], ...]] = {
    "penalty": (e.PenaltyCalled,),
    "advancement": (e.AdvancementGranted,),
    "fall": (e.FallRecorded,),
    "crossing": (e.CrossingRecorded,),
    "exchange": (e.ExchangeRecorded,),
    "false-start": (e.FalseStartCalled,),
    "finish-order": (e.FinishOrderRecorded,),
    "finish-times": (e.FinishTimesRecorded,),
    "dnf": (e.DidNotFinishRecorded,),
    "dns": (e.DidNotStartRecorded,),
    "withdrawal": (e.WithdrawalRecorded,),
    "declared-finished": (e.DeclaredFinished,),
    "correction": (e.ResultCorrected,),
    "retraction": (e.FactRetracted,),
    "amendment": (e.FactAmended,),
}
WORDS = tuple(_WORDS)
"""What an event may be called where a race has only one of its kind."""


class BadWhatIf(BadRequest):
    """A question that cannot be asked."""

    code = "bad-what-if"


class Move(Struct, frozen=True):
    """An event that would have come before another."""

    event: int
    before: int


class Changes(Struct, frozen=True):
    """What would have been different; events are named by their versions."""

    drop: tuple[int, ...] = ()
    change: dict[int, dict[str, object]] = {}
    """Fields of an event, with the values they would have had."""
    move: tuple[Move, ...] = ()
    add: tuple[c.RaceCommand, ...] = ()
    """Decided where the result is declared official, or at the end.

    With a correction of the official result among them they are decided at the end.
    """

    @property
    def count(self) -> int:
        """Return how many changes there are."""
        return len(self.drop) + len(self.change) + len(self.move) + len(self.add)


def named(facts: Facts, word: str) -> int:
    """Return the version of the only event of a race that a word means.

    Raises BadWhatIf, naming the words there are, or the events that are meant.
    """
    kinds = _WORDS.get(word)
    if kinds is None:
        raise BadWhatIf(f"{word!r} names no event: write a position, or one of {', '.join(WORDS)}")
    found = [version for version, event in facts if isinstance(event, kinds)]
    if len(found) != 1:
        raise BadWhatIf(
            f"the race has {len(found)} events of the kind {word}: name one by its position"
        )
    return found[0]


def supposed(facts: Facts, changes: Changes, context: Context) -> Race:
    """Return the race that these facts would have made.

    What was decided later still stands, on the other facts: a result that was declared official is
    declared official with what it would have been. Raises BadWhatIf, and the Refusal of a command
    that could not have been decided.
    """
    if changes.count > MOST_CHANGES:
        raise BadWhatIf(f"{changes.count} changes of one race: at most {MOST_CHANGES}")
    known = dict(facts)
    for version in (*changes.drop, *changes.change, *(move.event for move in changes.move)):
        if version not in known:
            raise BadWhatIf(f"the race has no event of version {version}")
        if isinstance(known[version], _FOUNDATIONS):
            raise BadWhatIf(
                f"version {version} is a {type(known[version]).__name__}: "
                "without it there is no race to ask about"
            )
    remaining = [
        (version, _changed(event, changes.change.get(version)))
        for version, event in facts
        if version not in changes.drop
    ]
    for move in changes.move:
        remaining = _moved(remaining, move)
    return _fold(_with_added(remaining, changes.add, context, next_version=max(known) + 1))


def _fold(facts: Facts) -> Race:
    race = decider.fold("race-", facts)
    assert isinstance(race, Race), "a race's stream folds into a race"
    return race


def _changed(event: e.RaceEvent, fields: dict[str, object] | None) -> e.RaceEvent:
    if fields is None:
        return event
    data = msgspec.to_builtins(event)
    unknown = [name for name in fields if name not in data or name in {"type", "race"}]
    if unknown:
        raise BadWhatIf(
            f"a {type(event).__name__} has no field {unknown[0]} that may be changed: "
            f"it has {', '.join(name for name in data if name not in {'type', 'race'})}"
        )
    try:
        return msgspec.convert({**data, **fields}, type=type(event), strict=True)
    except msgspec.ValidationError as error:
        raise BadWhatIf(f"a {type(event).__name__} cannot be changed so: {error}") from error


def _moved(facts: list[tuple[int, e.RaceEvent]], move: Move) -> list[tuple[int, e.RaceEvent]]:
    one = next((fact for fact in facts if fact[0] == move.event), None)
    rest = [fact for fact in facts if fact[0] != move.event]
    index = next((i for i, fact in enumerate(rest) if fact[0] == move.before), None)
    if one is None or index is None or isinstance(rest[index][1], _FOUNDATIONS):
        raise BadWhatIf(f"version {move.event} cannot come before version {move.before}")
    return [*rest[:index], one, *rest[index:]]


def _with_added(
    facts: list[tuple[int, e.RaceEvent]],
    commands: Sequence[c.RaceCommand],
    context: Context,
    *,
    next_version: int,
) -> list[tuple[int, e.RaceEvent]]:
    """Return the facts with what commands would have led to, one decided after the other."""
    index = next(
        (i for i, (_, event) in enumerate(facts) if isinstance(event, e.ResultDeclaredOfficial)),
        len(facts),
    )
    if any(isinstance(command, c.CorrectResult) for command in commands):
        index = len(facts)
    for command in commands:
        state = _fold(facts[:index])
        for event in decider.decide(command, state, context):
            facts = [*facts[:index], (next_version, event), *facts[index:]]  # type: ignore[list-item]  # a race's command leads to a race's events
            index, next_version = index + 1, next_version + 1
    return facts
