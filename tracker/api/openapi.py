"""The HTTP API as an OpenAPI 3.1 document, made from its routes and the structs behind them."""

import re
from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from aiohttp import web
from msgspec import Struct

from tracker import __version__
from tracker.api import (
    access,
    assets,
    display_store,
    live_hello,
    middleware,
    problems,
    supposing,
)
from tracker.api.answers import ANSWERS, MEDIA
from tracker.api.envelopes import BATCH_LIMIT
from tracker.api.facts import PAGE_LIMIT
from tracker.command_handler import Receipt
from tracker.domain.commands import Envelope
from tracker.domain.draw import Positions
from tracker.domain.values import Round

Json = dict[str, Any]
_SLUG = "^[a-z0-9]+(-[a-z0-9]+)*$"
_COUNT: Json = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
_WORD: Json = {"type": "string"}
_PATHS: dict[str, Json] = {
    "code": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$", "examples": ["not-yet"]},
    "display": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    "path": {
        "type": "string",
        "enum": [name for name in assets.PAGES if name],
        "description": "A page; the files of pages are below modules, elements, styles, fonts.",
    },
    "round": {"type": "string", "enum": list(get_args(Round))},
    "version": {"type": "integer", "minimum": 1, "maximum": 10**9 - 1},
}
"""What stands in an address, where it is not an id."""
_QUERIES: dict[str, Json] = {
    "after": _COUNT,
    "as_of": {
        "type": "string",
        "pattern": (
            r"^([0-9]{1,18}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z|"
            r"(after|before):[a-z0-9-]+/[a-z0-9-]+/[a-z0-9-]+(/([a-z]+|[0-9]{1,9}))?)$"
        ),
        "examples": ["812", "2024-02-11T14:31:07Z", "after:dresden-2024/men-500/final-a"],
    },
    "at": _WORD,
    "by": {"type": "string", "enum": ["noc", "skater"]},
    "client": {"type": "string", "maxLength": 200},
    "competitor": {"type": "string", "minLength": 1},
    "conflateMs": _COUNT,
    "cursor": {"type": "string", "examples": ["1f0c/812"]},
    "deflate": {"type": "string", "enum": ["on", "off"]},
    "delayMs": _COUNT,
    "encoding": {"type": "string", "enum": list(live_hello.ENCODINGS)},
    "fields": {"type": "string", "examples": ["rank,name"]},
    "from": {"type": "string", "minLength": 1},
    "gender": {"type": "string", "enum": ["all", "men", "women", "mixed"]},
    "lang": {"type": "string", "pattern": "^[a-z]{2}$"},
    "lastEventId": {"type": "string", "examples": ["1f0c/812"]},
    "limit": {"type": "integer", "minimum": 1, "maximum": PAGE_LIMIT},
    "positions": {"type": "string", "enum": list(get_args(Positions))},
    "replay": {"type": "number", "minimum": 0, "maximum": 100},
    "seed": {"type": "string", "maxLength": 120},
    "separate": {"type": "boolean"},
    "series": _WORD,
    "settled": {"type": "boolean"},
    "sexes": {"type": "string", "enum": ["men", "women"]},
    "start": _COUNT,
    "table": _WORD,
    "to": {"type": "string", "minLength": 1},
    "topics": {"type": "string", "examples": ["current/dresden-2024"]},
    "view": {"type": "string", "enum": ["public", "live", "official"]},
    "waitMs": {"type": "integer", "minimum": 0},
    "what": {"type": "string", "enum": ["rank", "mark"]},
}
"""What stands behind the question mark. Some names have two meanings: see `_CALLED`."""
_CALLED = {"cursor": "after", "sexes": "gender", "start": "from"}
_NEEDED = frozenset({"competitor", "from", "topics"})
_REASONS = {
    101: "The protocol is another from here on",
    200: "As asked",
    201: "Made",
    204: "Done",
    304: "The one who asks has it already",
    400: "It cannot be understood",
    401: "Say who you are",
    403: "That is for others",
    404: "It is not there",
    408: "The body did not arrive in time",
    409: "Refused as things stand",
    412: "Somebody else was first",
    413: "It is too large",
    415: "It must be JSON",
    422: "A value is not what belongs there",
    429: "Too many tries",
    503: "Not now: ask again",
}
_READ = (304, 404, 422, 503)
_DISPLAY = (400, 401, 403, 404, 413, 415, 422, 503)


