"""Checkpoints: signed at each official result, and no rewritten history gets past them."""

from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support import postgres, proofs
from tests.support.proofs import FINAL, SMALL_FINAL
from tests.support.recorded import fill
from tracker import archive
from tracker.domain import commands as c
from tracker.errors import ChainBroken, SettingsError
from tracker.log import chain
from tracker.log.commitment import CHECKPOINTED
from tracker.log.event_log import EventLog, connect, open_event_log
from tracker.log.verification import verify
from tracker.proof.checking import check
from tracker.proof.checkpoint import BadProof, endorsement, read_checkpoints, read_keys
from tracker.proof.exporting import export
from tracker.proof.notary import NoSigningKey, Notary
from tracker.proof.witness import compare
from tracker.security import signing


async def test_each_official_result_has_a_signed_checkpoint(
    notary: Notary, event_log: EventLog, tmp_path: Path
) -> None:
    """It stands at the position of the declaration, and the store's key has signed it."""
    await notary.catch_up()
    found = await notary.checkpoints(after=0, limit=100)
    declared = [e for e in await event_log.read_after(0) if e.type in CHECKPOINTED]
    assert [each.position for each in found] == [each.position for each in declared]
    assert [each.recorded_at for each in found] == [each.recorded_at for each in declared]
    assert all(each.signed() for each in found)
    assert {each.key for each in found} == {proofs.signer(tmp_path).public_key.hex()}
    assert not replace(found[0], position=found[0].position + 1).signed()


