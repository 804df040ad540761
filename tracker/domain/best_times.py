"""Which official times are best times, what stood before them, and which wait to be confirmed.

Season and personal bests follow from official results and what was stated. World, championship and
track best times are proposed when a result is official, and hold once an official confirms them.
What stood when a result became official counts, so results are taken in that order. A relay's
times belong to its NOC.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.best_time_events import BestTimeStated
from tracker.domain.race import Race, ResultRow
from tracker.domain.values import BestTimeKind, ConfirmedKind, Gender

CONFIRMED_KINDS: tuple[ConfirmedKind, ...] = get_args(ConfirmedKind)
OWN_KINDS: tuple[Literal["season", "personal"], ...] = ("season", "personal")
RECONSTRUCTED = "reconstructed"
Key: TypeAlias = tuple[str, str, str]
"""Kind, table, and the holder of a season or personal best."""
Stated: TypeAlias = Mapping[Key, BestTimeStated]


class Skated(Struct, frozen=True):
    """What is skated: best times of different tables are never compared."""

    gender: Gender
    metres: int
    relay: bool

    @property
    def table(self) -> str:
        """Return its name, which is the same in every competition: `men-500`."""
        return f"{self.gender}-{self.metres}{'-relay' if self.relay else ''}"


class Best(Struct, frozen=True):
    """A time with who skated it and where; without a race it was stated."""

    holder: str
    """A skater's id, a relay's NOC; empty when only the name is known."""
    name: str
    noc: str
    time_ms: int
    race: str | None = None
    competitor: str | None = None
    """As on the race's start list."""
    set_on: str | None = None
    set_at: str | None = None


class Own(Struct, frozen=True):
    """A season or personal best as a competition left it, and what it took the place of."""

    kind: Literal["season", "personal"]
    skated: Skated
    best: Best
    before: Best | None = None


class Standing(Struct, frozen=True):
    """What stands of a kind in a table, and what it took the place of."""

    kind: ConfirmedKind
    skated: Skated
    best: Best
    before: Best | None = None
    equalled_by: tuple[Best, ...] = ()


class Proposal(Struct, frozen=True):
    """An official time at or under what stands, which nobody has confirmed."""

    kind: ConfirmedKind
    skated: Skated
    best: Best
    beats: Best


class Void(Struct, frozen=True):
    """A confirmation that does not hold, and why."""

    kind: ConfirmedKind
    skated: Skated
    version: int
    race: str
    competitor: str
    time_ms: int
    why: str


class Confirmable(Struct, frozen=True):
    """World, championship and track best times of one competition."""

    standing: tuple[Standing, ...]
    proposals: tuple[Proposal, ...]
    void: tuple[Void, ...]
    held: tuple[tuple[ConfirmedKind, Best], ...]
    """What was confirmed and held when it was skated."""


class Ledger(Struct, frozen=True):
    """Season and personal bests after some official results; every addition makes another."""

    personal: dict[str, dict[str, Best]] = {}
    """By table, then holder."""
    season: dict[tuple[str, str], dict[str, Best]] = {}
    """By season and table, then holder."""
    beaten: dict[str, dict[str, dict[str, tuple[Literal["season", "personal"], ...]]]] = {}
    """By competition, race and competitor, which bests that were known were beaten."""
    left: dict[str, dict[str, Own]] = {}
    """What each competition left, by kind, table and holder in one."""


def skated(race: Race) -> Skated:
    """Return what a scheduled race is over."""
    assert race.scheduled is not None
    return Skated(race.scheduled.gender, race.scheduled.metres, race.scheduled.relay)


def of_statement(event: BestTimeStated) -> tuple[Skated, Best]:
    """Return a statement as what it is about, and the time that stood."""
    holder = event.noc if event.relay else event.skater or ""
    best = Best(
        holder, event.name, event.noc, event.time_ms, set_on=event.set_on, set_at=event.set_at
    )
    return Skated(event.gender, event.metres, event.relay), best


def key_of(event: BestTimeStated) -> Key:
    """Return what a statement is about; a later one about the same replaces it."""
    about, best = of_statement(event)
    return (event.kind, about.table, best.holder if event.kind in OWN_KINDS else "")


def own_id(kind: BestTimeKind, table: str, holder: str) -> str:
    """Return the name of a season or personal best within a competition."""
    return f"{kind}/{table}/{holder}"


