"""`bell-lap what-if`: what would have been different, down to the season's standings."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from projections.what_if import Asked
from tracker import rulesets
from tracker.api.supposing import BadQuestion, Question
from tracker.cli.show import NOW, How, show
from tracker.domain.commands import RaceCommand
from tracker.domain.what_if import WORDS

_EVENT = f"a position, or a word where the race has one such event: {', '.join(WORDS)}"
_OTHER = "Of another race: RACE/EVENT."


def what_if(
    race: str,
    /,
    *,
    drop: Annotated[
        list[str] | None, Parameter(negative="", help=f"Leave an event out: {_EVENT}. {_OTHER}")
    ] = None,
    add: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            help="Add a command about the race, or the one that it names, as JSON: "
            '{"type":"CallPenalty","competitor":…}.',
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        Parameter(negative="", help=f"Change fields of an event: EVENT={{JSON}}. {_OTHER}"),
    ] = None,
    move: Annotated[
        list[str] | None, Parameter(negative="", help="Move an event before another: EVENT:EVENT.")
    ] = None,
    ruleset: Annotated[str | None, Parameter(help="Rank under another ruleset.")] = None,
    how: How = NOW,
) -> None:
    """Say what would have been different; nothing is written.

    What was decided later stands, on the other facts. The answer goes from the result over who
    goes on, the classification and the medals to the standings.
    """
    asked = _Question(race)
    for text in drop or ():
        which, event = asked.event(text)
        which.drop.append(event)
    for text in change or ():
        which, event, fields = asked.change(text)
        which.change[event] = fields
    for text in move or ():
        which, moved = asked.move(text)
        which.move.append(moved)
    for command in _commands(race, add or ()):
        asked.of(command.race).add.append(command)
    other = rulesets.load(ruleset) if ruleset is not None else None
    show(
        "what-if",
        lambda documents, moment: documents.what_if(
            Question(asked.races(), ruleset=ruleset), other, as_of=moment, public=False
        ),
        how,
    )


class _Supposed:
    """What is supposed of one race, while options are read."""

    def __init__(self) -> None:
        self.drop: list[str] = []
        self.change: dict[str, dict[str, Any]] = {}
        self.move: list[tuple[str, str]] = []
        self.add: list[RaceCommand] = []


class _Question:
    """What is supposed of which races; of the first one where an option names none."""

    def __init__(self, race: str) -> None:
        self._race = race
        self._supposed = {race: _Supposed()}

    def of(self, race: str) -> _Supposed:
        """Return what is supposed of a race."""
        return self._supposed.setdefault(race, _Supposed())

    def event(self, text: str) -> tuple[_Supposed, str]:
        """Return what is supposed of the race of an event, and the event."""
        race, _, event = text.rpartition("/")
        return self.of(race or self._race), event

    def change(self, text: str) -> tuple[_Supposed, str, dict[str, Any]]:
        """Return the same with fields of the event as they would have been."""
        event, equals, fields = text.partition("=")
        data = _json(fields) if equals else None
        if not isinstance(data, dict):
            raise BadQuestion(f"--change {text[:60]!r}: write EVENT={{JSON}}")
        return *self.event(event), data

    def move(self, text: str) -> tuple[_Supposed, tuple[str, str]]:
        """Return what is supposed of the race of an event that comes before another one of it."""
        event, colon, before = text.partition(":")
        if not (colon and event and before):
            raise BadQuestion(f"--move {text[:60]!r}: write EVENT:EVENT")
        supposed, moved = self.event(event)
        return supposed, (moved, before)

    def races(self) -> tuple[Asked, ...]:
        """Return what is supposed of each race, the first one first."""
        return tuple(
            Asked(
                race=race,
                drop=tuple(each.drop),
                change=each.change,
                move=tuple(each.move),
                add=tuple(each.add),
            )
            for race, each in self._supposed.items()
        )


def _commands(race: str, texts: Iterable[str]) -> Iterable[RaceCommand]:
    for text in texts:
        data = _json(text)
        if not isinstance(data, dict):
            raise BadQuestion(f'{text[:60]!r} is no command: write {{"type":"CallPenalty",…}}')
        try:
            yield msgspec.convert({"race": race, **data}, type=RaceCommand, strict=True)
        except msgspec.ValidationError as error:
            raise BadQuestion(f"--add {text[:80]}: {error}") from None


def _json(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise BadQuestion(f"{text[:60]!r} is not JSON: {error}") from None
