"""Client frames as another hand writes them, in pieces of any size, and what none may send."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import CloseCode, Frame, Opcode

from tracker.live import incoming
from tracker.live.incoming import Broken, Closed, Heard, Incoming, Ping

MOST = 5_000

messages = st.one_of(
    st.text(max_size=400),
    st.binary(max_size=400),
    st.builds(Ping, st.binary(max_size=125)),
)


def written(message: Heard, chance: random.Random, *, deflate: bool) -> bytes:
    """Return a message as the websockets library frames it, in one piece or several."""
    if isinstance(message, Ping):
        return Frame(Opcode.PING, message.payload).serialize(mask=True)
    if isinstance(message, Closed):
        return Frame(Opcode.CLOSE, message.code.to_bytes(2, "big")).serialize(mask=True)
    opcode = Opcode.TEXT if isinstance(message, str) else Opcode.BINARY
    payload = message.encode() if isinstance(message, str) else message
    cuts = sorted(chance.sample(range(len(payload) + 1), min(chance.randint(0, 2), len(payload))))
    pieces = [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
    zipping = PerMessageDeflate(
        remote_no_context_takeover=True,
        local_no_context_takeover=True,
        remote_max_window_bits=15,
        local_max_window_bits=15,
    )
    frames = []
    for i, piece in enumerate(pieces):
        frame = Frame(opcode if i == 0 else Opcode.CONT, piece, fin=i == len(pieces) - 1)
        frames.append(
            frame.serialize(mask=True, extensions=[zipping])
            if deflate
            else frame.serialize(mask=True)
        )
        if chance.random() < 0.2 and i < len(pieces) - 1:
            frames.append(Frame(Opcode.PONG, b"late").serialize(mask=True))
    return b"".join(frames)


@given(
    said=st.lists(messages, max_size=8),
    seed=st.integers(0, 2**32),
    deflate=st.booleans(),
)
def test_what_is_said_is_heard(said: list[Heard], seed: int, deflate: bool) -> None:
    """Whatever the pieces it arrives in: every message, in order, and nothing is left over."""
    chance = random.Random(seed)
    stream = b"".join(written(each, chance, deflate=deflate) for each in said)
    listening = Incoming(MOST, deflate=deflate)
    heard: list[Heard] = []
    while stream:
        size = chance.choice((1, 2, 3, 7, 100, 10_000))
        heard += listening.feed(stream[:size])
        stream = stream[size:]
    assert heard == said


@given(noise=st.binary(max_size=600), deflate=st.booleans())
def test_noise_is_heard_or_refused(noise: bytes, deflate: bool) -> None:
    """Whatever arrives: a message, an unfinished one, or a code with which it ends."""
    listening = Incoming(MOST, deflate=deflate)
    heard: list[Heard] = []
    code = 0
    try:
        heard = listening.feed(noise)
    except Broken as error:
        code = error.code
    assert code in {0, 1002, 1007, 1009}
    assert all(isinstance(each, str | bytes | Ping | Closed) for each in heard)


def masked(first: int, payload: bytes = b"", *, size: bytes | None = None) -> bytes:
    """Return a frame whose mask is naught."""
    head = bytes((first, 0x80 | len(payload))) if size is None else bytes((first,)) + size
    return head + bytes(4) + payload


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (b"\x81\x02hi", incoming.PROTOCOL_ERROR),
        (masked(0xC1, b"hi"), incoming.PROTOCOL_ERROR),
        (masked(0x91, b"hi"), incoming.PROTOCOL_ERROR),
        (masked(0x83, b"hi"), incoming.PROTOCOL_ERROR),
        (masked(0x80, b"hi"), incoming.PROTOCOL_ERROR),
        (masked(0x01, b"hi") + masked(0x81, b"hi"), incoming.PROTOCOL_ERROR),
        (masked(0x09, b"hi"), incoming.PROTOCOL_ERROR),
        (masked(0x89, size=b"\xfe\x00\x80"), incoming.PROTOCOL_ERROR),
        (masked(0x88, b"\x03"), incoming.PROTOCOL_ERROR),
        (masked(0x88, b"\x03\xed"), incoming.PROTOCOL_ERROR),
        (masked(0x88, b"\x03\xe8\xff"), incoming.NOT_UTF8),
        (masked(0x81, b"\xff"), incoming.NOT_UTF8),
        (masked(0x82, size=b"\xfe\xff\xff"), incoming.TOO_LONG),
        (masked(0x82, size=b"\xff" + b"\x7f" * 8), incoming.TOO_LONG),
    ],
)
def test_what_no_client_may_send(frames: bytes, code: int) -> None:
    """Each is refused with the code of RFC 6455, as soon as its head is there."""
    with pytest.raises(Broken) as raised:
        Incoming(MOST).feed(frames)
    assert raised.value.code == code


def test_pieces_together_have_a_limit() -> None:
    """Many short frames are as long as one."""
    listening = Incoming(MOST)
    piece = b"x" * 100
    listening.feed(masked(0x01, piece) + masked(0x00, piece) * (MOST // len(piece) - 1))
    with pytest.raises(Broken) as raised:
        listening.feed(masked(0x00, b"x"))
    assert raised.value.code == incoming.TOO_LONG


def test_a_bomb_is_not_unpacked() -> None:
    """A compressed message is as long as what is in it."""
    bomb = written("x" * (MOST + 1), random.Random(1), deflate=True)
    with pytest.raises(Broken) as raised:
        Incoming(MOST, deflate=True).feed(bomb)
    assert raised.value.code == incoming.TOO_LONG


def test_what_is_not_deflate_is_refused() -> None:
    """It says that it is compressed, and is not."""
    with pytest.raises(Broken):
        Incoming(MOST, deflate=True).feed(masked(0xC1, b"\xff\xff\xff"))


def test_a_goodbye_has_a_code() -> None:
    """Or none."""
    assert Incoming(MOST).feed(written(Closed(1001), random.Random(1), deflate=False)) == [
        Closed(CloseCode.GOING_AWAY)
    ]
    assert Incoming(MOST).feed(masked(0x88)) == [Closed(incoming.NO_CODE)]
