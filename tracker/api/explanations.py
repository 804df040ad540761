"""Explanations with the recorded events that they rest on."""

from typing import Any

from projections import standings
from projections.read_models import ReadModels
from tracker.domain import explain, explain_season
from tracker.domain.competition import Competition
from tracker.domain.events import PointsBroughtIn, ProgressionSet
from tracker.domain.explain import Explanation
from tracker.domain.race import Race
from tracker.domain.ruleset import Ruleset
from tracker.domain.series import Series
from tracker.domain.standings import Scored, Standing
from tracker.errors import NotFound
from tracker.log.codec import decode

Answer = dict[str, Any]


class Explanations:
    """Why somebody has a rank, a mark or a total, as of a position."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models

    async def place(self, race: str, competitor: str, *, as_of: int) -> Answer:
        """Explain a place in a race."""
        found = explain.place((await self._models.race(race, as_of=as_of)).shown, competitor)
        return await self._answer(found, competitor, race, as_of)

    async def mark(self, race: str, competitor: str, *, as_of: int) -> Answer:
        """Explain where a competitor goes on to from a race."""
        state = (await self._models.race(race, as_of=as_of)).shown
        assert state.scheduled is not None, "read_models.race has only scheduled races"
        distance = state.scheduled.distance
        races = [
            each
            for each in await self._races(distance, as_of)
            if each.scheduled is not None and each.scheduled.round == state.scheduled.round
        ]
        progression, version = await self._progression(distance, state.scheduled.round, as_of)
        found = explain_season.mark(races, progression, version, competitor)
        return await self._answer(found, competitor, race, as_of)

    async def rank(self, distance: str, competitor: str, *, as_of: int) -> Answer:
        """Explain a rank in the classification of a distance."""
        ruleset = await self._ruleset(distance.split("/", maxsplit=1)[0], as_of)
        races = await self._races(distance, as_of)
        found = explain_season.rank(races, ruleset, competitor)
        return await self._answer(found, competitor, distance, as_of)

    async def points(self, series: str, table: str, competitor: str, *, as_of: int) -> Answer:
        """Explain a total of a table of standings."""
        scope = standings.scope_of(series, table)
        row = (await self._models.read("standings", scope, as_of=as_of)).entries.get(competitor)
        state = await self._models.state(f"series-{series}", as_of=as_of)
        if row is None or not isinstance(state, Series) or state.created is None:
            raise NotFound(f"{competitor} does not stand in the table {table} of {series}")
        recorded = await self._models.events(f"series-{series}", as_of=as_of)
        events = [(each.version, decode(each)) for each in recorded]
        season = explain_season.Season(
            standing=Standing(
                rank=row["rank"],
                competitor=competitor,
                name=row["name"],
                family_name=row["family_name"],
                noc=row["noc"],
                points=row["points"],
                wins=row["golds"],
                seconds=row["silvers"],
                thirds=row["bronzes"],
                brought_in=row["brought_in"],
                bonus=row["bonus"],
                results=tuple(
                    Scored(distance, each["rank"], each["points"])
                    for distance, each in row["results"].items()
                ),
            ),
            table=table,
            ruleset=state.created.ruleset,
            brought=[
                (version, event)
                for version, event in events
                if isinstance(event, PointsBroughtIn)
                and event.table == table
                and competitor in {event.competitor, event.noc}
            ],
            sources={
                distance: await self._declared(distance, competitor, as_of)
                for distance in row["results"]
            },
            series=series,
        )
        return await self._answer(explain_season.points(season), competitor, series, as_of)

    async def _races(self, distance: str, as_of: int) -> list[Race]:
        rounds = await self._models.read("rounds", distance, as_of=as_of)
        names = [each["race"] for row in rounds.entries.values() for each in row["races"]]
        return [(await self._models.race(name, as_of=as_of)).shown for name in names]

    async def _ruleset(self, competition: str, as_of: int) -> Ruleset:
        state = await self._models.state(f"competition-{competition}", as_of=as_of)
        if not isinstance(state, Competition) or state.ruleset is None:
            raise NotFound(f"{competition} had not adopted a ruleset at that position")
        return state.ruleset

    async def _progression(
        self, distance: str, round_: str, as_of: int
    ) -> tuple[ProgressionSet | None, int]:
        """Return the table of a round, and the version of the event that set it."""
        for recorded in reversed(await self._models.events(f"distance-{distance}", as_of=as_of)):
            event = decode(recorded)
            if isinstance(event, ProgressionSet) and event.round == round_:
                return event, recorded.version
        return None, 0

    async def _declared(
        self, distance: str, competitor: str, as_of: int
    ) -> tuple[tuple[str, int], ...]:
        """Return the declaration of the race that gave somebody their rank in a distance."""
        found = await self._models.read("classification", distance, as_of=as_of)
        row = found.entries.get(competitor)
        if row is None:  # a relay's table is by NOC
            row = next((each for each in found.entries.values() if each["noc"] == competitor), None)
        if row is None:
            return ()
        race = await self._models.race(row["race"], as_of=as_of)
        return ((explain.stream(race), race.official.version),) if race.official else ()

    async def _answer(
        self, found: Explanation | None, competitor: str, where: str, as_of: int
    ) -> Answer:
        """Return an explanation with the position, type and official of every fact."""
        if found is None:
            raise NotFound(f"{competitor} is not in {where} at position {as_of}")
        streams = {stream for step in found.steps for stream, _ in step.facts}
        events = {
            (stream, each.version): each
            for stream in sorted(streams)
            for each in await self._models.events(stream, as_of=as_of)
        }
        return {
            "question": found.question,
            "answer": found.answer,
            "competitor": competitor,
            "position": as_of,
            "rows": [
                {
                    "text": step.text,
                    "rule": step.rule,
                    "facts": [
                        {
                            "position": event.position,
                            "type": event.type,
                            "stream": event.stream,
                            "version": event.version,
                            "official": event.official,
                            "occurred_at": event.occurred_at,
                        }
                        for event in (events[fact] for fact in step.facts)
                    ],
                }
                for step in found.steps
            ],
        }
