"""Addresses that try to get out, in, or past: an answer below 500, and no file of the machine."""

import asyncio

import aiohttp

from tests.support.hostile import address
from tracker import app

Http = aiohttp.ClientSession
TARGETS = [
    "/../../../../etc/passwd",
    "/..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%252e%252e%252fetc%252fpasswd",
    "/..%5c..%5cpyproject.toml",
    "/..\\..\\pyproject.toml",
    "//etc/passwd",
    "/./././../pyproject.toml",
    "/modules/..%2f..%2fpyproject.toml",
    "/modules/%00.js",
    "/modules/feed.js%00.html",
    "/modules/feed.js;x",
    "/styles/%c0%ae%c0%ae/pyproject.toml",
    "/file:///etc/passwd",
    "/%ff%fe",
    "/" + "a/" * 2000,
    "/problems/..%2f..%2fetc%2fpasswd",
    "/problems/<script>alert(1)</script>",
    "/api/v1/races/cup/women-500/final-a%2f..%2f..%2fresult/board",
    "/api/v1/races/..%2f..%2fcup/women-500/final-a/board",
    "/api/v1/competitions/%27%20or%201=1--",
    "/api/v1/competitions/cup%00",
    "/api/v1/competitions/%F0%9F%92%A5",
    "/api/v1/series/season/standings?table=%00",
    "/api/v1/competitions?as_of=%00",
    "/api/v1/competitions?as_of=9223372036854775808",
    "/api/v1/events?after=-1",
    "/api/v1/COMMANDS",
    "/api//v1/competitions",
]
REQUESTS = {
    "two lengths": b"POST /api/v1/commands HTTP/1.1\r\nHost: rink\r\nContent-Length: 2\r\n"
    b"Content-Length: 40\r\n\r\n{}",
    "a length and chunks": b"POST /api/v1/commands HTTP/1.1\r\nHost: rink\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /version HTTP/1.1\r\n\r\n",
    "a negative length": b"POST /api/v1/commands HTTP/1.1\r\nHost: rink\r\n"
    b"Content-Length: -1\r\n\r\n",
    "a line that is none": b"GET\x00/ HTTP/1.1\r\nHost: rink\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: rink\r\nX: a\r\n b\r\nX Y: z\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


async def raw(http: Http, request: bytes) -> bytes:
    """Send bytes as they are and return what comes back, until silence or the end."""
    reader, writer = await asyncio.open_connection(*address(http))
    answer = b""
    try:
        writer.write(request)
        while data := await asyncio.wait_for(reader.read(2**16), 15 if not answer else 1):
            answer += data
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.transport.abort()
    return answer


async def test_no_address_gets_out(race: Http) -> None:
    """As each stands, without the client tidying it up."""
    for target in TARGETS:
        request = f"GET {target} HTTP/1.1\r\nHost: rink\r\nConnection: close\r\n\r\n"
        answer = await raw(race, request.encode())
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head, target
        assert 400 <= int(head.split()[1]) < 500, (target, answer[:200])
        for secret in (b"root:", b"[build-system]", b"Traceback", b"asyncpg"):
            assert secret not in body, target
        # JSON may repeat what was asked: no browser takes it for a page.
        assert b"<script>alert" not in body or b"application/problem+json" in head, target


async def test_a_request_within_a_request_is_not_answered(tracker: app.Tracker, race: Http) -> None:
    """What two servers could read in two ways is refused or read once, and writes nothing."""
    before = await tracker.log.head()
    for name, request in REQUESTS.items():
        answer = await raw(race, request)
        statuses = [int(line.split()[1]) for line in answer.split(b"\r\n") if line[:5] == b"HTTP/"]
        assert statuses, name
        assert all(400 <= status < 500 for status in statuses), (name, answer[:200])
        assert b"epoch" not in answer, name
    assert await tracker.log.head() == before
