"""Envelopes read from a request's body, each fault named by its place and what would be right."""

import difflib
import re
import typing
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from tracker.domain.commands import Command, Envelope
from tracker.errors import BadRequest

BATCH_LIMIT = 500
COMMANDS: dict[str, type[Struct]] = {each.__name__: each for each in typing.get_args(Command)}

_ENVELOPE = msgspec.json.Decoder(Envelope)
_ITEMS = msgspec.json.Decoder(list[Raw])
_AT = re.compile(r" - at `(?P<path>[^`]*)`$")
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<field>.*)`$", re.DOTALL)
_MISSING_FIELD = re.compile(r"missing required field `(?P<field>.*)`$", re.DOTALL)
_INVALID_TAG = re.compile(r"^Invalid value '(?P<value>.*)'$", re.DOTALL)
_BYTE = re.compile(r"\(byte (?P<byte>\d+)\)")
_PATTERN = re.compile(r"matching regex '(?P<pattern>.*)'$")
_EXAMPLES = {
    1: "lower-case letters, digits and single hyphens, such as 'felix-roussel'",
    2: "competition/distance, such as 'dresden-2024/men-500'",
    3: "competition/distance/race, such as 'dresden-2024/men-500/final-a'",
}
_QUOTED = 60


class Malformed(BadRequest):
    """A body that is not JSON."""

    code = "malformed-json"

    def __init__(self, message: str, where: str = "$") -> None:
        super().__init__(message)
        self.where = where


class UnknownCommand(Malformed):
    """A command type that does not exist."""

    code = "unknown-command"


class UnknownField(Malformed):
    """A field that the object does not have."""

    code = "unknown-field"


class MissingField(Malformed):
    """A field that must be given."""

    code = "missing-field"


class InvalidValue(Malformed):
    """A value of the wrong kind."""

    code = "invalid-value"


class TooManyCommands(BadRequest):
    """A batch beyond the limit."""

    code = "too-many-commands"


class Posted(Struct, frozen=True):
    """The bodies of the envelopes in one request, in order."""

    items: tuple[bytes, ...]
    batch: bool


def split(body: bytes) -> Posted:
    """Return a request's envelopes one by one, still as they were sent."""
    if not body.lstrip(b" \t\r\n").startswith(b"["):
        return Posted(items=(body,), batch=False)
    try:
        items = _ITEMS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json(body, error) from None
    if not items:
        raise InvalidValue("$ is an empty array: send at least one envelope")
    if len(items) > BATCH_LIMIT:
        raise TooManyCommands(
            f"$ holds {len(items)} envelopes: at most {BATCH_LIMIT} are taken at a time"
        )
    return Posted(items=tuple(bytes(item) for item in items), batch=True)


def parse(body: bytes) -> Envelope:
    """Return one envelope, or raise what is wrong with it."""
    try:
        envelope = _ENVELOPE.decode(body)
    except msgspec.ValidationError as error:
        raise _fault(str(error), body) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json(body, error) from None
    if rb"\u0000" in body:
        _refuse_nul(msgspec.json.decode(body), "$")
    when = envelope.occurred_at
    if when is not None and when.tzinfo is None:
        raise InvalidValue(
            "$.occurred_at has no offset: write it as '2024-02-11T14:31:07.123Z'", "$.occurred_at"
        )
    return envelope


def _not_json(body: bytes, error: Exception) -> Malformed:
    if isinstance(error, RecursionError):
        return Malformed("the body is nested too deeply: an envelope has a few levels")
    if isinstance(error, UnicodeDecodeError):
        return Malformed(f"the body is not UTF-8 at byte {error.start}")
    found = _BYTE.search(str(error))
    if found is None:
        return Malformed(
            f"the body is not JSON: {_lower(str(error))}; it must be one envelope or an array"
        )
    at = int(found["byte"])
    line = body.count(b"\n", 0, at) + 1
    column = at - (body.rfind(b"\n", 0, at) + 1) + 1
    reason = _lower(_BYTE.sub("", str(error)).removeprefix("JSON is malformed: ").strip())
    return Malformed(f"the body is not JSON: {reason} in line {line}, column {column}")


def _fault(message: str, body: bytes) -> Malformed:
    """Return a validation error in words that name the place and what would be right."""
    place = _AT.search(message)
    path = place["path"] if place else "$"
    what = message[: place.start()] if place else message
    if unknown := _UNKNOWN_FIELD.search(what):
        field = unknown["field"]
        return UnknownField(
            f"{path} has no field {field[:_QUOTED]!r}{_nearest(field, _fields(path, body))}", path
        )
    if missing := _MISSING_FIELD.search(what):
        return MissingField(f"{path} needs the field {missing['field']!r}", path)
    if (wrong := _INVALID_TAG.match(what)) and path == "$.command.type":
        value = wrong["value"]
        return UnknownCommand(
            f"{path}: there is no command {value[:_QUOTED]!r}{_nearest(value, COMMANDS)}", path
        )
    if pattern := _PATTERN.search(what):
        example = _EXAMPLES[pattern["pattern"].count("/") + 1]
        if pattern["pattern"].startswith("^[A-Z]{3}"):
            example = "an IOC code of three capitals, such as 'KOR'"
        elif "d{4}" in pattern["pattern"]:
            example = "a day, such as '2024-02-11'"
        return InvalidValue(f"{path} must be {example}", path)
    return InvalidValue(f"{path}: {_lower(what)}", path)


def _fields(path: str, body: bytes) -> tuple[str, ...]:
    """Return the fields that an object at a path of an envelope has, as far as it is known."""
    if path == "$":
        return Envelope.__struct_fields__
    if path != "$.command":
        return ()
    command = msgspec.json.decode(body).get("command", {})
    named = COMMANDS.get(str(command.get("type")))
    return (*named.__struct_fields__, "type") if named else ()


def _nearest(word: str, known: Iterable[str]) -> str:
    """Return the suggestion that ends a sentence."""
    names = tuple(known)
    by_lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(word[:_QUOTED].lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f": did you mean {by_lower[close[0]]!r}?"
    return f": it is one of {', '.join(sorted(names))}" if names else ""


def _refuse_nul(value: Any, path: str) -> None:
    """Refuse the one character that PostgreSQL cannot keep."""
    if isinstance(value, str) and "\x00" in value:
        raise InvalidValue(f"{path} contains the character U+0000: leave it out", path)
    if isinstance(value, dict):
        for key, each in value.items():
            _refuse_nul(key, path)
            _refuse_nul(each, f"{path}.{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            _refuse_nul(each, f"{path}[{index}]")


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
