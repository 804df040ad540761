"""Every route of the OpenAPI document, asked for anything at all: no fault, leak or intrusion."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support import officials
from tracker import app
from tracker.api import queries
from tracker.config import Settings
from tracker.log.verification import verify

EXAMPLES = 7
"""For each route and each mode."""
HEAD = 30
"""A position that is there."""
REASON = "Elbow of the third kind"
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
KNOWN = {
    "competition": officials.COMPETITION,
    "distance": "women-500",
    "race": "final-a",
    "series": "season",
    "version": 2,
}
"""What is there: without it, nearly every address would lead nowhere."""
ENDLESS = frozenset({"/feed", "/feed/events"})
"""What is answered as long as one listens."""
OFFICIAL, DEVICE = "Kim", "d1"
EMBARGOED = {
    "type": "CallPenalty",
    "race": officials.RACE,
    "competitor": "ann-one",
    "reason": REASON,
    "embargo": True,
}


class Stranger:
    """Asks every route for what fits its description, and for what does not."""

    def __init__(self, url: str, document: dict[str, Any], token: str | None) -> None:
        self.seen: dict[int, int] = {}
        self.leaks: list[str] = []
        self.opened: dict[str, set[str]] = {}
        self._url = url
        self._schema = schemathesis.openapi.from_dict(document)
        self._token = token
        self._session = requests.Session()

    def ask_everything(self) -> None:
        """Ask every route, in both modes."""
        with self._session:
            for found in self._schema.get_all_operations():
                operation = found.ok()
                known = {
                    name: KNOWN[name]
                    for each in operation.path_parameters
                    if (name := each.name) in KNOWN
                }
                good = operation.as_strategy(GenerationMode.POSITIVE, path_parameters=known)
                self._ask(good.map(self._sensible))
                if operation.query or operation.path_parameters or operation.body:
                    self._ask(operation.as_strategy(GenerationMode.NEGATIVE))

    def _sensible(self, case: Case) -> Case:
        """Return a case that reaches further than the door: a moment that was, our own name."""
        for name in ("after", "as_of"):
            value = (case.query or {}).get(name)
            if str(value).isdecimal():
                case.query[name] = int(value) % HEAD
        envelopes = case.body if isinstance(case.body, list) else [case.body]
        if case.operation.path == "/api/v1/commands":
            for envelope in envelopes:
                envelope |= {"official": OFFICIAL, "device": DEVICE}
        return case

    def _ask(self, cases: hypothesis.strategies.SearchStrategy[Case]) -> None:
        @hypothesis.seed(17)
        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(hypothesis.Phase.generate,),
        )
        @hypothesis.given(cases)
        def ask(case: Case) -> None:
            self._send(case)

        ask()

    def _send(self, case: Case) -> None:
        if case.operation.path == "/feed/poll":
            case.query = {**(case.query or {}), "waitMs": 0}
        if self._token is not None:
            case.headers["Authorization"] = f"Bearer {self._token}"
        if case.operation.path in ENDLESS:
            self._open(case)
            return
        answer = case.call(base_url=self._url, session=self._session, timeout=30)
        self.seen[answer.status_code] = self.seen.get(answer.status_code, 0) + 1
        faulty = answer.status_code >= 500 and answer.json()["code"] != "not-yet"
        assert not faulty, f"{case.as_curl_command()}: {answer.text}"
        if REASON.encode() in answer.content:
            self.leaks.append(case.as_curl_command())
        case.validate_response(answer, checks=CHECKS)

    def _open(self, case: Case) -> None:
        """Send what may be answered without an end, and look at how the answer begins."""
        asked = case.as_transport_kwargs(base_url=self._url)
        with self._session.request(**asked, stream=True, timeout=30) as answer:
            status = str(answer.status_code)
            self.seen[answer.status_code] = self.seen.get(answer.status_code, 0) + 1
            self.opened[case.operation.path] = self.opened.get(case.operation.path, set()) | {
                status
            }
            content = case.operation.definition.raw["responses"][status].get("content", {})
            media = answer.headers.get("Content-Type", "").split(";")[0]
            assert media in content or not content, f"{case.as_curl_command()}: {media}"
            begin = next(answer.iter_content(200), b"")
            if REASON.encode() in begin:
                self.leaks.append(case.as_curl_command())


@pytest.fixture
async def tracker(database_url: str, tmp_path: Path) -> AsyncIterator[app.Tracker]:
    """Run a tracker that has a key to sign with, so that nothing is refused for want of one."""
    key = tmp_path / "signing.key"
    settings = Settings(data=None, database=database_url, port=0, signing_key=key)
    async with app.opened(settings) as running:
        await running.runner.caught_up.wait()
        yield running


@pytest.fixture
async def embargoed(
    tracker: app.Tracker, race: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> aiohttp.ClientSession:
    """Speak to a tracker that has officials, and a decision that nobody may know yet."""
    monkeypatch.setattr(queries, "WAIT_S", 0.05)
    await officials.post_all(race, "", [*officials.skated()[:-1], EMBARGOED])
    await tracker.officials.add(OFFICIAL, ["admin"])
    return race


async def fuzzed(http: aiohttp.ClientSession, token: str | None = None) -> Stranger:
    """Ask everything, from a thread beside the server's loop."""
    document = await officials.get(http, "/openapi.json")
    stranger = Stranger(str(http._base_url).rstrip("/"), document, token)
    await asyncio.to_thread(stranger.ask_everything)
    return stranger


async def test_strangers_break_nothing_learn_nothing_and_write_nothing(
    tracker: app.Tracker, embargoed: aiohttp.ClientSession
) -> None:
    """Without a token: every answer is as described, no word of the embargo, no event more."""
    before = await tracker.log.head()
    stranger = await fuzzed(embargoed)
    assert stranger.leaks == []
    assert await tracker.log.head() == before
    assert {200, 401, 404, 422} <= stranger.seen.keys()
    assert stranger.opened.keys() == ENDLESS
    assert "200" in stranger.opened["/feed/events"], "somebody was let in"


async def test_officials_break_nothing(
    tracker: app.Tracker, embargoed: aiohttp.ClientSession
) -> None:
    """With every right: every answer is as described, and the log's chain holds afterwards."""
    code = await tracker.officials.code(OFFICIAL)
    async with embargoed.post("/api/v1/pair", json={"code": code, "device": DEVICE}) as answer:
        token = (await answer.json())["token"]
    stranger = await fuzzed(embargoed, token)
    assert {200, 404, 409, 422} <= stranger.seen.keys()
    await verify(tracker.log)
