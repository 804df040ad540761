"""Published results as the commands that officials would have sent."""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from tracker.conform.finish import finish
from tracker.conform.office import Office
from tracker.conform.published import (
    BadPublication,
    Line,
    Problem,
    Published,
    PublishedRace,
    gender_of,
    is_relay,
    metres_of,
    round_of,
    stage_of,
)
from tracker.conform.roster import roster
from tracker.domain import commands as c
from tracker.domain import noc as nocs
from tracker.domain.race import Race
from tracker.domain.ruleset import DistanceFormat, Ruleset
from tracker.domain.values import FinishTime, Gender, Round, Sanction, StarterRequest
from tracker.errors import TrackerError

_LAP_METRES = 111.12
_UNNAMED = "ISU"
"""The NOC of a place that the file leaves out, and of a nation that is none."""
_ANY_METRES = 1000
"""Where the event names none: nothing that is compared depends on the distance."""
_MOST_STARTERS = 20
_PENALTIES: dict[str, Sanction] = {"PEN": "PEN", "YC": "YC", "RC": "RC"}
_FINALS: dict[str, Round] = {
    "ADA": "FINAL_A",
    "ADB": "FINAL_B",
    "ADC": "FINAL_C",
    "ADD": "RANKING_FINAL",
}
_LOWER: dict[Round, Round] = {"HEAT": "PRELIM", "PRELIM": "PREPRELIM"}


class Entered(Struct):
    """A published race with its race here, and whose line each published line is."""

    published: PublishedRace
    round: Round
    stage: str
    race: str
    lines: dict[str, Line]
    """By competitor, in the order of the file."""


class Competition(Struct):
    """A publication that has been entered."""

    published: Published
    office: Office
    races: list[Entered]
    known: dict[str, tuple[str, str]]
    """Name and NOC by competitor; without the unnamed."""
    notes: list[str]
    """What the file does not state and was taken for granted."""
    problems: list[Problem]

    def race(self, entered: Entered) -> Race:
        """Return the race here."""
        return self.office.race(entered.race)

    def stage(self, stage: str) -> list[Entered]:
        """Return the races of a round, as the publication has its rounds."""
        return [entered for entered in self.races if entered.stage == stage]


def enter(published: Published, ruleset: Ruleset) -> Competition:
    """Play a publication through commands: entries, start lists, finishes, decisions."""
    gender, relay = gender_of(published.event), is_relay(published.event)
    notes: list[str] = []
    try:
        metres = metres_of(published.event)
    except BadPublication as error:
        metres = _ANY_METRES
        notes.append(error.message)
    office = Office(_with_distance(ruleset, metres, gender, relay=relay))
    distance = "published/distance"
    for command in _opening(published, office, metres, gender, relay=relay):
        office.do(command)
    found = roster(published, relay=relay)
    known = {person.key: (person.name, person.noc) for person in found.people}
    competition = Competition(
        published, office, [], known, notes + found.notes, published.problems + found.problems
    )
    for key, (name, noc) in known.items():
        if noc not in nocs.CODES:
            notes = competition.notes
            notes.append(f"{noc or 'no NOC'} ({name}) is no IOC code: entered without a nation")
        office.do(_entry(key, name, noc, gender, relay=relay))
    appears = {person.key: person.stages for person in found.people}
    lowered = {"EIGHTH", "HEAT"} <= {stage_of(race.round) for race in published.rounds}
    numbers: Counter[str] = Counter()
    for i, race in enumerate(published.rounds):
        round_, stage = round_of(race.round), stage_of(race.round)
        if lowered and stage != "EIGHTH":
            round_ = _LOWER.get(round_, round_)
        numbers[round_] += 1
        id_ = f"{distance}/{round_.lower().replace('_', '-')}-{numbers[round_]}"
        lines = {
            found.who[i, j]: line for j, line in enumerate(race.results) if (i, j) in found.who
        }
        entered = Entered(race, round_, stage, id_, lines)
        try:
            number = race.race if race.race in range(1, 100) else numbers[round_]
            for command in _commands(competition, entered, number, gender, appears):
                office.do(command)
        except TrackerError as error:
            competition.problems.append(Problem(race.place or race.words, error.message))
        else:
            competition.races.append(entered)
    return competition


