"""Which requests become WebSockets, and what compression is agreed on."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from tracker.api.handshake import Handshake, agree

HEADERS = {
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def agreed(*, deflate: bool = True, **changed: str) -> Handshake:
    """Return what a request comes to whose headers were changed."""
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changed.items()}
    return agree(make_mocked_request("GET", "/feed", headers=headers), deflate=deflate)


def test_the_example_of_the_rfc() -> None:
    """RFC 6455 §1.3 names a key and what it is answered."""
    head = agreed().head
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in head
    assert head.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "changed",
    [
        {"Upgrade": "h2c"},
        {"Connection": "keep-alive"},
        {"Sec_WebSocket_Version": "8"},
        {"Sec_WebSocket_Key": ""},
        {"Sec_WebSocket_Key": "c2hvcnQ="},
        {"Sec_WebSocket_Key": "no base64, but of 24 letters"},
    ],
)
def test_what_is_no_handshake(changed: dict[str, str]) -> None:
    """It is refused in plain HTTP."""
    with pytest.raises(web.HTTPBadRequest):
        agreed(**changed)


@pytest.mark.parametrize(
    "offer",
    [
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=10; server_no_context_takeover",
        "x-webkit-deflate-frame, permessage-deflate",
        "permessage-deflate; server_max_window_bits=9, permessage-deflate",
        'permessage-deflate; server_max_window_bits="15"',
    ],
)
def test_compression_is_agreed_on(offer: str) -> None:
    """No message of either side may need another; that is said."""
    found = agreed(Sec_WebSocket_Extensions=offer)
    assert found.deflate
    assert b"server_no_context_takeover; client_no_context_takeover" in found.head
    assert not agreed(Sec_WebSocket_Extensions=offer, deflate=False).deflate


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "x-webkit-deflate-frame",
        "permessage-deflate; server_max_window_bits=9",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; mystery",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
    ],
)
def test_an_offer_that_cannot_be_met(offer: str) -> None:
    """The connection is made without compression."""
    found = agreed(Sec_WebSocket_Extensions=offer)
    assert not found.deflate
    assert b"Sec-WebSocket-Extensions" not in found.head