class Operation(Struct, frozen=True):
    """What one method at one address does, beyond what its route tells."""

    said: str
    queries: tuple[str, ...] = ()
    body: type[Struct] | None = None
    batch: bool = False
    """Whether an array of bodies is taken as well."""
    answer: str = "Document"
    made: int = 200
    also: tuple[int, ...] = ()
    """What a successful answer may be instead."""
    refusals: tuple[int, ...] = _READ
    closed: bool = False
    """Whether it wants a token once somebody has been added."""


def _seen(said: str) -> Operation:
    """Return a document of a race which its officials may see otherwise than the public."""
    return msgspec.structs.replace(_read(said, "view"), refusals=(304, 401, 403, 404, 422, 503))


def _read(said: str, *queries: str, answer: str = "Document") -> Operation:
    return Operation(said, ("as_of", "after", *queries), answer=answer)


_RACE = "/api/v1/races/{competition}/{distance}/{race}"
_DISTANCE = "/api/v1/distances/{competition}/{distance}"
_COMPETITION = "/api/v1/competitions/{competition}"
_SERIES = "/api/v1/series/{series}"
_ONE_DISPLAY = "/api/v1/displays/{display}"

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("POST", "/api/v1/commands"): Operation(
        f"Ask for something to be recorded: one envelope, or up to {BATCH_LIMIT}",
        body=Envelope,
        batch=True,
        answer="Verdict",
        made=201,
        also=(200,),
        refusals=(400, 401, 403, 404, 409, 412, 413, 415, 422, 503),
        closed=True,
    ),
    ("GET", "/api/v1/me"): Operation(
        "Tell who the one is who asks", answer="Me", refusals=(401, 403, 503), closed=True
    ),
    ("POST", "/api/v1/pair"): Operation(
        "Answer a pairing code with a token",
        body=access.Pairing,
        answer="Paired",
        made=201,
        refusals=(403, 413, 422, 429, 503),
    ),
    ("POST", "/api/v1/what-if"): Operation(
        "Tell what would be different; nothing is written",
        ("as_of",),
        body=supposing.Question,
        refusals=(403, 404, 409, 413, 422, 429, 503),
    ),
    ("GET", "/api/v1/events"): Operation(
        "The public facts of the whole log", ("after", "limit", "as_of")
    ),
    ("GET", "/api/v1/competitions"): _read("All competitions"),
    ("GET", "/api/v1/rulesets"): _read("The rulesets that come with Bell Lap"),
    ("GET", _COMPETITION): _read("The programme"),
    ("GET", f"{_COMPETITION}/entries"): _read("Who is entered"),
    ("GET", f"{_COMPETITION}/medals"): _read("The medal table", "by", "gender"),
    ("GET", f"{_COMPETITION}/journal"): _read("A competition's decisions"),
    ("GET", f"{_COMPETITION}/moments"): _read("What decided a competition, and when"),
    ("GET", f"{_COMPETITION}/proposals"): _read("What waits for an official"),
    ("GET", f"{_COMPETITION}/ruleset"): _read("The ruleset in force"),
    ("GET", f"{_COMPETITION}/helmet-numbers"): _read(
        "Helmet numbers as they would be given", "sexes", "series"
    ),
    ("GET", f"{_COMPETITION}/best-times"): _read("Best times that stand, and proposals"),
    ("GET", f"{_COMPETITION}/overlay.json"): _read(
        "The current race as a flat array of texts", answer="Flat"
    ),
    ("GET", f"{_SERIES}/standings"): _read("Standings of a season", "table"),
    ("GET", f"{_SERIES}/best-times"): _read("The season's bests over a distance", "table"),
    ("GET", f"{_SERIES}/moments"): _read("What may have moved a season's standings, and when"),
    ("GET", f"{_SERIES}/explain"): _read("Why a total is what it is", "competitor", "table"),
    ("GET", f"{_DISTANCE}/classification"): _read("The final order of a distance"),
    ("GET", f"{_DISTANCE}/rounds"): _read("Its rounds, and who goes on"),
    ("GET", f"{_DISTANCE}/draw/{{round}}"): _read(
        "Start lists as they would be drawn", "seed", "separate", "positions", "table"
    ),
    ("GET", f"{_DISTANCE}/explain"): _read("Why a rank is what it is", "competitor"),
    ("GET", f"{_RACE}/start-list"): _seen("Who starts where"),
    ("GET", f"{_RACE}/board"): _seen("Running order, laps to go, gaps"),
    ("GET", f"{_RACE}/lap-chart"): _seen("Everybody's rank and time, lap by lap"),
    ("GET", f"{_RACE}/lap-chart.svg"): _read("The lap chart as a picture", answer="Picture"),
    ("GET", f"{_RACE}/result"): _seen("The result and its state"),
    ("GET", f"{_RACE}/recorders"): _seen("Who holds the pen, and where recorders differ"),
    ("GET", f"{_RACE}/journal"): _read("A race's decisions"),
    ("GET", f"{_RACE}/events"): _seen("A race's public facts"),
    ("GET", f"{_RACE}/explain"): _read("Why a place or a mark is what it is", "competitor", "what"),
    ("GET", f"{_RACE}/moments"): _read("A race's moments"),
    ("GET", f"{_RACE}/decisions/{{version}}"): _read("A decision in full"),
    ("GET", f"{_RACE}/changes"): _read(
        "What two moments show differently", "from", "to", "settled"
    ),
    ("GET", "/api/v1/displays"): Operation(
        "All displays", answer="Table", refusals=(401, 403, 503), closed=True
    ),
    ("POST", "/api/v1/displays"): Operation(
        "Make a display known", answer="Object", made=201, refusals=(409, 413, 415, 503)
    ),
    ("POST", "/api/v1/displays/pair"): Operation(
        "Tell the display that shows a code",
        body=display_store.Pairing,
        answer="Object",
        refusals=_DISPLAY,
        closed=True,
    ),
    ("PUT", _ONE_DISPLAY): Operation(
        "Tell a display what to show",
        body=display_store.Told,
        made=204,
        refusals=_DISPLAY,
        closed=True,
    ),
    ("DELETE", _ONE_DISPLAY): Operation(
        "Forget a display", made=204, refusals=(401, 403, 404, 503), closed=True
    ),
    ("POST", f"{_ONE_DISPLAY}/alive"): Operation(
        "Say that a display is there, with its own secret as the bearer",
        body=display_store.Alive,
        answer="Object",
        refusals=(400, 404, 413, 415, 422, 503),
    ),
    ("POST", f"{_ONE_DISPLAY}/refresh"): Operation(
        "Let a display load its page anew", made=204, refusals=_DISPLAY, closed=True
    ),
    ("GET", "/feed/poll"): Operation(
        "What a viewer has missed, or what happens next; the messages are those of the feed",
        ("topics", "cursor", "waitMs"),
        answer="Polled",
        refusals=(422, 503),
    ),
    ("GET", "/feed"): Operation(
        "The feed: an upgrade to a WebSocket, whose messages AsyncAPI describes",
        ("encoding", "deflate"),
        answer="Nothing",
        made=101,
        refusals=(400, 403, 422, 503),
    ),
    ("GET", "/feed/events"): Operation(
        "The feed as server-sent events, without an end; the messages are those of the feed",
        (
            "topics",
            "client",
            "conflateMs",
            "delayMs",
            "fields",
            "replay",
            "start",
            "lastEventId",
        ),
        answer="Stream",
        refusals=(403, 404, 422, 503),
    ),
    ("GET", "/problems/{code}"): Operation(
        "What a problem's code means, for people", answer="Page", refusals=(404,)
    ),
    ("GET", "/{path}"): Operation(
        "Pages for people, and the files that they are made of",
        ("at", "lang"),
        answer="File",
        refusals=(304, 404),
    ),
    ("GET", "/healthz"): Operation("Whether the process lives", answer="Object", refusals=()),
    ("GET", "/readyz"): Operation(
        "Whether it can be used, or what is in the way",
        answer="Object",
        also=(503,),
        refusals=(),
    ),
    ("GET", "/version"): Operation("What runs here", answer="Object", refusals=()),
    ("GET", "/api/v1/keys"): Operation("The public keys of this store", ("as_of",), answer="Table"),
    ("GET", "/api/v1/checkpoints"): Operation(
        "What was signed of the log", ("after", "limit", "as_of"), answer="Table"
    ),
    ("GET", f"{_RACE}/bundle"): Operation(
        "An official result with its proof, as it was declared last by a moment",
        ("as_of",),
        answer="Object",
        refusals=(404, 409, 422, 503),
    ),
    ("GET", "/openapi.json"): Operation("This document", answer="Object", refusals=()),
}