def _opening(
    published: Published, office: Office, metres: int, gender: Gender, *, relay: bool
) -> tuple[c.Command, ...]:
    return (
        c.CreateCompetition(
            competition="published",
            name=published.competition[:120] or "published",
            city="-",
            country=_UNNAMED,
            starts_on="2000-01-01",
            ends_on="2000-01-01",
        ),
        c.AdoptRuleset(competition="published", ruleset=office.ruleset),
        c.AddDistance(
            distance="published/distance",
            name=published.event[:120] or "published",
            gender=gender,
            metres=metres,
            relay=relay,
        ),
    )


def _with_distance(ruleset: Ruleset, metres: int, gender: Gender, *, relay: bool) -> Ruleset:
    """Return a ruleset that has the distance: old programmes had others."""
    form = ruleset.format(metres, relay=relay)
    if form is not None and gender in form.genders:
        return ruleset
    rows = min(max(round(metres / _LAP_METRES), 1), 200)
    added = DistanceFormat(metres, relay, rows, first_row_half=False, starters=4, genders=(gender,))
    others = tuple(d for d in ruleset.distances if d is not form)
    return replace(ruleset, distances=(added, *others))


def _entry(id_: str, name: str, noc: str, gender: Gender, *, relay: bool) -> c.Command:
    code = noc if noc in nocs.CODES else _UNNAMED
    name = name[:120]
    if relay:
        return c.EnterTeam(
            competition="published", team=id_, name=name, noc=code, gender=gender, skaters=()
        )
    return c.EnterSkater(competition="published", skater=id_, name=name, noc=code, gender=gender)


def _commands(
    competition: Competition,
    entered: Entered,
    number: int,
    gender: Gender,
    appears: dict[str, set[str]],
) -> Iterator[c.Command]:
    """Yield what officials send about one race, in their order."""
    race, lines = entered.race, entered.lines
    published, relay = entered.published, is_relay(competition.published.event)
    finished = finish(race, lines)
    competition.notes += [f"{published.words}: {note}" for note in finished.notes]
    if not lines and not finished.unnamed:
        competition.notes.append(f"{published.words}: nobody stands there")
    starters = [*lines, *finished.unnamed]
    if len(starters) > _MOST_STARTERS:
        raise BadPublication(f"{len(starters)} starters are more than a race can have")
    for id_ in finished.unnamed:
        yield _entry(id_, "not named in the file", _UNNAMED, gender, relay=relay)
    yield c.ScheduleRace(
        race=race, round=entered.round, round_name=published.words[:120], number=number
    )
    if not starters:
        return
    yield c.PublishStartList(race=race, starters=_starters(lines, finished.unnamed))
    for competitor, line in lines.items():
        if line.status == "DNS":
            yield c.RecordDidNotStart(race=race, competitor=competitor)
    yield c.StartRace(race=race)
    if finished.groups:
        yield c.RecordFinishOrder(race=race, groups=finished.groups)
    times = tuple(
        FinishTime(competitor, line.time_ms)
        for competitor, line in lines.items()
        if line.time_ms is not None and line.status is None and not line.no_time
    )
    if times:
        yield c.RecordFinishTimes(race=race, times=times)
    yield c.EndRace(race=race)
    for competitor, line in lines.items():
        stages = appears[competitor] if entered.round == "SF" else set()
        yield from _decisions(race, competitor, line, stages, finished.declared)
    yield c.DeclareResultOfficial(race=race)


def _starters(lines: dict[str, Line], missing: list[str]) -> tuple[StarterRequest, ...]:
    """Return the start list: as published where that is whole, else in the order of the file."""
    everybody = [*lines, *missing]
    positions = [line.start_pos for line in lines.values()]
    sound = all(at is not None and 1 <= at <= _MOST_STARTERS for at in positions)
    whole = not missing and sound and len(set(positions)) == len(positions)
    return tuple(
        StarterRequest(competitor, (positions[i] if whole else None) or i + 1)
        for i, competitor in enumerate(everybody)
    )


def _decisions(
    race: str, competitor: str, line: Line, stages: set[str], declared: dict[str, int]
) -> Iterator[c.Command]:
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
    elif competitor in declared:
        yield c.DeclareFinished(race=race, competitor=competitor, place=declared[competitor])
    if line.qual in ("ADV", *_FINALS):
        yield c.GrantAdvancement(
            race=race,
            competitor=competitor,
            reason="as published",
            final=_FINALS.get(line.qual) or _final_started_in(stages),
        )


def _final_started_in(stages: set[str]) -> Round | None:
    """Return the lower final that somebody advanced without a letter starts in."""
    lower: tuple[Round, ...] = ("FINAL_B", "FINAL_C")
    return next((final for final in lower if final in stages and "FINAL_A" not in stages), None)
