"""Managed displays over HTTP: they pair by code, are named, told what to show, and refreshed."""

from typing import Any, TypeVar

import msgspec
from aiohttp import web

from tracker.api import middleware
from tracker.api.access import Access
from tracker.api.display_store import Alive, DisplayStore, Pairing, Told
from tracker.api.envelopes import InvalidValue, Malformed
from tracker.security.roles import NotYourRole

_PATH = "/api/v1/displays"
_MAY_TELL = frozenset({"secretary", "admin"})
_BODY = TypeVar("_BODY", Alive, Pairing, Told)


class Displays:
    """What displays ask, and what whoever manages them tells."""

    def __init__(self, store: DisplayStore, access: Access) -> None:
        self._store = store
        self._access = access

    def routes(self) -> list[web.RouteDef]:
        """Return where displays are asked after and told."""
        one = _PATH + "/{display}"
        return [
            web.get(_PATH, self._all),
            web.post(_PATH, self._add),
            web.post(f"{_PATH}/pair", self._pair),
            web.put(one, self._tell),
            web.delete(one, self._forget),
            web.post(f"{one}/alive", self._alive),
            web.post(f"{one}/refresh", self._refresh),
        ]

    async def _check(self, request: web.Request, *, writes: bool = True) -> None:
        """Return when the one who asks may tell displays; raises NotPaired, NotYourRole."""
        found = await self._access.principal(request, writes=writes)
        if found is not None and not found.roles & _MAY_TELL:
            raise NotYourRole("displays are told what to show by the secretary")

    async def _all(self, request: web.Request) -> web.Response:
        await self._check(request, writes=False)
        return _json(await self._store.all())

    async def _add(self, request: web.Request) -> web.Response:
        _insist_on_json(request)
        return _json(await self._store.add(), status=201)

    async def _alive(self, request: web.Request) -> web.Response:
        said = await _body(request, Alive)
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return _json(await self._store.alive(request.match_info["display"], secret, said))

    async def _pair(self, request: web.Request) -> web.Response:
        await self._check(request)
        display = await self._store.pair(await _body(request, Pairing))
        return _json({"display": display})

    async def _tell(self, request: web.Request) -> web.Response:
        await self._check(request)
        await self._store.tell(request.match_info["display"], await _body(request, Told))
        return web.Response(status=204)

    async def _refresh(self, request: web.Request) -> web.Response:
        _insist_on_json(request)
        await self._check(request)
        await self._store.refresh(request.match_info["display"])
        return web.Response(status=204)

    async def _forget(self, request: web.Request) -> web.Response:
        await self._check(request)
        await self._store.forget(request.match_info["display"])
        return web.Response(status=204)


def _insist_on_json(request: web.Request) -> None:
    """Refuse what a form of another site can post."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(
            reason=f"{request.content_type} is not taken: send application/json"
        )


async def _body(request: web.Request, kind: type[_BODY]) -> _BODY:
    _insist_on_json(request)
    try:
        return msgspec.json.decode(await middleware.body_of(request), type=kind)
    except msgspec.ValidationError as error:
        raise InvalidValue(f"the body does not say what to do: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"the body is not JSON: {error}") from None


def _json(document: dict[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(document),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
