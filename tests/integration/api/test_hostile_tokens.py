"""Forged, stolen and misplaced tokens: nobody writes with them, and none is repeated back."""

import base64
import json

import aiohttp
import pytest

from tests.support import officials
from tests.support.hostile import crossing, paired, send
from tracker import app

Http = aiohttp.ClientSession


def unsigned(**claims: object) -> str:
    """Return a signed token without a signature."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join(text.rstrip("=") for text in texts) + "."


@pytest.fixture
async def token(tracker: app.Tracker, race: Http) -> str:
    """Return the token of a lap recorder at a race that runs."""
    await officials.post_all(race, "", [{"type": "StartRace", "race": officials.RACE}])
    return await paired(race, tracker, "Kim", "lap-recorder", "d1")


async def test_forged_tokens_write_nothing(tracker: app.Tracker, race: Http, token: str) -> None:
    """Changed by a letter, cut, doubled, of no algorithm, huge: 401 each, and no event."""
    other = "B" if token[-1] == "A" else "A"
    forged = [
        token[:-1] + other,
        token[:-1],
        token + token,
        token.swapcase(),
        token[::-1],
        unsigned(sub="Kim", bell_lap_roles=["admin"], exp=4_102_444_800),
        "null",
        "' or 1=1 --",
        "x" * 6000,
        "%00",
        "*",
    ]
    before = await tracker.log.head()
    for each in forged:
        status, problem = await send(race, crossing(0), each)
        assert (status, problem["code"]) == (401, "not-paired"), each[:40]
        assert each not in json.dumps(problem)
    assert await tracker.log.head() == before
    assert (await send(race, crossing(0), token))[0] == 201


async def test_a_token_counts_in_its_header_alone(
    tracker: app.Tracker, race: Http, token: str
) -> None:
    """In an address, a cookie, a body or another scheme it is no token."""
    before = await tracker.log.head()
    basic = base64.b64encode(f"Kim:{token}".encode()).decode()
    headers = (
        {"Cookie": f"token={token}"},
        {"Authorization": f"Basic {basic}"},
        {"X-Token": token},
    )
    for each in headers:
        assert (await send(race, crossing(0), None, **each))[0] == 401
    for name in ("token", "access_token"):
        address = f"/api/v1/commands?{name}={token}"
        async with race.post(address, json=crossing(0)) as answer:
            assert answer.status == 401
    assert (await send(race, {**crossing(0), "token": token}, None))[0] == 401
    assert await tracker.log.head() == before


async def test_a_header_beyond_all_bounds_is_refused(race: Http, token: str) -> None:
    """The web server itself does not read it, and the next request is served."""
    try:
        status, _ = await send(race, crossing(0), token * 2000)
    except (aiohttp.ClientError, aiohttp.ContentTypeError):
        status = 400
    assert status == 400
    assert (await send(race, crossing(0), token))[0] == 201
