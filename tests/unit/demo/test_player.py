"""The player sends what is due in its time, again when unanswered, and stops when refused."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec
import pytest

from tracker.demo import player
from tracker.demo.player import DemoRefused, DemoUnanswered
from tracker.demo.script import LAP_RECORDER, REFEREE, STARTER, Scene, Step
from tracker.domain import commands as c

RACE = "dresden-2024/men-500/final-a"
Answer = Callable[[bytes], tuple[int, Any]]


class Response:
    """An answer of the fake tracker."""

    def __init__(self, status: int, body: Any) -> None:
        self.status = status
        self._body = msgspec.json.encode(body)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        pass

    async def read(self) -> bytes:
        """Return the body."""
        return self._body


class Tracker:
    """Stands in for the session: keeps what was posted, answers as it is told."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.posted: list[bytes] = []
        self._answer = answer or self.accept

    @staticmethod
    def accept(body: bytes) -> tuple[int, Any]:
        """Take every command."""
        count = len(msgspec.json.decode(body)) if body.startswith(b"[") else None
        receipt = {"position": 1, "events": [], "repeated": False}
        return (201, receipt) if count is None else (200, [receipt] * count)

    def post(self, url: str, *, data: bytes, headers: dict[str, str]) -> Response:
        """Keep a body and answer it."""
        assert url == "http://rink/api/v1/commands"
        assert headers["Content-Type"] == "application/json"
        self.posted.append(data)
        return Response(*self._answer(data))

    def envelopes(self) -> list[dict[str, Any]]:
        """Return every envelope posted, in order."""
        found: list[dict[str, Any]] = []
        for body in self.posted:
            decoded = msgspec.json.decode(body)
            found.extend(decoded if isinstance(decoded, list) else [decoded])
        return found


def stage(tracker: Tracker, *, speed: float = 1_000) -> player._Stage:
    """Return a stage before the fake tracker."""
    session: Any = tracker
    return player._Stage(session, "http://rink/", speed)


def crossing(elapsed_ms: int) -> Step:
    """Return a lap recorder's step."""
    command = c.RecordCrossing(race=RACE, helmet_number=1, elapsed_ms=elapsed_ms)
    return Step(elapsed_ms, LAP_RECORDER, command)


async def test_steps_go_out_in_their_order_whatever_the_order_they_stand_in() -> None:
    """A lap recorder's crossings are numbered and sent by the race clock."""
    tracker = Tracker()
    await stage(tracker).play(Scene("", tuple(crossing(ms) for ms in (30_000, 10_000, 20_000))))
    sent = [(e["device_seq"], e["command"]["elapsed_ms"]) for e in tracker.envelopes()]
    assert sent == [(1, 10_000), (2, 20_000), (3, 30_000)]


async def test_a_scene_takes_its_time_divided_by_speed() -> None:
    """The last step of a 40 s scene at 200 times goes out after 0.2 s, and not before."""
    tracker = Tracker()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await stage(tracker, speed=200).play(Scene("", (crossing(7_000), crossing(40_000))))
    assert 0.2 <= loop.time() - began < 1
    assert len(tracker.posted) == 2


async def test_what_is_due_at_once_travels_together() -> None:
    """A field that crosses within a blink of played time is one request, with one verdict each."""
    tracker = Tracker()
    await stage(tracker, speed=1_000_000).play(
        Scene("", tuple(crossing(ms) for ms in range(100, 600)))
    )
    assert len(tracker.envelopes()) == 500
    assert len(tracker.posted) < 50


async def test_officials_act_side_by_side() -> None:
    """The referee does not wait for the lap recorder; each has a device and numbers of its own."""
    tracker = Tracker()
    fall = c.RecordFall(race=RACE, competitor="felix-roussel")
    await stage(tracker).play(
        Scene("", (crossing(10_000), crossing(40_000), Step(20_000, REFEREE, fall)))
    )
    sent = [(e["official"], e["device_seq"]) for e in tracker.envelopes()]
    assert sent == [("Lap recorder 1", 1), ("Referee", 1), ("Lap recorder 1", 2)]
    assert len({e["device"] for e in tracker.envelopes()}) == 2


async def test_times_on_the_ice_count_from_the_gun() -> None:
    """A crossing occurs its elapsed time after the gun, however long the gun's own answer took."""
    tracker = Tracker()
    on_stage = stage(tracker)
    await on_stage.play(Scene("", (Step(5_000, STARTER, c.StartRace(race=RACE)),)))
    await on_stage.play(Scene("", (crossing(20_000),), from_gun=True))
    gun, crossed = (msgspec.convert(e["occurred_at"], datetime) for e in tracker.envelopes())
    assert abs((crossed - gun).total_seconds() - 0.02) < 0.000_01


async def test_an_unanswered_command_is_sent_again_with_the_same_bytes() -> None:
    """A lost connection or a broken server is tried again under the same number."""
    faults = iter([aiohttp.ServerDisconnectedError(), TimeoutError(), None])

    def unsteady(body: bytes) -> tuple[int, Any]:
        fault = next(faults, "steady")
        if isinstance(fault, Exception):
            raise fault
        return (503, {"status": 503, "code": "busy"}) if fault is None else Tracker.accept(body)

    tracker = Tracker(unsteady)
    await stage(tracker).play(Scene("", (crossing(10),)))
    assert len(tracker.posted) == 4
    assert len(set(tracker.posted)) == 1


async def test_a_batch_of_which_a_part_failed_is_sent_again_whole() -> None:
    """An untried command in a batch is no refusal: all go again, and what was taken is repeated."""
    failed = iter([True])

    def half(body: bytes) -> tuple[int, Any]:
        status, verdicts = Tracker.accept(body)
        if next(failed, False):
            verdicts[-1] = {"error": {"status": 503, "code": "unavailable", "detail": "gone"}}
        return status, verdicts

    tracker = Tracker(half)
    await stage(tracker).play(
        Scene("", (crossing(0), Step(0, LAP_RECORDER, c.RingBell(race=RACE))))
    )
    assert len(tracker.posted) == 2
    assert tracker.posted[0] == tracker.posted[1]


@pytest.mark.parametrize("batch", [False, True])
async def test_a_refusal_ends_the_demo_in_the_trackers_words(*, batch: bool) -> None:
    """A refused command is not tried again, alone or in a batch."""
    problem = {"status": 409, "code": "already-exists", "detail": "it was created already"}

    def refuse(body: bytes) -> tuple[int, Any]:
        return (200, [{"error": problem}] * 2) if body.startswith(b"[") else (409, problem)

    tracker = Tracker(refuse)
    steps = (crossing(0), crossing(0)) if batch else (crossing(0),)
    with pytest.raises(DemoRefused, match=r"it was created already \(already-exists\)"):
        await stage(tracker).play(Scene("", steps))
    assert len(tracker.posted) == 1


async def test_the_demo_gives_up_on_a_silent_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit it says what address did not answer, and why."""
    monkeypatch.setattr(player, "RETRY_FOR_S", 0.1)

    def silent(_: bytes) -> tuple[int, Any]:
        raise aiohttp.ServerDisconnectedError("nobody there")

    with pytest.raises(DemoUnanswered, match=r"http://rink/api/v1/commands .* nobody there"):
        await stage(Tracker(silent)).play(Scene("", (crossing(0),)))


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
async def test_a_speed_must_be_a_pace(speed: float) -> None:
    """A speed of nothing, backwards or beyond all bounds is refused before anything is sent."""
    with pytest.raises(DemoRefused, match="cannot be played"):
        await player.play("http://rink", speed)
