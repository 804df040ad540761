"""The displays of a venue as they are kept: in the database, so that a restart forgets none."""

import hashlib
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeAlias

from msgspec import Meta, Struct

from tracker import sql
from tracker.errors import NotFound, Refusal

QUERIES = sql.load(Path(__file__).with_name("displays.sql"))
DISPLAYS_LIMIT = 200
"""Displays of one store, those that are not paired yet included."""
AGAIN_MS = 2_000
"""How often a display asks what it is to show."""
STALE_AFTER_MS = 10_000
"""A display that has not asked for so long does not run, or has lost the network."""
_CODE_CHARACTERS = 6
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""None that is read as another: no I, O, 0, 1."""

Page: TypeAlias = Literal["home", "scoreboard", "overlay", "phone", "announcer"]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=60)]
Options: TypeAlias = Annotated[str, Meta(max_length=300, pattern=r"^[A-Za-z0-9_=&%.,/+#-]*$")]
Size: TypeAlias = Annotated[int, Meta(ge=0, le=100_000)]


class Told(Struct, frozen=True, forbid_unknown_fields=True):
    """What a display is told: its name, a page, and the page's parameters."""

    name: Name
    page: Page
    options: Options = ""


class Pairing(Struct, frozen=True, forbid_unknown_fields=True):
    """What is told to the display that shows a code."""

    code: Annotated[str, Meta(min_length=1, max_length=20)]
    name: Name
    page: Page
    options: Options = ""


class Alive(Struct, frozen=True, forbid_unknown_fields=True):
    """What a display says of itself whenever it asks."""

    shown: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    width: Size = 0
    height: Size = 0


class TooManyDisplays(Refusal):
    """A display beyond the limit."""

    code = "too-many-displays"


class Connections(Protocol):
    """What is asked of a pool of connections."""

    async def fetchrow(self, query: str, *args: object) -> Any:
        """Return the first row, or None."""
        ...

    async def fetch(self, query: str, *args: object) -> Any:
        """Return all rows."""
        ...

    async def fetchval(self, query: str, *args: object) -> Any:
        """Return the first value of the first row."""
        ...

    async def execute(self, query: str, *args: object) -> Any:
        """Run a statement."""
        ...


class DisplayStore:
    """Makes displays known, tells them what to show, and says which have fallen silent."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add(self) -> dict[str, Any]:
        """Make a display known, and return what it needs to ask and to be paired."""
        await self._connections.execute(QUERIES["prune"])
        if await self._connections.fetchval(QUERIES["count"]) >= DISPLAYS_LIMIT:
            raise TooManyDisplays(
                f"{DISPLAYS_LIMIT} displays are known already: forget some at /displays"
            )
        while True:
            display, secret = secrets.token_hex(8), secrets.token_urlsafe(24)
            code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_CHARACTERS))
            if await self._connections.fetchval(QUERIES["add"], display, _hash(secret), code):
                return {"display": display, "secret": secret, "code": code, "again_ms": AGAIN_MS}

    async def alive(self, display: str, secret: str, said: Alive) -> dict[str, Any]:
        """Note that a display is there, and return what it is to show."""
        row = await self._connections.fetchrow(
            QUERIES["alive"], display, _hash(secret), said.shown, said.width, said.height
        )
        if row is None:
            raise NotFound(f"no display {display[:40]} with that secret is known: it pairs anew")
        return {**row, "again_ms": AGAIN_MS}

    async def all(self) -> dict[str, Any]:
        """Return every paired display, and whether it is stale."""
        rows = await self._connections.fetch(QUERIES["all"])
        return {
            "rows": [
                {
                    **row,
                    "stale": row["silent_ms"] > STALE_AFTER_MS,
                    "current": row["shown"] == row["revision"],
                }
                for row in rows
            ]
        }

    async def pair(self, pairing: Pairing) -> str:
        """Give the display that shows a code its name and its page, and return its id."""
        code = "".join(c for c in pairing.code.upper() if c.isalnum())
        found: str | None = await self._connections.fetchval(
            QUERIES["pair"], code, pairing.name, pairing.page, pairing.options
        )
        if found is None:
            raise NotFound(f"no display shows the code {code}: it is on the display's screen")
        return found

    async def tell(self, display: str, told: Told) -> None:
        """Tell a display what to show from now on."""
        await self._change("tell", display, told.name, told.page, told.options)

    async def refresh(self, display: str) -> None:
        """Have a display load its page anew."""
        await self._change("refresh", display)

    async def forget(self, display: str) -> None:
        """Forget a display; it shows a new code within seconds, if it runs."""
        await self._change("forget", display)

    async def _change(self, query: str, display: str, *values: str) -> None:
        found = await self._connections.fetchval(QUERIES[query], display, *values)
        if found is None:
            raise NotFound(f"no display {display[:40]} is known: /displays lists them")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
