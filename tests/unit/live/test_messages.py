"""What viewers say is read strictly, and what they are told is encoded once."""

import json

import pytest

from tracker.live.messages import (
    BadMessage,
    Delta,
    Hello,
    Malformed,
    Resume,
    Snap,
    Sync,
    UnknownMessage,
    decode,
    encode,
    encode_document,
)
from tracker.live.packets import TEXT, Packet, joined


def test_a_hello_is_read() -> None:
    """Every field arrives; fields of later versions are passed over."""
    text = json.dumps(
        {
            "t": "hello",
            "v": 1,
            "client": "board/2",
            "topics": ["current/cup"],
            "conflateMs": 250,
            "resume": {"epoch": "e1", "pos": 7, "revs": {"current/cup": 5}},
            "later": True,
        }
    )
    assert decode(text) == Hello(
        v=1,
        topics=["current/cup"],
        client="board/2",
        conflate_ms=250,
        resume=Resume(epoch="e1", pos=7, revs={"current/cup": 5}),
    )


def test_a_sync_is_read() -> None:
    """A clock may count in fractions."""
    assert decode('{"t":"sync","t0":12.5}') == Sync(t0=12.5)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", Malformed),
        ("hello", Malformed),
        ('{"t":"hello"', Malformed),
        ('{"t":"\ud800"}', Malformed),
        ('{"a":' * 5000, Malformed),
        ("[]", BadMessage),
        ("7", BadMessage),
        ("{}", BadMessage),
        ('{"t":1}', BadMessage),
        ('{"t":"hello","v":1}', BadMessage),
        ('{"t":"hello","v":1,"topics":"current/cup"}', BadMessage),
        ('{"t":"hello","v":1,"topics":[1]}', BadMessage),
        ('{"t":"hello","v":1,"topics":[],"conflateMs":-1}', BadMessage),
        ('{"t":"hello","v":1,"topics":[],"resume":{"epoch":"e1"}}', BadMessage),
        ('{"t":"sync"}', BadMessage),
        ('{"t":"snap"}', UnknownMessage),
        ('{"t":"subscribe","topics":[]}', UnknownMessage),
    ],
)
def test_what_cannot_be_understood_is_named(text: str, error: type[Exception]) -> None:
    """What is no JSON, what lacks something and what nobody says are three different faults."""
    with pytest.raises(error):
        decode(text)


def test_deltas_look_as_documented() -> None:
    """The keys and their order are the protocol's; `more` is there only when it is so."""
    delta = Delta(topic="medals/cup", pos=9, rev=9, prev=4, patch=encode_document({"a": None}))
    assert encode(delta) == (
        b'{"t":"delta","topic":"medals/cup","pos":9,"rev":9,"prev":4,"patch":{"a":null}}'
    )


def test_a_packet_is_framed_once() -> None:
    """The same bytes go to everybody."""
    packet = Packet(Snap(topic="medals/cup", pos=9, rev=9, data=encode_document({"a": 1})))
    assert packet.frame(TEXT, more=False) is packet.frame(TEXT, more=False)
    assert packet.frame(TEXT, more=True) is packet.frame(TEXT, more=True)
    assert b'"more":true' in packet.frame(TEXT, more=True)
    assert b"more" not in packet.frame(TEXT, more=False)


def test_all_but_the_last_of_a_step_announce_more() -> None:
    """A viewer can tell where a step ends."""
    packets = [Packet(Snap(topic=topic, pos=9, rev=9, data=encode_document({}))) for topic in "abc"]
    assert joined(packets, TEXT).count(b'"more":true') == 2
    assert not joined(packets, TEXT).endswith(b'"more":true}')
    assert joined([], TEXT) == b""
