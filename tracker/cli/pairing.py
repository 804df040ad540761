"""Simulated officials on a server that has officials: added, paired, and gone again."""

import contextlib
from collections.abc import AsyncIterator

import aiohttp

from tracker.app import maintaining
from tracker.cli.store import STORE, Store
from tracker.errors import NotFound, SettingsError
from tracker.security.officials import Officials
from tracker.simulation.moves import OFFICIALS, signed

_UNAUTHORIZED, _CREATED = 401, 201


@contextlib.asynccontextmanager
async def paired(url: str, series: str, store: Store) -> AsyncIterator[dict[str, str]]:
    """Yield a token for each simulated device; none where everybody may write.

    Each official has the rights of one role. They are revoked in the end. Raises SettingsError
    where the server has officials and its store is not named.
    """
    async with aiohttp.ClientSession() as http, http.get(f"{url}/api/v1/me") as answer:
        closed = answer.status == _UNAUTHORIZED
    if not closed:
        yield {}
        return
    if store == STORE:
        raise SettingsError(
            f"{url} has officials: name its store with --data or --database, "
            "so that the simulated ones can be paired"
        )
    async with maintaining(store.settings()) as (_, pool):
        officials = Officials(pool)
        try:
            yield await _pair(url, series, officials)
        finally:
            for each in OFFICIALS:
                with contextlib.suppress(NotFound):
                    await officials.revoke(signed(each, series)[0])


async def _pair(url: str, series: str, officials: Officials) -> dict[str, str]:
    """Pair every device as its holder would: a code that is typed in."""
    tokens: dict[str, str] = {}
    async with aiohttp.ClientSession() as http:
        for each in OFFICIALS:
            name, device = signed(each, series)
            await officials.add(name, [each.role])
            body = {"code": await officials.code(name), "device": device}
            async with http.post(f"{url}/api/v1/pair", json=body) as answer:
                document = await answer.json()
                if answer.status != _CREATED:
                    raise SettingsError(f"{device} was not paired: {document.get('detail')}")
                tokens[device] = document["token"]
    return tokens
