"""Published results as the commands that officials would have sent."""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from tracker.conform import names
from tracker.conform.office import Office
from tracker.conform.published import (
    BadPublication,
    Line,
    Published,
    PublishedRace,
    gender_of,
    is_relay,
    metres_of,
    round_of,
)
from tracker.domain import commands as c
from tracker.domain.race import Race
from tracker.domain.ruleset import DistanceFormat, Ruleset
from tracker.domain.values import FinishTime, Gender, Round, Sanction, StarterRequest

_LAP_METRES = 111.12
UNNAMED = "ISU"
"""The NOC of a place that the file leaves out."""
_PENALTIES: dict[str, Sanction] = {
    "PEN": "PEN",
    "DQ": "PEN",
    "DSQ": "PEN",
    "YC": "YC",
    "RC": "RC",
    "YRC": "RC",
}
_FINALS: dict[str, Round] = {"ADA": "FINAL_A", "ADB": "FINAL_B", "ADC": "FINAL_C"}


class Entered(Struct):
    """A published race with its race here, and whose line each published line is."""

    published: PublishedRace
    round: Round
    race: str
    who: list[str]
    """The competitor of each line, in the order of the file."""


class Competition(Struct):
    """A publication that has been entered."""

    published: Published
    office: Office
    races: list[Entered]
    known: dict[str, tuple[str, str]]
    """Name and NOC by competitor; without the unnamed."""

    def race(self, entered: Entered) -> Race:
        """Return the race here."""
        return self.office.race(entered.race)

    def round(self, round_: Round) -> list[Race]:
        """Return the races of a round."""
        return [self.race(entered) for entered in self.races if entered.round == round_]


def enter(published: Published, ruleset: Ruleset) -> Competition:
    """Play a publication through commands: entries, start lists, finishes, decisions."""
    gender, relay = gender_of(published.event), is_relay(published.event)
    office = Office(_with_distance(ruleset, metres_of(published.event), gender, relay=relay))
    distance = "published/distance"
    opening: tuple[c.Command, ...] = (
        c.CreateCompetition(
            competition="published",
            name=published.competition[:120] or "published",
            city="-",
            country=UNNAMED,
            starts_on="2000-01-01",
            ends_on="2000-01-01",
        ),
        c.AdoptRuleset(competition="published", ruleset=office.ruleset),
        c.AddDistance(
            distance=distance,
            name=published.event[:120],
            gender=gender,
            metres=metres_of(published.event),
            relay=relay,
        ),
    )
    for command in opening:
        office.do(command)
    competition = Competition(published, office, [], {})
    numbers: Counter[Round] = Counter()
    for race in published.rounds:
        round_ = round_of(race.round)
        numbers[round_] += 1
        id_ = f"{distance}/{round_.lower().replace('_', '-')}-{numbers[round_]}"
        who = [_competitor(competition, line, gender, relay=relay) for line in race.results]
        if len(set(who)) != len(who):
            raise BadPublication(f"{race.label or race.round}: somebody stands there twice")
        entered = Entered(race, round_, id_, who)
        competition.races.append(entered)
        for command in _commands(entered, numbers[round_], gender, relay=relay):
            office.do(command)
    return competition


def _with_distance(ruleset: Ruleset, metres: int, gender: Gender, *, relay: bool) -> Ruleset:
    """Return a ruleset that has the distance: old programmes had others."""
    form = ruleset.format(metres, relay=relay)
    if form is not None and gender in form.genders:
        return ruleset
    rows = max(round(metres / _LAP_METRES), 1)
    added = DistanceFormat(metres, relay, rows, first_row_half=False, starters=4, genders=(gender,))
    others = tuple(d for d in ruleset.distances if d is not form)
    return replace(ruleset, distances=(added, *others))


def _competitor(competition: Competition, line: Line, gender: Gender, *, relay: bool) -> str:
    """Return whose line it is, entering them when they appear first."""
    known = competition.known
    exact = {k: v for k, v in known.items() if v[1] == line.noc}
    found = next(
        (k for k, (name, _) in exact.items() if relay or names.alike(name, line.name) == 1.0), None
    )
    if found is not None:
        return found
    noc = line.noc
    id_ = names.slug(line.name, noc) or f"line-{len(known)}"
    while id_ in known:
        id_ += "-x"
    known[id_] = (line.name, noc)
    competition.office.do(_entry(id_, line.name, noc, gender, relay=relay))
    return id_


