"""Whatever is killed in mid-race, nothing acknowledged is missing and nothing is doubled."""

import asyncio
import contextlib
import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp

from tests.support import officials, process

OFFICIALS = 4
CROSSINGS = 40
"""Of each official."""
KILL_AT = (25, 75, 120)
"""Acknowledgements after which server and PostgreSQL are killed."""
READS = (
    ("show", "board", officials.race_id(0)),
    ("show", "lap-chart", officials.race_id(1)),
    ("show", "result", officials.race_id(2)),
    ("show", "classification", officials.DISTANCE),
    ("show", "medals", officials.COMPETITION),
    ("show", "standings", "season"),
    ("show", "programme", officials.COMPETITION),
    ("show", "journal", officials.COMPETITION),
)


class LapRecorder:
    """An official at one race who sends each crossing until it is acknowledged."""

    def __init__(self, number: int) -> None:
        self.device = f"tablet-{number}"
        self.race = officials.race_id(number)
        self.acknowledged: dict[int, dict[str, Any]] = {}

    async def work(self, url: str, tally: asyncio.Queue[str]) -> None:
        """Record all crossings, counting on."""
        async with aiohttp.ClientSession() as http:
            for seq in range(1, CROSSINGS + 1):
                skater = officials.SKATERS[seq % len(officials.SKATERS)][0]
                crossing = {"type": "RecordCrossing", "race": self.race, "competitor": skater}
                self.acknowledged[seq] = await officials.insist(
                    http,
                    url,
                    {
                        "command": crossing,
                        "official": "lap-recorder",
                        "device": self.device,
                        "device_seq": seq,
                        "occurred_at": "2024-02-11T14:31:07.123Z",
                    },
                )
                tally.put_nowait(self.device)


def kill_everything(served: process.Served, data: Path) -> None:
    """Kill the server and its PostgreSQL at the same moment, without a chance to clean up."""
    served.process.kill()
    found = process.postmasters(data)
    assert found, "there is no PostgreSQL to kill"
    for pid in found:
        os.kill(pid, signal.SIGKILL)


async def race_day(data: Path, output: Path) -> tuple[list[LapRecorder], int]:
    """Let officials work while everything is killed again and again; return who saw what."""
    target, port = ("--data", str(data)), process.free_port()
    served = await process.start(target, output, port=port)
    recorders = [LapRecorder(number) for number in range(OFFICIALS)]
    tally: asyncio.Queue[str] = asyncio.Queue()
    try:
        async with aiohttp.ClientSession() as http:
            commands = officials.programme(races=OFFICIALS)
            starts = [{"type": "StartRace", "race": each.race} for each in recorders]
            await officials.post_all(http, served.url, commands + starts)
        async with asyncio.TaskGroup() as group:
            for recorder in recorders:
                group.create_task(recorder.work(served.url, tally))
            for done in range(1, OFFICIALS * CROSSINGS + 1):
                await tally.get()
                if done in KILL_AT:
                    kill_everything(served, data)
                    await served.process.wait()
                    served = await process.start(target, output, port=port)
        status = await served.end(signal.SIGTERM)
    finally:
        if served.process.returncode is None:
            served.process.kill()
            await served.process.wait()
    return recorders, status


async def exported(data: Path, target: Path) -> list[dict[str, Any]]:
    """Return every event of the log, from an export."""
    status, _, err = await process.run("log", "export", str(target), "--data", str(data))
    assert status == 0, err
    return events_in(target)


def events_in(archive: Path) -> list[dict[str, Any]]:
    """Return the lines of an archive that are events."""
    lines = [json.loads(line) for line in archive.read_text().splitlines()]
    return [line for line in lines if "stream" in line and "version" in line]


async def documents(data: Path) -> list[Any]:
    """Return what every read model shows."""
    found = []
    for command in READS:
        status, out, err = await process.run(*command, "--json", "--data", str(data))
        assert status == 0, (command, err)
        found.append(json.loads(out))
    return found


async def test_nothing_is_lost_or_doubled_when_everything_is_killed(tmp_path: Path) -> None:
    """Kill -9 of server and PostgreSQL in mid-race leaves exactly what was acknowledged."""
    data = tmp_path / "data"
    try:
        recorders, status = await race_day(data, tmp_path / "server.txt")
        assert status == 0

        events = await exported(data, tmp_path / "log.ndjson")
        kept = Counter((e["device"], e["device_seq"]) for e in events if e.get("device_seq"))
        sent = {(r.device, seq) for r in recorders for seq in range(1, CROSSINGS + 1)}
        assert set(kept) == sent, "an acknowledged crossing is missing"
        assert set(kept.values()) == {1}, "a crossing is doubled"

        at = {e["position"]: e for e in events}
        assert sorted(at) == list(range(1, len(events) + 1)), "positions have gaps"
        for recorder in recorders:
            for seq, receipt in recorder.acknowledged.items():
                event = at[receipt["position"]]
                assert (event["device"], event["device_seq"]) == (recorder.device, seq)

        status, out, err = await process.run("log", "verify", "--data", str(data))
        assert status == 0, out + err

        before = await documents(data)
        status, out, err = await process.run("projections", "rebuild", "--all", "--data", str(data))
        assert status == 0, out + err
        assert await documents(data) == before, "a rebuild shows something else"
    finally:
        for pid in process.postmasters(data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
