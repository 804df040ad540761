"""The weekend as scenes: which official sends which command, and when by the race clock."""

from collections.abc import Iterator

from msgspec import Struct

from tracker.demo.weekend import RECONSTRUCTED, Race, Weekend
from tracker.domain import commands as c
from tracker.domain.values import FinishTime, StarterRequest


class Official(Struct, frozen=True):
    """Who sends a command, and the device in their hands."""

    name: str
    device: str


SECRETARY = Official("Competition secretary", "office-laptop")
STEWARD = Official("Competitors steward", "heat-box-tablet")
STARTER = Official("Starter", "start-pistol")
LAP_RECORDER = Official("Lap recorder 1", "lap-tablet-1")
EXCHANGE_RECORDER = Official("Lap recorder 2", "lap-tablet-2")
PHOTO_FINISH = Official("Photo-finish judge", "finish-camera")
REFEREE = Official("Referee", "referee-headset")
CHIEF_REFEREE = Official("Chief referee", "chief-referee-tablet")

_START_LIST_MS = 4_000
_GUN_MS = 10_000
_REVIEW_OPENED_MS = 1_500
_RACE_ENDED_MS = 3_000
_FINISH_ORDER_MS = 5_000
_FINISH_TIMES_MS = 7_000
_PUBLISHED_MS = 3_000
_DECIDED_MS = 8_000
_ANNOUNCED_MS = 4_000
_OFFICIAL_MS = 6_000
_POINTS_MS = 1_000


class Step(Struct, frozen=True):
    """One command, at a moment of its scene."""

    at_ms: int
    official: Official
    command: c.Command


class Scene(Struct, frozen=True):
    """Steps that begin together; officials act side by side, each in their own order.

    The next scene begins when all steps are acknowledged and `lasts_ms` has passed.
    """

    title: str
    """What a person watching would say; empty for the work in between."""
    steps: tuple[Step, ...]
    from_gun: bool = False
    """Whether moments count from the last gun, not from the beginning of the scene."""
    lasts_ms: int = 0


def scenes(weekend: Weekend) -> Iterator[Scene]:
    """Yield the whole weekend, from the empty log to the last official result."""
    yield from _setup(weekend)
    for race in weekend.races:
        yield from _race(weekend, race)


def _setup(weekend: Weekend) -> Iterator[Scene]:
    """Yield what stands before the first race, each scene needing only the ones before it."""
    series, competition = weekend.series, weekend.competition
    yield _office(
        f"{weekend.name}: the programme",
        c.CreateSeries(
            series=series,
            name=weekend.series_name,
            season=weekend.season,
            ruleset=weekend.ruleset,
            source=weekend.source,
        ),
    )
    yield _office(
        "",
        c.CreateCompetition(
            competition=competition,
            name=weekend.name,
            city=weekend.city,
            country=weekend.country,
            starts_on=weekend.starts_on,
            ends_on=weekend.ends_on,
            series=series,
            source=weekend.source,
        ),
    )
    yield _office(
        "",
        c.AdoptRuleset(competition=competition, ruleset=weekend.ruleset, source=weekend.source),
    )
    yield _office("", *_entries(weekend))
    yield _office("", *_teams(weekend))
    yield _office("", *_distances(weekend))
    yield _office("", *_rounds(weekend))
    yield _office("", *_programme(weekend))
    yield _office("", *_points(weekend, None))


def _office(title: str, *commands: c.Command) -> Scene:
    return Scene(title, tuple(Step(0, SECRETARY, command) for command in commands))


def _entries(weekend: Weekend) -> Iterator[c.Command]:
    """Yield each skater, and apart from it a helmet number, whose source is often another."""
    for skater in weekend.skaters:
        yield c.EnterSkater(
            competition=weekend.competition,
            skater=skater.id,
            name=skater.name,
            family_name=skater.family_name,
            noc=skater.noc,
            gender=skater.gender,
            source=skater.source,
        )
        if skater.helmet_number is not None:
            yield c.AssignHelmetNumber(
                competition=weekend.competition,
                skater=skater.id,
                helmet_number=skater.helmet_number,
                source=skater.helmet_source,
            )


def _teams(weekend: Weekend) -> Iterator[c.Command]:
    for team in weekend.teams:
        yield c.EnterTeam(
            competition=weekend.competition,
            team=team.id,
            name=team.name,
            noc=team.noc,
            gender=team.gender,
            skaters=team.skaters,
            source=team.source,
        )


def _distances(weekend: Weekend) -> Iterator[c.Command]:
    for order, distance in enumerate(weekend.distances, start=1):
        yield c.AddDistance(
            distance=distance.id,
            name=distance.name,
            gender=distance.gender,
            metres=distance.metres,
            relay=distance.relay,
            number=distance.number,
            order=order,
            source=distance.source,
        )


def _rounds(weekend: Weekend) -> Iterator[c.Command]:
    for race in weekend.races:
        yield c.AddRound(
            distance=race.distance,
            round=race.round,
            name=race.round_name,
            source=weekend.distance(race.distance).source,
        )


def _programme(weekend: Weekend) -> Iterator[c.Command]:
    for race in weekend.races:
        yield c.ScheduleRace(
            race=race.race,
            round=race.round,
            round_name=race.round_name,
            scheduled_at_ms=int(race.scheduled_at.timestamp()) * 1_000,
            order=race.order,
            source=RECONSTRUCTED,
        )


def _points(weekend: Weekend, after: str | None) -> Iterator[c.Command]:
    for points in weekend.points:
        if points.after == after:
            yield c.BringPoints(
                series=weekend.series,
                table=points.table,
                competitor=points.competitor,
                name=points.name,
                noc=points.noc,
                points=points.points,
                competition=weekend.competition,
                note=points.note,
                source=points.source,
            )


