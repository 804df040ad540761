"""Errors as HTTP problems (RFC 9457), their status and title in one table."""

import html

import msgspec
from aiohttp import web
from msgspec import Struct

from tracker.errors import BadRequest, NotFound, Refusal, TrackerError, VersionConflict

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1


class Kind(Struct, frozen=True):
    """What all problems of one code have in common."""

    status: int
    title: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """A problem document; `detail` says what, where, and what would be right."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str = ""
    where: str = ""
    """The JSON path of the fault within the body that was sent."""
    expected: int | None = None
    actual: int | None = None


KINDS: dict[str, Kind] = {
    # input that cannot be understood
    "bad-request": Kind(400, "The request cannot be understood"),
    "malformed-json": Kind(400, "The body is not JSON"),
    "unknown-command": Kind(422, "There is no such command"),
    "unknown-field": Kind(422, "There is no such field"),
    "missing-field": Kind(422, "A field is missing"),
    "invalid-value": Kind(422, "A value is not of the kind that belongs there"),
    "bad-parameter": Kind(422, "A query parameter cannot be understood"),
    "bad-as-of": Kind(422, "That moment cannot be understood"),
    "naive-time": Kind(422, "A time without an offset"),
    "from-the-future": Kind(422, "A fact cannot happen after now"),
    "too-many-commands": Kind(413, "Too many commands in one request"),
    # what the door says
    "no-such-route": Kind(404, "There is nothing at this address"),
    "method-not-allowed": Kind(405, "This address does not answer to that method"),
    "body-too-large": Kind(413, "The body is too large"),
    "unsupported-media-type": Kind(415, "The body must be JSON"),
    "http-error": Kind(400, "The request was refused"),
    "internal-error": Kind(500, "Something broke in Bell Lap"),
    # who may do what
    "not-paired": Kind(401, "Say who you are"),
    "not-your-role": Kind(403, "That is for another role"),
    "not-your-name": Kind(403, "The envelope names somebody else"),
    "wrong-origin": Kind(403, "A page of another site may not write"),
    "bad-code": Kind(403, "The pairing code is not good"),
    "bad-official": Kind(422, "No official or device can be called so"),
    "bad-pairing": Kind(422, "The request to pair cannot be understood"),
    "too-many-tries": Kind(429, "Too many tries"),
    # the log and the read models
    "not-found": Kind(404, "Not found"),
    "version-conflict": Kind(412, "Somebody else was first"),
    "device-sequence-reused": Kind(422, "A device's number was used twice"),
    "busy": Kind(503, "Too many officials at one stream"),
    "not-yet": Kind(503, "Not yet"),
    "log-unavailable": Kind(503, "The event log cannot be reached"),
    "archive-damaged": Kind(422, "The archive cannot be read"),
    "log-error": Kind(500, "The event log cannot do that"),
    "chain-broken": Kind(500, "The hash chain does not hold"),
    "projection-failed": Kind(503, "A projection has stopped"),
    "projection-moved": Kind(503, "A projection was rebuilt just now"),
    "feed-closed": Kind(503, "The feed takes no viewer now"),
    "not-ready": Kind(503, "The last minutes of the log are being read"),
    "too-many-topics": Kind(422, "Too many topics"),
    "bad-fields": Kind(422, "Not a field filter"),
    "bad-delay": Kind(422, "No such delay"),
    "bad-replay": Kind(422, "That cannot be replayed"),
    "bad-proof": Kind(422, "Nothing that proves can be read in it"),
    "no-signing-key": Kind(503, "There is no key to sign with"),
    "not-derivable": Kind(409, "The events do not lead to a result"),
    "not-readable": Kind(500, "A retired event leads nowhere"),
    "bad-settings": Kind(500, "A setting cannot be used"),
    "unavailable": Kind(503, "The database does not answer"),
    # refusals: the state of the race, or a rule, does not allow it now
    "refused": Kind(409, "Refused"),
    "too-many-displays": Kind(409, "Too many displays"),
    "already-exists": Kind(409, "It is there already"),
    "unknown": Kind(409, "It must be set up first"),
    "helmet-number-taken": Kind(409, "The helmet number is taken"),
    "no-ruleset": Kind(409, "The competition has no ruleset"),
    "bad-what-if": Kind(422, "That cannot be supposed"),
    "bad-question": Kind(422, "The question cannot be understood"),
    "bad-progression": Kind(422, "Nobody can go on by this table"),
    "start-list-closed": Kind(409, "The start list is closed"),
    "already-started": Kind(409, "The race has started"),
    "not-started": Kind(409, "The race has not started"),
    "not-stopped": Kind(409, "The race was not stopped"),
    "not-over": Kind(409, "The race is not over"),
    "already-over": Kind(409, "The race is over"),
    "already-official": Kind(409, "The result is official"),
    "not-official": Kind(409, "The result is not official"),
    "wrong-revision": Kind(409, "The sheet has changed"),
    "under-embargo": Kind(409, "Decisions wait to be announced"),
    "board-held": Kind(409, "The public board is held"),
    "board-not-held": Kind(409, "The public board is not held"),
    "pen-held": Kind(409, "Another device holds the pen"),
    "nothing-to-do": Kind(409, "Nothing would change"),
    "nothing-beaten": Kind(409, "No best time was beaten"),
    "already-confirmed": Kind(409, "The best time is confirmed"),
    "time-not-recognised": Kind(409, "The time counts for no best time"),
    # refusals: the command itself says something that cannot be
    "unknown-noc": Kind(422, "Not an IOC code"),
    "not-entered": Kind(422, "Not entered"),
    "distance-not-in-ruleset": Kind(422, "Not a distance of the ruleset"),
    "wrong-name": Kind(422, "An id does not belong there"),
    "bad-start-list": Kind(422, "The start list cannot be skated"),
    "not-on-start-list": Kind(422, "Not on the start list"),
    "unknown-infringement": Kind(422, "Not an infringement of the ruleset"),
    "unknown-fact": Kind(422, "No such fact"),
    "unknown-decision": Kind(422, "No such decision"),
    "not-amendable": Kind(422, "Not changed in this way"),
    "bad-finish-order": Kind(422, "The finish order cannot be"),
    "unknown-protest": Kind(422, "No such protest"),
    "holder-missing": Kind(422, "A best time without its holder"),
    "not-the-official-time": Kind(422, "Not the official time"),
}
_STATUS_CODES = {
    404: "no-such-route",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
}


class BadParameter(BadRequest):
    """A query parameter that cannot be understood."""

    code = "bad-parameter"


def kind_of(error: TrackerError) -> Kind:
    """Return what an error's code stands for, or what its class does when the code is new."""
    known = KINDS.get(error.code)
    if known is not None:
        return known
    if isinstance(error, Refusal):
        return KINDS["refused"]
    if isinstance(error, NotFound):
        return KINDS["not-found"]
    if isinstance(error, BadRequest):
        return KINDS["bad-request"]
    return KINDS["internal-error"]


