"""States whose races may leave memory by seasons, and come back."""

import zlib
from typing import Any

import msgspec
from msgspec.structs import replace

from projections.states import Scope
from projections.totals import Totals
from tracker.domain import best_times
from tracker.domain.competition import Competition
from tracker.domain.race import Race


class Seasons(Totals):
    """Domain states of which seasons that are over can be released."""

    @property
    def in_memory(self) -> int:
        """Return how many races are in memory."""
        return len(self._races)

    def season_of(self, competition: str) -> str:
        """Return the season of a competition: its series, else itself alone."""
        created = self.competitions.get(competition, Competition()).created
        return best_times.season_of(competition, created.series if created else None)

    def released(self, season: str) -> list[str]:
        """Return the races of a season that are not in memory."""
        races = (race for scope, race in self._races_of_season(season) if scope == "race")
        return [race for race in races if race not in self._races]

    def _races_of_season(self, season: str) -> list[Scope]:
        """Return a season's competitions, distances and races."""
        kind, _, name = season.partition(" ")
        if kind == "series":
            owners = {d.split("/", 1)[0] for d in self.distances_of.get(season, ())}
        else:
            owners = {name}
        distances = [each for owner in owners for each in self.distances_of.get(owner, ())]
        return [
            *(("competition", owner) for owner in owners),
            *(("distance", each) for each in distances),
            *(("race", race) for each in distances for race in self.races_of.get(each, ())),
        ]

    def release(self, season: str) -> None:
        """Let go of a season's races and of what follows from them; official results stay."""
        races, scopes = self.races, self._races_of_season(season)
        for kind, name in scopes:
            race = races.pop(name, None) if kind == "race" else None
            if race is not None and race.official is not None:
                result = Race(
                    scheduled=race.scheduled,
                    official=race.official,
                    confirmed=race.confirmed,
                    miscounted=race.miscounted,
                )
                self._released[name] = zlib.compress(msgspec.msgpack.encode(result), level=1)
            self._racing.pop(f"race-{name}", None)
            by_name: tuple[dict[str, Any], ...] = (
                self.notes,
                self._positions,
                self._sheets,
                self._named,
                self._shown,
                self._final,
                self._waiting,
                self._marked,
                self._classified,
                self._lines,
            )
            for known in by_name:
                known.pop(name, None)
        gone = {name for _, name in scopes} | {season, season.partition(" ")[2]}
        by_scope: tuple[dict[Scope, Any], ...] = (
            self._touches,
            self._touched,
            self._remembered,
        )
        for memory in by_scope:
            for key in [key for key in memory if key[1] in gone]:
                del memory[key]
        for place in [place for place in self._rounds if place[0] in gone]:
            del self._rounds[place]
        competitions = frozenset(name for kind, name in scopes if kind == "competition")
        if self._ledger is not None:
            left = {k: each for k, each in self._ledger.left.items() if k not in competitions}
            beaten = {k: each for k, each in self._ledger.beaten.items() if k not in competitions}
            self._ledger = replace(self._ledger, left=left, beaten=beaten)
            self._left_out |= competitions
