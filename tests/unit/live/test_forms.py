"""The same messages in every form, each form made once."""

import json
import zlib

import msgspec
import pytest

from tests.support.feed import RACE, Pipe, Stage
from tests.support.viewer import Json, Viewer
from tracker.live.audience import Viewer as Seat
from tracker.live.frames import DEFLATE_LEAST_BYTES, deflated_frame
from tracker.live.messages import Bye, Delta, Heartbeat, Hello, encode_document
from tracker.live.packets import Form, Packet
from tracker.live.subscription import Subscription

LONG = {f"skater-{n}": {"name": "n" * 40, "rank": n} for n in range(20)}
FORMS = [
    Form(),
    Form(deflate=True),
    Form(encoding="msgpack"),
    Form(encoding="msgpack", deflate=True),
    Form(transport="events"),
    Form(transport="poll"),
]


def frames(data: bytes) -> list[tuple[int, bytes]]:
    """Return the first byte and the payload of every WebSocket frame."""
    found = []
    while data:
        size, start = data[1], 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            size, start = int.from_bytes(data[2 : 2 + wide], "big"), 2 + wide
        found.append((data[0], data[start : start + size]))
        data = data[start + size :]
    return found


def inflated(payload: bytes) -> bytes:
    """Return what RFC 7692 makes of a payload, without any message before it."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(payload + b"\x00\x00\xff\xff")


def chunks(data: bytes) -> bytes:
    """Return the body that chunks of HTTP/1.1 make."""
    body = b""
    while data:
        size, _, rest = data.partition(b"\r\n")
        body += rest[: int(size, 16)]
        assert rest[int(size, 16) :][:2] == b"\r\n"
        data = rest[int(size, 16) + 2 :]
    return body


def read(form: Form, data: bytes) -> list[Json]:
    """Return the messages in what was written in a form."""
    if form.transport == "poll":
        return [json.loads(line) for line in data.splitlines()]
    if form.transport == "events":
        events = chunks(data).decode().split("\n\n")
        lines = [line for event in events for line in event.split("\n")]
        return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    decode = msgspec.msgpack.decode if form.encoding == "msgpack" else msgspec.json.decode
    return [
        decode(inflated(payload) if first & 0x40 else payload) for first, payload in frames(data)
    ]


class Reader:
    """A connection in some form."""

    def __init__(self, stage: Stage, form: Form) -> None:
        self.form = form
        self.pipe = Pipe()
        self.seat: Seat = stage.hub.admit(self.pipe, form)
        self.subscription = Subscription(stage.hub, self.seat)
        self.viewer = Viewer()

    def hello(self, **fields: object) -> None:
        """Say hello."""
        self.subscription.receive_hello(
            msgspec.convert({"v": 1, "topics": [RACE], **fields}, Hello)
        )
        self.pipe.write(self.subscription.to_send())

    def read(self) -> list[Json]:
        """Fold what has come."""
        found = read(self.form, bytes(self.pipe.taken))
        self.pipe.taken.clear()
        for message in found:
            self.viewer.take(message)
        return found


def changes(reader: Reader) -> list[Json]:
    """Return what has come but for heartbeats, which come to each in its turn."""
    return [message for message in reader.read() if message["t"] != "hb"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same(form: Form) -> None:
    """Snapshot, changes, what was kept back, heartbeats: all as on a plain WebSocket."""
    stage = Stage(heartbeat_ms=1000)
    stage.change({RACE: {"lap": 0, **LONG}})
    plain, other = Reader(stage, Form()), Reader(stage, form)
    for each in (plain, other):
        each.hello(conflateMs=200)
    for lap in range(1, 6):
        stage.change({RACE: {"lap": lap, "bell": lap == 4, **LONG}})
    stage.wait(0.5)
    assert changes(other) == changes(plain)
    assert other.viewer.documents == {RACE: {"lap": 5, "bell": False, **LONG}}
    stage.wait(2)
    beats = [] if form.transport == "poll" else [6, 6]
    assert [m["pos"] for m in other.read()] == beats


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_made_once(form: Form) -> None:
    """A hundred viewers of one form get the very same bytes, compressed or not."""
    stage = Stage()
    stage.change({RACE: {"lap": 0, **LONG}})
    readers = [Reader(stage, form) for _ in range(100)]
    for reader in readers:
        reader.hello()
    stage.change({RACE: {"lap": 1, "notice": "n" * 500, **LONG}})
    first = readers[0].pipe.last
    assert all(reader.pipe.last is first for reader in readers)


def test_a_compressed_message_needs_none_before_it() -> None:
    """Any inflater reads any message: those who came late, those who missed some."""
    payload = json.dumps(LONG).encode()
    one, other = deflated_frame(payload), deflated_frame(payload)
    ((first, body),) = frames(one)
    assert first == 0xC1
    assert len(body) < len(payload) / 3
    assert inflated(body) == payload
    assert one == other


def test_what_would_not_get_shorter_is_not_compressed() -> None:
    """Short messages and noise travel as they are."""
    short = b"x" * (DEFLATE_LEAST_BYTES - 1)
    noise = bytes((n * n * 31 + 7 * n) % 251 for n in range(100))
    assert frames(deflated_frame(short)) == [(0x81, short)]
    assert frames(deflated_frame(noise, binary=True)) == [(0x82, noise)]


def test_events_carry_where_to_resume() -> None:
    """The end of a step and a heartbeat have an id; in a step, and in a replay, nothing has."""
    form = Form(transport="events")
    delta = Delta(topic=RACE, pos=9, rev=9, prev=4, patch=encode_document({"a": 1}))
    packet = Packet(delta, "e1")
    assert chunks(packet.frame(form, more=False)).startswith(b"id: e1/9\ndata: {")
    assert chunks(packet.frame(form, more=True)).startswith(b"data: {")
    again = Packet(msgspec.structs.replace(delta, label="replay"), "e1")
    assert chunks(again.frame(form, more=False)).startswith(b"data: {")
    beat = form.frame(Heartbeat(pos=12, time="now"), "e1")
    assert chunks(beat).startswith(b"id: e1/12\n")
    bye = form.frame(Bye(code="shutdown", retry=True, after_ms=1733, pos=12))
    assert chunks(bye).startswith(b"retry: 1733\n")


def test_messagepack_is_spoken_in_both_directions() -> None:
    """A binary frame is understood where the address asked for it, and text is as well."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}})
    reader = Reader(stage, Form(encoding="msgpack"))
    hello = {"t": "hello", "v": 1, "topics": [RACE]}
    for said in (msgspec.msgpack.encode(hello), json.dumps(hello)):
        reader.subscription.receive(said, stage.hub.now_ms())
        reader.pipe.write(reader.subscription.to_send())
        assert [m["t"] for m in reader.read()] == ["welcome", "snap"]
    reader.subscription.receive(b"\xc1", stage.hub.now_ms())
    assert reader.subscription.closing is not None
    assert reader.subscription.closing.reason == "malformed"
