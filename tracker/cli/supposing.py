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
        list[str] | None,
        Parameter(
            negative="", help="Move an event before another: EVENT:EVENT, or RACE/EVENT:EVENT."
        ),
    ] = None,
    ruleset: Annotated[str | None, Parameter(help="Rank under another ruleset.")] = None,
    how: How = NOW,
) -> None:
    """Say what would have been different; nothing is written.

    What was decided later stands, on the other facts. The answer goes from the result over who
    goes on, the classification and the medals to the standings.
    """
    asked = _races(race, drop or (), add or (), change or (), move or ())
    other = rulesets.load(ruleset) if ruleset is not None else None
    show(
        "what-if",
        lambda documents, moment: documents.what_if(
            Question(asked, ruleset=ruleset), other, as_of=moment, public=False
        ),
        how,
    )


def _races(
    race: str,
    drop: Iterable[str],
    add: Iterable[str],
    change: Iterable[str],
    move: Iterable[str],
) -> tuple[Asked, ...]:
    """Return what is supposed of each race; the first one is meant where none is named."""
    dropped = [_event(race, text) for text in drop]
    changed = [_change(race, text) for text in change]
    moved = [_move(race, text) for text in move]
    added = list(_commands(race, add))
    named = [of for of, _ in dropped] + [of for of, _, _ in changed]
    named += [of for of, _, _ in moved] + [command.race for command in added]
    return tuple(
        Asked(
            race=each,
            drop=tuple(event for of, event in dropped if of == each),
            change={event: fields for of, event, fields in changed if of == each},
            move=tuple((event, before) for of, event, before in moved if of == each),
            add=tuple(command for command in added if command.race == each),
        )
        for each in dict.fromkeys((race, *named))
    )


def _event(race: str, text: str) -> tuple[str, str]:
    """Return the race of an event, and the event in it."""
    other, _, event = text.rpartition("/")
    return other or race, event


def _commands(race: str, texts: Iterable[str]) -> Iterable[RaceCommand]:
    for text in texts:
        data = _json(text)
        if not isinstance(data, dict):
            raise BadQuestion(f'{text[:60]!r} is no command: write {{"type":"CallPenalty",…}}')
        try:
            yield msgspec.convert({"race": race, **data}, type=RaceCommand, strict=True)
        except msgspec.ValidationError as error:
            raise BadQuestion(f"--add {text[:80]}: {error}") from None


def _change(race: str, text: str) -> tuple[str, str, dict[str, Any]]:
    event, equals, fields = text.partition("=")
    data = _json(fields) if equals else None
    if not isinstance(data, dict):
        raise BadQuestion(f"--change {text[:60]!r}: write EVENT={{JSON}}")
    return *_event(race, event), data


def _move(race: str, text: str) -> tuple[str, str, str]:
    event, colon, before = text.partition(":")
    if not (colon and event and before):
        raise BadQuestion(f"--move {text[:60]!r}: write EVENT:EVENT")
    return *_event(race, event), before


def _json(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise BadQuestion(f"{text[:60]!r} is not JSON: {error}") from None
