"""How a request becomes a WebSocket: RFC 6455 §4.2, with compression as in RFC 7692."""

import base64
import binascii
import hashlib

from aiohttp import web
from msgspec import Struct

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16
_FLAGS = ("server_no_context_takeover", "client_no_context_takeover")
_WINDOWS = frozenset(map(str, range(8, 16)))


class Handshake(Struct, frozen=True):
    """What was agreed on."""

    head: bytes
    """The whole answer."""
    deflate: bool


def agree(request: web.Request, *, deflate: bool) -> Handshake:
    """Return the answer to a request that wants to be a WebSocket.

    `deflate` lets compression be agreed on; no message of either side may then need another.
    Raises HTTPBadRequest.
    """
    headers = request.headers
    wants = headers.get("Upgrade", "").strip().lower() == "websocket"
    tokens = {token.strip().lower() for token in headers.get("Connection", "").split(",")}
    if request.method != "GET" or not wants or "upgrade" not in tokens:
        raise web.HTTPBadRequest(text="this address speaks WebSocket: send an upgrade")
    if headers.get("Sec-WebSocket-Version") != "13":
        raise web.HTTPBadRequest(
            text="Sec-WebSocket-Version must be 13", headers={"Sec-WebSocket-Version": "13"}
        )
    extension = _extension(headers.getall("Sec-WebSocket-Extensions", ())) if deflate else None
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {_accept(headers.get('Sec-WebSocket-Key', ''))}",
    ]
    if extension is not None:
        lines.append(f"Sec-WebSocket-Extensions: {extension}")
    return Handshake("\r\n".join([*lines, "", ""]).encode(), extension is not None)


def _accept(key: str) -> str:
    """Return the proof that a key was read."""
    try:
        nonce = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        nonce = b""
    if len(nonce) != _KEY_BYTES:
        raise web.HTTPBadRequest(text="Sec-WebSocket-Key must be 16 bytes in base64")
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()  # noqa: S324 - RFC 6455 says so; it hides nothing


def _extension(offered: "list[str] | tuple[str, ...]") -> str | None:
    """Return the first offer of compression that can be met, as it is answered."""
    for offer in ",".join(offered).split(","):
        name, *parameters = (part.strip() for part in offer.split(";"))
        if name.lower() != "permessage-deflate":
            continue
        answered = _met(parameters)
        if answered is not None:
            return answered
    return None


def _met(parameters: list[str]) -> str | None:
    """Return the answer to an offer's parameters, or None where one is unknown or cannot be met."""
    answer = ["permessage-deflate", *_FLAGS]
    seen: set[str] = set()
    for parameter in parameters:
        name, _, value = (part.strip() for part in parameter.partition("="))
        value = value.strip('"')
        if name in seen:
            return None
        seen.add(name)
        match name:
            case "server_no_context_takeover" | "client_no_context_takeover" if not value:
                pass
            case "client_max_window_bits" if not value or value in _WINDOWS:
                pass
            case "server_max_window_bits" if value == "15":
                answer.append("server_max_window_bits=15")
            case _:
                return None
    return "; ".join(answer)