def of(error: TrackerError, *, instance: str, request_id: str) -> Problem:
    """Return the problem document of an error."""
    kind = kind_of(error)
    conflict = error if isinstance(error, VersionConflict) else None
    return Problem(
        type=f"/problems/{error.code}",
        title=kind.title,
        status=kind.status,
        detail=error.message,
        instance=instance,
        code=error.code,
        request_id=request_id,
        where=getattr(error, "where", ""),
        expected=conflict.expected if conflict else None,
        actual=conflict.actual if conflict else None,
    )


def named(code: str, detail: str, *, instance: str, request_id: str) -> Problem:
    """Return the problem document of a code in the table."""
    kind = KINDS[code]
    return Problem(
        type=f"/problems/{code}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=instance,
        code=code,
        request_id=request_id,
    )


def of_http(error: web.HTTPException, *, instance: str, request_id: str) -> Problem:
    """Return the problem document of what the web server itself refuses."""
    code = _STATUS_CODES.get(error.status, "http-error")
    detail = {
        "no-such-route": f"there is nothing at {instance}: the addresses are listed in docs/api.md",
        "method-not-allowed": f"{instance} answers only to {error.headers.get('Allow', 'GET')}",
        "body-too-large": f"{instance} takes a smaller body: send fewer commands at a time",
    }.get(code, error.reason)
    return msgspec.structs.replace(
        named(code, detail, instance=instance, request_id=request_id), status=error.status
    )


def response(problem: Problem) -> web.Response:
    """Return a problem as an answer, with `Retry-After` where trying again makes sense."""
    answer = web.Response(
        body=msgspec.json.encode(problem), status=problem.status, content_type=MEDIA_TYPE
    )
    if problem.status == web.HTTPServiceUnavailable.status_code:
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


async def explain(request: web.Request) -> web.Response:
    """Answer the address that a problem's `type` names: what the code means."""
    code = request.match_info["code"]
    kind = KINDS.get(code)
    if kind is None:
        raise web.HTTPNotFound
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        "<link rel=icon href=/icon.svg>"
        "<link rel=stylesheet href=/styles/tokens.css><link rel=stylesheet href=/styles/home.css>"
        f"<title>{html.escape(code)} · Bell Lap</title>"
        f"<body class=home><main><h1 class=home-title>{html.escape(kind.title)}</h1>"
        f"<p>Problem <code>{html.escape(code)}</code>, HTTP status {kind.status}. "
        "What, where and what would be right stand in the answer's <code>detail</code>.</p></main>"
    )
    return web.Response(text=page, content_type="text/html")
