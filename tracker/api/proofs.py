"""Keys, checkpoints and bundles over HTTP: what somebody needs who does not trust this server."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from tracker.api.problems import BadParameter
from tracker.proof import exporting
from tracker.proof.notary import CHECKPOINTS_LIMIT, Notary

_DIGITS_LIMIT = 18
"""Digits of a number; anything longer is no position."""
_LATEST = 2**62
"""Beyond every position: what is asked for without a moment."""


class Proofs:
    """Answers with what was signed."""

    def __init__(self, notary: Notary, resolve: Callable[[str], Awaitable[int]]) -> None:
        self._notary = notary
        self._resolve = resolve

    def routes(self) -> list[web.RouteDef]:
        """Return where each is found."""
        return [
            web.get("/api/v1/keys", self._keys),
            web.get("/api/v1/checkpoints", self._checkpoints),
            web.get("/api/v1/races/{competition}/{distance}/{race}/bundle", self._bundle),
        ]

    async def _moment(self, request: web.Request) -> int:
        """Return the last position that a question is about."""
        asked = request.query.get("as_of")
        return _LATEST if asked is None else await self._resolve(asked)

    async def _keys(self, request: web.Request) -> web.Response:
        moment = await self._moment(request)
        keys = await self._notary.keys()
        return _json({"rows": [key for key in keys if key.since_position <= moment]})

    async def _checkpoints(self, request: web.Request) -> web.Response:
        """Answer with a page of checkpoints; `next` is the `after` of the page that follows."""
        after = _number(request, "after", 0)
        limit = _number(request, "limit", CHECKPOINTS_LIMIT)
        if not 1 <= limit <= CHECKPOINTS_LIMIT:
            raise BadParameter(f"limit={limit} must be from 1 to {CHECKPOINTS_LIMIT}")
        moment = await self._moment(request)
        rows = await self._notary.checkpoints(after=after, limit=limit, up_to=moment)
        return _json({"next": rows[-1].position if rows else after, "rows": rows})

    async def _bundle(self, request: web.Request) -> web.Response:
        names = request.match_info
        race = f"{names['competition']}/{names['distance']}/{names['race']}"
        name = f"{race.replace('/', '_')}.bundle.json"
        up_to = await self._moment(request) if "as_of" in request.query else None
        return web.Response(
            body=await exporting.export(self._notary, race, up_to=up_to),
            content_type="application/json",
            headers={
                "Cache-Control": "no-cache",
                "Content-Disposition": f'attachment; filename="{name}"',
            },
        )


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS_LIMIT):
        raise BadParameter(f"{name}={text[:40]} must be a whole number, such as {name}=812")
    return int(text)


def _json(document: object) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(document),
        content_type="application/json",
        headers={"Cache-Control": "no-cache"},
    )
