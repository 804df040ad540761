"""Follows topics of the live feed, through cuts and restarts."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp
from msgspec import Struct

from tracker.client.fold import Fold, Json, Missed

RETRY_S = (0.5, 30.0)
"""First and longest pause before a connection is tried again, when no `bye` names one."""
SILENCE_HEARTBEATS = 3.0
"""After how many heartbeats that did not come a connection is given up."""
CONNECT_WITHIN_S = 10.0
ASK_AGAIN_S = 2.0
NOT_YET = frozenset({"unknown-topic", "topic-failed", "not-ready"})
"""What may be there a little later."""
MESSAGE_LIMIT = 16 * 1024 * 1024
"""Bytes of one message."""


class Update(Struct, frozen=True):
    """A document as it is after a step."""

    topic: str
    document: Json
    position: int
    last: bool
    """Whether it is the last of its step: the moment to draw."""


class Feed:
    """Iterates over the documents as they change; what is missed in a cut is made up for.

    What it iterates over is complete at every `last`. Keep documents as they are: the next change
    makes new ones.
    """

    def __init__(
        self, url: str, topics: Sequence[str], *, client: str = "tracker.client", **hello: Any
    ) -> None:
        self.fold = Fold()
        self.offset_ms: float | None = None
        """How far the feed's clock is ahead of this one, by the best answer so far."""
        self.connections = 0
        """How often a connection was made."""
        self._url = url
        self._topics = list(topics)
        self._fields = {"client": client, **hello}
        self.refused: dict[str, str] = {}
        """Topics that are not followed, each with the code that says why."""
        self._http: aiohttp.ClientSession | None = None
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._attempts = 0
        self._pause_s: float | None = None
        self._round_trip_ms = float("inf")

    @property
    def documents(self) -> dict[str, Json]:
        """Return every document that is held."""
        return self.fold.documents

    @property
    def position(self) -> int:
        """Return up to which position nothing is missing."""
        return self.fold.position

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._http is not None:
            await self._http.close()

    async def __aiter__(self) -> AsyncIterator[Update]:
        """Yield what changes until the loop is left."""
        assert self._http is not None, "write `async with Feed(…) as feed`"
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                async with asyncio.timeout(CONNECT_WITHIN_S):
                    ws = await self._http.ws_connect(
                        self._url, max_msg_size=MESSAGE_LIMIT, compress=15
                    )
                self.connections += 1
                async with ws:
                    async for update in self._converse(ws):
                        yield update
            await asyncio.sleep(self._rest_s())

    async def control(self, *, speed: float | None = None, position: int | None = None) -> None:
        """Change the speed of a replay, 0 for a pause, or seek in it."""
        asked = {"t": "replay", "speed": speed, "from": position}
        if self._ws is not None:
            await self._ws.send_json({k: v for k, v in asked.items() if v is not None})

    def _hello(self) -> Json:
        """Return a hello that goes on from what is held; a replay goes on from where it was."""
        hello = self.fold.hello(self._topics, **self._fields)
        if "replay" in hello and self.fold.label is not None:
            hello["replay"] = {**hello["replay"], "from": self.fold.position}
        return hello

    async def _converse(self, ws: aiohttp.ClientWebSocketResponse) -> AsyncIterator[Update]:
        """Say hello, then yield what changes until the connection ends."""
        self._ws = ws
        asked_anew = False
        asking: asyncio.Task[None] | None = None
        await ws.send_json(self._hello())
        await ws.send_json({"t": "sync", "t0": time.time() * 1000})
        patience_s = CONNECT_WITHIN_S
        while True:
            received = await ws.receive(timeout=patience_s)
            if received.type is not aiohttp.WSMsgType.TEXT:
                return
            message: Json = json.loads(received.data)
            match message["t"]:
                case "welcome":
                    self._attempts = 0
                    asked_anew = False
                    self.refused.clear()
                    patience_s = message["heartbeatMs"] / 1000 * SILENCE_HEARTBEATS
                case "sync":
                    self._synced(message)
                case "bye":
                    self._pause_s = message["afterMs"] / 1000
                case "err" if "topic" in message:
                    self.refused[message["topic"]] = message["code"]
                    if message["code"] in NOT_YET and (asking is None or asking.done()):
                        asking = asyncio.create_task(self._ask_again(ws))
            if asked_anew:
                continue  # it was on its way before the new beginning
            try:
                changed = self.fold.take(message)
            except Missed:
                self.fold.forget()
                asked_anew = True
                await ws.send_json(self._hello())
                continue
            for topic in changed:
                document = self.fold.documents[topic]
                yield Update(topic, document, self.fold.position, last=topic == changed[-1])

    async def _ask_again(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Say hello again after a while: what was refused may be there."""
        await asyncio.sleep(ASK_AGAIN_S)
        with contextlib.suppress(aiohttp.ClientError, OSError):
            await ws.send_json(self._hello())

    def _synced(self, message: Json) -> None:
        arrived_ms = time.time() * 1000
        round_trip_ms = arrived_ms - message["t0"] - (message["t2"] - message["t1"])
        if round_trip_ms <= self._round_trip_ms:
            self._round_trip_ms = round_trip_ms
            ahead = message["t1"] - message["t0"] + message["t2"] - arrived_ms
            self.offset_ms = ahead / 2

    def _rest_s(self) -> float:
        """Return the pause before the next connection: what a `bye` said, or a random one."""
        if self._pause_s is not None:
            pause_s, self._pause_s = self._pause_s, None
            return pause_s
        longest_s = min(RETRY_S[0] * 2**self._attempts, RETRY_S[1])
        self._attempts = min(self._attempts + 1, 10)
        return random.uniform(longest_s / 2, longest_s)  # noqa: S311 - spreads load, hides nothing
