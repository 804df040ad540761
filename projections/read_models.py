"""Answers from the read models: now, or as of any position."""

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import msgspec

from projections import best_times, moments, race_documents, race_result, rounds
from projections.as_read import as_read
from projections.projection import HEADER, Document, Row
from projections.store import QUERIES
from tracker.domain import decider
from tracker.domain.marks import UNMARKED, Mark, Marks
from tracker.domain.race import Race
from tracker.errors import NotFound, NotYet
from tracker.log.codec import decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from projections.runner import Runner
    from tracker.log.recorded_event import RecordedEvent

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Own: TypeAlias = tuple[tuple[str, Mark], ...]
"""The marks of a race's competitors."""

RACES_KEPT = 256
"""Folded races as of some version, kept for those who ask next."""
DOCUMENTS_KEPT = 2048
"""Rendered documents of races, kept likewise."""
_POLL_S = 0.02
_KINDS = {
    "programme": "competition",
    "classification": "distance",
    "rounds": "distance",
    "proposals": "competition",
    "medals": "competition",
    "standings": "series",
    "journal": "competition or race",
    "best-times": "competition or series",
}


class Log(moments.Log, Protocol):
    """What is read of the event log."""

    async def head(self) -> int:
        """Return the last position."""
        ...

    async def read_whole(
        self, streams: "Sequence[str]", *, up_to: int
    ) -> "Sequence[RecordedEvent]":
        """Return all events of some streams up to a position, in commit order."""
        ...


