"""Who asks: tokens, origins, pairing, and how often somebody may try."""

import time
from collections import OrderedDict
from urllib.parse import urlsplit

import msgspec
from aiohttp import web
from msgspec import Struct

from tracker.api import middleware
from tracker.errors import BadRequest, TrackerError
from tracker.security.officials import NotPaired, Officials
from tracker.security.oidc import Oidc, looks_like_one
from tracker.security.roles import NotYourRole, Principal

TRIES = 10
"""Pairing codes that an address may try in a minute."""
QUESTIONS = 60
"""Suppositions that an address may ask in a minute."""
MINUTE_S = 60.0
ADDRESSES_KEPT = 4096
"""Addresses whose tries are counted; the longest unseen is forgotten."""
PAIR_BODY_LIMIT = 4096
"""Bytes of a request to pair."""


class TooManyTries(TrackerError):
    """An address asks too often; lap entry is never counted."""

    code = "too-many-tries"


class WrongOrigin(TrackerError):
    """A page of another site asks in somebody's name."""

    code = "wrong-origin"


class BadPairing(BadRequest):
    """A request to pair that cannot be understood."""

    code = "bad-pairing"


class Pairing(Struct, frozen=True, forbid_unknown_fields=True):
    """What a device sends to be paired."""

    code: str
    device: str


class Allowance:
    """So many tries a minute for each address."""

    def __init__(self, tries: int) -> None:
        self._tries = tries
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> None:
        """Count one try.

        Raises TooManyTries.
        """
        now = time.monotonic()
        left, at = self._left.pop(address, (float(self._tries), now))
        left = min(self._tries, left + (now - at) * self._tries / MINUTE_S)
        self._left[address] = (max(left - 1, 0), now)
        while len(self._left) > ADDRESSES_KEPT:
            self._left.popitem(last=False)
        if left < 1:
            raise TooManyTries(f"more than {self._tries} tries in a minute: wait a moment")


class Access:
    """Finds out who asks, and pairs devices."""

    def __init__(
        self, officials: Officials, *, oidc: Oidc | None = None, origins: tuple[str, ...] = ()
    ) -> None:
        self._officials = officials
        self._oidc = oidc
        self._origins = frozenset(origins)
        self._tries = Allowance(TRIES)
        self._questions = Allowance(QUESTIONS)

    def routes(self) -> list[web.RouteDef]:
        """Return where a device is paired, and asks who it is."""
        return [web.get("/api/v1/me", self.me), web.post("/api/v1/pair", self.pair)]

    async def principal(self, request: web.Request, *, writes: bool = False) -> Principal | None:
        """Return who asks; None where nobody has been added and everybody may do everything.

        Raises NotPaired, WrongOrigin.
        """
        self._check_origin(request)
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and token:
            if self._oidc is not None and looks_like_one(token):
                return self._oidc.principal(token.strip())
            return await self._officials.principal(token.strip(), writes=writes)
        if self._oidc is None and await self._officials.is_open():
            return None
        raise NotPaired("say who you are: pair this device, and send its token as a bearer")

    async def may_see_embargo(self, request: web.Request) -> bool:
        """Return whether the one who asks may know what is under embargo; who is nobody may not."""
        try:
            await self.check_embargo(request)
        except (NotPaired, NotYourRole):
            return False
        return True

    async def check_embargo(self, request: web.Request) -> None:
        """Return when the one who asks may read what is under embargo.

        Raises NotPaired, NotYourRole.
        """
        found = await self.principal(request)
        if found is not None and not found.may_see_embargo():
            raise NotYourRole("what is not announced yet is shown to referees and the secretary")

    async def check_held(self, request: web.Request) -> None:
        """Return when the one who asks may see a race go on while its public board is held.

        Raises NotPaired, NotYourRole.
        """
        found = await self.principal(request)
        if found is not None and not found.may_see_held():
            raise NotYourRole("a race whose public board is held is shown to its officials")

    def count_question(self, request: web.Request) -> None:
        """Count a supposition that an address asks; raises TooManyTries."""
        self._questions.take(request.remote or "")

    async def me(self, request: web.Request) -> web.Response:
        """Answer who the one is who asks."""
        found = await self.principal(request)
        return web.json_response(
            {
                "official": found.official if found else None,
                "device": found.device or None if found else None,
                "roles": sorted(found.roles) if found else [],
                "open": found is None,
            },
            headers={"Cache-Control": "no-store"},
        )

    async def pair(self, request: web.Request) -> web.Response:
        """Answer a code with a token."""
        self._check_origin(request)
        self._tries.take(request.remote or "")
        body = await middleware.body_of(request)
        try:
            if len(body) > PAIR_BODY_LIMIT:
                raise BadPairing(f"the body has {len(body)} bytes: at most {PAIR_BODY_LIMIT}")
            asked = msgspec.json.decode(body, type=Pairing, strict=True)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadPairing(
                f'send {{"code": "…", "device": "tablet-3"}}: {str(error)[:200]}'
            ) from None
        paired = await self._officials.pair(asked.code, asked.device)
        return web.json_response(
            msgspec.to_builtins(paired), status=201, headers={"Cache-Control": "no-store"}
        )

    def _check_origin(self, request: web.Request) -> None:
        check_origin(request, self._origins)


def check_origin(request: web.Request, origins: frozenset[str]) -> None:
    """Refuse what a page of another site sends; programs send no origin.

    Raises WrongOrigin.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin in origins or _host_of(origin) == request.host:
        return
    raise WrongOrigin(f"{origin[:100]} may not write here: BELL_LAP_ORIGINS names who may")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:  # a bracket that is not closed
        return None
