"""What an address asks of the feed, where there is no other way to ask."""

import msgspec
from aiohttp import web

from tracker.api.problems import BadParameter
from tracker.live.messages import VERSION, Hello
from tracker.live.packets import Form

ENCODINGS = ("json", "msgpack")


def form_of(request: web.Request) -> Form:
    """Return how a WebSocket is to carry messages, by its address.

    Raises BadParameter.
    """
    encoding = request.query.get("encoding", "json")
    for known in ENCODINGS:
        if encoding == known:
            return Form(encoding=known)  # type: ignore[arg-type]  # one of two
    raise BadParameter(f"encoding={encoding[:40]} is unknown: it is one of {', '.join(ENCODINGS)}")


def wants_deflate(request: web.Request) -> bool:
    """Say whether compression may be agreed on.

    Raises BadParameter.
    """
    asked = request.query.get("deflate", "on")
    if asked not in ("on", "off"):
        raise BadParameter(f"deflate={asked[:40]} must be on or off")
    return asked == "on"


def hello_of(request: web.Request, place: str | None) -> Hello:
    """Return the hello that an address is, resumed from a cursor.

    Raises BadParameter.
    """
    query = request.query
    said: dict[str, object] = {
        "t": "hello",
        "v": VERSION,
        "topics": _list(query.get("topics", "")),
        "client": query.get("client", ""),
    }
    for name in ("conflateMs", "delayMs"):
        if name in query:
            said[name] = _number(query[name], name)
    if "fields" in query:
        said["fields"] = _list(query["fields"])
    if "replay" in query:
        again = {"speed": _number(query["replay"], "replay")}
        if "from" in query:
            again["from"] = _number(query["from"], "from")
        said["replay"] = again
    if place:
        epoch, _, position = place.rpartition("/")
        if epoch and position.isascii() and position.isdecimal():
            said["resume"] = {"epoch": epoch, "pos": int(position)}
    try:
        return msgspec.convert(said, Hello)
    except msgspec.ValidationError as error:
        raise BadParameter(f"the address asks for what cannot be: {error}") from error


def _list(text: str) -> list[str]:
    return [each for each in text.split(",") if each]


def _number(text: str, name: str) -> float | int:
    try:
        number = float(text)
    except ValueError as error:
        raise BadParameter(f"{name}={text[:40]} must be a number") from error
    return int(number) if number.is_integer() else number