async def test_a_long_stretch_without_a_result_is_cut(
    event_log: EventLog,
    pool: "asyncpg.Pool[Any]",
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No proof is longer than the limit, and bundles hold across the cuts."""
    monkeypatch.setattr("tracker.log.commitment.SEGMENT_EVENTS_LIMIT", 7)
    await proofs.filled(event_log)
    notary = proofs.notary(event_log, pool, tmp_path)
    bundle = await export(notary, FINAL)
    found = await notary.between(1, await event_log.head())
    assert max(each.position - each.first + 1 for each in found) == 7
    assert all(each.right for each in check(bundle))


async def test_two_processes_sign_the_same(
    notary: Notary, event_log: EventLog, pool: "asyncpg.Pool[Any]", tmp_path: Path
) -> None:
    """Whoever is second finds what the first has signed, and goes on from there."""
    await notary.catch_up()
    other = proofs.notary(event_log, pool, tmp_path)
    await other.catch_up()
    fresh = proofs.notary(event_log, pool, tmp_path)
    assert await fresh.checkpoints(after=0, limit=9) == await notary.checkpoints(after=0, limit=9)


async def rewritten(url: str, *, resign: bool = False) -> int:
    """Change an event as a superuser with a chain that holds again, and return its position."""
    connection = await asyncpg.connect(url)
    try:
        for table in ("events", "checkpoints"):
            await connection.execute(f"alter table {table} disable trigger all")
        async with open_event_log(url) as log:
            events = await log.read_after(0)
        target = next(e for e in events if e.type == "PenaltyCalled" and b"ann-one" in e.data)
        previous = chain.GENESIS
        for event in events:
            now = event
            if event is target:
                now = replace(event, data=event.data.replace(b"ann-one", b"dee-four"))
            previous = chain.hash_of(previous, now)
            await connection.execute(
                "update events set data = $2, hash = $3 where position = $1",
                event.position,
                now.data.decode(),
                previous,
            )
        await connection.execute("update log_head set hash = $1", previous)
        if resign:
            await connection.execute("delete from checkpoints")
        for table in ("events", "checkpoints"):
            await connection.execute(f"alter table {table} enable trigger all")
        return target.position
    finally:
        await connection.close()


async def test_a_rewritten_history_is_evident(
    notary: Notary,
    event_log: EventLog,
    database_url: str,
    pool: "asyncpg.Pool[Any]",
    tmp_path: Path,
) -> None:
    """A new chain that holds deceives who only looks at the log; kept checkpoints do not fit it.

    Not even when the store's own checkpoints are made anew with its own key.
    """
    await notary.catch_up()
    kept = await notary.checkpoints(after=0, limit=100)
    assert (await compare(event_log, await notary.secret(), kept)).checkpoints == len(kept)
    changed = await rewritten(database_url, resign=True)
    async with open_event_log(database_url) as log:
        assert (await verify(log)).position == await event_log.head()
        again = proofs.notary(log, pool, tmp_path)
        await again.catch_up()
        remade = await again.checkpoints(after=0, limit=100)
        assert (await compare(log, await again.secret(), remade)).checkpoints == len(kept)
        first = next(each.position for each in kept if each.position >= changed)
        with pytest.raises(ChainBroken, match=f"position {first} does not fit"):
            await compare(log, await again.secret(), kept)


async def test_a_running_server_notices_a_rewritten_history(
    event_log: EventLog, database_url: str, pool: "asyncpg.Pool[Any]", tmp_path: Path
) -> None:
    """Who has signed the true history does not go on behind a false one."""
    day = await proofs.filled(event_log)
    witness = proofs.notary(event_log, pool, tmp_path)
    await witness.catch_up()
    await rewritten(database_url, resign=True)
    known = len(day.log)
    day.given(c.AnnounceDecisions(race=SMALL_FINAL), c.PublishResult(race=SMALL_FINAL))
    day.given(c.DeclareResultOfficial(race=SMALL_FINAL))
    async with open_event_log(database_url) as log:
        await fill(log, day.log[known:])
        await proofs.notary(log, pool, tmp_path).catch_up()
    with pytest.raises(ChainBroken, match="history was changed"):
        await witness.catch_up()


async def test_a_cut_log_does_not_fit(notary: Notary, database_url: str) -> None:
    """Checkpoints beyond the end of the log are missed."""
    await notary.catch_up()
    kept = await notary.checkpoints(after=0, limit=100)
    await postgres.execute(
        database_url,
        "alter table events disable trigger all",
        f"delete from events where position >= {kept[-1].position}",
    )
    async with open_event_log(database_url) as log:
        with pytest.raises(ChainBroken, match="the log ends at"):
            await compare(log, await notary.secret(), kept)


async def test_a_checkpoint_of_nobody_proves_nothing(notary: Notary, tmp_path: Path) -> None:
    """Its signature must hold, and be of a key that is trusted where keys are given."""
    await notary.catch_up()
    kept = await notary.checkpoints(after=0, limit=100)
    secret = await notary.secret()
    forged = [replace(kept[0], hash="00" * 32)]
    with pytest.raises(ChainBroken, match="not signed"):
        await compare(notary.log, secret, forged)
    stranger = proofs.signer(tmp_path / "elsewhere").public_key
    with pytest.raises(ChainBroken, match="none of those you trust"):
        await compare(notary.log, secret, kept, {stranger})


@pytest.mark.parametrize("table", ["checkpoints", "signing_keys", "log_secret"])
async def test_what_was_signed_is_never_changed(
    notary: Notary, database_url: str, table: str
) -> None:
    """Neither the application nor the owner may take back what was signed."""
    await notary.catch_up()
    connection = await asyncpg.connect(database_url)
    try:
        for statement in (f"delete from {table}", f"truncate {table} cascade"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
                await connection.execute(statement)
            await connection.execute("set role bell_lap_app")
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                await connection.execute(statement)
            await connection.execute("reset role")
    finally:
        await connection.close()


async def test_a_new_key_is_recorded_and_endorsed(notary: Notary, tmp_path: Path) -> None:
    """Who trusts the old key can follow to the new one, and old checkpoints stay good."""
    await notary.catch_up()
    old = await notary.signer()
    new_file, new = signing.beside(tmp_path / "signing.key")
    await notary.record(new, before=old)
    new_file.replace(tmp_path / "signing.key")
    assert (await notary.signer()).id == new.id
    first, second = await notary.keys()
    assert (first.id, first.replaces, second.id, second.replaces) == (old.id, None, new.id, old.id)
    said = endorsement(new.public_key, second.since_position)
    assert second.endorsement is not None
    assert signing.verified(old.public_key, bytes.fromhex(second.endorsement), said)
    kept = await notary.checkpoints(after=0, limit=10)
    assert (await compare(notary.log, await notary.secret(), kept)).checkpoints == len(kept)
    answer = msgspec.json.encode({"rows": [first, second]})
    assert read_keys(answer) == {old.public_key, new.public_key}
    false = replace(second, since_position=second.since_position + 1)
    with pytest.raises(BadProof, match="not endorsed"):
        read_keys(msgspec.json.encode({"rows": [first, false]}))


async def test_without_a_key_nothing_is_signed(
    event_log: EventLog, pool: "asyncpg.Pool[Any]"
) -> None:
    """A server without a key file says so, and writes nothing."""
    await proofs.filled(event_log)
    mute = Notary(event_log, pool, None)
    with pytest.raises(NoSigningKey, match="BELL_LAP_SIGNING_KEY"):
        await mute.catch_up()
    assert await mute.checkpoints(after=0, limit=10) == []
    assert await mute.keys() == []


def test_a_key_is_its_operators_alone(tmp_path: Path) -> None:
    """It is made once with mode 600, and refused when others can read it or it is none."""
    file = tmp_path / "secrets" / "signing.key"
    made = signing.load(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert signing.load(file).id == made.id
    file.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        signing.load(file)
    file.chmod(0o600)
    file.write_text("no key")
    with pytest.raises(SettingsError, match="no Ed25519 key"):
        signing.load(file)
    assert [each.name for each in file.parent.iterdir()] == ["signing.key"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80))
def test_what_is_no_key_and_no_checkpoint_is_refused(text: bytes) -> None:
    """A file of anything else raises the error that says so."""
    with pytest.raises(BadProof):
        read_checkpoints(text)
    with pytest.raises(BadProof):
        read_keys(text)


async def test_an_archive_fits_the_checkpoints_of_its_store(
    notary: Notary, database_url: str, server_url: str, template: str
) -> None:
    """A whole log that was brought in elsewhere is the log that was signed; nothing is lost."""
    await notary.catch_up()
    kept = await notary.checkpoints(after=0, limit=100)
    connection = await connect(database_url)
    lines = [line async for line in archive.export(connection)]
    await connection.close()
    async with postgres.database(server_url, template) as url:
        connection = await connect(url)
        await archive.bring_in(connection, lines)
        secret = await connection.fetchval("select secret from log_secret where number = 2")
        await connection.close()
        assert secret == await notary.secret()
        async with open_event_log(url) as log:
            assert (await compare(log, secret, kept)).checkpoints == len(kept)
