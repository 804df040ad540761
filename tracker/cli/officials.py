"""`bell-lap officials …`: who may write, on which device."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import msgspec
import segno
from cyclopts import App, Parameter
from rich.text import Text

from tracker.app import maintaining
from tracker.cli import tables
from tracker.cli.store import STORE, Store, run
from tracker.errors import BadRequest
from tracker.security.officials import Officials
from tracker.security.roles import ROLES

T = TypeVar("T")
_MINUTE_S = 60
_LONGEST_MINUTES = 24 * 60

app = App(
    name="officials",
    help="Say who may write, and pair their devices; this machine can always do so.",
    result_action="return_value",
)


class BadMinutes(BadRequest):
    """A code that would be good for no time, or for days."""

    code = "bad-minutes"


@app.command
def add(
    name: str,
    /,
    *,
    role: Annotated[
        list[str], Parameter(negative="", help=f"What they do, several times: {', '.join(ROLES)}.")
    ],
    store: Store = STORE,
) -> None:
    """Add an official, or give a known one these roles instead.

    With the first official the doors close: until then everybody who reaches the server may write.
    """
    _with(store, lambda officials: officials.add(name, role))
    _say(f"{name} is {', '.join(dict.fromkeys(role))}. Now pair a device: bell-lap officials pair")


@app.command
def pair(
    name: str,
    /,
    *,
    minutes: Annotated[int, Parameter(help="How long the code is good for.")] = 10,
    url: Annotated[str | None, Parameter(help="The server's address, for a QR code.")] = None,
    store: Store = STORE,
) -> None:
    """Print a code that pairs one device with an official, once."""
    if not 1 <= minutes <= _LONGEST_MINUTES:
        raise BadMinutes(f"{minutes} minutes: a code is good for 1 to {_LONGEST_MINUTES}")
    code = _with(store, lambda officials: officials.code(name, good_for_s=minutes * _MINUTE_S))
    shown = f"{code[:4]}-{code[4:]}"
    if url is not None:
        # Behind the sign a browser sends nothing: the code is in no server's record.
        segno.make(f"{url.rstrip('/')}/officials#{code}", micro=False).terminal(compact=True)
    _say(f"{shown}  pairs one device with {name} within {minutes} minutes, at /officials")


@app.command
def revoke(name: str, /, *, store: Store = STORE) -> None:
    """Remove an official with all devices, or end one device by its name."""
    ended = _with(store, lambda officials: officials.revoke(name))
    _say(f"{name} may write no more; devices ended: {', '.join(ended) or 'none'}")


@app.command(name="list")
def list_(
    *,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
    store: Store = STORE,
) -> None:
    """List officials, their roles and devices, when each was last seen and last wrote."""
    found = _with(store, lambda officials: officials.listed())
    if json:
        _say(msgspec.json.encode(found).decode())
    elif not found:
        _say("Nobody has been added: everybody who reaches the server may write.")
    else:
        tables.console().print(
            tables.table(
                [msgspec.to_builtins(each, builtin_types=()) for each in found],
                (
                    ("Official", lambda row: row["official"], False),
                    ("Roles", lambda row: ", ".join(row["roles"]), False),
                    ("Device", lambda row: row["device"], False),
                    ("Paired", lambda row: row["paired_at"], False),
                    ("Last seen", lambda row: row["last_seen_at"], False),
                    ("Last wrote", lambda row: row["last_wrote_at"], False),
                ),
            )
        )


def _with(store: Store, work: Callable[[Officials], Awaitable[T]]) -> T:
    """Do something with the officials of a store."""

    async def done() -> T:
        async with _officials(store) as officials:
            return await work(officials)

    return run(done())


@asynccontextmanager
async def _officials(store: Store) -> AsyncIterator[Officials]:
    async with maintaining(store.settings()) as (_, pool):
        yield Officials(pool)


def _say(sentence: str) -> None:
    tables.console().print(Text(sentence), soft_wrap=True)
