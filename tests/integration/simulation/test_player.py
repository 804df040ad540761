"""A simulation on the real server: the same facts as in memory, and a robot in training."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from tests.support import simulated
from tests.support.process import free_port
from tracker import app
from tracker.config import Settings
from tracker.log.event_log import EventLog
from tracker.simulation import player
from tracker.simulation.day import moves, season
from tracker.simulation.moves import Drawing, Move, Skated, Step
from tracker.simulation.plan import Plan
from tracker.simulation.player import (
    SimulationDiverged,
    SimulationRefused,
    SimulationUnanswered,
    begins,
    play,
)
from tracker.simulation.trainee import Trainee

AT_ONCE = 1_000_000.0
START = datetime(2025, 1, 11, 10, tzinfo=UTC)
PLAN = Plan(seed=8, entries=12, distances=("men-500", "mixed-2000-relay"))


@pytest.fixture
async def url(database_url: str) -> AsyncIterator[str]:
    """Run a tracker on a database of its own, and return where."""
    settings = Settings(data=None, database=database_url, port=0)
    async with app.opened(settings) as running:
        await running.runner.caught_up.wait()
        async with TestServer(running.site) as server:
            yield str(server.make_url("/"))


async def read(url: str, path: str, **query: str) -> Any:
    """Return a document."""
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{url}api/v1/{path}", params=query) as got,
    ):
        assert got.status == 200
        return await got.json()


async def test_the_server_takes_what_was_worked_out(url: str, event_log: EventLog) -> None:
    """The log is that of memory, fact by fact; medals are those of an independent count."""
    played = await play(url, PLAN, AT_ONCE, start=START)
    expected = await simulated.logged(
        season(PLAN.seed, entries=12, distances=PLAN.distances, start=START)
    )
    rows = (await read(url, "events", limit="1000"))["rows"]
    while (more := await read(url, "events", after=str(rows[-1]["position"])))["rows"]:
        rows += more["rows"]
    in_memory = await expected.read_after(0)
    assert played.facts.total() == played.position == len(in_memory) > 150
    logged = await event_log.read_after(0)
    assert [(e.stream, e.version, e.type, e.data, e.occurred_at, e.device) for e in logged] == [
        (e.stream, e.version, e.type, e.data, e.occurred_at, e.device) for e in in_memory
    ]
    assert [row["version"] for row in rows] == [
        each.version for each in in_memory if each.position in {row["position"] for row in rows}
    ]


async def test_a_seed_is_simulated_once(url: str) -> None:
    """Played again at another time the first command is refused, and the sentence helps."""
    plan = Plan(seed=3, entries=3, distances=("men-500",))
    await play(url, plan, AT_ONCE, start=START)
    with pytest.raises(SimulationRefused, match="another --seed"):
        await play(url, plan, AT_ONCE, start=START + timedelta(minutes=1))


async def test_another_draw_ends_the_simulation(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where server and simulation disagree about who starts where, the race is named."""

    def mistaken(plan: Plan) -> Iterator[Move]:
        for move in moves(plan):
            if isinstance(move, Drawing):
                first = move.races[0]
                turned = replace(first, places=first.places[::-1])
                yield replace(move, races=(turned, *move.races[1:]))
            else:
                yield move

    monkeypatch.setattr(player, "moves", mistaken)
    with pytest.raises(SimulationDiverged, match="sim-3-1/men-500/final-a"):
        await play(url, Plan(seed=3, entries=3, distances=("men-500",)), AT_ONCE, start=START)


async def test_other_events_than_foreseen_end_the_simulation(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that leads to something else is named, with what it should have led to."""

    def mistaken(plan: Plan) -> Iterator[Move]:
        for move in moves(plan):
            if isinstance(move, Step) and move.kinds == ("RaceScheduled",):
                yield replace(move, kinds=("RaceCancelled",))
            else:
                yield move

    monkeypatch.setattr(player, "moves", mistaken)
    with pytest.raises(SimulationDiverged, match="RaceScheduled, not to RaceCancelled"):
        await play(url, Plan(seed=3, entries=3, distances=("men-500",)), AT_ONCE, start=START)


async def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers: after a while the simulation says so, in one sentence."""
    monkeypatch.setattr(player, "RETRY_FOR_S", 0.1)
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(SimulationUnanswered, match="has not taken a command"):
        await play(nowhere, Plan(seed=3, entries=3, distances=("men-500",)), AT_ONCE, start=START)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("inf"), float("nan")])
async def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    """Nothing is sent at a pace that does not exist."""
    with pytest.raises(SimulationRefused, match="give a number above 0"):
        await play("http://127.0.0.1:1", PLAN, speed)


def test_no_fact_of_a_simulation_lies_in_the_future() -> None:
    """At the pace of the rink it begins now; faster, so long ago that it ends now."""
    plan = Plan(seed=3, entries=3, distances=("men-500",))
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert begins(plan, 1.0, now) == now
    assert begins(plan, 0.5, now) == now
    fast, faster = begins(plan, 20.0, now), begins(plan, 1_000.0, now)
    assert faster < fast < now - timedelta(minutes=3)
    two = Plan(seed=3, entries=3, distances=("men-500",), competitions=2)
    assert now - timedelta(days=1) < begins(two, 1.0, now) < now - timedelta(hours=23)


class Robot(Trainee):
    """Keys the truth, but misses the first crossing of whoever stands first in it."""

    faultless = True

    async def watch(self, skated: Skated) -> None:
        """Key a race at once, each crossing at the instant it happened."""
        self._skated[skated.race] = skated
        self.shown = skated

    async def judge(self, race: str, position: int) -> None:
        """Send what was keyed without a network, then be judged."""
        skated, commands = self.shown, []
        for who, times in skated.crossings.items():
            for row, elapsed_ms in enumerate(times):
                if self.faultless or row:
                    at = START + timedelta(milliseconds=skated.gun_ms + elapsed_ms)
                    crossing = {"type": "RecordCrossing", "race": race, "competitor": who}
                    commands.append(
                        {
                            "command": crossing,
                            "official": "Trainee",
                            "device": "robot",
                            "occurred_at": at.isoformat(),
                        }
                    )
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self._url}/api/v1/commands", json=commands) as answer,
        ):
            verdicts = await answer.json()
        assert all(verdict["position"] > position for verdict in verdicts)
        await super().judge(race, verdicts[-1]["position"])


@pytest.mark.parametrize("faultless", [True, False])
async def test_who_keys_the_truth_has_a_hundred(url: str, *, faultless: bool) -> None:
    """The lap recorder's facts are left out, the trainee's are scored, the races go on."""
    said: list[str] = []
    robot = Robot(url, say=said.append)
    robot.faultless = faultless
    plan = Plan(seed=8, entries=6, distances=("men-500",))
    played = await play(url, plan, AT_ONCE, start=START, training=robot.training())
    assert played.facts["CrossingRecorded"] == played.facts["BellRung"] == 0
    assert played.races == len(robot.judged) == 4
    assert [line for line in said if line.startswith("Next is ")][-1].startswith(
        "Next is Men 500 m, Final A"
    )
    assert sum("/console?race=" in line for line in said) == 4
    for one in robot.judged:
        missed = 0 if faultless else sum(bool(times) for times in one.skated.crossings.values())
        assert (one.score.missed, one.score.doubled, one.score.late) == (missed, 0, 0)
        assert one.score.points == pytest.approx(100 * (1 - missed / one.score.crossings))
    result = await read(url, "races/sim-8-1/men-500/final-a/result", after=str(played.position))
    assert result["state"] in {"OFFICIAL", "CORRECTED"}
