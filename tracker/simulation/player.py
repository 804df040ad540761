"""The simulated officials at work: every move sent over HTTP, each device on its own connection."""

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import islice, zip_longest
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tracker.domain import commands as c
from tracker.domain.values import Drawn
from tracker.errors import TrackerError
from tracker.simulation.day import envelope, moves
from tracker.simulation.moves import (
    Decided,
    Drawing,
    DrawnRace,
    Move,
    Official,
    Place,
    Skated,
    Step,
)
from tracker.simulation.plan import Plan

RETRY_FOR_S = 120.0
"""How long a device sends again what was not answered, before the simulation gives up."""
LONGEST_WAIT_MS = 600_000
"""What nobody waits for at the rink: the nights between two competitions."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 2.0
_BATCH = 200
_HINTS = "where this seed was simulated before, give another --seed"
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_REFUSED, _SERVER_FAULT, _OK = 400, 500, 200

Announce = Callable[[Skated, float], None]
Watch = Callable[[Skated], Awaitable[None]]
Judge = Callable[[str, int], Awaitable[None]]


class SimulationRefused(TrackerError):
    """The tracker refused a command of the simulation: it may have been played here before."""

    code = "simulation-refused"


class SimulationUnanswered(TrackerError):
    """The tracker did not answer for as long as the simulation is willing to try."""

    code = "simulation-unanswered"


class SimulationDiverged(TrackerError):
    """The tracker came to another draw, or other events, than the simulation worked out."""

    code = "simulation-diverged"


class _Problem(Struct, frozen=True):
    """What the player reads of a problem document."""

    status: int = _REFUSED
    code: str = ""
    detail: str = ""


class _Event(Struct, frozen=True):
    """What the player reads of an event in a receipt."""

    version: int
    type: str


class _Verdict(Struct, frozen=True):
    """What the player reads of an answer to a command."""

    position: int = 0
    events: tuple[_Event, ...] = ()
    repeated: bool = False
    error: _Problem | None = None


class _Starter(Struct, frozen=True):
    """What the player reads of a place in a draw."""

    competitor: str
    start_position: int


class _DrawnRow(Struct, frozen=True):
    """What the player reads of a race in a draw."""

    id: str
    starters: tuple[_Starter, ...]
    drawn: Drawn


class _Draw(Struct, frozen=True):
    """What the player reads of a draw."""

    rows: tuple[_DrawnRow, ...]


_DRAW = msgspec.json.Decoder(_Draw)
_VERDICT = msgspec.json.Decoder(_Verdict)
_VERDICTS = msgspec.json.Decoder(list[_Verdict])
_PROBLEM = msgspec.json.Decoder(_Problem)


class Training(Struct, frozen=True):
    """What a person does in place of an official."""

    official: Official
    announce: Announce
    """Called with the next race, and the seconds until its gun."""
    watch: Watch
    """Called as a race is about to go off; shows it, and is stopped when the race is official."""
    judge: Judge
    """Called with a race when it is official, and the position of that."""


class Played(Struct, frozen=True):
    """What a simulation came to."""

    start: datetime
    lasts_ms: int
    facts: Counter[str]
    """How many events of each type."""
    refused: int
    """Commands that were to be refused, and were."""
    late: int
    """Facts that arrived after they happened, from a tablet without network."""
    again: int
    """Commands that were sent twice, and counted once."""
    races: int
    position: int


def timed(given: Iterable[Move], speed: float) -> tuple[list[tuple[float, Move]], int]:
    """Return each move with the seconds of real time after which it is due, and what was skipped.

    Nobody waits for the nights: what is skipped is in thousandths of a second at the rink.
    """
    found: list[tuple[float, Move]] = []
    before_ms = skipped_ms = 0
    for move in given:
        skipped_ms += max(move.sent_ms - before_ms - LONGEST_WAIT_MS, 0)
        before_ms = move.sent_ms
        found.append(((before_ms - skipped_ms) / 1_000 / speed, move))
    return found, skipped_ms


def begins(plan: Plan, speed: float, now: datetime) -> datetime:
    """Return when a simulation must begin so that no fact of it lies in the future."""
    found, _ = timed(moves(plan), speed)
    ahead_ms = max(move.sent_ms - due_s * 1_000 for due_s, move in found)
    start = now - timedelta(milliseconds=max(math.ceil(ahead_ms), 0))
    return start.replace(microsecond=start.microsecond // 1_000 * 1_000)


async def play(
    url: str,
    plan: Plan,
    speed: float,
    *,
    start: datetime | None = None,
    training: Training | None = None,
    tokens: Mapping[str, str] | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> Played:
    """Play a simulation against a running tracker at `speed` times the pace of the rink.

    `tokens` has that of each device, where the server has officials.
    Without a `start` it begins so long ago that its last fact happens when it is played. Raises
    BadPlan, SimulationRefused, SimulationDiverged, SimulationUnanswered.
    """
    if not (math.isfinite(speed) and speed > 0):
        raise SimulationRefused(f"a speed of {speed} cannot be played: give a number above 0")
    # The clock of the rink runs from here: what is worked out meanwhile must not make it late.
    began_s = asyncio.get_running_loop().time()
    plan = replace(plan, start=start or begins(plan, speed, datetime.now(UTC)))
    schedule, _ = timed(moves(plan), speed)
    async with _Rink(url, plan.start, training, tokens or {}) as rink:
        await rink.play(schedule, began_s, on_progress)
        return rink.played()


class _Rink:
    """All devices, each with a connection of its own."""

    def __init__(
        self,
        url: str,
        start: datetime,
        training: Training | None,
        tokens: Mapping[str, str],
    ) -> None:
        self._api = f"{url.rstrip('/')}/api/v1"
        self._start = start
        self._training = training
        self._tokens = tokens
        self._stack = AsyncExitStack()
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._versions: defaultdict[str, dict[int, int]] = defaultdict(dict)
        """By stream: the version that was worked out, and the one that it became."""
        self._facts: Counter[str] = Counter()
        self._position = self._refused = self._late = self._again = self._races = 0
        self._lasts_ms = 0
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self._look_away()
        await self._stack.aclose()

    def played(self) -> Played:
        """Return what has been played so far."""
        return Played(
            start=self._start,
            lasts_ms=self._lasts_ms,
            facts=self._facts,
            refused=self._refused,
            late=self._late,
            again=self._again,
            races=self._races,
            position=self._position,
        )

    async def play(
        self,
        schedule: Sequence[tuple[float, Move]],
        began_s: float,
        on_progress: Callable[[str], None] | None,
    ) -> None:
        """Make every move when it is due, one after another, so that every run is the same."""
        loop = asyncio.get_running_loop()
        self._announce(schedule, 0, 0.0)
        i = 0
        while i < len(schedule):
            due_s, move = schedule[i]
            await asyncio.sleep(max(began_s + due_s - loop.time(), 0.0))
            i += 1
            self._lasts_ms = move.sent_ms
            if not isinstance(move, Step):
                await self._beside(move)
                if isinstance(move, Decided):
                    self._announce(schedule, i, due_s)
                continue
            together = [move]
            late_s = loop.time() - began_s
            while i < len(schedule) and len(together) < _BATCH and schedule[i][0] <= late_s:
                following = schedule[i][1]
                if not isinstance(following, Step) or following.device != move.device:
                    break
                if following.again or _refers(following.command):
                    break
                together.append(following)
                i += 1
            if not self._left_out(move):
                await self._send(together)
            if on_progress is not None:
                for step in together:
                    if step.title and not step.again:
                        on_progress(step.title)

    def _announce(self, schedule: Sequence[tuple[float, Move]], after: int, now_s: float) -> None:
        """Tell who is in training which race is next."""
        if self._training is None:
            return
        for due_s, move in islice(schedule, after, None):
            if isinstance(move, Skated):
                to_gun_s = due_s - now_s + (move.gun_ms - move.sent_ms) / 1_000
                self._training.announce(move, to_gun_s)
                return

    def _left_out(self, step: Step) -> bool:
        return self._training is not None and step.official == self._training.official

    async def _beside(self, move: Drawing | Skated | Decided) -> None:
        """Do what is no command."""
        match move:
            case Drawing():
                await self._compare(move)
            case Skated() if self._training is not None:
                await self._look_away()
                self._watching = asyncio.ensure_future(self._training.watch(move))
            case Decided():
                self._races += 1
                if self._training is not None:
                    await self._look_away()
                    await self._training.judge(move.race, self._position)
            case _:
                pass

    async def _look_away(self) -> None:
        """End the view of the race before."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None

    # --- sending -------------------------------------------------------------------------------

    async def _send(self, steps: Sequence[Step]) -> None:
        sent = [
            msgspec.json.encode(envelope(self._as_numbered(step), self._start)) for step in steps
        ]
        body = sent[0] if len(sent) == 1 else b"[" + b",".join(sent) + b"]"
        for step, verdict in zip(steps, await self._insist(steps[0].device, body), strict=True):
            self._check(step, verdict)

    def _as_numbered(self, step: Step) -> Step:
        """Return a step that names earlier events as this log has numbered them."""
        numbers = self._versions[step.stream]
        command: Any = step.command
        changes = {
            field: numbers.get(getattr(command, field), getattr(command, field))
            for field in _refers(command)
        }
        return replace(step, command=replace(command, **changes)) if changes else step

    def _check(self, step: Step, verdict: _Verdict) -> None:
        """Hold an answer against what was worked out."""
        name = f"{type(step.command).__name__} in {step.stream}"
        if verdict.error is not None:
            if verdict.error.code != step.refusal:
                raise SimulationRefused(
                    f"{name}: {verdict.error.detail} ({verdict.error.code}); {_HINTS}"
                )
            self._refused += 1
            return
        kinds = tuple(event.type for event in verdict.events)
        counted_twice = step.again and not verdict.repeated
        if step.refusal is not None or kinds != step.kinds or counted_twice:
            raise SimulationDiverged(
                f"{name} led to {', '.join(kinds)}{' once more' * counted_twice}, "
                f"not to {step.refusal or ', '.join(step.kinds)}; {_HINTS}"
            )
        self._position = max(self._position, verdict.position)
        if step.again:
            self._again += 1
            return
        self._late += step.sent_ms > step.occurs_ms
        self._facts.update(kinds)
        now = (event.version for event in verdict.events)
        self._versions[step.stream].update(zip(step.versions, now, strict=True))

    async def _insist(self, device: str, body: bytes) -> list[_Verdict]:
        """Send until answered: the same bytes under the same numbers, so nothing counts twice."""
        loop = asyncio.get_running_loop()
        give_up_at, pause_s = loop.time() + RETRY_FOR_S, _FIRST_PAUSE_S
        while True:
            try:
                return await self._post(device, body)
            except (aiohttp.ClientError, TimeoutError) as error:
                if loop.time() > give_up_at:
                    raise SimulationUnanswered(
                        f"{self._api} has not taken a command for {RETRY_FOR_S:.0f} s: "
                        f"{str(error) or type(error).__name__}"
                    ) from None
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _post(self, device: str, body: bytes) -> list[_Verdict]:
        """Return the verdicts of one request; raises ClientError where it must be sent again."""
        session = await self._session(device)
        headers = {"Content-Type": "application/json"}
        url = f"{self._api}/commands"
        async with session.post(url, data=body, headers=headers) as response:
            answer = await response.read()
        if response.status >= _REFUSED:
            found = [_Verdict(error=_problem(answer, response.status))] * _count(body)
        elif body.startswith(b"["):
            found = _VERDICTS.decode(answer)
        else:
            found = [_VERDICT.decode(answer)]
        for verdict in found:
            if verdict.error is not None and verdict.error.status >= _SERVER_FAULT:
                raise aiohttp.ClientError(verdict.error.detail or verdict.error.code)
        return found

    async def _session(self, device: str) -> aiohttp.ClientSession:
        if device not in self._sessions:
            token = self._tokens.get(device)
            headers = {"Authorization": f"Bearer {token}"} if token else None
            session = aiohttp.ClientSession(timeout=_TIMEOUT, headers=headers)
            self._sessions[device] = await self._stack.enter_async_context(session)
        return self._sessions[device]

    # --- draws ---------------------------------------------------------------------------------

    async def _compare(self, drawing: Drawing) -> None:
        """Ask for a draw, which must be the one that was worked out."""
        session = await self._session("heat-box")
        url = f"{self._api}/distances/{drawing.distance}/draw/{drawing.round}"
        query = {"seed": drawing.seed, "after": str(self._position)}
        async with session.get(url, params=query) as response:
            answer = await response.read()
        if response.status != _OK:
            problem = _problem(answer, response.status)
            raise SimulationRefused(f"no draw of {drawing.round}: {problem.detail}")
        proposed = [
            DrawnRace(
                row.id,
                tuple(Place(one.competitor, one.start_position) for one in row.starters),
                row.drawn,
            )
            for row in _DRAW.decode(answer).rows
        ]
        for race, found in zip_longest(drawing.races, proposed):
            if race != found:
                raise SimulationDiverged(
                    f"the draw of {drawing.round} in {drawing.distance} has {found}, not {race}"
                )


def _refers(command: c.Command) -> tuple[str, ...]:
    """Return the fields in which a command names an earlier event."""
    match command:
        case c.RetractFact() | c.AmendFact():
            return ("target",)
        case c.AssignCrossing():
            return ("crossing",)
        case c.WithdrawDecision():
            return ("decision",)
        case c.GrantAdvancement() if command.cause is not None:
            return ("cause",)
        case _:
            return ()


def _problem(answer: bytes, status: int) -> _Problem:
    """Return a refusal as the tracker words it, or by its status alone."""
    try:
        return _PROBLEM.decode(answer)
    except msgspec.DecodeError:
        return _Problem(status=status, code=f"http-{status}", detail=f"HTTP status {status}")


def _count(body: bytes) -> int:
    return len(msgspec.json.decode(body)) if body.startswith(b"[") else 1
