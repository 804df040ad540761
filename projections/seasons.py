"""States whose competitions may leave memory by seasons, and come back."""

from collections.abc import Iterable, Iterator
from heapq import merge
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from projections.spool import Place, Spool
from projections.totals import Totals
from tracker.domain import best_times
from tracker.domain import events as e
from tracker.domain.best_times import Ledger, Stated
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.race import Race

if TYPE_CHECKING:
    from projections.states import Scope


class _PutAway(Struct, frozen=True, array_like=True):
    """What is kept on disk of a competition; of its races, the results that became official."""

    competition: Competition | None
    distances: dict[str, Distance]
    races_of: dict[str, tuple[str, ...]]
    official: dict[str, int]
    results: dict[str, Race]
    guns: dict[str, int]
    started_last: str | None


class _Away(Struct, frozen=True):
    """Where a competition is, and where its first and last official results stand in the log."""

    place: Place
    first: int
    last: int


_PACKED: msgspec.msgpack.Decoder[_PutAway] = msgspec.msgpack.Decoder(_PutAway)
_Result: TypeAlias = tuple[int, Race, Stated]
"""A result with its position, and what stood when its competition began."""


class Seasons(Totals):
    """Domain states of which seasons that are over can be released.

    A season is a series, or a competition that counts in none.
    """

    def __init__(self) -> None:
        super().__init__()
        self._away: dict[str, _Away] = {}
        """Competitions that are on disk."""
        self._series_of: dict[str, tuple[str, ...]] = {}
        """The series that a competition or its distances count in."""
        self._spool: Spool | None = None

    @property
    def in_memory(self) -> int:
        """Return how many races are in memory."""
        return len(self._races)

    def series_of(self, competition: str) -> tuple[str, ...]:
        """Return the series that a competition or its distances count in."""
        return self._series_of.get(competition, ())

    def seasons_of(self, competition: str) -> tuple[str, ...]:
        """Return the seasons that a competition is part of."""
        series = self.series_of(competition) or (None,)
        return tuple(best_times.season_of(competition, each) for each in series)

    def _join(self, event: e.Event) -> None:
        """Note the series that a competition is part of by an event."""
        if not isinstance(event, e.CompetitionCreated | e.DistanceAdded) or event.series is None:
            return
        known = self.series_of(event.competition)
        if event.series not in known:
            self._series_of[event.competition] = (*known, event.series)

    def _competitions_in(self, season: str) -> list[str]:
        kind, _, name = season.partition(" ")
        if kind == "competition":
            return [name]
        owners = dict.fromkeys(self.competitions_of.get(name, ()))
        owners |= dict.fromkeys(d.split("/", 1)[0] for d in self.distances_of.get(season, ()))
        return list(owners)

    def away(self, season: str) -> list[str]:
        """Return the competitions of a season that are on disk."""
        return [each for each in self._competitions_in(season) if each in self._away]

    def bring_back(self, competition: str) -> list[str]:
        """Have a competition in memory again; return its races, of which results alone are."""
        away = self._away.pop(competition)
        found = self._read(away)
        if found.competition is not None:
            self.competitions[competition] = found.competition
        if found.distances:
            self.distances |= found.distances
            self.distances_of[competition] = tuple(found.distances)
        self.races_of |= found.races_of
        self._guns |= found.guns
        self._results |= found.results
        if found.started_last is not None:
            self.started_last[competition] = found.started_last
        if found.official:
            self._official_in[competition] = found.official
            if self._ledger is not None:
                self._ledger = None  # what the competition left has to be in it
        return [race for races in found.races_of.values() for race in races]

    def _read(self, away: _Away) -> _PutAway:
        assert self._spool is not None, "what is away was put somewhere"
        return _PACKED.decode(self._spool.get(away.place))

    def official_since(self, race: str) -> list[str]:
        """Return the competitions with results that became official with a race's or later.

        Those on disk are brought back, but for their races.
        """
        position = self._official_in[race.split("/", 1)[0]][race]
        for competition, away in list(self._away.items()):
            if away.last >= position:
                self.bring_back(competition)
        return [
            competition
            for competition, official in self._official_in.items()
            if any(each >= position for each in official.values())
        ]

    def half_back(self) -> list[str]:
        """Return the competitions in memory of which a race's result is, but not the race."""
        return list({race.split("/", 1)[0]: None for race in self._results})

    def release(self, season: str) -> list[str]:
        """Put a season's competitions on disk; return the races that were in memory."""
        races: list[str] = []
        for competition in self._competitions_in(season):
            if competition not in self._away:
                races += self.put_away(competition)
        self._forget_scopes({season.partition(" ")[2]})
        return races

    def put_away(self, competition: str) -> list[str]:
        """Put a competition on disk; return its races that were in memory."""
        distances = self.distances_of.pop(competition, ())
        races_of = {d: self.races_of.pop(d) for d in distances if d in self.races_of}
        names = [race for races in races_of.values() for race in races]
        races = self.races
        found = [(name, races.pop(name, None) or self._results.pop(name, None)) for name in names]
        official = self._official_in.pop(competition, {})
        put_away = _PutAway(
            self.competitions.pop(competition, None),
            {each: self.distances.pop(each) for each in distances},
            races_of,
            official,
            {name: _result(race) for name, race in found if race is not None and name in official},
            {name: self._guns.pop(name) for name in names if name in self._guns},
            self.started_last.pop(competition, None),
        )
        if self._spool is None:
            self._spool = Spool()
        place = self._spool.put(msgspec.msgpack.encode(put_away))
        positions = official.values() or (0,)
        self._away[competition] = _Away(place, min(positions), max(positions))
        for name in names:
            self._racing.pop(f"race-{name}", None)
        self._forget_scopes({competition, *distances, *names})
        if self._ledger is not None:
            self._ledger = self._without_those_away(self._ledger)
        return names

    def _forget_scopes(self, gone: set[str]) -> None:
        """Let go of what follows from competitions, distances, races and series by name."""
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
            for name in gone & known.keys():
                del known[name]
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

    # --- season and personal bests -------------------------------------------------------------

    def own_bests(self) -> Ledger:
        """Return the personal bests of the whole log, and what is in memory left and beat."""
        if self._ledger is None:
            ledger = Ledger()
            for _, race, stated in self._official():
                ledger = best_times.add(ledger, race, stated)
            self._ledger = self._without_those_away(ledger)
        return self._ledger

    def _without_those_away(self, ledger: Ledger) -> Ledger:
        """Return a ledger without what competitions and seasons on disk would ask of it."""
        if not self._away:
            return ledger
        here = {season for each in self._official_in for season in self.seasons_of(each)}
        here |= {best_times.season_of(each, None) for each in self._official_in}
        return replace(
            ledger,
            season={key: bests for key, bests in ledger.season.items() if key[0] in here},
            left={key: left for key, left in ledger.left.items() if key not in self._away},
            beaten={key: each for key, each in ledger.beaten.items() if key not in self._away},
        )

    def _official(self) -> Iterator[_Result]:
        """Yield the official results of the whole log, in the order in which they became so."""
        runs = [
            (min(found.values()), max(found.values()), name)
            for name, found in self._official_in.items()
        ]
        runs += [(each.first, each.last, name) for name, each in self._away.items() if each.last]
        beside: list[str] = []
        until = 0
        for first, last, competition in sorted(runs):
            if first > until:
                yield from self._by_position(beside)
                beside = []
            beside.append(competition)
            until = max(until, last)
        yield from self._by_position(beside)

    def _by_position(self, competitions: Iterable[str]) -> Iterator[_Result]:
        results = (self._results_in(each) for each in competitions)
        return merge(*results, key=lambda result: result[0])

    def _results_in(self, competition: str) -> Iterator[_Result]:
        away = self._away.get(competition)
        if away is None:
            stated = self.stated(competition)
            for race, position in self._official_in[competition].items():
                yield position, self.result_of(race), stated
            return
        found = self._read(away)
        stated = (found.competition or Competition()).best_times
        for race, position in found.official.items():
            if race in found.results:
                yield position, found.results[race], stated


def _result(race: Race) -> Race:
    """Return what is asked of an official race that is not in memory."""
    return Race(
        scheduled=race.scheduled,
        official=race.official,
        confirmed=race.confirmed,
        miscounted=race.miscounted,
    )
