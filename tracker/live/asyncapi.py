"""The protocol as a document of AsyncAPI 3, made from the messages themselves."""

from typing import Any, Final, TypeAlias, get_args

import msgspec
from msgspec import Struct

from tracker import __version__
from tracker.live.limits import Limits
from tracker.live.messages import VERSION, Incoming, Outgoing

Json: TypeAlias = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{name}"
_LOOSE: Final = {"Snap": "data", "Delta": "patch"}
"""Fields that carry a document which is encoded already."""
_QUERY: Final = {
    "topics": "The topics, with commas between them.",
    "fields": "A field filter, likewise.",
    "conflateMs": "The least pause between two changes.",
    "delayMs": "The broadcast delay.",
    "client": "What the viewer's software calls itself.",
}


def document() -> Json:
    """Return the document, as JSON or YAML would hold it."""
    said, told = get_args(Incoming), get_args(Outgoing)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Bell Lap: the live feed",
            "version": f"{VERSION}.0.0",
            "description": (
                "What is true now, then everything that changes, with proof that nothing is "
                f"missing. What the fields mean stands in live-protocol.md. Bell Lap {__version__}."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "websocket": {"host": "127.0.0.1:8300", "protocol": "ws"},
            "http": {"host": "127.0.0.1:8300", "protocol": "http"},
        },
        "channels": _channels(said, told),
        "operations": _operations(said, told),
        "components": {"messages": _messages(said, told), "schemas": _schemas(said, told)},
    }


def message_name(kind: type[Struct], *, said: bool) -> str:
    """Return the name of a message: viewers and servers both have a sync and a replay."""
    return f"{'viewer' if said else 'server'}.{kind.__struct_config__.tag}"


def _channels(said: tuple[type[Struct], ...], told: tuple[type[Struct], ...]) -> Json:
    names = [message_name(each, said=True) for each in said]
    names += [message_name(each, said=False) for each in told]
    every = {name: {"$ref": f"#/components/messages/{name}"} for name in names}
    heard = {name: ref for name, ref in every.items() if name.startswith("server.")}
    texts = {"type": "object", "properties": _texts(_QUERY)}
    forms = {"encoding": {"enum": ["json", "msgpack"]}, "deflate": {"enum": ["on", "off"]}}
    poll = {"after": "The cursor of the answer before.", "waitMs": "How long it may wait."}
    return {
        "feed": {
            "address": "/feed",
            "description": "A WebSocket; each frame is one message.",
            "servers": [{"$ref": "#/servers/websocket"}],
            "messages": every,
            "bindings": {"ws": {"query": {"type": "object", "properties": forms}}},
        },
        "events": {
            "address": "/feed/events",
            "description": "Server-sent events; the data of each is one message.",
            "servers": [{"$ref": "#/servers/http"}],
            "messages": heard,
            "bindings": {"http": {}},
            "x-query": texts,
        },
        "poll": {
            "address": "/feed/poll",
            "description": (
                f"Long poll, for at most {Limits().poll_wait_ms} ms: an object with a cursor and a "
                "list of messages."
            ),
            "servers": [{"$ref": "#/servers/http"}],
            "messages": heard,
            "bindings": {"http": {}},
            "x-query": {"type": "object", "properties": _texts({**_QUERY, **poll})},
        },
    }


def _texts(described: dict[str, str]) -> Json:
    return {name: {"type": "string", "description": text} for name, text in described.items()}


def _operations(said: tuple[type[Struct], ...], told: tuple[type[Struct], ...]) -> Json:
    def messages(channel: str, kinds: tuple[type[Struct], ...], *, by_viewer: bool) -> list[Json]:
        names = [message_name(kind, said=by_viewer) for kind in kinds]
        return [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]

    found: Json = {
        "hear": {
            "action": "receive",
            "channel": {"$ref": "#/channels/feed"},
            "messages": messages("feed", said, by_viewer=True),
        }
    }
    for channel in ("feed", "events", "poll"):
        found[f"tell.{channel}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{channel}"},
            "messages": messages(channel, told, by_viewer=False),
        }
    return found


def _messages(said: tuple[type[Struct], ...], told: tuple[type[Struct], ...]) -> Json:
    return {
        message_name(kind, said=kind in said): {
            "name": str(kind.__struct_config__.tag),
            "summary": (kind.__doc__ or "").split("\n")[0],
            "payload": {"$ref": _REFERENCE.format(name=kind.__name__)},
        }
        for kind in (*said, *told)
    }


def _schemas(said: tuple[type[Struct], ...], told: tuple[type[Struct], ...]) -> Json:
    _, found = msgspec.json.schema_components((*said, *told), ref_template=_REFERENCE)
    for name, field in _LOOSE.items():
        found[name]["properties"][field] = {"type": "object"}
    return found
