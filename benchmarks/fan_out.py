"""One change to thousands of viewers: this project's hub beside a C sender and its peers.

    python -m benchmarks.fan_out [--quick] [--viewers N] [--rounds N] [--idle N]

In one run each server gets the same viewers, written in C and no bottleneck, and the same deltas of
900 bytes: first paced, then as fast as they go. Every figure is told beside the C sender's, which
writes the same frame to each socket and does nothing else. The servers take turns three times, and
the best of each is told: what else the machine does only makes it slower. Needs a C compiler; NATS
is left out where there is no `nats-server`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.fan_out_servers import KINDS, NATS, TOPIC
from tracker.live.write_all import compiled

SOURCE = Path(__file__).with_name("fan_out.c")
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
LIMIT = "C send()"
OURS = "bell-lap"
Figures = dict[str, dict[str, float]]
TARGETS = (
    (OURS, LIMIT, "flat cpu_us", "processor time for a delivery, flat out", "at most", 1.2),
    (OURS, LIMIT, "paced cpu_us", "processor time for a delivery, paced", "at most", 1.2),
    (OURS, LIMIT, "flat per_s", "deliveries a second", "at least", 0.8),
    (OURS, LIMIT, "paced p99", "time to the last viewer, p99", "at most", 1.5),
    (OURS, "websockets.broadcast", "flat per_s", "deliveries a second", "at least", 1.6),
    (OURS, "picows", "flat per_s", "deliveries a second", "at least", 1.0),
    (OURS, "aiohttp send_str", "flat per_s", "deliveries a second", "at least", 1.0),
    (OURS, NATS, "flat per_s", "deliveries a second", "at least", 1.0),
    ("bell-lap deflate", OURS, "flat per_s", "deliveries a second", "at least", 0.9),
    ("bell-lap deflate", "aiohttp deflate", "flat per_s", "deliveries a second", "at least", 4.0),
    (OURS, "aiohttp send_str", "handshakes_s", "handshakes a second", "at least", 1.0),
)


MORE_IS_BETTER = {"flat per_s", "paced per_s", "flat share", "paced share", "handshakes_s"}


class Viewers:
    """A process in C that holds viewers of a server."""

    def __init__(self, tool: str, port: str, count: int, kind: str, how: str = "") -> None:
        extension = DEFLATE if kind.endswith("deflate") else ""
        how = how or ("nats" if kind == NATS else "")
        self.process = _open([tool, "viewers", port, str(count), TOPIC, extension, how], 1)
        self.connected_ms: float = json.loads(_line(self.process))["connected_ms"]

    def seen(self) -> dict[str, Any]:
        """Return what has arrived since this was asked last."""
        return _ask(self.process, "?")

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


class Peer:
    """A server, a process spoken to in lines, and its viewers."""

    def __init__(self, tool: str, kind: str, viewers: int) -> None:
        command = (
            [tool, "sender", str(viewers)]
            if kind == LIMIT
            else [sys.executable, "-m", "benchmarks.fan_out_servers", kind]
        )
        self.tool, self.kind, self.count = tool, kind, viewers
        self.server = _open(command, 0)
        self.port = _line(self.server).strip()
        if kind not in (LIMIT, NATS):
            # What a server keeps for the first viewers ever is not what it keeps for one more.
            first = Viewers(tool, self.port, 50, kind)
            time.sleep(0.2)
            first.end()
        self.before = 0.0 if kind == LIMIT else self.ask(1, 0)["rss"]
        self.watching = Viewers(tool, self.port, viewers, kind)
        time.sleep(0.5)
        self.watching.seen()

    def ask(self, count: int, pause_us: int) -> dict[str, Any]:
        """Have so many broadcasts sent; return what the server says of it."""
        return _ask(self.server, f"{count} {pause_us}")

    def phase(self, count: int, pause_us: int) -> dict[str, float]:
        """Send so many broadcasts and return what that came to."""
        began = time.perf_counter()
        told = self.ask(count, pause_us)
        took_s = time.perf_counter() - began
        time.sleep(0.3)
        seen = self.watching.seen()
        arrived = seen["arrived"]
        return {
            "cpu_us": told["cpu_s"] * 1e6 / arrived if arrived else 0.0,
            "per_s": arrived / took_s,
            "share": arrived / (count * self.count),
            "p50": seen["p50"],
            "p99": seen["p99"],
            "rss": told["rss"],
        }

    def end(self) -> None:
        """End both processes."""
        self.watching.end()
        assert self.server.stdin is not None
        self.server.stdin.close()  # which ends it, and whatever it has started
        self.server.wait(30)


def _open(command: list[str], core: int) -> "subprocess.Popen[str]":
    """Start a process, on a core of its own where there are two."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process.pid, {cores[core % len(cores)]})
    return process