# --- times that count --------------------------------------------------------------------------


def unrecognised(race: Race, row: ResultRow) -> str | None:
    """Return why an official row counts for no best time, or None when it does."""
    if race.miscounted is not None:
        return f"the race went over {race.miscounted} lap rows instead of {race.lap_rows}"
    if row.time_ms is None or row.rank is None or row.status is not None:
        return f"{row.name} has no official time ({row.status or 'none was read'})"
    if RECONSTRUCTED in (part.strip() for part in (row.time_stated_by or "").split(";")):
        return f"the time of {row.name} is reconstructed"
    rows = race.official.rows if race.official is not None else ()
    if row.time_source != "photo" and any(each.photo_read for each in rows):
        return f"the time of {row.name} is by {row.time_source}, though the photo finish was read"
    return None


def recognised(race: Race) -> tuple[Best, ...]:
    """Return the official times of a race that may be best times, fastest first."""
    if race.official is None or race.scheduled is None:
        return ()
    found = [
        Best(
            row.noc if race.scheduled.relay else row.competitor,
            row.name,
            row.noc,
            row.time_ms,
            race=race.scheduled.race,
            competitor=row.competitor,
        )
        for row in race.official.rows
        if row.time_ms is not None and unrecognised(race, row) is None
    ]
    return tuple(sorted(found, key=lambda best: best.time_ms))


def official_row(race: Race, competitor: str) -> ResultRow | None:
    """Return a competitor's line of the official result."""
    rows = race.official.rows if race.official is not None else ()
    return next((row for row in rows if row.competitor == competitor), None)


def lost(race: Race, competitor: str, time_ms: int) -> str | None:
    """Return why a time that was confirmed in a race is no best time any more, or None."""
    row = official_row(race, competitor)
    if row is None:
        return f"{competitor} is not in the official result"
    why = unrecognised(race, row)
    if why is None and row.time_ms != time_ms:
        why = f"the official time of {row.name} was corrected"
    fastest = recognised(race)
    if why is None and fastest[0].time_ms < time_ms:
        why = f"{fastest[0].name} was faster in the same race"
    return why


# --- season and personal bests -----------------------------------------------------------------


def add(ledger: Ledger, race: Race, stated: Stated) -> Ledger:
    """Return the bests after one more official result, which is the latest of all.

    `stated` is what stood when the race's competition began.
    """
    times = recognised(race)
    if not times or race.scheduled is None:
        return ledger
    scheduled, about = race.scheduled, skated(race)
    table = about.table
    season = (season_of(scheduled.competition, scheduled.series), table)
    personal, of_season = dict(ledger.personal.get(table, {})), dict(ledger.season.get(season, {}))
    left = dict(ledger.left.get(scheduled.competition, {}))
    beaten: dict[str, tuple[Literal["season", "personal"], ...]] = {}
    for time in reversed(times):  # a NOC's faster team last
        of_the_season = _stated(stated, "season", table, time.holder)
        of_a_life = _stated(stated, "personal", table, time.holder)
        first = _least(of_season.get(time.holder), of_the_season)
        of_season[time.holder] = _note(left, "season", about, time, first)
        second = _least(personal.get(time.holder), of_the_season, of_a_life)
        personal[time.holder] = _note(left, "personal", about, time, second)
        beaten[time.competitor or ""] = tuple(
            kind
            for kind, before in zip(OWN_KINDS, (first, second), strict=True)
            if before is not None and time.time_ms < before.time_ms
        )
    return Ledger(
        personal={**ledger.personal, table: personal},
        season={**ledger.season, season: of_season},
        beaten={
            **ledger.beaten,
            scheduled.competition: {
                **ledger.beaten.get(scheduled.competition, {}),
                scheduled.race: beaten,
            },
        },
        left={**ledger.left, scheduled.competition: left},
    )


def season_of(competition: str, series: str | None) -> str:
    """Return what a competition's season is counted in: its series, else itself alone."""
    return f"series {series}" if series is not None else f"competition {competition}"


def stated_own(stated: Stated) -> dict[str, Own]:
    """Return the season and personal bests that were stated, by id."""
    found = {}
    for event in stated.values():
        about, best = of_statement(event)
        for kind in OWN_KINDS:
            if event.kind == kind:
                found[own_id(kind, about.table, best.holder)] = Own(kind, about, best)
    return found


