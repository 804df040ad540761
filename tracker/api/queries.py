"""Read models over HTTP: any moment, your own writes, and never the same bytes twice."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import msgspec
from aiohttp import web

from projections.draws import Lots
from tracker import rulesets
from tracker.api import lap_chart_svg, middleware, overlay_rows, supposing
from tracker.api.access import Access
from tracker.api.documents import Documents
from tracker.api.facts import PAGE_LIMIT, Facts
from tracker.api.ledger import Ledger
from tracker.api.problems import BadParameter
from tracker.api.ticks import decisive_ticks, series_ticks, ticks
from tracker.domain.draw import Positions
from tracker.domain.values import Round

WAIT_S = 5.0
"""How long `after=` waits for a read model."""
SEED_LENGTH = 120
"""Characters of the text that decides by lot."""
ROUNDS: tuple[Round, ...] = get_args(Round)
POSITIONS: dict[str, Positions] = {each: each for each in get_args(Positions)}
_LONGEST_VERSION = 9
_VIEWS = {
    "start-list": ("live",),
    "board": ("live", "official"),
    "lap-chart": ("live",),
    "recorders": ("live",),
    "result": ("live", "official"),
}
"""What each document of a race may be seen as, beside what the public sees."""
_LIVE = "no-cache"
_OWN = "private, no-store"
"""For what only the one who asked may see."""
_SETTLED = "public, max-age=86400"
"""For documents as of a position: nothing that is appended later changes them."""

Read = Callable[[web.Request, int | None], Awaitable[dict[str, Any]]]
Write = Callable[[dict[str, Any], int, str], web.Response]


class Queries:
    """The documents of the read models, and the public facts they were derived from."""

    def __init__(self, documents: Documents, facts: Facts, access: Access, ledger: Ledger) -> None:
        self._documents = documents
        self._facts = facts
        self._access = access
        self._ledger = ledger

    def routes(self) -> list[web.RouteDef]:
        """Return where each document is found."""
        race = "/api/v1/races/{competition}/{distance}/{race}"
        distance = "/api/v1/distances/{competition}/{distance}"
        return [
            self._get("/api/v1/competitions", self._competitions),
            self._get("/api/v1/rulesets", self._rulesets),
            self._get("/api/v1/competitions/{competition}", self._programme),
            self._get("/api/v1/competitions/{competition}/entries", self._entries),
            self._get("/api/v1/competitions/{competition}/medals", self._medals),
            self._get("/api/v1/competitions/{competition}/journal", self._journal),
            self._get("/api/v1/competitions/{competition}/moments", self._decisive_moments),
            self._get("/api/v1/competitions/{competition}/proposals", self._proposals),
            self._get("/api/v1/competitions/{competition}/ruleset", self._ruleset),
            self._get("/api/v1/competitions/{competition}/helmet-numbers", self._helmet_numbers),
            self._get("/api/v1/competitions/{competition}/best-times", self._best_times),
            self._get("/api/v1/series/{series}/standings", self._standings),
            self._get("/api/v1/series/{series}/best-times", self._season_bests),
            self._get("/api/v1/series/{series}/moments", self._series_moments),
            self._get(f"{distance}/classification", self._classification),
            self._get(f"{distance}/rounds", self._rounds),
            self._get(f"{distance}/draw/{{round}}", self._draw),
            *(
                self._get(f"{race}/{name}", functools.partial(self._race, name))
                for name in ("start-list", "board", "lap-chart", "result", "journal", "recorders")
            ),
            self._get(f"{race}/events", self._race_events),
            self._get(f"{race}/explain", self._explain_race),
            self._get(f"{race}/moments", self._moments),
            self._get(f"{race}/decisions/{{version}}", self._decision),
            self._get(f"{race}/changes", self._changes),
            self._get(f"{distance}/explain", self._explain_distance),
            self._get("/api/v1/series/{series}/explain", self._explain_series),
            web.get(f"{race}/lap-chart.svg", self._lap_chart_svg),
            web.get("/api/v1/competitions/{competition}/overlay.json", self._overlay),
            web.get("/api/v1/events", self._events),
            web.post("/api/v1/what-if", self._what_if),
        ]

    def _get(self, path: str, read: Read) -> web.RouteDef:
        return web.get(path, functools.partial(self._answer, read))

    async def _answer(
        self, read: Read, request: web.Request, write: Write | None = None
    ) -> web.Response:
        """Answer with a document as of the moment that was asked for, in the form it is wanted."""
        after = _number(request, "after")
        if after is not None:
            await self._documents.wait_for(after, WAIT_S)
        asked = request.query.get("as_of")
        moment = None if asked is None else await self._documents.moment(asked, WAIT_S)
        position = await self._documents.position() if moment is None else moment
        cache = _SETTLED if asked is not None and asked.isdecimal() else _LIVE
        if "view" in request.query:
            cache = _OWN
        if _known(request, position):
            return web.Response(status=304, headers=_headers(position, cache))
        document = await read(request, moment)
        if asked is not None:
            document["as_of"] = asked
        return (write or _json)(document, document["position"], cache)

    async def _lap_chart_svg(self, request: web.Request) -> web.Response:
        """Answer with a race's lap chart as a picture."""
        return await self._answer(functools.partial(self._race, "board"), request, _svg)

    async def _overlay(self, request: web.Request) -> web.Response:
        """Answer with the current race as a flat array."""
        return await self._answer(self._current_board, request, _flat)

    async def _current_board(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        competition = request.match_info["competition"]
        programme = await self._documents.programme(competition, as_of=moment)
        if programme["current"] is None:
            return {"position": programme["position"], "rows": []}
        return await self._documents.race("board", programme["current"], as_of=moment)

    async def _rulesets(self, _: web.Request, moment: int | None) -> dict[str, Any]:
        known = [rulesets.load(name) for name in rulesets.names()]
        rows = [
            {
                "id": each.id,
                "name": each.name,
                "valid_from": each.valid_from,
                "valid_to": each.valid_to,
            }
            for each in sorted(known, key=lambda each: each.valid_from)
        ]
        position = await self._documents.position() if moment is None else moment
        return {"position": position, "rows": rows}

    async def _competitions(self, _: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.competitions(as_of=moment)

    async def _programme(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.programme(request.match_info["competition"], as_of=moment)

    async def _entries(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.entries(request.match_info["competition"], as_of=moment)

    async def _journal(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.journal(request.match_info["competition"], as_of=moment)

    async def _decisive_moments(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.named(decisive_ticks(await self._journal(request, moment)))

    async def _ruleset(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.ruleset(request.match_info["competition"], as_of=moment)

    async def _proposals(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.proposals(request.match_info["competition"], as_of=moment)

    async def _medals(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.medals(
            request.match_info["competition"],
            by=request.query.get("by", "noc"),
            gender=request.query.get("gender", "all"),
            as_of=moment,
        )

    async def _standings(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.standings(
            request.match_info["series"], table=request.query.get("table", "men"), as_of=moment
        )

    async def _best_times(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.best_times(request.match_info["competition"], as_of=moment)

    async def _season_bests(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.season_bests(
            request.match_info["series"], table=request.query.get("table"), as_of=moment
        )

    async def _series_moments(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        found = await self._documents.decisive(request.match_info["series"], as_of=moment)
        return await self._documents.named(series_ticks(found))

    async def _classification(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.classification(_distance_id(request), as_of=moment)

    async def _rounds(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.rounds(_distance_id(request), as_of=moment)

    async def _draw(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        round_ = request.match_info["round"]
        if round_ not in ROUNDS:
            raise BadParameter(f"{round_[:40]} is no round: it is one of {', '.join(ROUNDS)}")
        asked = request.query.get("positions", "seeding")
        positions = POSITIONS.get(asked)
        if positions is None:
            raise BadParameter(f"positions={asked[:40]} is unknown: it is seeding or lot")
        seed = request.query.get("seed", f"{_distance_id(request)} {round_}")
        if len(seed) > SEED_LENGTH:
            raise BadParameter(f"seed has {len(seed)} characters: at most {SEED_LENGTH}")
        apart = _flag(request, "separate") if "separate" in request.query else None
        lots = Lots(seed, apart, positions)
        return await self._documents.draw(
            _distance_id(request),
            round_,
            lots,
            table=request.query.get("table"),
            as_of=moment,
        )

    async def _helmet_numbers(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.helmet_numbers(
            request.match_info["competition"],
            gender=request.query.get("gender", "men"),
            series=request.query.get("series"),
            as_of=moment,
        )

    async def _explain_race(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        what = request.query.get("what", "rank")
        answers = {"rank": self._documents.explain_place, "mark": self._documents.explain_mark}
        if what not in answers:
            raise BadParameter(f"what={what[:40]} is unknown: it is rank or mark")
        return await answers[what](_race_id(request), _competitor(request), as_of=moment)

    async def _explain_distance(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.explain_rank(
            _distance_id(request), _competitor(request), as_of=moment
        )

    async def _explain_series(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        return await self._documents.explain_points(
            request.match_info["series"],
            _competitor(request),
            table=request.query.get("table", "men"),
            as_of=moment,
        )

    async def _race(self, name: str, request: web.Request, moment: int | None) -> dict[str, Any]:
        view = _view(request, "public", *_VIEWS.get(name, ()))
        if view == "official":
            await self._access.check_embargo(request)
        elif view == "live":
            await self._access.check_held(request)
        if view != "public":
            name = f"{view}-{name}"
        return await self._documents.race(name, _race_id(request), as_of=moment)

    async def _race_events(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        as_of = await self._documents.position() if moment is None else moment
        live = _view(request, "public", "live") == "live"
        if live:
            await self._access.check_held(request)
        return await self._facts.of_race(_race_id(request), as_of=as_of, held=not live)

    async def _decision(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        text = request.match_info["version"]
        if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_VERSION):
            raise BadParameter(f"{text[:40]} is no version: a decision's stands in the journal")
        as_of = await self._documents.position() if moment is None else moment
        return await self._ledger.decision(_race_id(request), int(text), as_of=as_of)

    async def _moments(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        as_of = await self._documents.position() if moment is None else moment
        found = await self._facts.of_race(_race_id(request), as_of=as_of)
        return await self._documents.named(ticks(found))

    async def _changes(self, request: web.Request, moment: int | None) -> dict[str, Any]:
        before, after = request.query.get("from"), request.query.get("to")
        if not before:
            raise BadParameter("name two moments: from=before:RACE/review and to=after:RACE")
        if not after:
            after = str(await self._documents.position() if moment is None else moment)
        return await self._documents.changes(
            _race_id(request),
            before=before,
            after=after,
            settled=_flag(request, "settled"),
            timeout_s=WAIT_S,
        )

    async def _what_if(self, request: web.Request) -> web.Response:
        """Answer a supposition; asking twice is as good as asking once."""
        self._access.count_question(request)
        question = supposing.parse(await middleware.body_of(request))
        ruleset = None if question.ruleset is None else rulesets.load(question.ruleset)
        asked = request.query.get("as_of")
        moment = None if asked is None else await self._documents.moment(asked, WAIT_S)
        public = not await self._access.may_see_embargo(request)
        document = await self._documents.what_if(question, ruleset, as_of=moment, public=public)
        return _json(document, document["position"], _OWN)

    async def _events(self, request: web.Request) -> web.Response:
        """Answer with a page of the log; `after` is the cursor."""
        after = _number(request, "after") or 0
        limit = _number(request, "limit")
        if limit is not None and not 1 <= limit <= PAGE_LIMIT:
            raise BadParameter(f"limit={limit} must be from 1 to {PAGE_LIMIT}")
        asked = request.query.get("as_of")
        moment = None if asked is None else await self._documents.moment(asked, WAIT_S)
        document = await self._facts.all(after=after, limit=limit or PAGE_LIMIT, as_of=moment)
        if _known(request, document["position"]):
            return web.Response(status=304, headers=_headers(document["position"], _LIVE))
        return _json(document, document["position"], _LIVE)


def _distance_id(request: web.Request) -> str:
    names = request.match_info
    return f"{names['competition']}/{names['distance']}"


def _race_id(request: web.Request) -> str:
    names = request.match_info
    return f"{names['competition']}/{names['distance']}/{names['race']}"


def _competitor(request: web.Request) -> str:
    """Return whom a question is about."""
    found = request.query.get("competitor")
    if not found:
        raise BadParameter("competitor is missing: add competitor=ID, as it stands in the rows")
    return found


def _view(request: web.Request, *known: str) -> str:
    """Return as what a document is to be seen: as the first that is known, if not asked."""
    view = request.query.get("view", known[0])
    if view not in known:
        raise BadParameter(f"view={view[:40]} is unknown: it is one of {', '.join(known)}")
    return view


def _flag(request: web.Request, name: str) -> bool:
    """Return a query parameter that is true or false; without it, false."""
    text = request.query.get(name, "false")
    if text not in ("true", "false"):
        raise BadParameter(f"{name}={text[:40]} must be true or false")
    return text == "true"


def _number(request: web.Request, name: str) -> int | None:
    """Return a query parameter that counts positions."""
    text = request.query.get(name)
    if text is None:
        return None
    longest = 18  # digits; anything longer is no position
    if not (text.isascii() and text.isdecimal() and len(text) <= longest):
        raise BadParameter(f"{name}={text[:40]} must be a whole number, such as {name}=812")
    return int(text)


def _known(request: web.Request, position: int) -> bool:
    """Say whether the one who asks already has the document of this position."""
    tags = request.if_none_match or ()
    return any(tag.value in (f"p{position}", "*") for tag in tags)


def _headers(position: int, cache: str) -> dict[str, str]:
    return {"ETag": f'"p{position}"', "Cache-Control": cache}


def _json(document: dict[str, Any], position: int, cache: str) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(document),
        content_type="application/json",
        headers=_headers(position, cache),
    )


def _svg(document: dict[str, Any], position: int, cache: str) -> web.Response:
    return web.Response(
        body=lap_chart_svg.render(document).encode(),
        content_type="image/svg+xml",
        charset="utf-8",
        headers=_headers(position, cache),
    )


def _flat(document: dict[str, Any], position: int, cache: str) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(overlay_rows.flat(document)),
        content_type="application/json",
        headers=_headers(position, cache),
    )
