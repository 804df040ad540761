"""Checks that a feed keeps its promises: watches it in several ways at once, and compares."""

import asyncio
import contextlib
import json
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
from msgspec import Struct

from tracker.client.fold import Json
from tracker.client.witness import Finding, Sample, Witness
from tracker.errors import TrackerError

MESSAGE_LIMIT = 16 * 1024 * 1024
"""Bytes of one message."""
ANSWER_WITHIN_S = 5.0
"""How long a server may take to answer, and may be away."""
CUT_AFTER_S = (0.05, 0.9)
"""Between which bounds the life of a connection is drawn that is to be cut."""
TOO_SOON_S = 0.5
"""Pause before what was refused is asked for again."""
SYNC_EVERY_S = 0.1
SAMPLE_EVERY_S = 0.7
TOLERANCE_MS = 100.0
"""How much a delay may seem shorter than it is, beside what is known of this look.

That is twice the longest round trip, and the longest time for which it was itself kept waiting.
"""
_NOD_S = 0.02


class Unreachable(TrackerError):
    """A feed that does not answer as one."""

    code = "feed-unreachable"


class _TooSoon(EOFError):
    """What is asked for is not there yet."""


class Report(Struct, frozen=True):
    """What was found, and on how much it is based."""

    findings: list[Finding]
    topics: list[str]
    deltas: int
    cuts: int
    resumes: int
    beats: int
    compared: int
    delay_ms: int


