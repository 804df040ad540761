"""A conversation answers what it is told, and ends when it cannot go on."""

from typing import Any

import pytest

from tests.support.feed import MEDALS, RACE, Connection, Stage


def stage(**limits: Any) -> Stage:
    """Return a feed with one race."""
    found = Stage(**limits)
    found.change({RACE: {"lap": 0}})
    return found


def closing(connection: Connection) -> tuple[int, str] | None:
    """Return how the conversation is to be closed."""
    found = connection.subscription.closing
    return found and (found.code, found.reason)


def test_a_welcome_says_what_follows() -> None:
    """Epoch, position, mode, topics, pause, heartbeat and the server's time."""
    viewer = stage().connect()
    welcome = viewer.hello(RACE)[0]
    assert welcome == {
        "t": "welcome",
        "v": 1,
        "epoch": "e1",
        "pos": 1,
        "mode": "snapshot",
        "topics": [RACE],
        "conflateMs": 0,
        "heartbeatMs": 5000,
        "serverTime": "2023-11-14T22:30:00.000Z",
    }
    assert viewer.subscription.greeted
    assert viewer.subscription.client == "test"


def test_an_unknown_topic_is_named_and_the_rest_is_followed() -> None:
    """One bad name costs nothing but itself."""
    feed = stage()
    viewer = feed.connect()
    found = viewer.hello(MEDALS, "weather/cup", RACE)
    assert [m["t"] for m in found] == ["welcome", "snap", "err", "err"]
    assert found[0]["topics"] == [RACE]
    assert [(m["code"], m["topic"]) for m in found[2:]] == [
        ("unknown-topic", MEDALS),
        ("bad-topic", "weather/cup"),
    ]
    assert closing(viewer) is None
    feed.change({RACE: {"lap": 1}})
    assert viewer.read()[-1]["patch"] == {"lap": 1}


def test_following_nothing_is_allowed() -> None:
    """A hello without topics lets everything go; heartbeats go on."""
    feed = stage()
    viewer = feed.connect()
    viewer.hello(RACE)
    assert viewer.hello()[0]["topics"] == []
    feed.change({RACE: {"lap": 1}})
    feed.wait(5.1)
    assert {(m["t"], m["pos"]) for m in viewer.read()} == {("hb", 2)}


def test_the_same_topic_twice_is_followed_once() -> None:
    """A name that is repeated changes nothing."""
    viewer = stage().connect()
    assert [m["t"] for m in viewer.hello(RACE, RACE)] == ["welcome", "snap"]


def test_too_many_topics_are_refused_and_nothing_changes() -> None:
    """What was followed before goes on."""
    feed = stage(topics=2)
    viewer = feed.connect()
    viewer.hello(RACE)
    (err,) = viewer.hello(RACE, MEDALS, "current/cup")
    assert err["code"] == "too-many-topics"
    feed.change({RACE: {"lap": 1}})
    assert [m["t"] for m in viewer.read()] == ["delta"]


def test_the_clock_is_told() -> None:
    """A sync returns what was sent, when it came, when it went, and the position."""
    feed = stage()
    viewer = feed.connect()
    viewer.say({"t": "sync", "t0": 12.25})
    now = feed.hub.now_ms()
    assert viewer.read() == [{"t": "sync", "t0": 12.25, "t1": now, "t2": now, "pos": 1}]


def test_a_position_told_in_a_pause_is_what_was_sent() -> None:
    """A sync in between does not claim what is kept back."""
    feed = stage()
    viewer = feed.connect()
    viewer.hello(RACE, conflateMs=5000)
    feed.change({RACE: {"lap": 1}})
    feed.change({RACE: {"lap": 2}})
    viewer.say({"t": "sync", "t0": 1})
    assert viewer.read()[-1]["pos"] == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"t":"subscribe"}', "unknown-message"),
        ('{"t":"hello","v":1}', "bad-message"),
        ("[]", "bad-message"),
    ],
)
def test_a_message_that_is_not_understood_is_named(text: str, code: str) -> None:
    """The viewer may say it better; the connection stays."""
    viewer = stage().connect()
    viewer.say(text)
    assert [m["code"] for m in viewer.read()] == [code]
    assert closing(viewer) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what?", (1007, "malformed")),
        ('{"t":"hello","v":2,"topics":[]}', (1008, "unsupported-version")),
        ('{"t":"sync","t0":' + " " * 20_000 + "1}", (1009, "too-big")),
        ('{"t":"hello","v":1,"topics":[],"client":"' + "\u00e9" * 9_000 + '"}', (1009, "too-big")),
    ],
)
def test_what_makes_no_sense_ends_the_conversation(text: str, expected: tuple[int, str]) -> None:
    """First the reason as a message, then the close code; nothing is heard after it."""
    viewer = stage().connect()
    viewer.say(text)
    assert [m["code"] for m in viewer.read()] == [expected[1]]
    assert closing(viewer) == expected
    viewer.say({"t": "sync", "t0": 1})
    assert viewer.read() == []


def test_binary_messages_end_the_conversation() -> None:
    """The feed speaks text."""
    viewer = stage().connect()
    viewer.subscription.receive(b"\x80", viewer.stage.hub.now_ms())
    assert b"not-text" in viewer.subscription.to_send()
    assert closing(viewer) == (1003, "not-text")


def test_a_late_hello_ends_the_conversation() -> None:
    """Whoever says nothing holds a place for nothing; whoever said hello may be silent."""
    silent, greeted = stage().connect(), stage().connect()
    greeted.hello(RACE)
    for viewer in (silent, greeted):
        viewer.subscription.hello_is_late()
    assert closing(silent) == (1008, "hello-late")
    assert closing(greeted) is None


def test_a_viewer_may_not_talk_without_end() -> None:
    """A burst is allowed, then so many a second; more ends the conversation."""
    feed = stage(messages_burst=10, messages_per_s=5)
    viewer = feed.connect()
    for _ in range(10):
        viewer.say({"t": "sync", "t0": 1})
    feed.now_s += 1.0
    for _ in range(5):
        viewer.say({"t": "sync", "t0": 1})
    assert {m["t"] for m in viewer.read()} == {"sync"}
    assert closing(viewer) is None
    viewer.say({"t": "sync", "t0": 1})
    assert viewer.read()[-1]["code"] == "too-many-messages"
    assert closing(viewer) == (1008, "too-many-messages")


def test_what_was_sent_is_forgotten() -> None:
    """Asking twice what to send does not send twice."""
    viewer = stage().connect()
    viewer.subscription.receive('{"t":"sync","t0":1}', 0)
    assert viewer.subscription.to_send()
    assert viewer.subscription.to_send() == b""
