"""Envelopes are read, or refused with the place of the fault and what would be right."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.api import envelopes
from tracker.domain.commands import Envelope, RecordCrossing
from tracker.errors import BadRequest

RACE = "dresden-2024/men-500/final-a"


def envelope(**changes: object) -> bytes:
    """Return the body of a crossing, with some fields changed."""
    whole = {
        "command": {"type": "RecordCrossing", "race": RACE, "helmet_number": 17},
        "official": "lap-recorder-1",
        "device": "tablet-3",
        "device_seq": 17,
        "occurred_at": "2024-02-11T14:31:07.123Z",
    }
    return msgspec.json.encode({**whole, **changes})


def crossing(**fields: object) -> bytes:
    """Return the body of a crossing whose command has these fields as well."""
    return envelope(command={"type": "RecordCrossing", "race": RACE, **fields})


def test_a_good_envelope_is_read() -> None:
    """An envelope as the console sends it becomes the command it names."""
    assert envelopes.parse(envelope()).command == RecordCrossing(race=RACE, helmet_number=17)


@pytest.mark.parametrize(
    ("body", "code", "where", "hint"),
    [
        (b"", "malformed-json", "$", "not JSON"),
        (b'{"command":\n{"type" "x"}}', "malformed-json", "$", "line 2, column 9"),
        (b'{"official":"\xff\xfe"}', "malformed-json", "$", "UTF-8"),
        (b"[1]", "invalid-value", "$", "object"),
        (
            envelope(command={"type": "RecordCrosing", "race": RACE}),
            "unknown-command",
            "$.command.type",
            "did you mean 'RecordCrossing'?",
        ),
        (
            envelope(command={"type": "recordfall", "race": RACE}),
            "unknown-command",
            "$.command.type",
            "did you mean 'RecordFall'?",
        ),
        (
            envelope(command={"type": "Zzz"}),
            "unknown-command",
            "$.command.type",
            "it is one of AddDistance, AddRound",
        ),
        (crossing(helmet_no=3), "unknown-field", "$.command", "did you mean 'helmet_number'?"),
        (envelope(devise="x"), "unknown-field", "$", "did you mean 'device'?"),
        (
            envelope(command={"type": "RecordFall", "race": RACE}),
            "missing-field",
            "$.command",
            "'competitor'",
        ),
        (crossing(helmet_number="17"), "invalid-value", "$.command.helmet_number", "got `str`"),
        (
            envelope(command={"type": "RecordCrossing", "race": "dresden"}),
            "invalid-value",
            "$.command.race",
            "competition/distance/race, such as 'dresden-2024/men-500/final-a'",
        ),
        (
            envelope(occurred_at="2024-02-11T14:31:07"),
            "invalid-value",
            "$.occurred_at",
            "2024-02-11T14:31:07.123Z",
        ),
        (envelope(occurred_at="noon"), "invalid-value", "$.occurred_at", "RFC3339"),
        (crossing(source="a\x00b"), "invalid-value", "$.command.source", "U+0000"),
    ],
)
def test_a_fault_is_named_with_its_place(body: bytes, code: str, where: str, hint: str) -> None:
    """Each fault has a stable code, a JSON path, and a sentence that says what would be right."""
    with pytest.raises(envelopes.Malformed) as caught:
        envelopes.parse(body)
    assert (caught.value.code, caught.value.where) == (code, where)
    assert hint in caught.value.message


def test_an_escaped_backslash_before_u0000_is_text() -> None:
    """The six letters of the escape may be written; only the character itself is refused."""
    assert envelopes.parse(crossing(source="the text \\u0000")).command.source is not None


def test_one_envelope_is_no_batch() -> None:
    """An object is one command, and its body is kept as it was sent."""
    body = envelope()
    assert envelopes.split(body) == envelopes.Posted(items=(body,), batch=False)


def test_a_batch_is_split_without_reading_it() -> None:
    """A fault in one item leaves the others as they were sent."""
    posted = envelopes.split(b' [{"a": 1}, 7,' + envelope() + b"]")
    assert posted.batch
    assert posted.items == (b'{"a": 1}', b"7", envelope())


def test_an_empty_batch_is_refused() -> None:
    """An empty array is a mistake worth telling."""
    with pytest.raises(envelopes.InvalidValue, match="at least one"):
        envelopes.split(b"[]")


def test_a_bottomless_array_is_refused() -> None:
    """Nesting without end is a malformed body, not a crash."""
    with pytest.raises(envelopes.Malformed):
        envelopes.split(b"[" * 100_000)


def test_a_batch_has_a_limit() -> None:
    """Five hundred and one envelopes are one too many."""
    with pytest.raises(envelopes.TooManyCommands, match="501"):
        envelopes.split(b"[" + b",".join([b"1"] * 501) + b"]")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.binary() | json_values.map(msgspec.json.encode))
def test_nothing_but_bad_requests_comes_out_of_rubbish(body: bytes) -> None:
    """Whatever the bytes, the answer is an envelope or a BadRequest."""
    with contextlib.suppress(BadRequest):
        for item in envelopes.split(body).items:
            assert isinstance(envelopes.parse(item), Envelope)