class Check:
    """One look at a feed.

    - *steady* reads without a pause. *cut* loses its connection again and again, anywhere, and
      resumes. *slow* asks for pauses. *late* asks for a delay.
    - Now and then somebody comes anew; what that snapshot shows, all others must have held.
    """

    def __init__(
        self, url: str, topics: Sequence[str], *, seconds: float = 6.0, delay_ms: int = 1500
    ) -> None:
        self._url = url
        self._topics = list(topics)
        self._seconds = max(seconds, delay_ms / 1000 + 2)
        self._delay_ms = delay_ms
        self._jitter = random.Random()  # noqa: S311 - spreads cuts, hides nothing
        self._samples: list[Sample] = []
        self._cuts = 0
        self._over = False
        self._kept_waiting_ms = 0.0
        self.steady, self.cut = Witness("steady"), Witness("cut")
        self.slow, self.late = Witness("slow"), Witness("late")

    async def run(self) -> Report:
        """Watch, compare, and return what was found.

        Raises Unreachable.
        """
        await self._sample()
        followed = sorted({sample.topic for sample in self._samples})
        if not followed:
            raise Unreachable(f"{self._url} knows none of the topics {', '.join(self._topics)}")
        self._topics = followed
        await self._watch()
        everyone = (self.steady, self.cut, self.slow, self.late)
        compared = sum(witness.compare(sample) for witness in everyone for sample in self._samples)
        for held in (h for kept in self.late.history.values() for h in kept[-1:]):
            self._compare_late(held.position)
        longest_trip_ms = max(each.longest_trip_ms for each in everyone)
        tolerance_ms = TOLERANCE_MS + 2 * longest_trip_ms + self._kept_waiting_ms
        self.late.check_delay(self.steady, tolerance_ms)
        self._check_heartbeats()
        return Report(
            findings=[finding for witness in everyone for finding in witness.findings],
            topics=followed,
            deltas=sum(each.deltas for each in everyone),
            cuts=self._cuts,
            resumes=self.cut.resumes,
            beats=sum(len(each.beats) for each in everyone),
            compared=compared,
            delay_ms=self.late.delay_ms,
        )

    async def _watch(self) -> None:
        """Watch in every way for the time that was asked for, then until all have caught up."""
        half_s = self._delay_ms / 1000 + 1
        watching = [
            asyncio.create_task(each)
            for each in (
                self._follow(self.steady, lambda: None),
                self._follow(self.cut, lambda: self._jitter.uniform(*CUT_AFTER_S)),
                self._follow(self.slow, lambda: None, conflateMs=300),
                self._follow(self.late, lambda: half_s, again=False, delayMs=self._delay_ms),
                self._nod(),
            )
        ]
        until = time.monotonic() + self._seconds
        try:
            while time.monotonic() < until:
                await asyncio.sleep(SAMPLE_EVERY_S)
                await self._sample()
                for each in watching:
                    if each.done():
                        each.result()
            self._over = True
            await self._sample()
            await self._settle()
        finally:
            for each in watching:
                each.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    async def _nod(self) -> None:
        """Note for how long a busy machine keeps this process from reading what has come."""
        while True:
            due = time.monotonic() + _NOD_S
            await asyncio.sleep(_NOD_S)
            self._kept_waiting_ms = max(self._kept_waiting_ms, (time.monotonic() - due) * 1000)

    async def _settle(self) -> None:
        """Wait until the present that was sampled last has been claimed by all who should."""
        target = self._samples[-1].position
        for witness in (self.steady, self.cut, self.slow):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    while witness.claimed < target:  # noqa: ASYNC110 - others make it happen
                        await asyncio.sleep(0.02)
            if witness.claimed < target:
                witness.note(
                    "behind", f"{target} was reached elsewhere, {witness.claimed} here and no more"
                )

    async def _follow(
        self,
        witness: Witness,
        life_s: Callable[[], float | None],
        *,
        again: bool = True,
        **hello: Any,
    ) -> None:
        """Follow the topics, through cuts of the network and those of `life_s`."""
        began_s = time.time()
        while True:
            try:
                resume = self._resume(witness) if again else None
                await self._connect(witness, life_s(), {**hello, "resume": resume})
            except _TooSoon:
                await asyncio.sleep(TOO_SOON_S)
            except (aiohttp.ClientError, OSError, EOFError) as error:
                if time.time() - max(witness.heard_s, began_s) > ANSWER_WITHIN_S:
                    raise Unreachable(f"{self._url} cannot be reached: {error}") from error
                await asyncio.sleep(0.05)

    def _resume(self, witness: Witness) -> Json | None:
        """Return what to resume: by revisions, or by the position alone where that is enough."""
        whole = witness.in_step and witness.history.keys() == set(self._topics)
        return witness.resume(by_position=whole and self._jitter.choice((True, False)))

    async def _connect(self, witness: Witness, life_s: float | None, hello: Json) -> None:
        """Follow on one connection; end it after a time, without a word, when there is one."""
        async with aiohttp.ClientSession() as http:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                ws = await http.ws_connect(self._url, max_msg_size=MESSAGE_LIMIT, compress=15)
            said = {key: value for key, value in hello.items() if value is not None}
            unanswered = deque([time.time()])
            await ws.send_json({"t": "hello", "v": 1, "topics": self._topics, **said})
            asking = asyncio.create_task(self._ask(ws, unanswered))
            try:
                async with asyncio.timeout(None if self._over else life_s):
                    await self._listen(ws, witness, said, unanswered)
            except TimeoutError:
                self._cuts += 1
            finally:
                asking.cancel()
                # An answer that was still on its way says that it takes at least so long.
                for asked_s in unanswered:
                    witness.waited(time.time() - asked_s)

    async def _ask(self, ws: aiohttp.ClientWebSocketResponse, unanswered: deque[float]) -> None:
        """Ask for the clock, whose answer says up to where everything was sent."""
        with contextlib.suppress(aiohttp.ClientError, OSError):
            while True:
                await asyncio.sleep(SYNC_EVERY_S)
                unanswered.append(time.time())
                await ws.send_json({"t": "sync", "t0": unanswered[-1] * 1000})

    async def _listen(
        self,
        ws: aiohttp.ClientWebSocketResponse,
        witness: Witness,
        said: Json,
        unanswered: deque[float],
    ) -> None:
        while True:
            patience_s = max(ANSWER_WITHIN_S, witness.heartbeat_ms * 3 / 1000)
            try:
                async with asyncio.timeout(patience_s):
                    received = await ws.receive()
            except TimeoutError:
                witness.note("silent", f"nothing came for {patience_s:g} s")
                raise EOFError from None
            if received.type is not aiohttp.WSMsgType.TEXT:
                raise EOFError(f"closed with {ws.close_code}")
            message: Json = json.loads(received.data)
            now_s = time.time()
            witness.take(message, now_s)
            if message.get("t") in ("welcome", "sync"):
                witness.waited(now_s - unanswered.popleft())
            match message:
                case {"t": "sync"}:
                    _synced(witness, message, now_s * 1000)
                case {"t": "welcome", "mode": "resumed"} if "resume" not in said:
                    witness.note("resumed", "a hello without a resume was answered as one with it")
                case {"t": "welcome"} if message.get("delayMs", 0) < said.get("delayMs", 0):
                    witness.note("early", f"{said['delayMs']} ms were asked for, not granted")
                case {"t": "err", "code": "not-ready"}:
                    raise _TooSoon
                case {"t": "err", "code": "unknown-topic"} if "delayMs" in said:
                    raise _TooSoon  # there was no such thing then
                case {"t": "err"}:
                    witness.note("refused", f"{message['code']}: {message['detail']}")
                    await asyncio.sleep(TOO_SOON_S)

    async def _sample(self) -> None:
        """Come anew, and keep what is shown."""
        until = time.monotonic() + ANSWER_WITHIN_S
        while True:
            try:
                async with asyncio.timeout(ANSWER_WITHIN_S), aiohttp.ClientSession() as http:
                    ws = await http.ws_connect(self._url, max_msg_size=MESSAGE_LIMIT, compress=15)
                    await ws.send_json({"t": "hello", "v": 1, "topics": self._topics})
                    self._samples += await _snapshots(ws, self._url)
                    return
            except (aiohttp.ClientError, OSError, EOFError, TimeoutError) as error:
                if time.monotonic() > until:
                    raise Unreachable(f"{self._url} cannot be reached: {error}") from error
                await asyncio.sleep(0.1)

    def _compare_late(self, position: int) -> None:
        """Hold what was seen late against what was seen then."""
        for topic, kept in self.steady.history.items():
            then = [each for each in kept if each.position <= position]
            if then and then[-1].until >= position:
                held = then[-1]
                self.late.compare(Sample(topic, position, held.rev, held.document))

    def _check_heartbeats(self) -> None:
        """Find the heartbeats that did not come where a connection was long enough for two."""
        witness = self.steady
        if witness.heartbeat_ms * 2 < self._seconds * 1000 and not witness.beats:
            witness.note("silent", f"no heartbeat came in {self._seconds:g} s")


