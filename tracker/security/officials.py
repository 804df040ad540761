"""Officials and their devices, as the database keeps them."""

import secrets
import time
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tracker import sql
from tracker.errors import BadRequest, NotFound, TrackerError
from tracker.security.roles import ROLES, Principal

if TYPE_CHECKING:
    import asyncpg

QUERIES = sql.load(Path(__file__).with_name("queries.sql"))
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0 and O, 1 and I: a code is read out and typed with gloves."""
CODE_LENGTH = 8
CODE_S = 600.0
"""How long a pairing code is good for."""
KNOWN_S = 2.0
"""How long a token's owner is taken for granted; a revocation is felt after that."""
SEEN_S = 30.0
"""How often a device's last sign of life is written down; a write is noted every time it may be."""
TOKENS_KEPT = 1024


class NotPaired(TrackerError):
    """A token that nobody was given, or that was revoked; or none where one is needed."""

    code = "not-paired"


class BadCode(TrackerError):
    """A pairing code that is wrong, used, or too old."""

    code = "bad-code"


class BadOfficial(BadRequest):
    """An official or device whose name or role cannot be."""

    code = "bad-official"


class Listed(Struct, frozen=True):
    """An official with one of their devices, or without any."""

    official: str
    roles: tuple[str, ...]
    device: str | None
    paired_at: datetime | None
    last_seen_at: datetime | None
    last_wrote_at: datetime | None


class Paired(Struct, frozen=True):
    """What a device is given once, and keeps."""

    token: str
    official: str
    device: str
    roles: tuple[str, ...]


class _Known(Struct):
    principal: Principal | None
    until: float
    noted: float = 0.0


class Officials:
    """Looks up who a token belongs to, and looks after officials and devices."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool
        self._known: dict[bytes, _Known] = {}
        self._open: tuple[bool, float] | None = None

    async def is_open(self) -> bool:
        """Return whether nobody has been added: then everybody may do everything."""
        now = time.monotonic()
        if self._open is None or self._open[1] < now:
            anybody = await self._pool.fetchval(QUERIES["anybody"])
            self._open = (not anybody, now + KNOWN_S)
        return self._open[0]

    async def principal(self, token: str, *, writes: bool = False) -> Principal:
        """Return who a token belongs to.

        Raises NotPaired.
        """
        digest = _hash(token)
        now = time.monotonic()
        known = self._known.get(digest)
        if known is None or known.until < now:
            row = await self._pool.fetchrow(QUERIES["principal"], digest)
            found = (
                None
                if row is None
                else Principal(row["official"], row["device"], frozenset(row["roles"]))
            )
            noted = known.noted if known is not None else 0.0
            known = self._known[digest] = _Known(found, now + KNOWN_S, noted)
            while len(self._known) > TOKENS_KEPT:
                del self._known[next(iter(self._known))]
        if known.principal is None:
            raise NotPaired("this token is not known, or was revoked: pair the device again")
        if known.noted + (KNOWN_S if writes else SEEN_S) < now:
            known.noted = now
            await self._pool.execute(QUERIES["seen"], digest, writes)
        return known.principal

    async def add(self, name: str, roles: Sequence[str]) -> None:
        """Add an official, or give a known one these roles instead.

        Raises BadOfficial.
        """
        unknown = [role for role in roles if role not in ROLES]
        if unknown:
            raise BadOfficial(f"{unknown[0]!r} is no role: it is one of {', '.join(ROLES)}")
        if not roles:
            raise BadOfficial(f"give {name} a role: {', '.join(ROLES)}")
        _check_name("official", name)
        await self._pool.execute(QUERIES["add"], name, list(dict.fromkeys(roles)))
        self._known.clear()
        self._open = None

    async def code(self, name: str, *, good_for_s: float = CODE_S) -> str:
        """Return a code that pairs one device with an official, once.

        Raises NotFound.
        """
        if await self._pool.fetchval(QUERIES["roles_of"], name) is None:
            raise NotFound(f"no official is called {name}: add them first")
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        await self._pool.execute(QUERIES["put_code"], _hash(code), name, good_for_s)
        return code

    async def pair(self, code: str, device: str) -> Paired:
        """Return a token for a device; whoever had the device before has it no more.

        Raises BadCode, BadOfficial.
        """
        _check_name("device", device)
        token = secrets.token_urlsafe(32)
        async with self._pool.acquire() as connection, connection.transaction():
            official = await connection.fetchval(
                QUERIES["take_code"], _hash(code.upper().replace("-", "").replace(" ", ""))
            )
            if official is None:
                raise BadCode("this code is wrong, used, or too old: ask for another")
            await connection.execute(QUERIES["end_device"], device)
            await connection.execute(QUERIES["put_device"], _hash(token), official, device)
            roles = await connection.fetchval(QUERIES["roles_of"], official)
        self._known.clear()
        return Paired(token, official, device, tuple(roles or ()))

    async def revoke(self, name: str) -> list[str]:
        """End an official's devices and codes and remove them, or end the device of that name.

        Returns the devices that were ended. Raises NotFound.
        """
        removed = await self._pool.fetchval(QUERIES["remove_official"], name)
        if removed is not None:
            await self._pool.execute(QUERIES["end_codes_of"], name)
            ended = await self._pool.fetch(QUERIES["end_devices_of"], name)
        else:
            ended = await self._pool.fetch(QUERIES["end_one_device"], name)
            if not ended:
                raise NotFound(f"no official and no device in use is called {name}")
        self._known.clear()
        self._open = None
        return [row["device"] for row in ended]

    async def listed(self) -> list[Listed]:
        """Return everybody with their devices."""
        return [
            Listed(
                row["name"],
                tuple(row["roles"]),
                row["device"],
                row["paired_at"],
                row["last_seen_at"],
                row["last_wrote_at"],
            )
            for row in await self._pool.fetch(QUERIES["listed"])
        ]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _check_name(what: str, name: str) -> None:
    plain = all(ch.isalnum() or ch in " .,:@/+()'-_" for ch in name)
    longest = 64
    if not (1 <= len(name) <= longest and plain and name.strip() == name):
        raise BadOfficial(
            f"{name[:longest]!r} is no name of a {what}: 1 to {longest} letters, digits and "
            "plain punctuation"
        )
