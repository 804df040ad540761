"""The weekend's officials at work: every scene of the script, sent over HTTP in its time."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import aiohttp
import msgspec
from msgspec import Struct

from tracker.demo.script import Official, Scene, Step, scenes
from tracker.demo.weekend import load
from tracker.domain.commands import Envelope, StartRace
from tracker.errors import TrackerError

RETRY_FOR_S = 120.0
"""How long a device sends again what was not answered, before the demo gives up."""
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0
_BATCH = 200
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_SERVER_FAULT = 500
_REFUSED = 400

Progress = Callable[[str], None]


class DemoRefused(TrackerError):
    """The tracker refused a command of the demo: it may have been played here before."""

    code = "demo-refused"


class DemoUnanswered(TrackerError):
    """The tracker did not answer for as long as the demo is willing to try."""

    code = "demo-unanswered"


class _Problem(Struct, frozen=True):
    """What the player reads of a problem document."""

    status: int = _REFUSED
    code: str = ""
    detail: str = ""


class _Verdict(Struct, frozen=True):
    """What the player reads of an answer in a batch."""

    error: _Problem | None = None


_VERDICTS = msgspec.json.Decoder(list[_Verdict])
_PROBLEM = msgspec.json.Decoder(_Problem)


class _Clock(Struct, frozen=True):
    """A moment that steps are counted from, on the loop's clock and on the wall."""

    loop_s: float
    wall: datetime


async def play(base_url: str, speed: float, *, on_progress: Progress | None = None) -> None:
    """Play the weekend against a running tracker at `speed` times its real pace.

    Elapsed times in the facts are those of the races, whatever the speed; the facts occur as they
    are played. `on_progress` hears of a scene when it is over. Raises DemoRefused, DemoUnanswered.
    """
    if not (math.isfinite(speed) and speed > 0):
        raise DemoRefused(f"a speed of {speed} cannot be played: give a number above 0")
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        stage = _Stage(session, base_url, speed)
        for scene in scenes(load()):
            await stage.play(scene)
            if scene.title and on_progress is not None:
                on_progress(scene.title)


class _Stage:
    """The officials' devices, the race clock and the address they send to."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, speed: float) -> None:
        self._session = session
        self._url = f"{base_url.rstrip('/')}/api/v1/commands"
        self._speed = speed
        self._device_seq: defaultdict[str, int] = defaultdict(int)
        self._gun = self._now()

    async def play(self, scene: Scene) -> None:
        """Let every official of a scene do their part, side by side."""
        clock = self._gun if scene.from_gun else self._now()
        by_official = defaultdict[Official, list[Step]](list)
        for step in scene.steps:
            by_official[step.official].append(step)
        try:
            async with asyncio.TaskGroup() as officials:
                for official, steps in by_official.items():
                    officials.create_task(self._act(official, steps, clock))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        await self._until(scene.lasts_ms, clock)

    async def _act(self, official: Official, steps: Sequence[Step], clock: _Clock) -> None:
        """Send one official's steps in their order; those due at once travel together."""
        waiting = sorted(steps, key=lambda step: step.at_ms)
        while waiting:
            await self._until(waiting[0].at_ms, clock)
            late_ms = (asyncio.get_running_loop().time() - clock.loop_s) * self._speed * 1_000
            due = [step for step in waiting[:_BATCH] if step.at_ms <= late_ms] or waiting[:1]
            waiting = waiting[len(due) :]
            await self._send([self._envelope(official, step, clock) for step in due])
            for step in due:
                if isinstance(step.command, StartRace):
                    self._gun = self._moment(step.at_ms, clock)

    def _envelope(self, official: Official, step: Step, clock: _Clock) -> bytes:
        self._device_seq[official.device] += 1
        envelope = Envelope(
            command=step.command,
            official=official.name,
            device=official.device,
            device_seq=self._device_seq[official.device],
            occurred_at=self._moment(step.at_ms, clock).wall,
        )
        return msgspec.json.encode(envelope)

    async def _send(self, envelopes: Sequence[bytes]) -> None:
        """Send until answered: the same bytes under the same numbers, so nothing counts twice."""
        body = envelopes[0] if len(envelopes) == 1 else b"[" + b",".join(envelopes) + b"]"
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + RETRY_FOR_S
        pause_s = _FIRST_PAUSE_S
        while True:
            unanswered = await self._post(body)
            if unanswered is None:
                return
            if loop.time() > give_up_at:
                raise DemoUnanswered(
                    f"{self._url} has not taken a command for {RETRY_FOR_S:.0f} s: {unanswered}"
                )
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _post(self, body: bytes) -> str | None:
        """Return why a body must be sent again, or None when all of it was taken."""
        headers = {"Content-Type": "application/json"}
        try:
            async with self._session.post(self._url, data=body, headers=headers) as response:
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            return str(error) or type(error).__name__
        if response.status >= _REFUSED:
            problems = [_problem(answer, response.status)]
        elif body.startswith(b"["):
            problems = [verdict.error for verdict in _VERDICTS.decode(answer) if verdict.error]
        else:
            problems = []
        for problem in problems:
            if problem.status < _SERVER_FAULT:
                raise DemoRefused(f"{problem.detail} ({problem.code})")
        return problems[0].detail or problems[0].code if problems else None

    async def _until(self, at_ms: int, clock: _Clock) -> None:
        due_s = clock.loop_s + at_ms / 1_000 / self._speed
        await asyncio.sleep(max(due_s - asyncio.get_running_loop().time(), 0.0))

    def _moment(self, at_ms: int, clock: _Clock) -> _Clock:
        passed_s = at_ms / 1_000 / self._speed
        return _Clock(clock.loop_s + passed_s, clock.wall + timedelta(seconds=passed_s))

    def _now(self) -> _Clock:
        return _Clock(asyncio.get_running_loop().time(), datetime.now(UTC))


def _problem(answer: bytes, status: int) -> _Problem:
    """Return a refusal as the tracker words it, or by its status alone."""
    try:
        return _PROBLEM.decode(answer)
    except msgspec.DecodeError:
        return _Problem(status=status, code=f"http-{status}", detail=f"HTTP status {status}")