def _note(
    left: dict[str, Own],
    kind: Literal["season", "personal"],
    about: Skated,
    time: Best,
    before: Best | None,
) -> Best:
    """Note what stands after a time, and return it."""
    key = own_id(kind, about.table, time.holder)
    if before is None or time.time_ms < before.time_ms:
        left[key] = Own(kind, about, time, before)
        return time
    known = left.get(key)
    if known is None or known.best != before:
        left[key] = Own(kind, about, before)
    return before


def _stated(stated: Stated, kind: str, table: str, holder: str) -> Best | None:
    event = stated.get((kind, table, holder))
    return None if event is None else of_statement(event)[1]


def _least(*bests: Best | None) -> Best | None:
    """Return the fastest; of equals the first."""
    least: Best | None = None
    for best in bests:
        if best is not None and (least is None or best.time_ms < least.time_ms):
            least = best
    return least


# --- world, championship and track best times --------------------------------------------------


def confirmable(races: Iterable[Race], stated: Stated) -> Confirmable:
    """Return what stands, waits and is void in a competition.

    `races` are its official ones, in the order in which they became so.
    """
    standing: dict[tuple[str, str], Standing] = {}
    for event in stated.values():
        about, best = of_statement(event)
        for kind in CONFIRMED_KINDS:
            if event.kind == kind:
                standing[kind, about.table] = Standing(kind, about, best)
    waiting: dict[tuple[str, str], int] = {}
    proposals: list[Proposal] = []
    void: list[Void] = []
    all_held: list[tuple[ConfirmedKind, Best]] = []
    for race in races:
        if not race.confirmed and not standing:
            continue
        table = skated(race).table
        if not race.confirmed and not any((kind, table) in standing for kind in CONFIRMED_KINDS):
            continue
        times = recognised(race)
        for kind in CONFIRMED_KINDS:
            key = (kind, table)
            stands = standing.get(key)
            held, lapsed = _confirmed(race, kind, stands)
            void += lapsed
            all_held += [(kind, best) for best in held]
            for best in held:
                standing[key] = _follow(standing.get(key), kind, skated(race), best)
            if stands is None or not times:
                continue
            limit = min(stands.best.time_ms, waiting.get(key, stands.best.time_ms))
            names = {best.competitor for best in held}
            for best in times:
                if best.time_ms == times[0].time_ms <= limit and best.competitor not in names:
                    proposals.append(Proposal(kind, skated(race), best, stands.best))
                    waiting[key] = best.time_ms
    return Confirmable(tuple(standing.values()), tuple(proposals), tuple(void), tuple(all_held))


def _confirmed(
    race: Race, kind: ConfirmedKind, stands: Standing | None
) -> tuple[list[Best], list[Void]]:
    """Return the times of a race that were confirmed and hold, and the confirmations that do not.

    `stands` is what stood when the result became official.
    """
    if not race.confirmed:
        return [], []
    times = {best.competitor: best for best in recognised(race)}
    held, void = [], []
    for each in race.confirmed:
        if each.kind != kind or race.scheduled is None:
            continue
        why = lost(race, each.competitor, each.time_ms)
        if why is None and stands is not None and stands.best.time_ms < each.time_ms:
            why = f"{stands.best.name} had skated {clock(stands.best.time_ms)}"
        if why is None:
            held.append(times[each.competitor])
        else:
            name, about = race.scheduled.race, skated(race)
            void.append(Void(kind, about, each.version, name, each.competitor, each.time_ms, why))
    return held, void


def _follow(before: Standing | None, kind: ConfirmedKind, about: Skated, best: Best) -> Standing:
    """Return what stands after a confirmed time that is not slower than what stood."""
    if before is None or best.time_ms < before.best.time_ms:
        return Standing(kind, about, best, before.best if before is not None else None)
    return replace(before, equalled_by=(*before.equalled_by, best))


def clock(time_ms: int) -> str:
    """Return a time as officials read it, such as 1:23.456."""
    minutes, rest = divmod(time_ms, 60_000)
    seconds = f"{rest // 1000:02}" if minutes else str(rest // 1000)
    return f"{minutes}:{seconds}.{rest % 1000:03}" if minutes else f"{seconds}.{rest % 1000:03}"
