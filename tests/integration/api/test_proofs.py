"""Keys, checkpoints and bundles over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp.test_utils import TestServer

from tests.support import officials
from tracker import app
from tracker.config import Settings
from tracker.proof.checking import check
from tracker.proof.checkpoint import read_checkpoints, read_keys


@pytest.fixture
async def signing(database_url: str, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """Speak to a tracker that has a key, and an official final."""
    key = tmp_path / "signing.key"
    settings = Settings(data=None, database=database_url, port=0, signing_key=key)
    async with app.opened(settings) as running:
        await running.runner.caught_up.wait()
        async with (
            TestServer(running.site) as server,
            aiohttp.ClientSession(base_url=server.make_url("/")) as session,
        ):
            await officials.post_all(session, "", officials.programme(races=2))
            await officials.post_all(session, "", officials.skated())
            yield session


async def read(http: aiohttp.ClientSession, path: str) -> bytes:
    """Return an answer that must be good."""
    async with http.get(path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read()


async def test_a_bundle_of_the_api_is_good(signing: aiohttp.ClientSession) -> None:
    """What somebody downloads is right in every line, with the keys that the server names."""
    bundle = await read(signing, f"/api/v1/races/{officials.RACE}/bundle")
    keys = read_keys(await read(signing, "/api/v1/keys"))
    assert len(keys) == 1
    found = check(bundle, keys)
    assert [each.said for each in found if not each.right] == []
    assert "1 Ann One, 2 Bea Two" in found[-1].said
    again = await read(signing, f"/api/v1/races/{officials.RACE}/bundle")
    assert again == bundle, "the same result is the same bytes"


async def test_a_checkpoint_is_published_with_the_result(signing: aiohttp.ClientSession) -> None:
    """Whoever asks finds it signed; `after` and `limit` page through them."""
    await read(signing, f"/api/v1/races/{officials.RACE}/bundle")
    text = await read(signing, "/api/v1/checkpoints")
    (checkpoint,) = read_checkpoints(text)
    assert checkpoint.signed()
    assert msgspec.json.decode(text)["next"] == checkpoint.position
    after = await read(signing, f"/api/v1/checkpoints?after={checkpoint.position}&limit=1")
    assert msgspec.json.decode(after) == {"next": checkpoint.position, "rows": []}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/races/cup/women-500/final-b/bundle", 409, "not-official"),
        ("/api/v1/races/cup/women-500/nowhere/bundle", 404, "not-found"),
        ("/api/v1/checkpoints?limit=0", 422, "bad-parameter"),
        ("/api/v1/checkpoints?after=x", 422, "bad-parameter"),
    ],
)
async def test_what_cannot_be_answered_is_said(
    signing: aiohttp.ClientSession, path: str, status: int, code: str
) -> None:
    """A problem says what and why."""
    async with signing.get(path) as answer:
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_a_server_without_a_key_says_so(skated: tuple[aiohttp.ClientSession, int]) -> None:
    """Reading goes on, and a bundle is refused with what would be right."""
    http, _ = skated
    assert msgspec.json.decode(await read(http, "/api/v1/keys")) == {"rows": []}
    async with http.get(f"/api/v1/races/{officials.RACE}/bundle") as answer:
        assert answer.status == 503
        assert (await answer.json())["code"] == "no-signing-key"
