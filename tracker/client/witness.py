"""One viewer who believes nothing: holds every message to what the protocol promises."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from tracker.client.fold import Json
from tracker.live.merge_patch import apply

FINDINGS_LIMIT = 20
"""Findings of one code that one witness notes; more of the same say nothing new."""
HISTORY_LIMIT = 20_000
"""Documents that one witness keeps of each topic."""


class Finding(Struct, frozen=True):
    """Something that a feed has promised and not kept."""

    code: str
    detail: str


class Held(Struct):
    """A document, from which position on it was held, and up to which it was said to be true."""

    position: int
    rev: int
    document: Json
    at_s: float
    """When it came."""
    prompt: bool
    """Whether it came when it happened, and not to make up for what was missed."""
    until: int = 0


class Sample(Struct, frozen=True):
    """A snapshot that somebody got who came anew."""

    topic: str
    position: int
    rev: int
    document: Json


class Witness:
    """Folds what one viewer is told, and notes whatever cannot be."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.history: dict[str, list[Held]] = {}
        self.claimed = 0
        """Up to which position everything was said to have been sent."""
        self.claims: list[tuple[float, int]] = []
        """When each such claim came."""
        self.epoch: str | None = None
        self.delay_ms = 0
        self.heartbeat_ms = 0
        self.beats: list[tuple[float, str]] = []
        self.offset_ms: float | None = None
        self.heard_s = 0.0
        """When the last message came."""
        self.best_trip_ms = float("inf")
        self.longest_trip_ms = 0.0
        self.deltas = 0
        self.resumes = 0
        self.in_step = False
        self._broken: set[str] = set()
        """Topics of which something is known to be missing."""
        self._prompt = False

    def note(self, code: str, detail: str) -> None:
        """Note a finding."""
        if sum(each.code == code for each in self.findings) < FINDINGS_LIMIT:
            self.findings.append(Finding(code, f"{self.name}: {detail}"))

    def waited(self, seconds: float) -> None:
        """Take note of how long an answer was on its way."""
        self.longest_trip_ms = max(self.longest_trip_ms, seconds * 1000)

    @property
    def revs(self) -> dict[str, int]:
        """Return the revision that is held of each topic."""
        return {topic: held[-1].rev for topic, held in self.history.items() if held}

    def resume(self, *, by_position: bool) -> Json | None:
        """Return what is held, for a hello; None when there is nothing to resume."""
        if self.epoch is None or not self.history:
            return None
        resume: Json = {"epoch": self.epoch, "pos": self.claimed}
        if not by_position:
            resume["revs"] = self.revs
        return resume

    def take(self, message: Json, at_s: float) -> None:
        """Take a message that arrived at a time."""
        self.heard_s = at_s
        kind = message.get("t")
        match kind:
            case "welcome":
                self._welcome(message)
                return
            case "snap":
                self._snap(message, at_s)
            case "delta":
                self._delta(message, at_s)
            case "hb":
                self.beats.append((at_s, message["time"]))
            case "bye" | "err" | "sync":
                pass
            case _:
                return
        self.in_step = not message.get("more", False)
        if self.in_step and "pos" in message:
            self._claim(message["pos"], str(kind), at_s)
            self._prompt = True

    def _welcome(self, message: Json) -> None:
        if self.epoch is not None and self.epoch != message["epoch"]:
            self.history.clear()
        if message["mode"] == "resumed":
            self.resumes += 1
        self.epoch = message["epoch"]
        self.delay_ms = message.get("delayMs", 0)
        self.heartbeat_ms = message["heartbeatMs"]
        self.claimed = 0
        self.in_step = self._prompt = False
        for gone in self.history.keys() - set(message["topics"]):
            del self.history[gone]

    def _claim(self, position: int, kind: str, at_s: float) -> None:
        """Take note that everything up to a position is said to have been sent."""
        if position < self.claimed:
            self.note(
                "heartbeat-lies" if kind == "hb" else "backwards",
                f"a {kind} says {position}, after {self.claimed} was reached",
            )
            return
        self.claimed = position
        self.claims.append((at_s, position))
        for held in self.history.values():
            if held:
                held[-1].until = max(held[-1].until, position)

    def _snap(self, message: Json, at_s: float) -> None:
        topic = message["topic"]
        if message["rev"] > message["pos"]:
            self.note("backwards", f"{topic}: revision {message['rev']} is beyond {message['pos']}")
        self._broken.discard(topic)
        self._keep(topic, message, message["data"], at_s)

    def _delta(self, message: Json, at_s: float) -> None:
        topic, rev, prev = message["topic"], message["rev"], message["prev"]
        held = self.history.get(topic)
        if not held:
            self.note("missed", f"{topic}: a delta to {rev} came before any snapshot")
            return
        self.deltas += 1
        last = held[-1]
        if rev <= last.rev:
            self.note("doubled", f"{topic}: the delta to {rev} came again, {last.rev} is held")
            return
        if rev <= self.claimed:
            self.note(
                "heartbeat-lies",
                f"{topic}: everything up to {self.claimed} was said to have been sent, "
                f"and then came {rev}",
            )
        if prev > last.rev:
            self.note("missed", f"{topic}: {rev} follows {prev}, but {last.rev} is held")
            self._broken.add(topic)
        elif prev < last.rev:
            self.note("wrong-prev", f"{topic}: {rev} names {prev}, but {last.rev} came before it")
        self._keep(topic, message, apply(last.document, message["patch"]), at_s)

    def _keep(self, topic: str, message: Json, document: Json, at_s: float) -> None:
        kept = self.history.setdefault(topic, [])
        kept.append(Held(message["pos"], message["rev"], document, at_s, self._prompt))
        if len(kept) > HISTORY_LIMIT:
            del kept[0]

    # --- afterwards --------------------------------------------------------------------------

    def compare(self, sample: Sample) -> bool:
        """Hold what was held at a position against a fresh snapshot; return whether it could be."""
        if sample.topic in self._broken:
            return True
        kept = self.history.get(sample.topic, [])
        then = next((each for each in reversed(kept) if each.position <= sample.position), None)
        if then is None:
            return False
        same = then.document == sample.document
        if then.rev == sample.rev:
            if not same:
                self.note(
                    "wrong-document",
                    f"{sample.topic} at revision {then.rev} is not what a fresh snapshot shows: "
                    f"{difference(then.document, sample.document)}",
                )
            return True
        if then.until < sample.position:
            return False
        if not same:
            self.note(
                "missed",
                f"{sample.topic}: everything up to {then.until} was said to have been sent; "
                f"revision {then.rev} is held, a fresh snapshot has {sample.rev} "
                f"at {sample.position}: {difference(then.document, sample.document)}",
            )
        return True

    def knew(self, position: int) -> float | None:
        """Return when the last change up to a position was seen to happen, if one was."""
        seen = [
            (each.rev, each.at_s)
            for kept in self.history.values()
            for each in kept
            if each.prompt and each.rev <= position
        ]
        return max(seen)[1] if seen else None

    def check_delay(self, live: "Witness", tolerance_ms: float) -> None:
        """Hold every claim and every clock against what was seen without a delay."""
        for at_s, position in self.claims:
            told_s = live.knew(position)
            if told_s is not None and (at_s - told_s) * 1000 < self.delay_ms - tolerance_ms:
                self.note(
                    "early",
                    f"position {position} came {(at_s - told_s) * 1000:.0f} ms after it was told "
                    f"without a delay, {self.delay_ms} ms were promised",
                )
        if live.offset_ms is None:
            return
        behind_ms = self.delay_ms - tolerance_ms
        if self.offset_ms is not None and live.offset_ms - self.offset_ms < behind_ms:
            self.note(
                "clock-early",
                f"sync tells a clock that is {live.offset_ms - self.offset_ms:.0f} ms late, "
                f"{self.delay_ms} ms were promised",
            )
        for at_s, written in self.beats:
            told_ms = datetime.fromisoformat(written).timestamp() * 1000
            late_ms = at_s * 1000 + live.offset_ms - told_ms
            if late_ms < behind_ms:
                self.note(
                    "clock-early",
                    f"a heartbeat tells a time that is {late_ms:.0f} ms late, "
                    f"{self.delay_ms} ms were promised",
                )


def difference(one: Any, other: Any, path: str = "") -> str:
    """Return where two documents differ first."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            if one.get(key) != other.get(key):
                return difference(one.get(key), other.get(key), f"{path}.{key}".lstrip("."))
    return f"{path} is {str(one)[:60]}, not {str(other)[:60]}"
