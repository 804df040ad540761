"""Every log that a released version has written is read by this one, to the same documents."""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import msgspec.inspect
import pytest
from msgspec import Struct

from tests.support import golden
from tracker import __version__
from tracker.domain.events import Event
from tracker.log.codec import decode, encode

NEW_SINCE: frozenset[str] = frozenset()
"""Types and fields (`Type`, `Type.field`) that no golden log has: they came after the last release.

A release writes a golden log of its own, and this is empty again.
"""


def fields_of_today() -> set[str]:
    """Return every type of event, and every field of whatever an event is made of."""
    found: set[str] = set()
    seen: set[type] = set()

    def look(kind: msgspec.inspect.Type) -> None:
        if isinstance(kind, msgspec.inspect.StructType):
            if kind.cls in seen:
                return
            seen.add(kind.cls)
            found.add(kind.cls.__name__)
            for field in kind.fields:
                found.add(f"{kind.cls.__name__}.{field.name}")
                look(field.type)
        elif isinstance(kind, msgspec.inspect.UnionType):
            for each in kind.types:
                look(each)
        elif isinstance(kind, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
            look(kind.item_type)
        elif isinstance(kind, msgspec.inspect.DictType):
            look(kind.value_type)

    look(msgspec.inspect.type_info(Event))
    return found


def fields_in(said: Struct, data: Any) -> Iterator[str]:
    """Yield the types and fields that stand in an event's data."""
    yield type(said).__name__
    for name in said.__struct_fields__:
        if name in data:
            yield f"{type(said).__name__}.{name}"
            yield from _within(getattr(said, name), data[name])


def _within(value: object, data: Any) -> Iterator[str]:
    if isinstance(value, Struct):
        yield from fields_in(value, data)
    elif isinstance(value, tuple | list):
        for each, part in zip(value, data, strict=True):
            yield from _within(each, part)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _within(each, data[key])


def lost(before: Any, now: Any, where: str = "") -> Iterator[str]:
    """Yield what stood in a document and does not any more; what was added is no loss."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key, value in before.items():
            if key not in now:
                yield f"{where}.{key} is gone"
            else:
                yield from lost(value, now[key], f"{where}.{key}")
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (was, is_) in enumerate(zip(before, now, strict=True)):
            yield from lost(was, is_, f"{where}[{number}]")
    elif before != now:
        yield f"{where} was {before!r}, is {now!r}"


def test_this_version_has_left_a_log() -> None:
    """A release writes its golden log: python -m tests.support.golden VERSION."""
    assert __version__ in golden.versions()


@pytest.mark.parametrize("version", golden.versions())
def test_a_golden_log_leads_to_the_documents_it_led_to(version: str) -> None:
    """Whatever was shown of an old log, at each official result and at the end, is shown today."""
    before, now = golden.expected(version), golden.documents(golden.read(version))
    assert sum(map(len, before.values())) > 50
    assert list(lost(before, now)) == []


@pytest.mark.parametrize("version", golden.versions())
def test_nothing_of_a_golden_log_is_lost_in_reading(version: str) -> None:
    """Each event, read and written again, says all that it said when it was recorded."""
    for recorded in golden.read(version):
        data = msgspec.json.decode(recorded.data)
        again = msgspec.json.decode(encode(decode(recorded)).data)
        if data["type"] == again["type"]:  # a retired type says it in other words
            assert list(lost(data, again, f"position {recorded.position}")) == []


def test_every_type_and_field_of_today_is_in_a_golden_log_or_new() -> None:
    """What is stored is held to its golden log; a field that is new stands in NEW_SINCE."""
    seen: set[str] = set()
    for version in golden.versions():
        for recorded in golden.read(version):
            said = decode(recorded)
            data = msgspec.json.decode(recorded.data)
            if data["type"] == type(said).__name__:
                seen |= set(fields_in(said, data))
    assert {each.__name__ for each in get_args(Event)} <= fields_of_today()
    assert fields_of_today() - seen == NEW_SINCE


def test_a_lost_field_would_be_seen() -> None:
    """The comparison finds what is gone and what differs, and lets additions be."""
    before = {"rows": [{"rank": 1, "name": "Ann"}]}
    assert list(lost(before, {"rows": [{"rank": 1, "name": "Ann", "new": 0}], "more": 1})) == []
    assert list(lost(before, {"rows": [{"rank": 2, "name": "Ann"}]})) == [
        ".rows[0].rank was 1, is 2"
    ]
    assert list(lost(before, {"rows": [{"rank": 1}]})) == [".rows[0].name is gone"]
    assert list(lost(before, {"rows": []}))
