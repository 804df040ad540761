"""A topic keeps its changes as far back as it may, and never pretends to know more."""

import json
from typing import Any

from tests.support.viewer import merged
from tracker.live.channel import Base, Change, Channel
from tracker.live.limits import Limits
from tracker.live.merge_patch import diff
from tracker.live.messages import Delta, encode_document

Json = dict[str, Any]


def channel(document: Json, position: int = 10, **limits: int) -> Channel:
    """Return a topic that is known from a position on."""
    return Channel("medals/cup", document, position, Limits(**limits))


def step(topic: Channel, document: Json, position: int) -> Change | None:
    """Take a topic to its next document."""
    patch = diff(topic.document, document)
    return topic.step(document, position, encode_document(patch) if patch else None)


def revs(deltas: Any) -> Any:
    """Return from which to which revision each of some deltas leads."""
    return deltas and [(each.message.prev, each.message.rev) for each in deltas]


def test_a_change_names_the_one_before_it() -> None:
    """`prev` and `rev` make a chain; a position without a difference is no link of it."""
    topic = channel({"gold": 1})
    first = step(topic, {"gold": 2}, 12)
    nothing = step(topic, {"gold": 2}, 13)
    second = step(topic, {"gold": 3}, 15)
    assert first is not None
    assert second is not None
    assert nothing is None
    assert revs([first.packet, second.packet]) == [(10, 12), (12, 15)]
    assert first.base == Base(10, {"gold": 1})


def test_positions_already_contained_are_passed_over() -> None:
    """A document that was rendered from a book ahead of the feed does not go back."""
    topic = channel({"gold": 2}, position=12)
    assert step(topic, {"gold": 1}, 11) is None
    assert topic.document == {"gold": 2}
    assert topic.rev == 12


def test_what_was_missed_is_found_by_revision() -> None:
    """From any revision in the chain to now; from one that is none, nothing."""
    topic = channel({"n": 0})
    for n in (1, 2, 3):
        step(topic, {"n": n}, 10 + 2 * n)
    assert revs(topic.missed(10)) == [(10, 12), (12, 14), (14, 16)]
    assert revs(topic.missed(14)) == [(14, 16)]
    assert topic.missed(16) == []
    assert topic.missed(13) is None
    assert topic.missed(9) is None
    assert topic.missed(17) is None


def test_what_was_missed_is_found_by_position() -> None:
    """Any position that the ring covers will do; one before it will not."""
    topic = channel({"n": 0})
    for n in (1, 2, 3):
        step(topic, {"n": n}, 10 + 2 * n)
    assert revs(topic.missed_since(10)) == [(10, 12), (12, 14), (14, 16)]
    assert revs(topic.missed_since(13)) == [(12, 14), (14, 16)]
    assert topic.missed_since(16) == []
    assert topic.missed_since(99) == []
    assert topic.missed_since(9) is None


def test_the_ring_is_bounded_by_number() -> None:
    """The oldest change goes, and with it whoever would need it."""
    topic = channel({"n": 0}, ring_changes=2)
    for n in (1, 2, 3):
        step(topic, {"n": n}, 10 + n)
    assert revs(topic.missed(11)) == [(11, 12), (12, 13)]
    assert topic.missed(10) is None
    assert topic.missed_since(10) is None
    assert revs(topic.missed_since(11)) == [(11, 12), (12, 13)]


def test_the_ring_is_bounded_by_size() -> None:
    """Long changes count for what they are."""
    topic = channel({"n": ""}, ring_bytes=1000)
    for n in range(1, 6):
        step(topic, {"n": str(n) * 400}, 10 + n)
    assert revs(topic.missed(13)) == [(13, 14), (14, 15)]
    assert topic.missed(12) is None


def test_a_long_absence_costs_no_more_than_a_snapshot() -> None:
    """When what was missed is longer than the whole, the whole is sent."""
    topic = channel({"n": ""}, resume_bytes=500)
    for n in range(1, 6):
        step(topic, {"n": str(n) * 200}, 10 + n)
    assert revs(topic.missed(13)) == [(13, 14), (14, 15)]
    assert topic.missed(12) is None


def test_catching_up_is_one_change() -> None:
    """All that was missed becomes one patch from what is held."""
    topic = channel({"n": 0, "name": "a name that makes the whole longer than a patch"})
    base = Base(10, topic.document)
    for n in (1, 2, 3):
        step(topic, {**topic.document, "n": n}, 10 + n)
    message = topic.catch_up(base, 20).message
    assert isinstance(message, Delta)
    assert (message.prev, message.rev, message.pos) == (10, 13, 20)
    assert merged(base.document, json.loads(bytes(message.patch))) == topic.document
    assert topic.catch_up(base, 20) is topic.catch_up(base, 20)


def test_catching_up_later_leads_further() -> None:
    """Two who stopped at the same revision and return at different ones each get to the present."""
    topic = channel({"n": 0, "name": "a name that makes the whole longer than a patch"})
    base = Base(10, topic.document)
    for n in (1, 2):
        step(topic, {**topic.document, "n": n}, 10 + n)
        message = topic.catch_up(base, 20).message
        assert isinstance(message, Delta)
        assert (message.rev, json.loads(bytes(message.patch))) == (10 + n, {"n": n})


def test_catching_up_tells_the_revision_even_if_nothing_differs() -> None:
    """There and back again is no difference, but the next change will name the last one."""
    topic = channel({"n": 0})
    base = Base(10, topic.document)
    step(topic, {"n": 1}, 11)
    step(topic, {"n": 0}, 12)
    message = topic.catch_up(base, 12).message
    assert isinstance(message, Delta)
    assert (message.prev, message.rev, bytes(message.patch)) == (10, 12, b"{}")


def test_catching_up_is_never_longer_than_the_whole() -> None:
    """Where a patch would be longer, the snapshot is sent."""
    topic = channel({"a-long-key-that-goes": 1, "another-one-that-goes": 2})
    base = Base(10, topic.document)
    step(topic, {"n": 1}, 11)
    assert topic.catch_up(base, 11) is topic.snapshot(11)


def test_a_snapshot_is_made_once_for_each_position() -> None:
    """Whoever comes at the same position gets the same bytes; later, the position is the later."""
    topic = channel({"n": 0})
    assert topic.snapshot(10) is topic.snapshot(10)
    assert topic.snapshot(14).message.pos == 14
    assert topic.snapshot(14).message.rev == 10
    step(topic, {"n": 1}, 15)
    assert bytes(topic.snapshot(15).message.data) == b'{"n":1}'
