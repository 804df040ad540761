"""Seasons of any length for benchmarks: decided once, copied into a log with a valid chain.

One season of six competitions goes through the deciders, race by race, from a fixed seed. Further
seasons are the same under other names and in later years, so a log of any length is written as
fast as PostgreSQL takes it.
"""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from tracker import rulesets
from tracker.archive import COLUMNS
from tracker.domain import commands as c
from tracker.domain import decider
from tracker.domain.competition import Competition
from tracker.domain.context import Context
from tracker.domain.distance import Distance
from tracker.domain.race import Race
from tracker.domain.values import FinishTime, Gender, Round, StarterRequest, Target
from tracker.log import chain
from tracker.log.codec import encode

if TYPE_CHECKING:
    import asyncpg

COMPETITIONS = 6
RULESET = "isu-2023-24"
NOCS = "AUS AUT BEL CAN CHN CZE FRA GBR GER HUN ITA JPN KAZ KOR LAT NED POL TPE UKR USA".split()
SKATERS_EACH = 4
"""Of each NOC and gender."""
INDIVIDUAL = ((500, None), (1000, 1), (1000, 2), (1500, None))
ROUNDS: tuple[tuple[Round, int, tuple[Target, ...]], ...] = (
    ("HEAT", 16, (Target("QF", 2),)),
    ("QF", 6, (Target("SF", 2),)),
    ("SF", 3, (Target("FINAL_A", 2), Target("FINAL_B", rest=True))),
    ("FINAL_B", 1, ()),
    ("FINAL_A", 1, ()),
)
RELAY_ROUNDS: tuple[tuple[Round, int, tuple[Target, ...]], ...] = (
    ("QF", 5, (Target("SF", 2),)),
    ("SF", 3, (Target("FINAL_A", 2), Target("FINAL_B", rest=True))),
    ("FINAL_B", 1, ()),
    ("FINAL_A", 1, ()),
)
BEGINS = datetime(2000, 10, 6, 9, 0, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK = timedelta(days=7)
_SEASON = timedelta(days=364)
_SERIES, _COMPETITION = "season-0000", "cup-0000"
_AT_MS = re.compile(rb'at_ms":(\d{13})')
_COPIED = 20_000


class Recorded(Struct, frozen=True):
    """An event of the season that is repeated; `at_ms` stands between two parts of its data."""

    stream: str
    version: int
    type: str
    head: str
    at_ms: int | None
    tail: str
    offset: timedelta


class _Season:
    """Commands through the deciders, with the clock of the rink."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = BEGINS
        self.states: dict[str, decider.State] = {}
        self.events: list[Recorded] = []

    def say(self, *commands: c.Command, after_ms: int = 2_000) -> None:
        """Decide commands one after another."""
        for command in commands:
            self.now += timedelta(milliseconds=after_ms)
            stream = decider.stream_of(command)
            state = self.states.get(stream) or decider.initial(stream)
            for event in decider.decide(command, state, self._context(command)):
                state = decider.evolve(state, state.version + 1, event)
                self._record(stream, state.version, encode(event).data, type(event).__name__)
            self.states[stream] = state

    def race(self, name: str) -> Race:
        """Return a race as it stands."""
        state = self.states[f"race-{name}"]
        assert isinstance(state, Race)
        return state

    def _record(self, stream: str, version: int, data: bytes, type_: str) -> None:
        found = _AT_MS.search(data)
        start, end = found.span(1) if found else (len(data), len(data))
        at_ms = int(found[1]) if found else None
        head, tail = data[:start].decode(), data[end:].decode()
        self.events.append(Recorded(stream, version, type_, head, at_ms, tail, self.now - BEGINS))

    def _context(self, command: c.Command) -> Context:
        near = [self.states.get(each) for each in decider.needs(command)]
        named = decider.ruleset_named(command)
        return Context(
            now_ms=_ms(self.now),
            ruleset=rulesets.load(named) if named else None,
            competition=next((each for each in near if isinstance(each, Competition)), None),
            distance=next((each for each in near if isinstance(each, Distance)), None),
        )


def season(seed: int = 500) -> list[Recorded]:
    """Return the events of one season."""
    work = _Season(seed)
    work.say(c.CreateSeries(series=_SERIES, name="World Cup", season="2000/01", ruleset=RULESET))
    for number in range(COMPETITIONS):
        work.now = BEGINS + _WEEK * number
        _competition(work, f"cup-{number:04}")
    return work.events


def _competition(work: _Season, name: str) -> None:
    day = work.now.date()
    work.say(
        c.CreateCompetition(
            competition=name,
            name=f"World Cup {name}",
            city="Dresden",
            country="GER",
            starts_on=day.isoformat(),
            ends_on=(day + timedelta(days=2)).isoformat(),
            series=_SERIES,
        ),
        c.AdoptRuleset(competition=name, ruleset=RULESET),
    )
    order = 0
    plan: list[tuple[str, Round, list[str], list[str]]] = []
    for gender in ("women", "men"):
        _enter(work, name, gender)
        for metres, number in INDIVIDUAL:
            distance = f"{name}/{gender}-{metres}" + (f"-{number}" if number else "")
            field = [f"{gender}-{i}-{noc.lower()}" for i in range(SKATERS_EACH) for noc in NOCS]
            order += 1
            _programme(
                work,
                plan,
                distance=distance,
                gender=gender,
                metres=metres,
                number=number,
                order=order,
                field=field,
            )
        relay = f"{name}/{gender}-relay"
        teams = [f"{gender}-{noc.lower()}" for noc in NOCS]
        order += 1
        metres = 3000 if gender == "women" else 5000
        _programme(
            work,
            plan,
            distance=relay,
            gender=gender,
            metres=metres,
            number=None,
            order=order,
            field=teams,
            relay=True,
        )
    going: dict[tuple[str, Round], list[str]] = {}
    for distance, round_, races, field in plan:
        waiting = going.pop((distance, round_), field)
        for i, race in enumerate(races):
            _skate(work, race, waiting[i :: len(races)])
        for target_round, competitors in _advance(work, distance, round_, races):
            going.setdefault((distance, target_round), []).extend(competitors)


def _enter(work: _Season, competition: str, gender: Gender) -> None:
    helmet = 0
    for i in range(SKATERS_EACH):
        for noc in NOCS:
            helmet += 1
            skater = f"{gender}-{i}-{noc.lower()}"
            work.say(
                c.EnterSkater(
                    competition=competition,
                    skater=skater,
                    name=f"{gender.title()} {noc.title()} {i}",
                    noc=noc,
                    gender=gender,
                    helmet_number=helmet + (100 if gender == "men" else 0),
                )
            )
    for noc in NOCS:
        team = tuple(f"{gender}-{i}-{noc.lower()}" for i in range(SKATERS_EACH))
        work.say(
            c.EnterTeam(
                competition=competition,
                team=f"{gender}-{noc.lower()}",
                name=noc,
                noc=noc,
                gender=gender,
                skaters=team,
            )
        )


def _programme(
    work: _Season,
    plan: list[tuple[str, Round, list[str], list[str]]],
    *,
    distance: str,
    gender: Gender,
    metres: int,
    number: int | None,
    order: int,
    field: list[str],
    relay: bool = False,
) -> None:
    """Put a distance with its rounds and races on the programme."""
    work.say(
        c.AddDistance(
            distance=distance,
            name=f"{gender.title()} {metres} m" + (" relay" if relay else ""),
            gender=gender,
            metres=metres,
            relay=relay,
            number=number,
            order=order,
        )
    )
    for round_, count, targets in RELAY_ROUNDS if relay else ROUNDS:
        title = round_.replace("_", " ").title()
        work.say(c.AddRound(distance=distance, round=round_, name=title))
        if targets:
            work.say(c.SetProgression(distance=distance, round=round_, targets=targets))
        races = [f"{distance}/{round_.lower().replace('_', '-')}-{i + 1}" for i in range(count)]
        for i, race in enumerate(races, start=1):
            name = f"{title} {i}" if count > 1 else title
            on_day = sum(len(each) for _, _, each, _ in plan) + i
            work.say(
                c.ScheduleRace(race=race, round=round_, round_name=name, number=i, order=on_day)
            )
        plan.append((distance, round_, races, field))


def _skate(work: _Season, race: str, competitors: list[str]) -> None:
    """Skate a race from its start list to its official result."""
    chance = work.chance
    starters = tuple(StarterRequest(who, i) for i, who in enumerate(competitors, start=1))
    work.say(c.PublishStartList(race=race, starters=starters), c.StartRace(race=race))
    rows, relay = work.race(race).lap_rows, "relay" in race
    order = sorted(competitors, key=lambda who: (who.split("-")[-2], chance.random()))
    line_ups = {who: [f"{who[:-4]}-{i}{who[-4:]}" for i in range(SKATERS_EACH)] for who in order}
    fallen = order[-1] if chance.random() < 0.15 else None
    elapsed = 0
    for row in range(1, rows + 1):
        lap_ms = chance.randint(8_400, 9_400)
        elapsed += lap_ms
        for i, who in enumerate(order):
            if who == fallen and row > rows // 2:
                continue
            at = elapsed + i * 90 + chance.randint(0, 60)
            work.say(
                c.RecordCrossing(race=race, competitor=who, elapsed_ms=at), after_ms=lap_ms // 8
            )
            if relay and row % 2:
                skater = line_ups[who][row // 2 % len(line_ups[who])]
                work.say(c.RecordExchange(race=race, competitor=who, skater=skater))
        if fallen is not None and row == rows // 2:
            work.say(c.RecordFall(race=race, competitor=fallen))
    if fallen is not None:
        work.say(c.RecordDidNotFinish(race=race, competitor=fallen))
    across = [who for who in order if who != fallen]
    times = tuple(FinishTime(who, elapsed + i * 150) for i, who in enumerate(across))
    work.say(
        c.EndRace(race=race),
        c.RecordFinishOrder(race=race, groups=tuple((who,) for who in across)),
        c.RecordFinishTimes(race=race, times=times, time_source="photo"),
    )
    if chance.random() < 0.2:
        work.say(
            c.OpenReview(race=race, reason="Contact in the last lap"),
            c.CallPenalty(
                race=race, competitor=across[-1], reason="Impeding", sanction="PEN", embargo=True
            ),
            c.CloseReview(race=race, outcome="Penalty"),
            c.AnnounceDecisions(race=race),
        )
    work.say(c.PublishResult(race=race), c.DeclareResultOfficial(race=race))


def _advance(
    work: _Season, distance: str, round_: Round, races: list[str]
) -> Iterator[tuple[Round, list[str]]]:
    """Yield who goes on to which round, two of each race by place."""
    rounds = RELAY_ROUNDS if "relay" in distance else ROUNDS
    targets = next(targets for each, _, targets in rounds if each == round_)
    for race in races:
        official = work.race(race).official
        assert official is not None
        placed = [row.competitor for row in official.rows if row.rank is not None]
        for target in targets:
            yield target.to, placed[2:] if target.rest else placed[:2]


def rows(events: int, seed: int = 500) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a log of so many events, in the order of COLUMNS."""
    once = season(seed)
    previous, position, number = chain.GENESIS, 0, 0
    while position < events:
        shift = _SEASON * number
        shift_ms = int(shift.total_seconds() * 1_000)
        begins = BEGINS + shift
        names = (f"season-{number:04}", f"cup-{number:03}")
        for each in once:
            if position == events:
                return
            position += 1
            at_ms = "" if each.at_ms is None else str(each.at_ms + shift_ms)
            data = _renamed(each.head, names) + at_ms + each.tail
            stream, moment = _renamed(each.stream, names), begins + each.offset
            moment_us = chain.microseconds(moment)
            previous = chain.link(
                previous,
                chain.canonical(
                    position=position,
                    stream=stream,
                    version=each.version,
                    type_=each.type,
                    occurred_us=moment_us,
                    recorded_us=moment_us,
                    official="Referee",
                    device="tablet-1",
                    device_seq=None,
                    causation=None,
                    data=data.encode(),
                ),
            )
            yield (
                position,
                stream,
                each.version,
                each.type,
                data,
                moment,
                moment,
                "Referee",
                "tablet-1",
                None,
                None,
                None,
                previous,
            )
        number += 1


def _renamed(text: str, names: tuple[str, str]) -> str:
    return text.replace(_SERIES, names[0]).replace("cup-000", names[1])


async def fill(connection: "asyncpg.Connection[asyncpg.Record]", events: int) -> int:
    """Copy a log of so many events into an empty database, and return how many it holds."""
    async with connection.transaction():
        batch: list[tuple[object, ...]] = []
        last: tuple[object, ...] = ()
        for last in rows(events):
            batch.append(last)
            if len(batch) == _COPIED:
                await connection.copy_records_to_table("events", records=batch, columns=COLUMNS)
                batch = []
        await connection.copy_records_to_table("events", records=batch, columns=COLUMNS)
        await connection.execute(
            "update log_head set position = $1, hash = $2, recorded_at = $3",
            last[COLUMNS.index("position")],
            last[COLUMNS.index("hash")],
            last[COLUMNS.index("recorded_at")],
        )
    await connection.execute("vacuum analyze events")
    return events


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
