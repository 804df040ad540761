"""The settings of a process, read once from arguments and the environment.

What somebody typed wins over the environment, the environment over the default. All faults are
reported together. A limit that one module alone keeps stands beside its use; `docs/limits.md`
lists them all.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias, get_args
from urllib.parse import urlsplit

import platformdirs
from msgspec import Struct

from tracker.errors import SettingsError

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

DEFAULT_HOST = "127.0.0.1"
"""This machine alone: who wants to be reached from elsewhere says so."""
DEFAULT_PORT = 8300
PORT_LIMIT = 65_535
"""The highest port; 0 lets the system choose."""
HEAD_WITHIN_S = 10.0
"""How long the head of a request may take to arrive, unless `BELL_LAP_HEAD_WITHIN_S` says so."""
HEAD_BOUNDS_S = (0.5, 600.0)
"""Between which bounds that may be set."""
HOST_CHARACTERS_LIMIT = 253
"""Characters in the name of a host."""

SIGNING_KEY = "signing.key"
"""The name of the signing key in a data directory."""

_SCHEMES = ("postgresql", "postgres")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_DECIMAL = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?")
_DIGITS = re.compile(r"[0-9]{1,5}")
_ON, _OFF = ("yes", "true", "1"), ("no", "false", "0")


class Provider(Struct, frozen=True):
    """An identity provider whose tokens are taken, and how they say who somebody is."""

    issuer: str
    audience: str
    keys: Path
    """The provider's key set (JWKS) as a file: no request goes out while a race runs."""
    roles_claim: str = "bell_lap_roles"


class Settings(Struct, frozen=True):
    """Where the data is, where the server listens, and how much it says.

    Exactly one of `data` and `database` is set.
    """

    data: Path | None
    """The directory of the embedded PostgreSQL."""
    database: str | None
    """The URL of an external PostgreSQL; it may hold a password, so it is never logged."""
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    log_level: LogLevel = "info"
    official_feed: bool = False
    """Whether the feed shows decisions under embargo to whoever asks for `official/…`."""
    origins: tuple[str, ...] = ()
    """Origins of other sites whose pages may write, such as a proxy's public address."""
    oidc: Provider | None = None
    """Without one, officials are paired by code alone."""
    head_within_s: float = HEAD_WITHIN_S
    """How long the head of a request may take to arrive before its connection is closed."""
    signing_key: Path | None = None
    """The file of the key that signs official results; see `key_file`."""

    @property
    def key_file(self) -> Path | None:
        """Return where the signing key is: as set, else in the data directory."""
        if self.signing_key is not None:
            return self.signing_key
        return None if self.data is None else self.data / SIGNING_KEY


