"""The demo's data: one weekend, every entry with the source that states it."""

import tomllib
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec
from msgspec import Struct

from tracker.domain.values import Gender, Round, Zone

RECONSTRUCTED = "reconstructed"
"""The source of whatever no publication states."""
_DATA = "dresden-2024"


class _Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the data files; a misspelt key is an error."""


class Publication(_Entry, frozen=True):
    """A publication that states facts of the weekend."""

    id: str
    title: str
    address: str


class Skater(_Entry, frozen=True):
    """A skater who is named by a source."""

    id: str
    name: str
    family_name: str
    noc: str
    gender: Gender
    source: str
    helmet_number: int | None = None
    helmet_source: str | None = None


class Team(_Entry, frozen=True):
    """A relay team, with its skaters where a source names them."""

    id: str
    name: str
    noc: str
    gender: Gender
    source: str
    skaters: tuple[str, ...] = ()


class Distance(_Entry, frozen=True):
    """A distance of the programme."""

    id: str
    name: str
    gender: Gender
    metres: int
    source: str
    relay: bool = False
    number: int | None = None


class Points(_Entry, frozen=True):
    """Points that the log does not contain, and what they are worked out from."""

    table: str
    competitor: str
    name: str
    noc: str
    points: int
    note: str
    source: str
    after: str | None = None
    """The race after which they are brought in; None: before all."""


class Place(_Entry, frozen=True):
    """A competitor on a start list."""

    competitor: str
    start_position: int
    line_up: tuple[str, ...] = ()


class Times(_Entry, frozen=True):
    """Finish times that one source states."""

    source: str
    time_ms: dict[str, int]


class Fall(_Entry, frozen=True):
    """A fall in a lap row, in race time; who got up raced on."""

    competitor: str
    lap: int
    at_ms: int
    source: str
    up_at_ms: int | None = None


class Leg(_Entry, frozen=True):
    """The start of a skater's leg in a relay, in race time."""

    at_ms: int
    skater: str


class Exchanges(_Entry, frozen=True):
    """A team's exchanges; all of them are reconstructed."""

    competitor: str
    legs: tuple[Leg, ...]


class Review(_Entry, frozen=True):
    """What the referee looked at again before the result became official."""

    reason: str
    competitors: tuple[str, ...]
    source: str


class Penalty(_Entry, frozen=True):
    """A penalty as published."""

    competitor: str
    reason: str
    source: str
    zone: Zone | None = None
    lap: int | None = None
    victim: str | None = None


class Race(_Entry, frozen=True):
    """A final: with crossings it is skated lap by lap, without it is a result alone."""

    race: str
    round: Round
    round_name: str
    order: int
    scheduled_at: datetime
    start_list_source: str
    finish_order_source: str
    finish_order: tuple[str, ...]
    """Across the line, before any decision."""
    starters: tuple[Place, ...]
    times: tuple[Times, ...]
    falls: tuple[Fall, ...] = ()
    review: Review | None = None
    penalties: tuple[Penalty, ...] = ()
    exchanges: tuple[Exchanges, ...] = ()
    crossings_ms: dict[str, tuple[int, ...]] = {}
    """Elapsed at the end of each lap row, by competitor."""

    @property
    def distance(self) -> str:
        """Return the distance the race belongs to."""
        return self.race.rsplit("/", 1)[0]

    def stated_time(self, competitor: str) -> tuple[int, str] | None:
        """Return a competitor's finish time with its source, or None when there is neither."""
        for times in self.times:
            if competitor in times.time_ms:
                return times.time_ms[competitor], times.source
        return None


class Weekend(_Entry, frozen=True):
    """The competition, who was entered, what they brought and the races in their order."""

    series: str
    series_name: str
    season: str
    ruleset: str
    competition: str
    name: str
    city: str
    country: str
    starts_on: str
    ends_on: str
    source: str
    sources: tuple[Publication, ...]
    skaters: tuple[Skater, ...]
    teams: tuple[Team, ...]
    distances: tuple[Distance, ...]
    points: tuple[Points, ...]
    races: tuple[Race, ...]

    def distance(self, distance: str) -> Distance:
        """Return a distance by its id."""
        return next(each for each in self.distances if each.id == distance)


def load() -> Weekend:
    """Return the weekend as its data files have it."""
    folder = files(__package__).joinpath(_DATA)
    races = sorted(folder.joinpath("races").iterdir(), key=lambda file: file.name)
    tables = _read(folder.joinpath("competition.toml"))
    tables["races"] = [_read(file) for file in races if file.name.endswith(".toml")]
    return msgspec.convert(tables, Weekend)


def _read(file: Traversable) -> dict[str, object]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
