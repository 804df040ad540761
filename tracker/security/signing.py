"""The key that signs for a store, in a file that only its operator may read."""

import contextlib
import os
import stat
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tracker.errors import SettingsError

KEY_BYTES = 32
"""Bytes of an Ed25519 public key."""
_ID_DIGITS = 16
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def id_of(public_key: bytes) -> str:
    """Return the name of a public key: the first digits of its SHA-256."""
    return sha256(public_key).hexdigest()[:_ID_DIGITS]


def verified(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether a key has signed a message."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Signer:
    """An Ed25519 key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes_raw()
        self.id = id_of(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self._key.sign(message)


def load(path: Path) -> Signer:
    """Return the key of a file, which is made when it is not there.

    Raises SettingsError when it is no Ed25519 key, or others may read it.
    """
    with contextlib.suppress(FileExistsError):
        _write(path)
    try:
        others = sys.platform != "win32" and path.stat().st_mode & _OTHERS
        text = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"the signing key {path} cannot be read: {error.strerror or error}"
        ) from error
    if others:
        raise SettingsError(
            f"the signing key {path} can be read by others: chmod 600 it, "
            "and rotate it if somebody may have read it"
        )
    try:
        key = serialization.load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(
            f"the signing key {path} is no Ed25519 key in PEM: "
            "make one with `openssl genpkey -algorithm ed25519`, or let Bell Lap make it"
        )
    return Signer(key)


def beside(path: Path) -> tuple[Path, Signer]:
    """Return a new key in a file of its own, to be moved to the place of the one in use."""
    new = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    _write(new)
    return new, load(new)


def _write(path: Path) -> None:
    """Write a new key to a file that is not there yet; it appears whole."""
    if path.exists():
        raise FileExistsError(path)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: threads and processes may all find at once that there is no key.
        file, part = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with os.fdopen(file, "wb") as private:
                private.write(pem)
                private.flush()
                os.fsync(private.fileno())
            os.link(part, path)  # unlike a rename, it never replaces another's
        finally:
            Path(part).unlink()
    except FileExistsError:
        raise
    except OSError as error:
        raise SettingsError(
            f"the signing key {path} cannot be written: {error.strerror or error}"
        ) from error


def public_of_pem(text: bytes) -> bytes:
    """Return the public key of a PEM; raises ValueError when it is no Ed25519 key."""
    try:
        key = serialization.load_pem_public_key(text)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it is no Ed25519 key")  # noqa: TRY004 - it is about the text
    return key.public_bytes_raw()
