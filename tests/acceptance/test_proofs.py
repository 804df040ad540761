"""Proofs at the command line: export, verify without a database, and a kept checkpoint."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from tests.support import officials, process
from tracker import postgres


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory that the tests of this module share."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def official(data: Path) -> AsyncIterator[Path]:
    """Have a final official, and its checkpoint fetched while the server ran."""
    yield await checkpoint_of(data)
    assert process.postmasters(data) == [], "a command left PostgreSQL running"


async def checkpoint_of(data: Path) -> Path:
    """Make a final official in a data directory, and return what was signed of it in a file."""
    found = data / "kept.json"
    if found.exists():
        return found
    async with (
        process.serving(("--data", str(data)), data / "server.txt") as served,
        aiohttp.ClientSession() as http,
    ):
        await officials.post_all(http, served.url, officials.programme() + officials.skated())
        async with http.get(f"{served.url}/api/v1/races/{officials.RACE}/bundle") as answer:
            assert answer.status == 200
        async with http.get(f"{served.url}/api/v1/checkpoints") as answer:
            found.write_bytes(await answer.read())
    return found


@pytest.mark.usefixtures("official")
async def test_a_result_is_exported_and_verified(data: Path, tmp_path: Path) -> None:
    """A bundle is right in every line, and a changed one is wrong and exits with 1."""
    bundle, store = tmp_path / "final.json", ("--data", str(data))
    status, out, err = await process.run(
        "export-result", officials.RACE, "--out", str(bundle), *store
    )
    assert (status, err) == (0, ""), err
    assert str(bundle) in out
    status, out, err = await process.run("keys", "list", *store)
    assert (status, err) == (0, "")
    key = tmp_path / "key.txt"
    key.write_text(out.split()[1])
    status, out, err = await process.run("verify", str(bundle), "--key", str(key))
    assert (status, err) == (0, "")
    assert {line.split()[0] for line in out.splitlines()} == {"right"}
    assert "1 Ann One" in out
    bundle.write_bytes(bundle.read_bytes().replace(b"Ann One", b"Ann Two", 1))
    status, out, _ = await process.run("verify", str(bundle))
    assert status == 1
    assert "WRONG  signature" in out
    status, _, err = await process.run(
        "export-result", officials.RACE, "--out", str(bundle), *store
    )
    assert (status, "exists" in err) == (1, True), "nothing is overwritten"
    assert (data / "signing.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("official")
async def test_the_key_is_rotated(data: Path, tmp_path: Path) -> None:
    """Another key signs from then on, and `keys list` tells both."""
    store = ("--data", str(data))
    status, out, err = await process.run("keys", "rotate", *store)
    assert (status, err) == (0, ""), err
    new, *_, old = out.split()
    status, out, _ = await process.run("keys", "list", *store)
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == [old, new]
    assert f"in the place of {old} which endorses it" in out
    written = tmp_path / "checkpoints.ndjson"
    status, out, err = await process.run("log", "checkpoints", str(written), *store)
    assert (status, err) == (0, "")
    status, out, err = await process.run("log", "verify", "--checkpoints", str(written), *store)
    assert (status, err) == (0, ""), err


async def test_a_kept_checkpoint_shows_a_cut_history(tmp_path: Path) -> None:
    """The chain of a log cut back holds; the checkpoint that somebody kept does not fit."""
    data = tmp_path / "cut"
    data.mkdir()
    kept, store = await checkpoint_of(data), ("--data", str(data))
    status, out, err = await process.run("log", "verify", "--checkpoints", str(kept), *store)
    assert (status, err) == (0, ""), err
    assert "1 kept checkpoints fit" in out
    server = postgres.start(data)
    try:
        connection = await asyncpg.connect(server.get_uri())
        await connection.execute("alter table events disable trigger all")
        await connection.execute(
            "delete from events where position = (select max(position) from events)"
        )
        await connection.execute(
            "update log_head set (position, hash) = "
            "(select position, hash from events order by position desc limit 1)"
        )
        await connection.execute("alter table events enable trigger all")
        await connection.close()
    finally:
        server.cleanup()
    status, out, err = await process.run("log", "verify", *store)
    assert (status, err) == (0, ""), "the chain by itself holds"
    status, _, err = await process.run("log", "verify", "--checkpoints", str(kept), *store)
    assert status == 1
    assert "does not fit" in err
    assert process.postmasters(data) == []