def _synced(witness: Witness, message: Json, arrived_ms: float) -> None:
    round_trip_ms = arrived_ms - message["t0"] - (message["t2"] - message["t1"])
    if round_trip_ms <= witness.best_trip_ms:
        witness.best_trip_ms = round_trip_ms
        witness.offset_ms = (message["t1"] - message["t0"] + message["t2"] - arrived_ms) / 2


async def _snapshots(ws: aiohttp.ClientWebSocketResponse, url: str) -> list[Sample]:
    """Return the snapshots that answer a hello; raises Unreachable or EOFError."""
    waiting: set[str] | None = None
    found = []
    while waiting is None or waiting:
        received = await ws.receive()
        if received.type is not aiohttp.WSMsgType.TEXT:
            raise EOFError(f"closed with {ws.close_code}")
        message = json.loads(received.data)
        if not isinstance(message, dict):
            raise Unreachable(f"{url} sends what is no message of a feed")
        match message.get("t"):
            case "welcome":
                waiting = set(message["topics"])
            case "snap" if waiting is not None:
                waiting.discard(message["topic"])
                found.append(
                    Sample(message["topic"], message["pos"], message["rev"], message["data"])
                )
    return found


async def check(
    url: str, topics: Sequence[str], *, seconds: float = 6.0, delay_ms: int = 1500
) -> Report:
    """Check a feed and return what was found.

    Raises Unreachable.
    """
    return await Check(url, topics, seconds=seconds, delay_ms=delay_ms).run()