def _race(weekend: Weekend, race: Race) -> Iterator[Scene]:
    name = f"{weekend.distance(race.distance).name}, {race.round_name}"
    yield Scene("", (Step(_START_LIST_MS, STEWARD, _start_list(race)),))
    gun = c.StartRace(race=race.race, source=RECONSTRUCTED)
    yield Scene(f"{name}: the gun", (Step(_GUN_MS, STARTER, gun),))
    yield Scene("", tuple(_on_the_ice(weekend, race)), from_gun=True, lasts_ms=_duration_ms(race))
    review = race.review
    title = "" if review is None else f"{name}: under review"
    yield Scene(title, tuple(_finish(race)))
    if review is None:
        published = c.PublishResult(race=race.race, source=RECONSTRUCTED)
        yield Scene("", (Step(_PUBLISHED_MS, REFEREE, published),))
    if race.penalties:
        yield Scene("", tuple(Step(_DECIDED_MS, REFEREE, call) for call in _penalties(race)))
        announced = c.AnnounceDecisions(race=race.race, source=RECONSTRUCTED)
        yield Scene(
            f"{name}: a penalty is announced", (Step(_ANNOUNCED_MS, CHIEF_REFEREE, announced),)
        )
    official = c.DeclareResultOfficial(race=race.race, source=RECONSTRUCTED)
    yield Scene(f"{name}: official", (Step(_OFFICIAL_MS, CHIEF_REFEREE, official),))
    brought = tuple(Step(_POINTS_MS, SECRETARY, each) for each in _points(weekend, race.race))
    if brought:
        yield Scene("", brought)


def _start_list(race: Race) -> c.PublishStartList:
    starters = tuple(
        StarterRequest(each.competitor, each.start_position, each.line_up) for each in race.starters
    )
    return c.PublishStartList(race=race.race, starters=starters, source=race.start_list_source)


def _duration_ms(race: Race) -> int:
    """Return how long the race keeps the ice: to the last crossing known, or the last time."""
    crossings = [crossed[-1] for crossed in race.crossings_ms.values()]
    times = [time for times in race.times for time in times.time_ms.values()]
    falls = [fall.at_ms for fall in race.falls]
    return max(crossings + times + falls)


def _on_the_ice(weekend: Weekend, race: Race) -> Iterator[Step]:
    yield from _laps(weekend, race)
    for fall in race.falls:
        fell = c.RecordFall(
            race=race.race, competitor=fall.competitor, lap=fall.lap, source=fall.source
        )
        yield Step(fall.at_ms, REFEREE, fell)
        if fall.up_at_ms is not None:
            up = c.RecordGettingUp(race=race.race, competitor=fall.competitor, source=RECONSTRUCTED)
            yield Step(fall.up_at_ms, REFEREE, up)
    for exchanges in race.exchanges:
        for leg in exchanges.legs:
            exchanged = c.RecordExchange(
                race=race.race,
                competitor=exchanges.competitor,
                skater=leg.skater,
                source=RECONSTRUCTED,
            )
            yield Step(leg.at_ms, EXCHANGE_RECORDER, exchanged)


def _laps(weekend: Weekend, race: Race) -> Iterator[Step]:
    """Yield each crossing as the lap recorder calls it: by helmet, a team by start position."""
    if not race.crossings_ms:
        return
    helmets = {skater.id: skater.helmet_number for skater in weekend.skaters}
    positions = {each.competitor: each.start_position for each in race.starters}
    relay = weekend.distance(race.distance).relay
    for competitor, crossed in race.crossings_ms.items():
        stated = race.stated_time(competitor)
        # The remark on a source belongs to the finish time alone.
        finish_source = stated[1].partition(";")[0] if stated is not None else RECONSTRUCTED
        for row, elapsed_ms in enumerate(crossed, start=1):
            crossing = c.RecordCrossing(
                race=race.race,
                helmet_number=None if relay else helmets[competitor],
                start_position=positions[competitor] if relay else None,
                elapsed_ms=elapsed_ms,
                source=finish_source if row == len(crossed) else RECONSTRUCTED,
            )
            yield Step(elapsed_ms, LAP_RECORDER, crossing)
    bell_ms = min(crossed[-2] for crossed in race.crossings_ms.values())
    yield Step(bell_ms, LAP_RECORDER, c.RingBell(race=race.race, source=RECONSTRUCTED))


def _finish(race: Race) -> Iterator[Step]:
    if race.review is not None:
        review = c.OpenReview(
            race=race.race,
            reason=race.review.reason,
            competitors=race.review.competitors,
            source=race.review.source,
        )
        yield Step(_REVIEW_OPENED_MS, REFEREE, review)
    yield Step(_RACE_ENDED_MS, REFEREE, c.EndRace(race=race.race, source=RECONSTRUCTED))
    order = c.RecordFinishOrder(
        race=race.race,
        groups=tuple((competitor,) for competitor in race.finish_order),
        source=race.finish_order_source,
    )
    yield Step(_FINISH_ORDER_MS, PHOTO_FINISH, order)
    for times in race.times:
        read = c.RecordFinishTimes(
            race=race.race,
            times=tuple(FinishTime(who, time_ms) for who, time_ms in times.time_ms.items()),
            source=times.source,
        )
        yield Step(_FINISH_TIMES_MS, PHOTO_FINISH, read)


def _penalties(race: Race) -> Iterator[c.CallPenalty]:
    """Yield each penalty under embargo: nobody sees it before it is announced."""
    for penalty in race.penalties:
        yield c.CallPenalty(
            race=race.race,
            competitor=penalty.competitor,
            reason=penalty.reason,
            zone=penalty.zone,
            lap=penalty.lap,
            victim=penalty.victim,
            embargo=True,
            source=penalty.source,
        )
