"""The documents by the names that people use, from the read models."""

from collections.abc import Mapping
from typing import Any

import msgspec

from projections import best_times, draws, entries, medals, standings
from projections.between_moments import between_moments
from projections.between_results import between_results
from projections.draws import Basis, Lots
from projections.projection import Row
from projections.read_models import ReadModels
from projections.what_if import WhatIf
from tracker.api import supposing, ticks, who
from tracker.api.explanations import Explanations
from tracker.api.problems import BadParameter
from tracker.api.supposing import Question
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import Round
from tracker.errors import NotFound

MEDALS_BY = ("noc", "skater")
Answer = dict[str, Any]


class Documents:
    """What the HTTP API and the command line both show."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._why = Explanations(models)

    async def position(self) -> int:
        """Return the position that the read models have reached."""
        return await self._models.position()

    async def wait_for(self, position: int, timeout_s: float) -> None:
        """Return when the read models have reached a position; raises NotYet."""
        await self._models.wait_for(position, timeout_s)

    async def moment(self, text: str, timeout_s: float) -> int:
        """Return the position that an `as_of` means, once the read models have reached it."""
        position = await self._models.resolve_as_of(text)
        await self._models.wait_for(position, timeout_s)
        return position

    async def competitions(self, *, as_of: int | None) -> Answer:
        """Return all competitions."""
        return (await self._models.headers("programme", as_of=as_of)).api()

    async def programme(self, competition: str, *, as_of: int | None) -> Answer:
        """Return a competition's races."""
        return await self._stored("programme", competition, as_of)

    async def journal(self, competition: str, *, as_of: int | None) -> Answer:
        """Return a competition's decisions."""
        return await self._journal(competition, as_of)

    async def ruleset(self, competition: str, *, as_of: int | None) -> Answer:
        """Return the ruleset that a competition has adopted, whole."""
        position = await self._moment(as_of)
        state = await self._competition(competition, position)
        if state.ruleset is None:
            raise NotFound(f"{competition} had not adopted a ruleset at position {position}")
        return {**msgspec.to_builtins(state.ruleset), "rows": [], "position": position}

    async def proposals(self, competition: str, *, as_of: int | None) -> Answer:
        """Return what waits for an official: cards that are due, start lists that are stale."""
        return await self._stored("proposals", competition, as_of)

    async def classification(self, distance: str, *, as_of: int | None) -> Answer:
        """Return the final order of a distance."""
        return await self._stored("classification", distance, as_of)

    async def rounds(self, distance: str, *, as_of: int | None) -> Answer:
        """Return the rounds of a distance: who goes on, and what start lists were drawn from."""
        return await self._stored("rounds", distance, as_of)

    async def draw(
        self, distance: str, round_: Round, lots: Lots, *, table: str | None, as_of: int | None
    ) -> Answer:
        """Return start lists of a round as they would be drawn, and what from."""
        rounds = await self._models.read("rounds", distance, as_of=as_of)
        position = rounds.header["position"]
        competition = await self._competition(distance.split("/", maxsplit=1)[0], position)
        state = await self._models.state(f"distance-{distance}", as_of=position)
        assert isinstance(state, Distance)
        assert state.added is not None, "a distance that has rounds was added"
        ranking = await self._ranking(state.added.series, table or state.added.code, position)
        if not ranking and table is None and not state.added.relay:
            ranking = await self._ranking(state.added.series, state.added.gender, position)
        found = draws.proposal(Basis(state, competition, rounds, ranking), round_, lots)
        return {**found.api(), "position": position}

    async def helmet_numbers(
        self, competition: str, *, gender: str, series: str | None, as_of: int | None
    ) -> Answer:
        """Return a helmet number for everybody, by the ranking of a series."""
        _one_of("gender", gender, ("men", "women"))
        programme = await self._models.read("programme", competition, as_of=as_of)
        position = programme.header["position"]
        state = await self._competition(competition, position)
        ranking = await self._ranking(series or programme.header["series"], gender, position)
        found = draws.helmet_numbers(state, gender, ranking)
        return {**found.api(), "competition": competition, "position": position}

    async def entries(self, competition: str, *, as_of: int | None) -> Answer:
        """Return who is entered at a competition."""
        programme = await self._models.read("programme", competition, as_of=as_of)
        position = programme.header["position"]
        found = entries.render(await self._competition(competition, position))
        return {**found.api(), "competition": competition, "position": position}

    async def named(self, moments: Answer) -> Answer:
        """Return moments of a scrubber with the names of those whom they speak of, as of then."""
        position = moments["position"]
        return ticks.named(
            moments,
            {
                competition: entries.everybody(await self._competition(competition, position))
                for competition in sorted(ticks.competitions_of(moments))
            },
        )

    async def _journal(self, scope: str, as_of: int | None) -> Answer:
        """Return the decisions of a race or a competition, with who is concerned."""
        found = await self._stored("journal", scope, as_of)
        state = await self._competition(found["competition"], found["position"])
        return who.journal(found, entries.everybody(state))

    async def _competition(self, competition: str, position: int) -> Competition:
        state = await self._models.state(f"competition-{competition}", as_of=position)
        assert isinstance(state, Competition)
        return state

    async def _ranking(self, series: str | None, table: str, position: int) -> dict[str, int]:
        """Return the ranks of a table of standings; nobody has one where there is no such table."""
        if series is None:
            return {}
        try:
            found = await self._models.read(
                "standings", standings.scope_of(series, table), as_of=position
            )
        except NotFound:
            return {}
        return {competitor: row["rank"] for competitor, row in found.entries.items()}

    async def medals(self, competition: str, *, by: str, gender: str, as_of: int | None) -> Answer:
        """Return one of a competition's medal tables."""
        _one_of("by", by, MEDALS_BY)
        _one_of("gender", gender, medals.GENDERS)
        scope = medals.scope_of(competition, by=by, gender=gender)
        return await self._stored("medals", scope, as_of)

    async def standings(self, series: str, *, table: str, as_of: int | None) -> Answer:
        """Return one of a series' tables."""
        return await self._stored("standings", standings.scope_of(series, table), as_of)

    async def decisive(self, series: str, *, as_of: int | None) -> Answer:
        """Return what may have moved a series' standings: the last decisions of all its races.

        At most `SERIES_LIMIT` rows of the journals are read and answered, whatever the season
        holds; `more` says whether earlier ones are left out.
        """
        table = await self._models.read("standings", standings.scope_of(series), as_of=as_of)
        position = table.header["position"]
        programmes = (await self._models.headers("programme", as_of=position)).entries
        own = [name for name, header in programmes.items() if header["series"] == series]
        rows = await self._models.read_last(
            "journal", own, ticks.DECISIVE, as_of=position, limit=ticks.SERIES_LIMIT + 1
        )
        more = len(rows) > ticks.SERIES_LIMIT
        rows = rows[1:] if more else rows
        named = sorted({row["race"] for row in rows})
        races = await self._models.read_keys("programme", own, named, as_of=position)
        return {
            "position": position,
            "series": series,
            "name": table.header["name"],
            "limit": ticks.SERIES_LIMIT,
            "more": more,
            "rows": [{**row, **_called(row["race"], races, programmes)} for row in rows],
        }

    async def best_times(self, competition: str, *, as_of: int | None) -> Answer:
        """Return what stands at a competition, and what waits to be confirmed."""
        return await self._stored("best-times", competition, as_of)

    async def season_bests(self, series: str, *, table: str | None, as_of: int | None) -> Answer:
        """Return a season's bests over one distance; without a table, over the first there is."""
        if table is None:
            empty = await self._stored("best-times", best_times.scope_of(series), as_of)
            if not empty["tables"]:
                return empty
            table = empty["tables"][0]
        scope = best_times.scope_of(series, table)
        return best_times.ranked(await self._models.read("best-times", scope, as_of=as_of)).api()

    async def race(self, name: str, race: str, *, as_of: int | None) -> Answer:
        """Return a document of one race: start-list, board, lap-chart, result or journal."""
        if name == "journal":
            return await self._journal(race, as_of)
        return (await self._models.race_document(name, race, as_of=as_of)).api()

    async def explain_place(self, race: str, competitor: str, *, as_of: int | None) -> Answer:
        """Explain a place in a race."""
        return await self._why.place(race, competitor, as_of=await self._moment(as_of))

    async def explain_mark(self, race: str, competitor: str, *, as_of: int | None) -> Answer:
        """Explain a mark."""
        return await self._why.mark(race, competitor, as_of=await self._moment(as_of))

    async def explain_rank(self, distance: str, competitor: str, *, as_of: int | None) -> Answer:
        """Explain a rank in a distance."""
        return await self._why.rank(distance, competitor, as_of=await self._moment(as_of))

    async def explain_points(
        self, series: str, competitor: str, *, table: str, as_of: int | None
    ) -> Answer:
        """Explain a total of the standings."""
        moment = await self._moment(as_of)
        return await self._why.points(series, table, competitor, as_of=moment)

    async def what_if(
        self, question: Question, ruleset: Ruleset | None, *, as_of: int | None, public: bool
    ) -> Answer:
        """Return what would have been different, from what the public or the officials know."""
        return await supposing.answer(
            WhatIf(self._models),
            question,
            ruleset,
            as_of=await self._moment(as_of),
            public=public,
        )

    async def changes(
        self, race: str, *, before: str, after: str, settled: bool, timeout_s: float
    ) -> Answer:
        """Return what two moments show differently, from a race to the season.

        `settled` asks beside it for what is different between the results that the race would have
        had, declared official at each of the two; null where there could have been none.
        """
        one, other = await self.moment(before, timeout_s), await self.moment(after, timeout_s)
        found = await between_moments(self._models, race, one, other)
        beside: Answer = {}
        if settled:
            supposed = await between_results(self._models, race, min(one, other), max(one, other))
            beside["settled"] = None if supposed is None else msgspec.to_builtins(supposed)
        return {
            **beside,
            "race": race,
            "from": one,
            "to": other,
            "position": max(one, other),
            "rows": [msgspec.to_builtins(each) for each in found],
        }

    async def _moment(self, as_of: int | None) -> int:
        return await self._models.position() if as_of is None else as_of

    async def _stored(self, name: str, scope: str, as_of: int | None) -> Answer:
        return (await self._models.read(name, scope, as_of=as_of)).api()


def _called(race: str, races: Mapping[str, Row], programmes: Mapping[str, Row]) -> Row:
    """Return what people call a race, and the competition it belongs to."""
    competition = race.split("/", maxsplit=1)[0]
    found = races.get(race, {})
    return {
        "name": found.get("name"),
        "round": found.get("round"),
        "city": programmes[competition]["city"],
    }


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadParameter(f"{name}={value[:40]} is unknown: it is one of {', '.join(known)}")