def _ask(process: "subprocess.Popen[str]", line: str) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(_line(process))
    return answer


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"{process.args} ended"
    return line


def measured(tool: str, kind: str, viewers: int, paced: int, flat: int) -> dict[str, float]:
    """Return one server's figures, by phase."""
    peer = Peer(tool, kind, viewers)
    try:
        peer.phase(5, 10_000)  # everything is warm
        slow = peer.phase(paced, 50 * max(viewers, 1000))
        fast = peer.phase(flat, 0)
    finally:
        peer.end()
    return {
        **{f"paced {name}": value for name, value in slow.items()},
        **{f"flat {name}": value for name, value in fast.items()},
        "handshakes_s": viewers / peer.watching.connected_ms * 1000,
    }


def measure(tool: str, viewers: int, paced: int, flat: int, rounds: int) -> Figures:
    """Return every server's figures, by name and phase: the best of several rounds."""
    kinds = [LIMIT, *(kind for kind in KINDS if kind != NATS or shutil.which("nats-server"))]
    several: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind in kinds:
            several[kind].append(measured(tool, kind, viewers, paced, flat))
    found: Figures = {}
    for kind, each in several.items():
        found[kind] = {
            name: (max if name in MORE_IS_BETTER else min)(one[name] for one in each)
            for name in each[0]
        }
        best = found[kind]
        print(
            f"| {kind} | {best['paced cpu_us']:.2f} | {best['flat cpu_us']:.2f} | "
            f"{best['flat per_s']:,.0f} | {best['flat share']:.0%} | {best['paced p50']:.1f} | "
            f"{best['paced p99']:.1f} | {best['handshakes_s']:,.0f} |",
            flush=True,
        )
    return found


def frozen(tool: str, viewers: int, count: int) -> None:
    """Print what one viewer that reads nothing does to the others, and to memory."""
    peer = Peer(tool, OURS, viewers)
    try:
        peer.phase(20, 10_000)
        without = peer.phase(count, 20_000)
        stuck = Viewers(tool, peer.port, 1, OURS, "frozen")
        peer.ask(300, 1_000)  # its buffers are full from here on
        peer.watching.seen()
        beside = peer.phase(count, 20_000)
        stuck.end()
    finally:
        peer.end()
    print(
        f"one viewer that reads nothing beside {viewers}: p99 {beside['p99']:.2f} ms, without it "
        f"{without['p99']:.2f} ms: {beside['p99'] / without['p99']:.2f} (target at most 1.1); "
        f"memory {(beside['rss'] - without['rss']) / 1024:+.0f} KiB (target below 1024)"
    )


def idle(tool: str, viewers: int) -> None:
    """Print what so many viewers weigh that are told nothing, and whether a race reaches all."""
    peer = Peer(tool, OURS, viewers)
    try:
        quiet = peer.ask(0, 0)
        weight = (quiet["rss"] - peer.before) / viewers / 1024
        race = peer.phase(20, 500_000)
    finally:
        peer.end()
    print(
        f"{viewers} idle viewers: {weight:.2f} KiB each (target at most 4), "
        f"{viewers / peer.watching.connected_ms * 1000:,.0f} handshakes a second; then 20 changes: "
        f"{race['share']:.2%} arrived, the last viewer has one after {race['p50']:.0f} ms, "
        f"p99 {race['p99']:.0f} ms"
    )


def main() -> None:
    """Measure and print the ratios that are promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few viewers, few broadcasts")
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3, help="how often each server has its turn")
    parser.add_argument("--idle", type=int, default=9_900, help="idle viewers; 0 for none")
    arguments = parser.parse_args()
    viewers, rounds = arguments.viewers, arguments.rounds
    paced, flat = min(80, 200_000 // viewers), 500_000 // viewers
    if arguments.quick:
        viewers, paced, flat, rounds = 50, 10, 50, 1
    with tempfile.TemporaryDirectory() as folder:
        tool = str(Path(folder) / "fan_out")
        subprocess.run(["cc", "-O2", "-o", tool, str(SOURCE)], check=True)
        print(f"bell-lap writes frames in {'C' if compiled() else 'Python'}.\n")
        print("| server | us paced | us flat | deliveries/s | arrived | p50 ms | p99 ms | hs/s |")
        print("|---|---|---|---|---|---|---|---|")
        found = measure(tool, viewers, paced, flat, rounds)
        for one, other, figure, words, bound, target in TARGETS:
            if other in found and found[other][figure]:
                ratio = found[one][figure] / found[other][figure]
                print(f"{one} / {other}, {words}: {ratio:.2f} (target {bound} {target})")
        frozen(tool, viewers, 20 if arguments.quick else 500)
        if arguments.idle and not arguments.quick:
            idle(tool, arguments.idle)


if __name__ == "__main__":
    main()
