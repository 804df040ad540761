"""What every request passes through: its id, its one canonical log line, its errors as problems."""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable

import asyncpg
import structlog
from aiohttp import web

from tracker.api import problems
from tracker.errors import TrackerError

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of one request; a batch of 500 envelopes is a tenth of it."""
BODY_WITHIN_S = 20.0
"""How long a body may take to arrive: 4 MiB at 2 Mbit/s."""
REQUEST_ID = web.RequestKey("request_id", str)
NOTES = web.RequestKey("notes", dict[str, object])
"""What a handler adds to the request's log line."""

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_log = structlog.get_logger("bell_lap.http")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def body_of(request: web.Request) -> bytes:
    """Return a request's body; whoever trickles it in does not stay.

    Raises HTTPRequestTimeout, HTTPRequestEntityTooLarge.
    """
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(
            reason=f"the body did not arrive within {BODY_WITHIN_S:g} s: send it again"
        ) from None


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name the request, and say in one line what became of it."""
    given = request.headers.get("X-Request-ID", "")
    request[REQUEST_ID] = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
    request[NOTES] = {}
    began = time.perf_counter()
    status = 499  # the client went away before there was an answer
    try:
        answer = await handler(request)
        status = answer.status
        return answer
    finally:
        resource = request.match_info.route.resource
        level = _log.error if status >= web.HTTPInternalServerError.status_code else _log.info
        level(
            "request",
            request_id=request[REQUEST_ID],
            method=request.method,
            path=request.path,
            route=resource.canonical if resource else None,
            status=status,
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
            **request[NOTES],
        )


@web.middleware
async def translate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into a problem; this is the process edge, so nothing escapes it."""
    try:
        _refuse_nul(request)
        return await handler(request)
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        problem = problems.of_http(error, instance=request.path, request_id=request[REQUEST_ID])
        answer = problems.response(problem)
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
    except Exception as error:  # noqa: BLE001 - the process edge: no stack trace goes out
        answer = problems.response(describe(error, request))
    return answer


def _refuse_nul(request: web.Request) -> None:
    """Refuse the one character that PostgreSQL cannot compare with: nothing is called so."""
    if "\x00" in request.path:
        raise web.HTTPNotFound
    if "\x00" in request.query_string:
        raise problems.BadParameter("a parameter contains the character U+0000: leave it out")


def describe(error: Exception, request: web.Request) -> problems.Problem:
    """Return the problem that an error is to the one who asked, and log what only we may see."""
    instance, request_id = request.path, request[REQUEST_ID]
    if isinstance(error, TrackerError):
        problem = problems.of(error, instance=instance, request_id=request_id)
    elif isinstance(error, OSError | TimeoutError | asyncpg.PostgresError | asyncpg.InterfaceError):
        problem = problems.named(
            "unavailable",
            "the database does not answer: nothing was lost that had been acknowledged; "
            "send it again under the same number",
            instance=instance,
            request_id=request_id,
        )
        _log.warning("database unavailable", request_id=request_id, reason=repr(error))
    else:
        problem = problems.named(
            "internal-error",
            f"this is a fault of Bell Lap, not yours: report request {request_id}",
            instance=instance,
            request_id=request_id,
        )
        _log.error("unexpected error", request_id=request_id, exc_info=error)
    request[NOTES]["code"] = problem.code
    return problem


async def harden(request: web.Request, answer: web.StreamResponse) -> None:
    """Add the security headers and the request's id just before an answer goes out."""
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers["X-Request-ID"] = request.get(REQUEST_ID, "")
