"""Every error has its place in the one table of problems."""

import importlib
import pkgutil
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

import projections
import tracker
from tracker.api import problems
from tracker.errors import NotYet, Refusal, TrackerError, VersionConflict

OUTSIDE = (
    "tracker.__main__",
    "tracker.cli",
    "tracker.conform",
    "tracker.demo",
    "tracker.live",
    "tracker.simulation",
)
"""What talks to people, to the API, or over the feed, and never through the API."""


def every_error() -> set[type[TrackerError]]:
    """Return every class of error, wherever it is defined."""
    for package in (tracker, projections):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(OUTSIDE):
                importlib.import_module(module.name)
    found: set[type[TrackerError]] = set()
    waiting = [TrackerError]
    while waiting:
        for each in waiting.pop().__subclasses__():
            if not each.__module__.startswith(OUTSIDE):
                found.add(each)
            waiting.append(each)
    return found


def test_every_error_code_is_in_the_table() -> None:
    """A new error without a status of its own is noticed here."""
    missing = {
        each.__name__: each.code for each in every_error() if each.code not in problems.KINDS
    }
    assert missing == {}


def test_every_code_is_documented() -> None:
    """The reference lists every code with its status."""
    text = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    rows = [f"| `{c}` | {k.status} | {k.title} |" for c, k in problems.KINDS.items()]
    assert [row for row in rows if row not in text] == []


def test_codes_are_kebab_case() -> None:
    """Codes are names for programs: lower case, hyphens, never changed."""
    assert [code for code in problems.KINDS if not code.replace("-", "").islower()] == []


def test_a_conflict_says_both_versions() -> None:
    """The one who lost the race for a stream learns which version to read again."""
    problem = problems.of(VersionConflict("race-a", 3, 5), instance="/x", request_id="r1")
    assert (problem.status, problem.expected, problem.actual) == (412, 3, 5)


def test_an_unlisted_refusal_is_still_a_conflict() -> None:
    """A refusal that the table does not know yet never becomes a server error."""
    sulky = type("Sulky", (Refusal,), {"code": "sulky", "__module__": "tracker.cli"})

    problem = problems.of(sulky("no"), instance="/x", request_id="r1")
    assert (problem.status, problem.code, problem.title) == (409, "sulky", "Refused")


def test_a_problem_is_the_document_of_the_standard() -> None:
    """The answer carries the members of RFC 9457, under their media type."""
    answer = problems.response(problems.of(NotYet("soon"), instance="/x", request_id="r1"))
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Retry-After"] == "1"
    assert isinstance(answer.body, bytes)
    assert msgspec.json.decode(answer.body) == {
        "type": "/problems/not-yet",
        "title": "Not yet",
        "status": 503,
        "detail": "soon",
        "instance": "/x",
        "code": "not-yet",
        "request_id": "r1",
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (web.HTTPNotFound(), "no-such-route"),
        (web.HTTPMethodNotAllowed("PUT", ["GET"]), "method-not-allowed"),
        (web.HTTPRequestEntityTooLarge(max_size=1, actual_size=2), "body-too-large"),
        (web.HTTPGone(), "http-error"),
    ],
)
def test_what_the_web_server_refuses_is_a_problem_too(error: web.HTTPException, code: str) -> None:
    """Statuses of the server itself are named, and kept."""
    problem = problems.of_http(error, instance="/x", request_id="r1")
    assert (problem.code, problem.status) == (code, error.status)
