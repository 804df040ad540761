"""Bundles of official results, made from a real log and checked without it."""

import base64
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from tests.support import proofs
from tests.support.proofs import (
    FINAL,
    SMALL_FINAL,
    content_of,
    filled,
    signed_again,
    signer,
)
from tests.support.recorded import fill
from tracker.domain import commands as c
from tracker.domain.refusals import NotOfficial
from tracker.errors import NotFound
from tracker.log import commitment
from tracker.log.event_log import EventLog
from tracker.proof.bundle import Bundle, Proven, write
from tracker.proof.checking import check
from tracker.proof.exporting import export
from tracker.proof.notary import Notary

NUMBERS = ("position", "version", "device_seq", "causation")


@pytest.fixture
async def bundle(notary: Notary) -> bytes:
    """Return the bundle of the final."""
    return await export(notary, FINAL)


def wrong(bundle: bytes, *trusted: bytes) -> list[str]:
    """Return what a check finds wrong."""
    return [each.said for each in check(bundle, trusted) if not each.right]


async def test_a_good_bundle_is_right_in_every_line(bundle: bytes, tmp_path: Path) -> None:
    """File, signature, checkpoint, chain, events, ruleset and result are each said to be right."""
    found = check(bundle, {signer(tmp_path).public_key})
    assert [each.said.split(":")[0] for each in found] == [
        "file",
        "signature",
        "checkpoint",
        "chain",
        "events",
        "ruleset",
        "result",
    ]
    assert all(each.right for each in found)
    assert "1 Bea Two, 2 Cia Three, 3 Dee Four" in found[-1].said
    assert "2 of the race never became public" in found[4].said


async def test_the_result_in_it_is_the_official_one(bundle: bytes) -> None:
    """The penalised skater has no place, and the penalty has the words of the ruleset."""
    result = content_of(bundle).result
    assert result["state"] == "OFFICIAL"
    assert [(row["id"], row["rank"]) for row in result["rows"]] == [
        ("bea-two", 1),
        ("cia-three", 2),
        ("dee-four", 3),
        ("ann-one", None),
    ]
    assert result["rows"][-1]["penalty"]["code"] == "S6"
    assert result["rows"][-1]["penalty"]["rule"]


async def test_what_is_under_embargo_is_in_no_bundle(
    notary: Notary, bundle: bytes, event_log: EventLog
) -> None:
    """Neither a decision of the race that was taken back nor one of another race leaves a trace."""
    assert b"Secret of ann-one" in bundle, "announced: it is public"
    assert b"Secret of cia-three" not in bundle
    assert b"Secret of bea-two" not in bundle
    secret = await notary.secret()
    assert secret.hex().encode() not in bundle
    public = {each.position for each in content_of(bundle).events}
    hidden = [e for e in await event_log.read_after(0) if e.position not in public]
    assert any(b"Secret" in each.data for each in hidden)
    for each in hidden:
        assert commitment.salt(secret, each.position).hex().encode() not in bundle
        for form in (each.hash.hex().encode(), base64.b64encode(each.hash)):
            assert form not in bundle, "a bare hash could be tried out"


async def test_only_an_official_result_has_a_bundle(notary: Notary) -> None:
    """There is nothing to sign before the declaration, and nothing of a race that is not there."""
    with pytest.raises(NotOfficial, match="not official yet"):
        await export(notary, SMALL_FINAL)
    with pytest.raises(NotFound):
        await export(notary, "cup/women-500/heat-9")


async def test_a_corrected_result_has_a_new_bundle(
    event_log: EventLog, pool: "asyncpg.Pool[Any]", tmp_path: Path
) -> None:
    """What was decided afterwards is in the bundle of the correction, and not before it."""
    day = await filled(event_log, proofs.day())
    notary = proofs.notary(event_log, pool, tmp_path)
    first = await export(notary, FINAL)
    known = len(day.log)
    day.given(proofs.penalty(FINAL, "bea-two"))
    await fill(event_log, day.log[known:])
    assert await export(notary, FINAL) == first, "nothing was declared since"
    known = len(day.log)
    day.given(c.CorrectResult(race=FINAL, reason="Video"))
    await fill(event_log, day.log[known:])
    second = await export(notary, FINAL)
    assert not wrong(second)
    assert b"Secret of bea-two" in second
    assert content_of(second).result["state"] == "CORRECTED"


