"""The site around the API: pages, headers, health, and what is not there."""

import aiohttp
import pytest
import structlog.testing
from yarl import URL

from tracker import __version__, resources
from tracker.api.documents import Documents

Http = aiohttp.ClientSession


async def test_the_process_is_well(http: Http) -> None:
    """Alive, ready with its database and read models, and able to say what it is."""
    for path in ("/healthz", "/readyz"):
        async with http.get(path) as answer:
            assert (answer.status, (await answer.json())["status"]) == (200, "ok")
    async with http.get("/version") as answer:
        version = await answer.json()
    assert (version["name"], version["version"]) == ("bell-lap", __version__)
    assert version["epoch"]


@pytest.mark.parametrize("path", ["/", "/api/v1/competitions", "/nowhere", "/healthz"])
async def test_every_answer_is_hardened(http: Http, path: str) -> None:
    """The strict policy and the request's id are on every answer, errors as well."""
    async with http.get(path, headers={"X-Request-ID": "abc-1"}) as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; ")
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Request-ID"] == "abc-1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "é"])
async def test_a_bad_request_id_is_replaced(http: Http, given: str) -> None:
    """What a client sends as an id goes into log lines only when it is one."""
    async with http.get("/healthz", headers={"X-Request-ID": given}) as answer:
        assert answer.headers["X-Request-ID"] not in ("", given)


async def test_a_request_is_one_line(http: Http) -> None:
    """One canonical line says what was asked, what came of it, and how long it took."""
    with structlog.testing.capture_logs() as lines:
        async with http.get("/api/v1/competitions/nowhere") as answer:
            problem = await answer.json()
    (line,) = [each for each in lines if each["event"] == "request"]
    assert line["request_id"] == problem["request_id"]
    assert (line["method"], line["status"], line["code"]) == ("GET", 404, "not-found")
    assert line["route"] == "/api/v1/competitions/{competition}"
    assert line["duration_ms"] >= 0


async def test_pages_are_served_with_the_hash_of_their_bytes(http: Http) -> None:
    """A page is sent once; after that the browser is told that it has it."""
    async with http.get("/") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        page, tag = await answer.read(), answer.headers["ETag"]
    assert page == (resources.web() / "index.html").read_bytes()
    async with http.get("/", headers={"If-None-Match": tag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with http.get("/scoreboard") as answer:
        assert answer.status == 200
        assert await answer.read() == (resources.web() / "scoreboard.html").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/%2e%2e/pyproject.toml",
        "/%2e%2e%2fpyproject.toml",
        "/.env",
        "/README.md",
        "/tests/x.js",
        "/%00.js",
        "/" + "a" * 300 + ".js",
        "//etc/passwd.js",
    ],
)
async def test_nothing_beside_the_pages_is_served(http: Http, path: str) -> None:
    """Hidden files, other kinds, and whatever lies outside the directory are not found."""
    url = URL(str(http._base_url).rstrip("/") + path, encoded=True)
    async with aiohttp.ClientSession() as plain, plain.get(url) as answer:
        assert answer.status == 404


async def test_a_person_gets_a_page_and_a_program_a_problem(http: Http) -> None:
    """404 comes in the form that the one who asks can read."""
    async with http.get("/nowhere", headers={"Accept": "text/html"}) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")
        assert "Back to the" in await answer.text()
    async with http.get("/nowhere") as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")
    async with http.get("/api/v1/nowhere", headers={"Accept": "text/html"}) as answer:
        assert answer.content_type == "application/problem+json"


async def test_a_wrong_method_is_told_the_right_one(http: Http) -> None:
    """405 says what the address answers to."""
    async with http.get("/api/v1/commands") as answer:
        problem = await answer.json()
    assert (answer.status, problem["code"]) == (405, "method-not-allowed")
    assert "POST" in problem["detail"]
    assert answer.headers["Allow"] == "POST"


async def test_a_problem_type_can_be_looked_up(http: Http) -> None:
    """The address in a problem's `type` says what the code means."""
    async with http.get("/problems/not-yet") as answer:
        assert answer.status == 200
        assert "not-yet" in await answer.text()
    async with http.get("/problems/no-such-code") as answer:
        assert answer.status == 404


async def test_a_fault_of_ours_shows_its_id_and_nothing_else(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 500 carries the request's id, and no trace of the code."""

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Documents, "programme", broken)
    async with http.get("/api/v1/competitions/cup", headers={"X-Request-ID": "abc-2"}) as answer:
        text = await answer.text()
        problem = await answer.json()
    assert (answer.status, problem["code"]) == (500, "internal-error")
    assert "abc-2" in problem["detail"]
    assert "secret" not in text
