"""Proofs at the command line: export, verify without a database, and a kept checkpoint."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg
import msgspec
import pytest
from msgspec.structs import replace

from tests.support import officials, process
from tests.support.proofs import content_of, signed_again, signer
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
            (data / "final.json").write_bytes(await answer.read())
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


async def codes(bundle: Path, *options: str) -> dict[str, str]:
    """Verify a bundle that must be wrong, and return what it says of each code."""
    status, out, err = await process.run("verify", str(bundle), "--json", *options)
    found = msgspec.json.decode(out)
    assert (status, err, found["right"]) == (1, "", False)
    assert all(each["said"].startswith(f"{each['part']}: ") for each in found["findings"])
    return {each["code"]: each["said"] for each in found["findings"] if each["code"]}


@pytest.mark.usefixtures("official")
async def test_each_forgery_has_its_code(data: Path, tmp_path: Path) -> None:
    """What the API gave of a served log is right; each change to it is wrong by a stable code."""
    good, own, forged = data / "final.json", tmp_path / "own.json", tmp_path / "forged.json"
    status, out, err = await process.run("verify", str(good), "--json")
    assert (status, err, msgspec.json.decode(out)["right"]) == (0, "", True)
    store = ("--data", str(data))
    status, out, _ = await process.run("keys", "list", *store)
    trusted = tmp_path / "trusted.txt"
    trusted.write_text(out.split()[1])
    status, _, err = await process.run("export-result", officials.RACE, "--out", str(own), *store)
    assert (status, err) == (0, "")
    assert own.read_bytes() == good.read_bytes(), "the API and the command line give the same bytes"

    forged.write_bytes(good.read_bytes().replace(b"Ann One", b"Ann Two", 1))
    assert "wrong-signature" in await codes(forged)

    content, thief = content_of(good.read_bytes()), signer(tmp_path)
    forged.write_bytes(signed_again(content, thief))
    assert set(await codes(forged, "--key", str(trusted))) == {"untrusted-key"}

    forged.write_bytes(signed_again(replace(content, events=content.events[:-2]), thief))
    assert {"wrong-chain", "wrong-events", "wrong-result"} <= set(await codes(forged))

    rules = replace(content.ruleset, protest_minutes=5)
    forged.write_bytes(signed_again(replace(content, ruleset=rules), thief))
    assert await codes(forged) == {
        "wrong-ruleset": "ruleset: not the one that the competition adopted"
    }

    result = {**content.result, "rows": content.result["rows"][::-1]}
    forged.write_bytes(signed_again(replace(content, result=result), thief))
    assert await codes(forged) == {"wrong-result": "result: the events lead to another one: rows"}

    forged.write_bytes(b"no bundle")
    assert set(await codes(forged)) == {"wrong-file"}


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
