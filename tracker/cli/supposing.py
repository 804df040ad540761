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


def what_if(
    race: str,
    /,
    *,
    drop: Annotated[
        list[str] | None, Parameter(negative="", help=f"Leave an event out: {_EVENT}.")
    ] = None,
    add: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            help='Add a command about the race, as JSON: {"type":"CallPenalty","competitor":…}.',
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        Parameter(negative="", help="Change fields of an event: EVENT={JSON}."),
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
    asked = Asked(
        race=race,
        drop=tuple(drop or ()),
        change=dict(_change(text) for text in change or ()),
        move=tuple(_move(text) for text in move or ()),
        add=tuple(_commands(race, add or ())),
    )
    other = rulesets.load(ruleset) if ruleset is not None else None
    show(
        "what-if",
        lambda documents, moment: documents.what_if(
            Question((asked,), ruleset=ruleset), other, as_of=moment, public=False
        ),
        how,
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


def _change(text: str) -> tuple[str, dict[str, Any]]:
    event, equals, fields = text.partition("=")
    data = _json(fields) if equals else None
    if not isinstance(data, dict):
        raise BadQuestion(f"--change {text[:60]!r}: write EVENT={{JSON}}")
    return event, data


def _move(text: str) -> tuple[str, str]:
    event, colon, before = text.partition(":")
    if not (colon and event and before):
        raise BadQuestion(f"--move {text[:60]!r}: write EVENT:EVENT")
    return event, before


def _json(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise BadQuestion(f"{text[:60]!r} is not JSON: {error}") from None