async def test_a_key_of_somebody_else_is_not_trusted(bundle: bytes, tmp_path: Path) -> None:
    """Who makes a bundle of their own with their own key is found out by --key."""
    stranger = signer(tmp_path / "elsewhere")
    forged = signed_again(content_of(bundle), stranger)
    assert not wrong(forged)
    assert wrong(forged, signer(tmp_path).public_key) == [
        f"signature: signed by key {stranger.id}, which is none of those you trust"
    ]


async def test_any_changed_byte_is_found(bundle: bytes) -> None:
    """A byte that is another, too few or too many is found, wherever it stands."""

    @settings(max_examples=120, deadline=None)
    @given(
        st.integers(0, len(bundle) - 1),
        st.integers(0, 255),
        st.sampled_from(("change", "drop", "add")),
    )
    def damage(place: int, byte: int, how: str) -> None:
        damaged = bytearray(bundle)
        if how == "change":
            damaged[place] = byte
        elif how == "drop":
            del damaged[place]
        else:
            damaged.insert(place, byte)
        if bytes(damaged) != bundle:
            assert wrong(bytes(damaged))

    damage()


async def test_the_signers_own_changes_are_found(bundle: bytes, tmp_path: Path) -> None:
    """Who holds the key can sign other events, fields or orders, which the chain does not fit."""
    content = content_of(bundle)
    key = signer(tmp_path)
    count = len(content.events)
    texts = st.sampled_from(("official", "device", "type", "salt", "stream"))
    numbers = st.sampled_from(NUMBERS)

    def changed(event: Proven, name: str, seed: int) -> Proven:
        if name == "data":
            data = msgspec.json.decode(event.data)
            fields = sorted(data)
            data[fields[seed % len(fields)]] = f"other {seed}"
            return replace(event, data=Raw(msgspec.json.encode(data)))
        before = getattr(event, name)
        other: object = (before or 0) + 1 + seed if name in NUMBERS else f"{before}x"
        return replace(event, **{name: other})

    @settings(max_examples=80, deadline=None)
    @given(
        st.integers(0, count - 1),
        st.integers(0, count - 1),
        texts | numbers | st.sampled_from(("data", "drop", "twice", "swap")),
        st.integers(0, 50),
    )
    def forge(which: int, other: int, how: str, seed: int) -> None:
        events = list(content.events)
        if how == "drop":
            del events[which]
        elif how == "twice":
            events.insert(other, events[which])
        elif how == "swap":
            events[which], events[other] = events[other], events[which]
        else:
            events[which] = changed(events[which], how, seed)
        assume(events != content.events)
        forged = signed_again(replace(content, events=events), key)
        faults = wrong(forged, key.public_key)
        assert any(fault.startswith("chain:") for fault in faults), faults

    forge()


async def test_another_result_or_ruleset_is_named(bundle: bytes, tmp_path: Path) -> None:
    """The events decide: a result or rules that do not follow from them are wrong, by name."""
    content, key = content_of(bundle), signer(tmp_path)
    rows = list(reversed(content.result["rows"]))
    forged = signed_again(replace(content, result={**content.result, "rows": rows}), key)
    assert wrong(forged, key.public_key) == ["result: the events lead to another one: rows"]
    rules = replace(content.ruleset, protest_minutes=5)
    assert wrong(signed_again(replace(content, ruleset=rules), key)) == [
        "ruleset: not the one that the competition adopted"
    ]


async def test_a_checkpoint_that_was_not_signed_is_wrong(bundle: bytes, tmp_path: Path) -> None:
    """The time of a checkpoint cannot be moved without its key."""
    content, key = content_of(bundle), signer(tmp_path)
    moved = replace(content.checkpoint, signed_at=content.checkpoint.recorded_at)
    assert wrong(signed_again(replace(content, checkpoint=moved), key))[0].startswith("checkpoint:")


async def test_a_time_without_an_offset_is_no_time(bundle: bytes) -> None:
    """An instant that could be one of many is not read at all."""
    found = msgspec.json.decode(bundle, type=Bundle)
    when = content_of(bundle).events[0].recorded_at.isoformat().replace("+00:00", "Z").encode()
    naive = bytes(found.content).replace(when, when[:-1], 1)
    assert naive != bytes(found.content)
    (fault,) = wrong(write(replace(found, content=Raw(naive))))
    assert fault.startswith("file: no bundle can be read in it")


async def test_what_is_no_bundle_is_said_in_one_line() -> None:
    """Any other file is answered, and raises nothing."""
    deep = b'{"format":' + b"[" * 100_000
    for text in (b"", b"{}", b"[1]", b"\xff\xfe", deep, b'{"format":"x","key":"","signature":""}'):
        assert len(check(text)) == 1
        assert wrong(text)