def read(
    *,
    data: Path | str | None = None,
    database: str | None = None,
    host: str | None = None,
    port: int | str | None = None,
    log_level: str | None = None,
    official_feed: bool | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings from what was typed, else from `BELL_LAP_…` variables, else defaults.

    An empty variable counts as unset.
    Raises SettingsError that names every fault.
    """
    found = os.environ if environment is None else environment
    faults: list[str] = []
    store = _store(data, database, found, faults)
    settings = Settings(
        *store,
        host=_host(_first(host, found, "BELL_LAP_HOST", DEFAULT_HOST), faults),
        port=_port(_first(port, found, "BELL_LAP_PORT", DEFAULT_PORT), faults),
        log_level=_level(_first(log_level, found, "BELL_LAP_LOG_LEVEL", "info"), faults),
        official_feed=_switch(_first(official_feed, found, "BELL_LAP_OFFICIAL_FEED", "no"), faults),
        origins=tuple(found.get("BELL_LAP_ORIGINS", "").split()),
        oidc=_oidc(found, faults),
        head_within_s=_seconds(found.get("BELL_LAP_HEAD_WITHIN_S"), faults),
        signing_key=Path(key).expanduser() if (key := found.get("BELL_LAP_SIGNING_KEY")) else None,
    )
    if faults:
        raise SettingsError("; ".join(faults))
    return settings


def default_data() -> Path:
    """Return the directory for data that belongs to the user of this machine."""
    return platformdirs.user_data_path("bell-lap", appauthor=False)


def _first(typed: object, found: Mapping[str, str], variable: str, default: object) -> str:
    """Return the first that is given, as text."""
    return str(typed) if typed is not None else found.get(variable) or str(default)


def _store(
    data: Path | str | None,
    database: str | None,
    found: Mapping[str, str],
    faults: list[str],
) -> tuple[Path | None, str | None]:
    """Return the data directory or the database, one of them None."""
    where = "--data and --database"
    if data is None and database is None:
        data, database = found.get("BELL_LAP_DATA") or None, found.get("BELL_LAP_DATABASE") or None
        where = "BELL_LAP_DATA and BELL_LAP_DATABASE"
    if data is not None and database is not None:
        faults.append(f"{where} are both given: choose one, the data lies in one place only")
    if database is not None:
        return None, _database(database, faults)
    return _directory(data, faults), None


def _directory(data: Path | str | None, faults: list[str]) -> Path:
    if data is None:
        return default_data()
    path = Path(data).expanduser().absolute()
    if not str(data).strip():
        faults.append("the data directory is empty: name a directory")
    elif path.exists() and not path.is_dir():
        faults.append(f"the data directory {path} is a file: name a directory")
    return path


def _database(url: str, faults: list[str]) -> str:
    """Return a database's URL; a fault says nothing of the URL, which may hold a password."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = ""
    if scheme not in _SCHEMES:
        faults.append(
            "the database is not a PostgreSQL URL: write postgresql://user@host:5432/name"
        )
    return url


def _host(host: str, faults: list[str]) -> str:
    if not _is_address(host) and not _is_host_name(host):
        faults.append(
            f"the host {host[:HOST_CHARACTERS_LIMIT]!r} is neither a name nor an address: "
            f"{DEFAULT_HOST} is this machine alone, 0.0.0.0 is all its networks"
        )
    return host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_host_name(host: str) -> bool:
    """Return whether a text can be a host's name; digits and dots alone are a bad address."""
    labels = host.rstrip(".").split(".")
    named = not labels[-1].isdigit() and all(_LABEL.fullmatch(label) for label in labels)
    return named and len(host) <= HOST_CHARACTERS_LIMIT


def _port(port: str, faults: list[str]) -> int:
    if _DIGITS.fullmatch(port) and int(port) <= PORT_LIMIT:
        return int(port)
    faults.append(f"the port {port!r} is not a number from 0 to {PORT_LIMIT}")
    return DEFAULT_PORT


def _seconds(text: str | None, faults: list[str]) -> float:
    """Return how long a head may take."""
    least, most = HEAD_BOUNDS_S
    if not text:
        return HEAD_WITHIN_S
    if _DECIMAL.fullmatch(text) and least <= float(text) <= most:
        return float(text)
    faults.append(f"BELL_LAP_HEAD_WITHIN_S is {text[:20]!r}: write seconds, {least:g} to {most:g}")
    return HEAD_WITHIN_S


def _switch(text: str, faults: list[str]) -> bool:
    """Return whether a switch is on."""
    if text.lower() not in (*_ON, *_OFF):
        faults.append(f"the official feed is {text[:20]!r}: write {_ON[0]} or {_OFF[0]}")
    return text.lower() in _ON


def _oidc(found: Mapping[str, str], faults: list[str]) -> Provider | None:
    """Return the identity provider: all three of its variables are set, or none is."""
    names = ("BELL_LAP_OIDC_ISSUER", "BELL_LAP_OIDC_AUDIENCE", "BELL_LAP_OIDC_JWKS")
    issuer, audience, keys = (found.get(name, "") for name in names)
    if not (issuer or audience or keys):
        return None
    if not (issuer and audience and keys):
        faults.append(f"an identity provider needs all of {', '.join(names)}")
    claim = found.get("BELL_LAP_OIDC_ROLES") or "bell_lap_roles"
    return Provider(issuer, audience, Path(keys), claim)


def _level(level: str, faults: list[str]) -> LogLevel:
    for known in get_args(LogLevel):
        if level.lower() == known:
            named: LogLevel = known
            return named
    faults.append(f"the log level {level!r} is not one of {', '.join(get_args(LogLevel))}")
    return "info"
