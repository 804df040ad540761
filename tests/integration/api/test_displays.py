"""Managed displays: paired by code, told what to show, seen when they fall silent."""

import re
from typing import Any

import aiohttp
import pytest

from tests.support import postgres
from tracker import app
from tracker.api import display_store
from tracker.config import Settings

Http = aiohttp.ClientSession
PATH = "/api/v1/displays"
WALL = {"name": "Wall", "page": "scoreboard", "options": "width=768&height=384"}


async def send(http: Http, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Send JSON, insist that it is taken, and return the answer."""
    async with http.request(method, path, json=body, headers=headers) as answer:
        text = await answer.text()
        assert answer.status < 300, text
        return await answer.json() if text else None


async def ask(http: Http, own: Any, **said: int) -> Any:
    """Ask as a display does."""
    bearer = f"Bearer {own['secret']}"
    return await send(http, "POST", f"{PATH}/{own['display']}/alive", said, Authorization=bearer)


async def test_a_display_pairs_by_code_and_is_told(http: Http) -> None:
    """It shows a code until somebody types it, then what it is told, under a new number."""
    own = await send(http, "POST", PATH, {})
    assert re.fullmatch(r"[A-Z2-9]{6}", own["code"])
    assert (await ask(http, own))["code"] == own["code"]
    assert (await send(http, "GET", PATH))["rows"] == []
    typed = f" {own['code'][:3].lower()} {own['code'][3:]}"
    await send(http, "POST", f"{PATH}/pair", {**WALL, "code": typed})
    told = await ask(http, own, shown=0, width=768, height=384)
    assert (told["code"], told["page"], told["revision"]) == (None, "scoreboard", 1)
    await send(http, "POST", f"{PATH}/{own['display']}/refresh", {})
    await send(http, "PUT", f"{PATH}/{own['display']}", {"name": "Wall", "page": "overlay"})
    told = await ask(http, own, shown=1)
    assert (told["page"], told["options"], told["revision"]) == ("overlay", "", 3)
    (row,) = (await send(http, "GET", PATH))["rows"]
    assert (row["name"], row["stale"], row["current"]) == ("Wall", False, False)
    assert not {"secret", "code"} & {*row}
    await send(http, "DELETE", f"{PATH}/{own['display']}")
    assert (await send(http, "GET", PATH))["rows"] == []


async def test_only_the_display_itself_can_ask(http: Http) -> None:
    """A wrong secret, an unknown display and a code nobody shows are all not found."""
    own = await send(http, "POST", PATH, {})
    alive = f"{PATH}/{own['display']}/alive"
    wrong = {"Authorization": "Bearer guessed"}
    async with http.post(alive, json={}, headers=wrong) as answer:
        assert answer.status == 404
    async with http.post(f"{PATH}/pair", json={**WALL, "code": "NOSUCH"}) as answer:
        assert answer.status == 404
        assert "NOSUCH" in (await answer.json())["detail"]
    for method, path in (("PUT", "/x"), ("DELETE", "/x"), ("POST", "/x/refresh")):
        body = {"name": "W", "page": "home"} if method == "PUT" else {}
        async with http.request(method, PATH + path, json=body) as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"page": "/etc/passwd"},
        {"options": "javascript:alert(1)"},
        {"options": "a=<b>"},
        {"name": ""},
        {"name": "x" * 61},
        {"url": "https://elsewhere.example"},
    ],
)
async def test_a_display_shows_our_pages_alone(http: Http, changes: dict[str, str]) -> None:
    """Nobody can be sent to another site, or to anything but a page with parameters."""
    async with http.post(f"{PATH}/pair", json={"code": "ABCDEF", **WALL, **changes}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (422, "invalid-value")


async def test_a_form_of_another_site_can_do_nothing(http: Http) -> None:
    """What needs no permission of the browser's is refused."""
    for path in ("", "/pair", "/x/refresh", "/x/alive"):
        async with http.post(PATH + path, data=b"{}") as answer:
            assert answer.status == 415, path
    async with http.post(
        f"{PATH}/pair", data=b"{", headers={"Content-Type": "application/json"}
    ) as a:
        assert (a.status, (await a.json())["code"]) == (400, "malformed-json")


async def test_a_restart_forgets_no_display(http: Http, database_url: str) -> None:
    """Another process that serves the same store knows the display and what it was told."""
    own = await send(http, "POST", PATH, {})
    await send(http, "POST", f"{PATH}/pair", {**WALL, "code": own["code"]})
    settings = Settings(data=None, database=database_url, port=0)
    async with app.opened(settings) as other:
        store = display_store.DisplayStore(other.models.pool)
        told = await store.alive(own["display"], own["secret"], display_store.Alive())
    assert (told["name"], told["revision"]) == ("Wall", 1)


async def test_who_has_fallen_silent_is_stale(http: Http, database_url: str) -> None:
    """A display that has not asked for a while is listed as stale, with for how long."""
    own = await send(http, "POST", PATH, {})
    await send(http, "POST", f"{PATH}/pair", {**WALL, "code": own["code"]})
    await postgres.execute(
        database_url, "update displays set seen_at = seen_at - interval '1 minute'"
    )
    (row,) = (await send(http, "GET", PATH))["rows"]
    assert row["stale"]
    assert row["silent_ms"] >= 60_000
    await ask(http, own, shown=1)
    (row,) = (await send(http, "GET", PATH))["rows"]
    assert (row["stale"], row["current"]) == (False, True)


async def test_displays_are_bounded(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than the limit is refused."""
    monkeypatch.setattr(display_store, "DISPLAYS_LIMIT", 1)
    await send(http, "POST", PATH, {})
    async with http.post(PATH, json={}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (409, "too-many-displays")


async def test_codes_nobody_typed_make_room(
    http: Http, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A display that was never paired and is gone for an hour is forgotten."""
    monkeypatch.setattr(display_store, "DISPLAYS_LIMIT", 1)
    await send(http, "POST", PATH, {})
    await postgres.execute(database_url, "update displays set seen_at = now() - interval '2 hours'")
    assert (await send(http, "POST", PATH, {}))["code"]


async def test_only_the_secretary_tells_displays_once_there_are_officials(
    http: Http, tracker: app.Tracker
) -> None:
    """A display still asks by its own secret; who manages them needs the role."""
    desk = tracker.officials
    tokens = {}
    for name, role in (("Kim", "secretary"), ("Lee", "lap-recorder")):
        await desk.add(name, [role])
        code = await desk.code(name)
        answer = await send(http, "POST", "/api/v1/pair", {"code": code, "device": f"d-{name}"})
        tokens[role] = {"Authorization": f"Bearer {answer['token']}"}
    own = await send(http, "POST", PATH, {})
    pairing = {**WALL, "code": own["code"]}
    for headers, status in (({}, 401), (tokens["lap-recorder"], 403)):
        for method, path in (("GET", ""), ("POST", "/pair"), ("DELETE", f"/{own['display']}")):
            async with http.request(method, PATH + path, json=pairing, headers=headers) as answer:
                assert answer.status == status, (method, path)
    await send(http, "POST", f"{PATH}/pair", pairing, **tokens["secretary"])
    assert (await ask(http, own))["name"] == "Wall"
    assert len((await send(http, "GET", PATH, **tokens["secretary"]))["rows"]) == 1
