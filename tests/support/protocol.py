"""Holds messages to the page that describes them for machines: docs/asyncapi.yaml."""

import functools
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

Json = dict[str, Any]
PAGE = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"


@functools.cache
def page() -> Json:
    """Return the page."""
    found: Json = yaml.safe_load(PAGE.read_text(encoding="utf-8"))
    return found


@functools.cache
def validator(name: str) -> Draft202012Validator:
    """Return what holds a message to its schema; a field that is not described is a fault."""
    components = page()["components"]
    payload = components["messages"][name]["payload"]["$ref"].rpartition("/")[2]
    schema = {**components["schemas"][payload], "additionalProperties": False}
    return Draft202012Validator({**schema, "components": components})


def hold(message: Json, *, by: str = "server") -> None:
    """Raise when a message is not as the page describes it."""
    name = f"{by}.{message['t']}"
    assert name in page()["components"]["messages"], f"{name} is not described"
    validator(name).validate(message)
