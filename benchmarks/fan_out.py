"""One change to a thousand viewers: this project's hub beside a C sender and Python peers.

    python -m benchmarks.fan_out [--quick] [--viewers N]

In one run each server gets the same viewers, written in C and no bottleneck, and the same deltas of
900 bytes: first paced, then as fast as they go. Every figure is told beside the C sender's, which
writes the same frame to each socket and does nothing else. Needs a C compiler.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.fan_out_servers import KINDS, TOPIC

SOURCE = Path(__file__).with_name("fan_out.c")
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
LIMIT = "C send()"
TARGETS = (
    ("bell-lap", LIMIT, "CPU for a delivery", 1.2),
    ("websockets.broadcast", "bell-lap", "CPU for a delivery, at least", 1.6),
    ("aiohttp deflate", "bell-lap deflate", "CPU for a delivery, at least", 4.0),
)


class Peer:
    """A server and its viewers, each a process spoken to in lines."""

    def __init__(self, tool: str, kind: str, viewers: int) -> None:
        command = (
            [tool, "sender", str(viewers)]
            if kind == LIMIT
            else [sys.executable, "-m", "benchmarks.fan_out_servers", kind]
        )
        self.viewers = viewers
        self.server = _open(command)
        port = _line(self.server).strip()
        extension = DEFLATE if kind.endswith("deflate") else ""
        self.watching = _open([tool, "viewers", port, str(viewers), TOPIC, extension])
        self.connected_ms = json.loads(_line(self.watching))["connected_ms"]
        time.sleep(0.5)
        self._seen()

    def phase(self, count: int, pause_us: int) -> dict[str, float]:
        """Send so many broadcasts and return what that came to."""
        began = time.perf_counter()
        told = self._ask(self.server, f"{count} {pause_us}")
        took_s = time.perf_counter() - began
        time.sleep(0.3)
        seen = self._seen()
        arrived = seen["arrived"]
        return {
            "cpu_us": told["cpu_s"] * 1e6 / arrived if arrived else 0.0,
            "per_s": arrived / took_s,
            "share": arrived / (count * self.viewers),
            "p50": seen["p50"],
            "p99": seen["p99"],
        }

    def _seen(self) -> dict[str, Any]:
        return self._ask(self.watching, "?")

    def _ask(self, process: "subprocess.Popen[str]", line: str) -> dict[str, Any]:
        assert process.stdin is not None
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(_line(process))
        return answer

    def end(self) -> None:
        """End both processes."""
        for process in (self.watching, self.server):
            process.kill()
            process.wait()


def _open(command: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"{process.args} ended"
    return line


def measure(viewers: int, paced: int, flat: int) -> dict[str, dict[str, float]]:
    """Return every server's figures, by name and phase."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        tool = str(Path(folder) / "fan_out")
        subprocess.run(["cc", "-O2", "-o", tool, str(SOURCE)], check=True)
        for kind in (LIMIT, *KINDS):
            peer = Peer(tool, kind, viewers)
            try:
                peer.phase(5, 10_000)  # everything is warm
                slow = peer.phase(paced, 50_000)
                fast = peer.phase(flat, 0)
            finally:
                peer.end()
            found[kind] = {
                **{f"paced {name}": value for name, value in slow.items()},
                **{f"flat {name}": value for name, value in fast.items()},
                "handshakes/s": viewers / peer.connected_ms * 1000,
            }
            print(
                f"{kind:22} {slow['cpu_us']:7.2f} us paced {fast['cpu_us']:7.2f} us flat "
                f"{fast['per_s']:9.0f}/s  arrived {fast['share']:4.0%}  to the last viewer "
                f"{slow['p50']:6.1f} ms, p99 {slow['p99']:6.1f} ms  "
                f"{found[kind]['handshakes/s']:6.0f} handshakes/s",
                flush=True,
            )
    return found


def main() -> None:
    """Measure and print the ratios that are promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few viewers, few broadcasts")
    parser.add_argument("--viewers", type=int, default=1000)
    arguments = parser.parse_args()
    viewers, paced, flat = (50, 10, 50) if arguments.quick else (arguments.viewers, 100, 500)
    found = measure(viewers, paced, flat)
    for one, other, what, target in TARGETS:
        for phase in ("paced", "flat"):
            base = found[other][f"{phase} cpu_us"]
            ratio = found[one][f"{phase} cpu_us"] / base if base else 0.0
            print(f"{one} / {other}, {what}, {phase}: {ratio:.2f} (target {target})")


if __name__ == "__main__":
    main()
