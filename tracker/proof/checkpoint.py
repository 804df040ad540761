"""A signed commitment to the log up to a position, which anybody may keep."""

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from tracker.errors import BadRequest
from tracker.log.chain import microseconds
from tracker.security import signing

Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
"""A moment with its offset."""


class BadProof(BadRequest):
    """Checkpoints, keys or a bundle that cannot be read."""

    code = "bad-proof"


class Checkpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """What the store had signed when an official result was declared; binary is hexadecimal."""

    position: int
    hash: str
    """Commits to every event up to the position; see `tracker.log.commitment`."""
    epoch: str
    recorded_at: Instant
    signed_at: Instant
    key: str
    """The public key that signed it."""
    signature: str

    def signed(self) -> bool:
        """Return whether the key that it names has signed it."""
        try:
            key, signature = bytes.fromhex(self.key), bytes.fromhex(self.signature)
        except ValueError:
            return False
        return signing.verified(key, signature, message(self))


class Key(Struct, frozen=True):
    """A key that has signed for a store, and what the key before said of it."""

    id: str
    public_key: str
    since_position: int
    added_at: datetime
    replaces: str | None
    endorsement: str | None


class _Listed(Struct, frozen=True):
    rows: list[Checkpoint]


class _Keys(Struct, frozen=True):
    rows: list[Key]


def message(checkpoint: Checkpoint) -> bytes:
    """Return the bytes of a checkpoint that are signed."""
    return (
        f"bell-lap-checkpoint-1\n{checkpoint.epoch}\n{checkpoint.position}\n{checkpoint.hash}\n"
        f"{microseconds(checkpoint.recorded_at)}\n{microseconds(checkpoint.signed_at)}\n"
        f"{checkpoint.key}\n"
    ).encode()


def endorsement(public_key: bytes, since: int) -> bytes:
    """Return what a key signs about the one that replaces it."""
    return f"bell-lap-key-1\n{public_key.hex()}\n{since}\n".encode()


def read_checkpoints(text: bytes) -> list[Checkpoint]:
    """Return the checkpoints of a file: the API's answer, or one of its rows a line.

    Raises BadProof, also when there is none in it.
    """
    try:
        found = _rows(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadProof(f"these are no checkpoints: {error}") from error
    if not found:
        raise BadProof("there is no checkpoint in it: keep the answer of GET /api/v1/checkpoints")
    return sorted(found, key=lambda each: each.position)


def _rows(text: bytes) -> list[Checkpoint]:
    try:
        return msgspec.json.decode(text, type=_Listed).rows
    except msgspec.MsgspecError:
        return msgspec.json.Decoder(Checkpoint).decode_lines(text)


def read_keys(text: bytes) -> frozenset[bytes]:
    """Return the public keys of a file: the API's answer, a PEM, or hexadecimal digits.

    Raises BadProof when it holds none.
    """
    try:
        if text.lstrip().startswith(b"{"):
            found = _follow(msgspec.json.decode(text, type=_Keys).rows)
        elif text.lstrip().startswith(b"-----"):
            found = [signing.public_of_pem(text)]
        else:
            found = [bytes.fromhex(line) for line in text.decode("ascii").split()]
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadProof(f"this is no public key: {error}") from error
    if not found or any(len(each) != signing.KEY_BYTES for each in found):
        raise BadProof("this is no Ed25519 public key: it has 32 bytes, 64 hexadecimal digits")
    return frozenset(found)


def _follow(keys: list[Key]) -> list[bytes]:
    """Return the public keys of the API's answer; raises ValueError for a false endorsement."""
    found = {key.id: bytes.fromhex(key.public_key) for key in keys}
    for key in keys:
        if key.endorsement is None:
            continue
        word = endorsement(found[key.id], key.since_position)
        before = found.get(key.replaces or "", b"")
        if not signing.verified(before, bytes.fromhex(key.endorsement), word):
            raise ValueError(f"{key.id} is not endorsed by the key that it says it replaces")
    return list(found.values())
