"""The protocol's page says what the protocol does."""

import json
import re
import typing
from pathlib import Path

import msgspec
import pytest

from tracker.api import live, live_sinks, live_socket
from tracker.client import check
from tracker.live import fields, frames, hub, messages, refusals, subscription, topics
from tracker.live.limits import Limits

PAGE = (Path(__file__).parents[3] / "docs" / "live-protocol.md").read_text(encoding="utf-8")
EXAMPLES = "".join(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)).splitlines()
TO_VIEWER = {each.__struct_config__.tag: each for each in typing.get_args(messages.Outgoing)}
TO_SERVER = {"hello": messages.Hello, "sync": messages.Sync, "replay": messages.Control}


def section(title: str) -> str:
    """Return the part of the page under a heading."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, title
    return found[2]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_messages(example: str) -> None:
    """Every example is read as the message it shows, and written the same again."""
    shown = json.loads(example)
    kinds = [each[shown["t"]] for each in (TO_SERVER, TO_VIEWER) if shown["t"] in each]
    written = []
    for kind in kinds:
        try:
            message = msgspec.json.decode(example, type=kind)
        except msgspec.ValidationError:
            continue
        written.append(json.loads(msgspec.json.encode(message)))
    optional = {
        "client": "",
        "conflateMs": 0,
        "delayMs": 0,
        **dict.fromkeys(["resume", "fields", "replay"]),
    }
    assert shown in [
        {k: v for k, v in each.items() if k in shown or optional.get(k, k) != v} for each in written
    ]


@pytest.mark.parametrize("kind", [*TO_VIEWER, "hello"])
def test_every_field_is_explained(kind: str) -> None:
    """Each message has a heading, and each of its fields a row there."""
    struct = TO_SERVER["hello"] if kind == "hello" else TO_VIEWER[kind]
    text = (
        PAGE[PAGE.index("## What the server says") :]
        if kind in TO_SERVER and kind != "hello"
        else PAGE
    )
    found = re.search(rf"^### `{kind}`\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
    assert found
    for field in msgspec.structs.fields(struct):
        assert f"| `{field.encode_name}` |" in found[1], field.encode_name


def test_every_topic_is_listed() -> None:
    """Each kind of topic has a row."""
    rows = re.findall(r"^\| `([a-z]+)/", section("Topics"), re.MULTILINE)
    assert tuple(rows) == topics.KINDS


def test_every_code_is_listed_with_how_it_closes() -> None:
    """The table of errors is that of the code."""
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\d*) ?\| \w", section("`err`"), re.MULTILINE))
    assert rows == {
        **{
            each.code: ""
            for each in (
                refusals.UnknownTopic,
                refusals.TopicFailed,
                refusals.NotAllowed,
                refusals.TooManyTopics,
                refusals.BadFields,
                refusals.BadDelay,
                refusals.BadReplay,
                refusals.NotReady,
                topics.BadTopic,
                messages.BadMessage,
                messages.UnknownMessage,
            )
        },
        messages.Malformed.code: str(subscription.INVALID),
        "not-text": str(subscription.UNSUPPORTED),
        "too-big": str(subscription.TOO_BIG),
        "unsupported-version": str(subscription.POLICY),
        "hello-late": str(subscription.POLICY),
        "too-many-messages": str(subscription.POLICY),
    }


def test_every_goodbye_is_listed() -> None:
    """Each reason to close has a row with its close code."""
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", section("`bye`"), re.MULTILINE))
    (codes,) = [f.type for f in msgspec.structs.fields(messages.Bye) if f.name == "code"]
    assert rows.keys() == set(typing.get_args(codes))
    assert {rows["slow"], rows["full"], rows["starting"]} == {str(hub.TRY_LATER)}
    assert rows["shutdown"] == str(hub.GOING_AWAY)


def test_every_limit_is_stated() -> None:
    """Each limit stands in the table with its value."""
    table = section("Limits")
    for name, value in msgspec.structs.asdict(Limits()).items():
        for number in value if isinstance(value, tuple) else (value,):
            assert re.search(rf"\b{number}\b", table), name
    for number in (
        live.MESSAGE_HARD_LIMIT,
        live_sinks.SEND_BUFFER_LIMIT,
        live_sinks.UNANSWERED_MS,
        live_socket.WAITING_MOST,
        fields.DEPTH_LIMIT,
        frames.DEFLATE_LEAST_BYTES,
        int(messages.FASTEST_REPLAY),
    ):
        assert re.search(rf"\b{number}\b", table), number


def test_every_finding_of_the_check_is_listed() -> None:
    """The codes in the page are those that `feed check` can print."""
    client = Path(check.__file__).parent
    source = "".join((client / f"{name}.py").read_text("utf-8") for name in ("check", "witness"))
    noted = set(re.findall(r"note\(\s*\"([a-z-]+)\"", source)) | {"heartbeat-lies"}
    listed = set(re.findall(r"`([a-z-]+)`", section("Checking a server").split("Findings:")[1]))
    assert noted | {"backwards"} == listed
