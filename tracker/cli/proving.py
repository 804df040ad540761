"""`bell-lap export-result`, `bell-lap verify` and `bell-lap keys`: proofs for others."""

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from projections import moments
from tracker.app import maintaining, notary_of
from tracker.cli.files import new_file, read_file, say
from tracker.cli.store import STORE, Store, run
from tracker.config import Settings
from tracker.errors import SettingsError
from tracker.proof import checking, exporting
from tracker.proof.bundle import BUNDLE_BYTES_LIMIT
from tracker.proof.checkpoint import Key, read_keys
from tracker.security import signing

keys = App(
    name="keys", help="See or replace the key that signs results.", result_action="return_value"
)


def export_result(
    race: str,
    /,
    *,
    out: Annotated[Path, Parameter(help="The file; one that exists is not overwritten.")],
    as_of: Annotated[
        str | None,
        Parameter(help="As declared by a position, an RFC 3339 time, after:RACE or before:RACE."),
    ] = None,
    store: Store = STORE,
) -> None:
    """Write an official result as a signed bundle that anybody can verify.

    Parameters
    ----------
    race
        Such as dresden-2024/men-500/final-a.
    """

    async def work() -> bytes:
        settings = store.settings()
        async with maintaining(settings) as (log, pool):
            up_to = None if as_of is None else await moments.resolve(log, as_of)
            return await exporting.export(notary_of(settings, log, pool), race, up_to=up_to)

    bundle = run(work())
    with new_file(out) as file:
        file.write(bundle)
    say(f"{race}, {len(bundle)} bytes in {out}")


def verify(
    bundle: Path,
    /,
    *,
    key: Annotated[
        Path | None,
        Parameter(help="Keys that you trust: of GET /api/v1/keys, a PEM, or hexadecimal."),
    ] = None,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """Check a signed result: signature, chain, and the same result from its events.

    Needs no database and no network. Exits 1 when something is wrong, and says what
    by a code that stays the same.
    """
    trusted = frozenset() if key is None else read_keys(read_file(key, BUNDLE_BYTES_LIMIT))
    findings = checking.check(read_file(bundle, BUNDLE_BYTES_LIMIT), trusted)
    right = all(each.right for each in findings)
    if json:
        say(msgspec.json.encode({"right": right, "findings": findings}).decode())
        return 0 if right else 1
    for each in findings:
        say(f"right  {each.said}" if each.right else f"WRONG  {each.said} ({each.code})")
    return 0 if right else 1


@keys.command(name="list")
def list_(*, store: Store = STORE) -> None:
    """List every key that has signed for this store."""

    async def work() -> list[Key]:
        settings = store.settings()
        async with maintaining(settings) as (log, pool):
            notary = notary_of(settings, log, pool)
            if settings.key_file is not None:
                await notary.signer()
            return await notary.keys()

    for each in run(work()):
        after = f", in the place of {each.replaces}" if each.replaces else ""
        word = " which endorses it" if each.endorsement else ""
        say(f"{each.id}  {each.public_key}  from position {each.since_position}{after}{word}")


@keys.command
def rotate(*, store: Store = STORE) -> None:
    """Replace the signing key by a new one; the old one endorses it, and is gone."""

    async def work(settings: Settings, file: Path) -> str:
        async with maintaining(settings) as (log, pool):
            notary = notary_of(settings, log, pool)
            before = await notary.signer()
            await notary.catch_up()
            new, signer = signing.beside(file)
            await notary.record(signer, before=before)
            new.replace(file)
            return f"{signer.id} in the place of {before.id}"

    settings = store.settings()
    if settings.key_file is None:
        raise SettingsError("there is no signing key: name its file in BELL_LAP_SIGNING_KEY")
    say(run(work(settings, settings.key_file)))
