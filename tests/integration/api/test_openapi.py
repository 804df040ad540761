"""The document of the HTTP API: whole, of every route, and true of what is answered."""

from typing import Any

import aiohttp
from jsonschema import Draft202012Validator

from tests.support import officials
from tracker import app
from tracker.api import openapi

Http = aiohttp.ClientSession


async def described(http: Http) -> dict[str, Any]:
    """Return the document as it is served."""
    found: dict[str, Any] = await officials.get(http, "/openapi.json")
    return found


def references(value: Any) -> list[str]:
    """Return every reference within a value."""
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for each in value.values() for found in references(each)]
    if isinstance(value, list):
        return [found for each in value for found in references(each)]
    return []


async def test_every_route_is_described_and_nothing_else(tracker: app.Tracker, http: Http) -> None:
    """Whoever adds a route describes it; whoever removes one removes its description."""
    routes = {
        (route.method, route.resource.canonical)
        for route in tracker.site.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert routes == set(openapi.OPERATIONS)
    paths = (await described(http))["paths"]
    told = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert told == routes


async def test_the_document_is_whole(http: Http) -> None:
    """Every reference leads somewhere, every schema is one, every operation has its own name."""
    document = await described(http)
    found = references(document)
    assert len(found) > 100
    for reference in found:
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = [each["operationId"] for path in document["paths"].values() for each in path.values()]
    assert len(names) == len(set(names))


async def test_commands_are_those_of_the_vocabulary(http: Http) -> None:
    """A program that was made from the document can send every command."""
    schemas = (await described(http))["components"]["schemas"]
    mapping = schemas["Envelope"]["properties"]["command"]["discriminator"]["mapping"]
    assert {"RecordCrossing", "TakePen", "CallPenalty", "DeclareResultOfficial"} <= set(mapping)
    assert schemas["RecordCrossing"]["properties"]["race"]["pattern"].startswith("^[a-z0-9]")
