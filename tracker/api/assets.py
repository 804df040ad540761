"""The pages of `web/`, each with the hash of its bytes as ETag."""

import hashlib
from pathlib import Path

from aiohttp import web
from msgspec import Struct

PAGES = {
    "": "index.html",
    "scoreboard": "scoreboard.html",
    "moments": "moments.html",
    "decisions": "decisions.html",
    "overlay": "overlay.html",
    "phone": "phone.html",
    "announcer": "announcer.html",
    "display": "display.html",
    "displays": "displays.html",
    "finish": "finish.html",
    "referee": "referee.html",
    "officials": "officials.html",
    "console": "console.html",
}
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
_TEXTUAL = ("text/", "image/svg", "application/manifest")
_NOT_SERVED = {"tests", "node_modules"}
_LONGEST_NAME = 200


class Asset(Struct, frozen=True):
    """A file as it was when it was last read."""

    signature: tuple[int, int]
    body: bytes
    etag: str


class Assets:
    """Serves the files below one directory, and nothing beside it."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._read: dict[Path, Asset] = {}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer with a file, with 304 when the browser has it, or with a page that says 404."""
        asked = request.match_info.get("path", "")
        path = self._find(PAGES.get(asked, asked))
        if path is None:
            if "text/html" in request.headers.get("Accept", ""):
                return web.Response(text=self._missing(), status=404, content_type="text/html")
            raise web.HTTPNotFound
        asset = self._load(path)
        headers = {"ETag": f'"{asset.etag}"', "Cache-Control": "no-cache"}
        known = request.if_none_match or ()
        if any(tag.value in (asset.etag, "*") for tag in known):
            return web.Response(status=304, headers=headers)
        kind = TYPES[path.suffix]
        charset = "utf-8" if kind.startswith(_TEXTUAL) else None
        return web.Response(body=asset.body, content_type=kind, charset=charset, headers=headers)

    def _find(self, name: str) -> Path | None:
        """Return a file to be served, or None for whatever lies outside, is hidden or unknown."""
        parts = Path(name).parts
        hidden = _NOT_SERVED & {*parts} or any(part.startswith(".") for part in parts)
        if hidden or "\x00" in name or len(name) > _LONGEST_NAME:
            return None
        path = (self._root / name).resolve()
        served = path.is_relative_to(self._root) and path.suffix in TYPES and path.is_file()
        return path if served else None

    def _load(self, path: Path) -> Asset:
        """Return a file's bytes, read again only when it has changed."""
        found = path.stat()
        signature = (found.st_mtime_ns, found.st_size)
        asset = self._read.get(path)
        if asset is None or asset.signature != signature:
            body = path.read_bytes()
            etag = hashlib.sha256(body).hexdigest()[:32]
            asset = self._read[path] = Asset(signature=signature, body=body, etag=etag)
        return asset

    def _missing(self) -> str:
        """Return the page that says so."""
        return self._load(self._root / "404.html").body.decode()
