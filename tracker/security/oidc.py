"""Bearer tokens of a federation's own identity provider (OpenID Connect)."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tracker.config import Provider
from tracker.errors import SettingsError
from tracker.security.officials import NotPaired
from tracker.security.roles import ROLES, Principal

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures with a public key alone: a shared secret would let whoever checks also sign."""
LEEWAY_S = 30
"""How far the provider's clock may be from ours."""


class Oidc:
    """Checks tokens against a provider's keys."""

    def __init__(self, provider: Provider) -> None:
        """Read the keys.

        Raises SettingsError.
        """
        self._provider = provider
        try:
            self._keys = KeySet.import_key_set(json.loads(provider.keys.read_text("utf-8")))
        except (OSError, ValueError, JoseError) as error:
            raise SettingsError(
                f"the key set {provider.keys} cannot be read: {error}; it is the JSON that the "
                "provider serves at its jwks_uri"
            ) from error
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    def principal(self, token: str) -> Principal:
        """Return whom a token names, with the roles that exist here.

        Raises NotPaired.
        """
        try:
            found = jwt.decode(token, self._keys, algorithms=list(ALGORITHMS))
            self._claims.validate(found.claims)
        except (JoseError, ValueError) as error:
            raise NotPaired(f"this token is not taken: {error}; sign in again") from None
        return Principal(_name(found.claims), "", self._roles(found.claims))

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[str]:
        told = claims.get(self._provider.roles_claim)
        listed = told.split() if isinstance(told, str) else told
        return frozenset(listed if isinstance(listed, list) else ()) & frozenset(ROLES)


def _name(claims: Mapping[str, Any]) -> str:
    """Return the name that goes into the log: the preferred one, else the subject."""
    found = claims.get("preferred_username") or claims["sub"]
    return str(found)[:64]


def looks_like_one(token: str) -> bool:
    """Return whether a token has the three parts of a signed one."""
    return token.count(".") == 2  # noqa: PLR2004 - header, claims, signature