def _entry(id_: str, name: str, noc: str, gender: Gender, *, relay: bool) -> c.Command:
    if relay:
        return c.EnterTeam(
            competition="published", team=id_, name=name, noc=noc, gender=gender, skaters=()
        )
    return c.EnterSkater(competition="published", skater=id_, name=name, noc=noc, gender=gender)


def _commands(entered: Entered, number: int, gender: Gender, *, relay: bool) -> Iterator[c.Command]:
    """Yield what officials send about one race, in their order."""
    race = entered.race
    lines = dict(zip(entered.who, entered.published.results, strict=True))
    groups, missing = _finish_groups(race, lines)
    for id_ in missing:
        yield _entry(id_, "not named in the file", UNNAMED, gender, relay=relay)
    yield c.ScheduleRace(
        race=race,
        round=entered.round,
        round_name=entered.published.label or entered.published.round,
        number=number,
    )
    yield c.PublishStartList(race=race, starters=_starters(lines, missing))
    for competitor, line in lines.items():
        if line.status == "DNS":
            yield c.RecordDidNotStart(race=race, competitor=competitor)
    yield c.StartRace(race=race)
    if groups:
        yield c.RecordFinishOrder(race=race, groups=groups)
    times = tuple(
        FinishTime(competitor, line.time_ms)
        for competitor, line in lines.items()
        if line.time_ms is not None
    )
    if times:
        yield c.RecordFinishTimes(race=race, times=times)
    yield c.EndRace(race=race)
    for competitor, line in lines.items():
        yield from _decisions(race, competitor, line)
    yield c.DeclareResultOfficial(race=race)


def _starters(lines: dict[str, Line], missing: list[str]) -> tuple[StarterRequest, ...]:
    """Return the start list: as published where that is whole, else in the order of the file."""
    everybody = [*lines, *missing]
    positions = [line.start_pos for line in lines.values()]
    whole = not missing and None not in positions and len(set(positions)) == len(positions)
    return tuple(
        StarterRequest(competitor, (positions[i] if whole else None) or i + 1)
        for i, competitor in enumerate(everybody)
    )


def _finish_groups(
    race: str, lines: dict[str, Line]
) -> tuple[tuple[tuple[str, ...], ...], list[str]]:
    """Return the finish order by published places, and ids for places the file leaves out."""
    by_rank: dict[int, list[str]] = {}
    for competitor, line in lines.items():
        if line.rank is not None and line.status is None and not line.no_time:
            by_rank.setdefault(line.rank, []).append(competitor)
    declared = Counter(
        line.rank for line in lines.values() if line.rank is not None and line.no_time
    )
    groups: list[tuple[str, ...]] = []
    missing: list[str] = []
    place = 1
    for rank in sorted({*by_rank, *declared}):
        while place < rank:
            id_ = f"unnamed-{names.slug(race.replace('/', ' '))}-{place}"[-60:].strip("-")
            missing.append(id_)
            groups.append((id_,))
            place += 1
        if rank in by_rank:
            groups.append(tuple(by_rank[rank]))
        place += len(by_rank.get(rank, ())) + declared.get(rank, 0)
    return tuple(groups), missing


def _decisions(race: str, competitor: str, line: Line) -> Iterator[c.Command]:
    """Yield what the referee says of one competitor."""
    if line.status in _PENALTIES:
        yield c.CallPenalty(
            race=race,
            competitor=competitor,
            reason="as published",
            sanction=_PENALTIES[line.status],
        )
    elif line.status == "DNF":
        yield c.RecordDidNotFinish(race=race, competitor=competitor)
    elif line.status == "WDR":
        yield c.RecordWithdrawal(race=race, competitor=competitor, reason="as published")
    elif line.status not in (None, "DNS"):
        raise BadPublication(f"{line.name}: status {line.status!r} is not known")
    elif line.no_time and line.rank is not None:
        yield c.DeclareFinished(race=race, competitor=competitor, place=line.rank)
    if line.qual in ("ADV", *_FINALS):
        yield c.GrantAdvancement(
            race=race,
            competitor=competitor,
            reason="as published",
            final=_FINALS.get(line.qual or ""),
        )
