"""The site: every route in one table."""

from pathlib import Path

from aiohttp import web

from tracker.api import middleware, problems
from tracker.api.access import Access
from tracker.api.assets import Assets
from tracker.api.commands import Commands
from tracker.api.displays import Displays
from tracker.api.health import Health
from tracker.api.live import Live
from tracker.api.openapi import OpenApi
from tracker.api.proofs import Proofs
from tracker.api.queries import Queries


def create(
    *,
    commands: Commands,
    queries: Queries,
    proofs: Proofs,
    access: Access,
    displays: Displays,
    health: Health,
    live: Live,
    pages: Path,
) -> web.Application:
    """Return the site, ready to be served."""
    site = web.Application(
        middlewares=[middleware.observe, middleware.translate],
        client_max_size=middleware.BODY_LIMIT,
    )
    described = OpenApi()
    site.add_routes(
        [
            web.post("/api/v1/commands", commands.post),
            *access.routes(),
            *queries.routes(),
            *displays.routes(),
            *proofs.routes(),
            *live.routes(),
            *health.routes(),
            web.get("/problems/{code}", problems.explain),
            web.get("/openapi.json", described.serve),
            web.get("/{path:(?!api/).*}", Assets(pages).serve),
        ]
    )
    described.describe(site.router.routes())
    site.on_response_prepare.append(middleware.harden)

    async def say_goodbye(_: web.Application) -> None:
        await live.close()

    site.on_shutdown.append(say_goodbye)
    return site