class ReadModels:
    """The documents of all projections.

    With the runner of the same process a race as it stands is taken from its book; without one,
    every race is folded from its stream.
    """

    def __init__(self, log: Log, pool: "asyncpg.Pool[Any]", runner: "Runner | None" = None) -> None:
        self._log = log
        self._pool = pool
        self._runner = runner
        self._races: OrderedDict[tuple[str, int], Race] = OrderedDict()
        self._documents: OrderedDict[tuple[str, str, int, _Own], Document] = OrderedDict()

    @property
    def pool(self) -> "asyncpg.Pool[Any]":
        """Return the connections that are read with."""
        return self._pool

    async def position(self) -> int:
        """Return the position that the stored read models have reached."""
        if self._runner is not None and self._runner.committed:
            return self._runner.committed
        found: int | None = await self._pool.fetchval(QUERIES["written_to"])
        return found or 0

    async def wait_for(self, position: int, timeout_s: float) -> None:
        """Return when the stored read models hold a position.

        A projection that has stopped is not waited for: its documents say where they stand.
        Raises NotYet when they do not in time.
        """
        if self._runner is not None:
            await self._runner.reached(position, timeout_s)
            return
        try:
            async with asyncio.timeout(timeout_s):
                while await self.position() < position:  # noqa: ASYNC110 - the writer is elsewhere
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise _not_yet(position, await self.position()) from None

    async def resolve_as_of(self, text: str) -> int:
        """Return the position that somebody means by a moment; see `moments.resolve`."""
        return await moments.resolve(self._log, text)

    async def read(self, name: str, scope: str, *, as_of: int | None = None) -> Document:
        """Return a stored document, with the position it is of in its header.

        Raises NotFound when there was none, and NotYet when its projection is not there yet.
        """
        if as_of is None:
            found = await self._pool.fetch(QUERIES["read_now"], name, scope)
        else:
            found = await self._pool.fetch(QUERIES["read_as_of"], name, scope, as_of)
        position = _position(found, as_of)
        rows = {row["key"]: row["data"] for row in found if row["key"] is not None}
        if HEADER not in rows:
            moment = "" if as_of is None else f" as of position {as_of}"
            raise NotFound(f"there is no {name} of {_KINDS.get(name, 'scope')} {scope}{moment}")
        stored = _decoded(name, rows)
        return Document({**stored.header, "position": position}, stored.entries, stored.order)

    async def read_many(
        self, name: str, scopes: "Sequence[str]", *, as_of: int
    ) -> dict[str, Document]:
        """Return stored documents of several scopes; one that there was not is left out."""
        found: dict[str, dict[str, bytes]] = {}
        for row in await self._pool.fetch(QUERIES["read_many"], name, list(scopes), as_of):
            found.setdefault(row["scope"], {})[row["key"]] = row["data"]
        documents: dict[str, Document] = {}
        for scope, rows in found.items():
            documents[scope] = _decoded(name, rows)
            await asyncio.sleep(0)  # nobody else is kept waiting for all of them
        return documents

    async def read_last(
        self, name: str, scopes: "Sequence[str]", types: "Sequence[str]", *, as_of: int, limit: int
    ) -> list[Row]:
        """Return the last rows of some types in several scopes, the oldest first."""
        found = await self._pool.fetch(
            QUERIES["read_last"], name, list(scopes), as_of, list(types), limit
        )
        rows = [(row["key"], msgspec.json.decode(row["data"], type=Row)) for row in found]
        return [{"id": key, **data} for key, data in reversed(rows)]

    async def read_keys(
        self, name: str, scopes: "Sequence[str]", keys: "Sequence[str]", *, as_of: int
    ) -> dict[str, Row]:
        """Return the rows of several scopes that have these keys."""
        found = await self._pool.fetch(QUERIES["read_keys"], name, list(scopes), as_of, list(keys))
        return {row["key"]: msgspec.json.decode(row["data"], type=Row) for row in found}

    async def headers(self, name: str, *, as_of: int | None = None) -> Document:
        """Return the headers of all scopes of a projection as one document."""
        found = await self._pool.fetch(QUERIES["headers"], name, as_of)
        position = _position(found, as_of)
        entries = {
            row["scope"]: msgspec.json.decode(row["data"], type=Row)
            for row in found
            if row["scope"] is not None
        }
        return Document({"position": position}, entries, tuple(entries))

    async def state(self, stream: str, *, as_of: int | None = None) -> decider.State:
        """Return a competition, distance or series as folded from its stream."""
        events = await self.events(stream, as_of=as_of)
        return decider.fold(stream, ((each.version, decode(each)) for each in events))

    async def streams(
        self, names: "Sequence[str]", *, as_of: int
    ) -> "dict[str, list[RecordedEvent]]":
        """Return the events of several streams up to a position."""
        found: dict[str, list[RecordedEvent]] = {name: [] for name in names}
        for each in await self._log.read_whole(names, up_to=as_of):
            found[each.stream].append(each)
        return found

    async def events(self, stream: str, *, as_of: int | None = None) -> "Sequence[RecordedEvent]":
        """Return a stream's events as recorded."""
        return await self._log.read_stream(stream, up_to=as_of)

    async def race(self, race_id: str, *, as_of: int | None = None) -> Race:
        """Return a race as folded from its stream."""
        return (await self._race(race_id, as_of))[0]

    async def race_document(self, name: str, race_id: str, *, as_of: int | None = None) -> Document:
        """Return a document of one race: start-list, board, lap-chart or result.

        A version of a race is rendered once, however many ask for it.
        """
        render = race_documents.RENDERS.get(name) or race_documents.FOR_OFFICIALS.get(name)
        if render is None:
            raise NotFound(
                f"a race has no document {name}: it has {', '.join(race_documents.RENDERS)}"
            )
        race, position = await self._race(race_id, as_of)
        marks = await self._marks(race, position)
        own = tuple((k, marks[k]) for k in race.field if k in marks)
        key = (name, race_id, race.version, own)
        known = self._documents.get(key)
        if known is not None:
            self._documents.move_to_end(key)
        else:
            known = render(race, marks)
            _keep(self._documents, key, known, DOCUMENTS_KEPT)
        if name in ("result", "live-result") and race.official is not None:
            known = race_result.with_best(known, await self._best(race, position))
        return Document({**known.header, "position": position}, known.entries, known.order)

    async def _best(self, race: Race, position: int) -> dict[str, list[Row]]:
        """Return the best times of an official race at a position, by competitor."""
        scheduled = race.scheduled
        assert scheduled is not None
        runner = self._runner
        if runner is not None and runner.caught_up.is_set() and position == runner.book.position:
            return best_times.of_race(runner.book, race)
        scope = best_times.races_of(scheduled.competition)
        row = await self._pool.fetchval(
            QUERIES["read_row"], "best-times", scope, scheduled.race, position
        )
        found: dict[str, list[Row]] = {} if row is None else msgspec.json.decode(row)
        return found

    async def _marks(self, race: Race, position: int) -> Marks:
        """Return the marks of a race at a position; none before a result is published."""
        scheduled, shown = race.scheduled, race.shown
        if scheduled is None or not (shown.published or shown.official is not None):
            return UNMARKED
        runner = self._runner
        if runner is not None and runner.caught_up.is_set() and position == runner.book.position:
            return runner.book.marks_of(race)
        if race.held is not None:
            held = await self._log.read_stream(
                f"race-{scheduled.race}", after_version=race.held.version - 1, up_to=position
            )
            position = held[0].position
        row = await self._pool.fetchval(
            QUERIES["read_row"], "rounds", scheduled.distance, scheduled.race, position
        )
        return UNMARKED if row is None else rounds.read_marks(msgspec.json.decode(row))

    async def _race(self, race_id: str, as_of: int | None) -> tuple[Race, int]:
        """Return a race and the position it is of."""
        runner = self._runner
        if runner is not None and runner.caught_up.is_set():
            book = runner.book
            if as_of is None or as_of == book.position:
                return _scheduled(book.races.get(race_id), race_id), book.position
            if as_of < book.position:
                version = book.version_at(race_id, as_of)
                known = self._races.get((race_id, version))
                if known is not None:
                    self._races.move_to_end((race_id, version))
                    return known, as_of
        head = await self._log.head()
        position = head if as_of is None else as_of
        if position > head:
            raise _not_yet(position, head)
        stream = f"race-{race_id}"
        events = await self._log.read_stream(stream, up_to=position)
        folded = decider.fold(stream, ((each.version, decode(each)) for each in events))
        assert isinstance(folded, Race)
        race = _scheduled(folded, race_id)
        _keep(self._races, (race_id, race.version), race, RACES_KEPT)
        return race, position


def _decoded(name: str, rows: "dict[str, bytes]") -> Document:
    """Return a document as it is read from its stored rows."""
    header = msgspec.json.decode(rows.pop(HEADER), type=Row)
    entries = {key: msgspec.json.decode(data, type=Row) for key, data in rows.items()}
    return as_read(name, Document(header, entries, tuple(rows)))


def _scheduled(race: Race | None, race_id: str) -> Race:
    if race is None or race.scheduled is None:
        raise NotFound(f"no race {race_id} was on the programme at that position")
    return race


def _position(found: "Sequence[asyncpg.Record]", as_of: int | None) -> int:
    """Return the position of an answer."""
    reached: int = found[0]["position"] if found else 0
    if as_of is None:
        return reached
    if as_of > reached:
        raise _not_yet(as_of, reached)
    return as_of


def _not_yet(wanted: int, reached: int) -> NotYet:
    return NotYet(
        f"the read models are at position {reached}, not yet at {wanted}: ask again in a moment"
    )


def _keep(cache: "OrderedDict[_Key, _Value]", key: _Key, value: _Value, limit: int) -> None:
    cache[key] = value
    while len(cache) > limit:
        cache.popitem(last=False)
