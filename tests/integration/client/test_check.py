"""`feed check` passes an honest server over the worst of networks, and names every lie."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.support.feed import MEDALS, RACE
from tests.support.liar import Liar, every, honest
from tests.support.proxy import Proxy
from tests.support.served import Served
from tests.support.viewer import Json
from tracker.cli.feeding import words
from tracker.client.check import Report, Unreachable, check

TOPICS = [RACE, MEDALS]


@contextlib.asynccontextmanager
async def racing(**limits: Any) -> AsyncIterator[Served]:
    """Serve a feed on which something changes all the time."""
    async with Served(heartbeat_ms=300, messages_burst=100, **limits).open() as served:
        skating = asyncio.create_task(served.skate())
        try:
            yield served
        finally:
            skating.cancel()


async def looked(url: str, *, seconds: float = 2.0, delay_ms: int = 500) -> Report:
    """Return what a short look finds."""
    return await check(url, TOPICS, seconds=seconds, delay_ms=delay_ms)


async def test_an_honest_server_passes() -> None:
    """And the look was one: deltas, cuts, resumes, heartbeats and snapshots were seen."""
    async with racing() as served:
        report = await looked(served.url, seconds=3)
    assert report.findings == []
    assert report.topics == sorted(TOPICS)
    assert min(report.deltas, report.cuts, report.resumes, report.beats, report.compared) > 2
    assert report.delay_ms == 500
    assert words(report)[-1].startswith("The feed keeps its promises: ")


async def test_an_honest_server_passes_over_the_worst_of_networks() -> None:
    """Connections are cut anywhere, delayed and overtaken; no promise depends on the network."""
    async with racing() as served, Proxy(served.port).open() as proxy:
        report = await looked(f"ws://127.0.0.1:{proxy.port}/feed", seconds=6)
        assert proxy.cuts > 3
    assert report.findings == []
    assert report.resumes > 5
    assert report.compared > 10


async def test_a_server_where_nothing_happens_passes() -> None:
    """Silence is no fault, and the report says that it was silent."""
    async with Served(heartbeat_ms=300).open() as served:
        report = await looked(served.url)
    assert report.findings == []
    assert words(report)[0].startswith("Nothing changed")


# --- lies ----------------------------------------------------------------------------------------


def dropped(_: Json) -> Iterator[Json]:
    """Say nothing."""
    yield from ()


def doubled(message: Json) -> Iterator[Json]:
    """Say it twice."""
    yield message
    yield message


def ahead(message: Json) -> Iterator[Json]:
    """Claim more than was sent."""
    yield {**message, "pos": message["pos"] + 5}


def behind(message: Json) -> Iterator[Json]:
    """Claim less than was said before."""
    yield {**message, "pos": message["pos"] - 30}


def wrong_prev(message: Json) -> Iterator[Json]:
    """Name a revision that is not the one before."""
    yield {**message, "prev": message["prev"] - 1}


def wrong_patch(message: Json) -> Iterator[Json]:
    """Tell another lap than there was."""
    yield {**message, "patch": {**message["patch"], "lap": -1, "gold": -1}}


def empty_patch(message: Json) -> Iterator[Json]:
    """Lose a key on the way."""
    yield {**message, "patch": {k: v for k, v in message["patch"].items() if k != "entries"}}


LIES = [
    ("delta", 9, dropped, "missed"),
    ("delta", 9, doubled, "doubled"),
    ("hb", 1, ahead, "heartbeat-lies"),
    ("hb", 2, behind, "heartbeat-lies"),
    ("delta", 9, wrong_prev, "wrong-prev"),
    ("delta", 1, wrong_patch, "wrong-document"),
    ("delta", 4, empty_patch, "wrong-document"),
]


@pytest.mark.parametrize(("kind", "count", "lie", "code"), LIES)
async def test_a_lie_is_named(kind: str, count: int, lie: Any, code: str) -> None:
    """Each broken promise has its own code, and the command's exit status would be 1."""
    async with (
        racing() as served,
        Liar(served.url, every(kind, count, lie), lambda hello: hello).open() as liar,
    ):
        report = await looked(liar.url)
    assert code in {finding.code for finding in report.findings}, words(report)
    assert "promises were not kept" in words(report)[-1]


async def test_missing_heartbeats_are_named() -> None:
    """A server that never says that it lives breaks a promise."""
    async with (
        racing() as served,
        Liar(served.url, every("hb", 1, dropped), lambda hello: hello).open() as liar,
    ):
        report = await looked(liar.url)
    assert {finding.code for finding in report.findings} == {"silent"}


async def test_the_last_delta_that_never_came_is_named() -> None:
    """No delta follows it, so only a claim and a fresh snapshot can tell."""

    def only_snapshots(message: Json) -> Iterator[Json]:
        if message["t"] != "delta":
            yield message

    async with (
        racing() as served,
        Liar(served.url, lambda: only_snapshots, lambda hello: hello).open() as liar,
    ):
        report = await looked(liar.url)
    assert "missed" in {finding.code for finding in report.findings}


async def test_a_delay_that_is_only_claimed_is_named() -> None:
    """What comes early is found by comparing with what was seen without a delay."""

    def now(hello: Json) -> Json:
        return {key: value for key, value in hello.items() if key != "delayMs"}

    def claimed(message: Json) -> Iterator[Json]:
        yield {**message, "delayMs": 500} if message["t"] == "welcome" else message

    async with racing() as served, Liar(served.url, lambda: claimed, now).open() as liar:
        report = await looked(liar.url, seconds=3)
    early = [(finding.code, finding.detail) for finding in report.findings]
    for code, word in (("early", "position"), ("clock-early", "sync"), ("clock-early", "heart")):
        assert any(code == found and word in detail for found, detail in early), (code, word)


async def test_a_delay_that_is_not_granted_is_named() -> None:
    """A server that knows no delays is not one of this protocol."""

    def now(hello: Json) -> Json:
        return {key: value for key, value in hello.items() if key != "delayMs"}

    async with racing() as served, Liar(served.url, lambda: honest, now).open() as liar:
        report = await looked(liar.url)
    assert any("not granted" in finding.detail for finding in report.findings)


async def test_a_server_that_is_none_is_unreachable() -> None:
    """Nobody there, or nobody who knows the topics."""
    async with racing() as served:
        with pytest.raises(Unreachable):
            await check(served.url, ["race/a/b/c"], seconds=1)
        port = served.port
    with pytest.raises(Unreachable):
        await check(f"ws://127.0.0.1:{port}/feed", TOPICS, seconds=1)