class OpenApi:
    """Serves the document."""

    def __init__(self) -> None:
        self._body = b"{}"

    def describe(self, routes: Iterable[web.AbstractRoute]) -> None:
        """Make the document of a site's routes, this one among them."""
        self._body = msgspec.json.encode(document(routes))

    async def serve(self, _: web.Request) -> web.Response:
        """Answer with the document; pages of other sites may read it, as it is public."""
        return web.Response(
            body=self._body,
            content_type="application/json",
            headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"},
        )


def document(routes: Iterable[web.AbstractRoute]) -> Json:
    """Return the document of the routes that are described."""
    bodies = [each.body for each in OPERATIONS.values() if each.body is not None]
    structs = dict.fromkeys([*bodies, Receipt, problems.Problem])
    references, schemas = msgspec.json.schema_components(
        structs, ref_template="#/components/schemas/{name}"
    )
    reference = dict(zip(structs, references, strict=True))
    paths: dict[str, Json] = {}
    for route in routes:
        if route.resource is None or route.method == "HEAD":
            continue
        path = route.resource.canonical
        operation = OPERATIONS.get((route.method, path))
        if operation is not None:
            told = _operation(route.method, path, operation, reference)
            paths.setdefault(path, {})[route.method.lower()] = told
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Bell Lap",
            "version": __version__,
            "description": "Live race tracking for short track. The feed is described by AsyncAPI.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas, **ANSWERS},
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(method: str, path: str, operation: Operation, reference: dict[Any, Json]) -> Json:
    """Return one operation, its parameters, its body and all its answers."""
    told: Json = {
        "operationId": _id(method, path),
        "summary": operation.said,
        "parameters": [*_path_parameters(path), *_query_parameters(operation)],
        "responses": _responses(operation, reference),
    }
    if operation.body is not None:
        schema = reference[operation.body]
        if operation.batch:
            several = {"type": "array", "items": schema, "minItems": 1, "maxItems": BATCH_LIMIT}
            schema = {"anyOf": [schema, several]}
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
            "description": f"At most {middleware.BODY_LIMIT} bytes.",
        }
    if operation.closed:
        told["security"] = [{"device": []}, {}]
    return told


