"""A viewer of the feed: folds what it is sent, and proves that nothing is missing."""

import copy
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.support import protocol

Json = dict[str, Any]


class Gap(AssertionError):
    """A delta does not follow what the viewer holds: something in between was lost."""


def merged(target: Any, patch: Any) -> Any:
    """Return what a merge patch makes of a value, as RFC 7396 writes it down."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


class Viewer:
    """What one viewer holds; it may outlive its connections."""

    def __init__(self) -> None:
        self.frames: list[Json] = []
        """Every message of every connection."""
        self.documents: dict[str, Json] = {}
        self.revs: dict[str, int] = {}
        self.epoch: str | None = None
        self.pos = 0
        """Up to which position nothing is missing; moves at the end of a step."""
        self.in_step = False
        """Whether the last message ended a step."""
        self.repeated = 0
        """Deltas that were held already."""
        self.closed: int | None = None
        """The close code of the last connection."""

    def hello(self, topics: Iterable[str], *, by_pos: bool = False, **fields: Any) -> Json:
        """Return a hello that resumes what is held of the topics, if anything is."""
        hello: Json = {"t": "hello", "v": 1, "client": "test", "topics": list(topics), **fields}
        if self.epoch is not None:
            resume: Json = {"epoch": self.epoch, "pos": self.pos}
            if not by_pos:
                resume["revs"] = self.revs
            hello["resume"] = resume
        return hello

    def take(self, message: Json) -> None:
        """Fold the next message; raises Gap when one before it is missing."""
        protocol.hold(message)
        self.frames.append(copy.deepcopy(message))
        before = self.repeated
        match message["t"]:
            case "welcome":
                self._welcome(message)
                return
            case "snap":
                self.documents[message["topic"]] = message["data"]
                self.revs[message["topic"]] = message["rev"]
            case "delta":
                self._delta(message)
        repeated = self.repeated > before
        self.in_step = not message.get("more", False)
        if self.in_step:
            # Only what is repeated after another hello may speak of an earlier position.
            assert message["pos"] >= self.pos or repeated, (message, self.pos)
            self.pos = max(self.pos, message["pos"])

    def _welcome(self, message: Json) -> None:
        self.epoch = message["epoch"]
        self.in_step = False
        for gone in self.documents.keys() - set(message["topics"]):
            del self.documents[gone]
            del self.revs[gone]

    def _delta(self, message: Json) -> None:
        topic = message["topic"]
        if message["rev"] <= self.revs[topic]:
            self.repeated += 1
            return
        if message["prev"] != self.revs[topic]:
            raise Gap(f"{topic}: {self.revs[topic]} is held, this follows {message['prev']}")
        self.documents[topic] = merged(self.documents[topic], message["patch"])
        self.revs[topic] = message["rev"]

    def kinds(self) -> list[str]:
        """Return the kinds of the messages so far."""
        return [frame["t"] for frame in self.frames]


class SocketViewer(Viewer):
    """A viewer with a WebSocket."""

    def __init__(self) -> None:
        super().__init__()
        self.socket: aiohttp.ClientWebSocketResponse | None = None

    @asynccontextmanager
    async def connected(self, url: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Hold a connection for the length of a block."""
        async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
            self.socket = socket
            yield socket

    async def say(self, message: Json | str) -> None:
        """Send a message, or text that is none."""
        assert self.socket is not None
        await self.socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def read(self, *, within_s: float = 5.0) -> Json:
        """Return the next message, folded."""
        assert self.socket is not None
        received = await self.socket.receive(timeout=within_s)
        if received.type is not aiohttp.WSMsgType.TEXT:
            self.closed = self.socket.close_code
            raise EOFError(f"closed with {self.closed}")
        message: Json = json.loads(received.data)
        self.take(message)
        return message

    async def read_until(self, kind: str, *, within_s: float = 5.0) -> Json:
        """Return the next message of a kind, everything before it folded."""
        while True:
            message = await self.read(within_s=within_s)
            if message["t"] == kind:
                return message

    async def read_to(self, position: int) -> None:
        """Read until nothing up to a position is missing."""
        while self.pos < position or not self.in_step:
            await self.read()
