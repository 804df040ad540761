"""The shapes of what is answered, as the OpenAPI document names them."""

from typing import Any

from tracker.api import assets

Json = dict[str, Any]
_WORD: Json = {"type": "string"}
_OBJECT: Json = {"type": "object"}
_TABLE: Json = {
    "type": "object",
    "required": ["rows"],
    "properties": {"rows": {"type": "array", "items": _OBJECT}},
}
ANSWERS: dict[str, Json] = {
    "Object": _OBJECT,
    "Table": _TABLE,
    "Document": {
        "type": "object",
        "required": ["position"],
        "properties": {
            "position": {"type": "integer", "minimum": 0},
            "as_of": _WORD,
            "rows": {"type": "array", "items": _OBJECT},
        },
    },
    "Flat": {"type": "array", "items": _OBJECT},
    "Polled": {
        "type": "object",
        "required": ["cursor", "messages"],
        "properties": {"cursor": _WORD, "messages": {"type": "array", "items": _OBJECT}},
    },
    "Me": {
        "type": "object",
        "required": ["official", "device", "roles", "open"],
        "properties": {
            "official": {"type": ["string", "null"]},
            "device": {"type": ["string", "null"]},
            "roles": {"type": "array", "items": _WORD},
            "open": {"type": "boolean"},
        },
    },
    "Paired": {
        "type": "object",
        "required": ["token", "official", "device", "roles"],
        "properties": {
            "token": _WORD,
            "official": _WORD,
            "device": _WORD,
            "roles": {"type": "array", "items": _WORD},
        },
    },
    "Refused": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"$ref": "#/components/schemas/Problem"}},
    },
    "Verdict": {
        "anyOf": [
            {"$ref": "#/components/schemas/Receipt"},
            {
                "type": "array",
                "items": {
                    "anyOf": [
                        {"$ref": "#/components/schemas/Receipt"},
                        {"$ref": "#/components/schemas/Refused"},
                    ]
                },
            },
        ]
    },
}
MEDIA = {
    "Picture": ("image/svg+xml",),
    "Stream": ("text/event-stream",),
    "Page": ("text/html",),
    "File": tuple(sorted(set(assets.TYPES.values()))),
}
"""What is answered that is not JSON."""