def _path_parameters(path: str) -> list[Json]:
    slug = {"type": "string", "pattern": _SLUG, "maxLength": 64}
    names = re.findall(r"{(\w+)}", path)
    return [
        {"name": name, "in": "path", "required": True, "schema": _PATHS.get(name, slug)}
        for name in names
    ]


def _query_parameters(operation: Operation) -> list[Json]:
    return [
        {
            "name": _CALLED.get(name, name),
            "in": "query",
            "required": name in _NEEDED,
            "schema": _QUERIES[name],
        }
        for name in operation.queries
    ]


def _responses(operation: Operation, reference: dict[Any, Json]) -> Json:
    """Return every status with what comes with it."""
    found: Json = {}
    for status in (operation.made, *operation.also):
        found[str(status)] = {"description": _REASONS[status], **_content(operation, status)}
    slow = () if operation.body is None else (web.HTTPRequestTimeout.status_code,)
    for status in (*operation.refusals, *slow):
        refused: Json = {"description": _REASONS[status]}
        if status != web.HTTPNotModified.status_code:
            schema = reference[problems.Problem]
            refused["content"] = {problems.MEDIA_TYPE: {"schema": schema}}
            if operation.answer == "File":
                # A browser is told by a page.
                refused["content"]["text/html"] = {"schema": _WORD}
        found[str(status)] = refused
    return dict(sorted(found.items()))


def _content(operation: Operation, status: int) -> Json:
    if status == web.HTTPNoContent.status_code:
        return {}
    if operation.answer == "Nothing":
        return {}
    media = MEDIA.get(operation.answer)
    if media is not None:
        return {"content": {each: {"schema": _WORD} for each in media}}
    schema = {"$ref": f"#/components/schemas/{operation.answer}"}
    return {"content": {"application/json": {"schema": schema}}}


def _id(method: str, path: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", path.removeprefix("/api/v1").lower()).strip("-")
    return f"{method.lower()}-{words}"
