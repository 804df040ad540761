"""A command comes in; its position goes out."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web
from msgspec import Struct, structs

from tracker.api import envelopes, middleware, problems
from tracker.api.access import Access
from tracker.command_handler import Receipt
from tracker.domain.commands import Envelope
from tracker.errors import BadRequest
from tracker.security.roles import Principal

Handle = Callable[[Envelope, bytes, Principal | None], Awaitable[Receipt]]

_SIMPLE_TYPES = {"text/plain", "multipart/form-data", "application/x-www-form-urlencoded"}
"""What any page on the web may post to us unasked; JSON it may not."""
_SERVER_FAULT = web.HTTPInternalServerError.status_code


class Verdict(Struct, frozen=True):
    """What became of an envelope in a batch that was not taken."""

    error: problems.Problem


class Commands:
    """Takes envelopes, one or many, to the command handler."""

    def __init__(self, handle: Handle, access: Access) -> None:
        self._handle = handle
        self._access = access

    async def post(self, request: web.Request) -> web.Response:
        """Answer an envelope with its receipt, an array of them with an array of verdicts."""
        if request.headers.get("Content-Type") and request.content_type in _SIMPLE_TYPES:
            raise web.HTTPUnsupportedMediaType(
                reason=f"{request.content_type} is not taken: send application/json"
            )
        principal = await self._access.principal(request, writes=True)
        posted = envelopes.split(await middleware.body_of(request))
        if posted.batch:
            return await self._batch(request, posted.items, principal)
        envelope = envelopes.parse(posted.items[0])
        request[middleware.NOTES].update(
            command=type(envelope.command).__name__,
            official=envelope.official,
            device=envelope.device,
            device_seq=envelope.device_seq,
        )
        receipt = await self._handle(envelope, posted.items[0], principal)
        request[middleware.NOTES]["position"] = receipt.position
        return web.Response(
            body=msgspec.json.encode(receipt),
            content_type="application/json",
            status=200 if receipt.repeated else 201,
            headers={"Idempotent-Replayed": "true"} if receipt.repeated else None,
        )

    async def _batch(
        self, request: web.Request, items: tuple[bytes, ...], principal: Principal | None
    ) -> web.Response:
        """Process envelopes in order; what a broken server did not try is said to be untried."""
        verdicts: list[Receipt | Verdict] = []
        broken: problems.Problem | None = None
        for index, item in enumerate(items):
            if broken is not None:
                verdicts.append(Verdict(_untried(broken, index, request.path)))
                continue
            verdict = await self._one(request, item, index, principal)
            verdicts.append(verdict)
            if isinstance(verdict, Verdict) and verdict.error.status >= _SERVER_FAULT:
                broken = verdict.error
        refused = sum(isinstance(verdict, Verdict) for verdict in verdicts)
        request[middleware.NOTES].update(commands=len(items), refused=refused)
        return web.Response(body=msgspec.json.encode(verdicts), content_type="application/json")

    async def _one(
        self, request: web.Request, item: bytes, index: int, principal: Principal | None
    ) -> Receipt | Verdict:
        try:
            return await self._handle(envelopes.parse(item), item, principal)
        except Exception as error:  # noqa: BLE001 - one bad item must not lose the others
            problem = middleware.describe(error, request)
            where = f"$[{index}]{problem.where[1:]}" if isinstance(error, BadRequest) else ""
            return Verdict(
                structs.replace(problem, instance=f"{request.path}#{index}", where=where)
            )


def _untried(broken: problems.Problem, index: int, path: str) -> problems.Problem:
    """Return the verdict on an envelope that comes after one at which the server failed."""
    return structs.replace(
        broken,
        detail="not tried, because an earlier envelope of the batch could not be kept: "
        "send this one again under the same number",
        instance=f"{path}#{index}",
        where="",
    )
