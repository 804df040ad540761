"""Best times in tests: statements, official results, and a second competition of the season."""

from tests.support.race_day import SKATERS, RaceDay, scheduled, skated
from tracker.domain import commands as c
from tracker.domain.values import BestTimeKind, FinishTime, StarterRequest

ANN, BEA, CIA, DEE, EVA = (skater[0] for skater in SKATERS)
FOUR = (ANN, BEA, CIA, DEE)


def stated(
    kind: BestTimeKind,
    time_ms: int,
    *,
    skater: str | None = None,
    competition: str = "cup",
    metres: int = 500,
    name: str = "Old Champion",
    noc: str = "CAN",
) -> c.StateBestTime:
    """Return the statement of a best time of the women."""
    return c.StateBestTime(
        competition=competition,
        kind=kind,
        gender="women",
        metres=metres,
        skater=skater,
        name=name,
        noc=noc,
        time_ms=time_ms,
    )


def race_id(number: int, *, competition: str = "cup") -> str:
    """Return the id of a heat."""
    return f"{competition}/women-500/heat-{number}"


def ended(
    day: RaceDay, race: str, *, winner_ms: int = 42_000, order: tuple[str, ...] = FOUR
) -> RaceDay:
    """Skate a race whose times are measured at the line, a tenth apart, and publish its result."""
    skated(scheduled(day, race, final="HEAT"), order, race, winner_ms=winner_ms)
    return day.given(c.PublishResult(race=race))


def official(
    day: RaceDay, race: str, *, winner_ms: int = 42_000, order: tuple[str, ...] = FOUR
) -> RaceDay:
    """Skate a race and make its result official."""
    return ended(day, race, winner_ms=winner_ms, order=order).given(
        c.DeclareResultOfficial(race=race)
    )


def confirm(race: str, competitor: str, time_ms: int, kind: str = "track") -> c.ConfirmBestTime:
    """Return the confirmation of a time."""
    return c.ConfirmBestTime(race=race, competitor=competitor, kind=kind, time_ms=time_ms)  # type: ignore[arg-type]  # tests name the kind in plain text


def read(race: str, times: dict[str, int | None], source: str | None = None) -> c.RecordFinishTimes:
    """Return times that the photo-finish judge read."""
    return c.RecordFinishTimes(
        race=race, times=tuple(FinishTime(k, t) for k, t in times.items()), source=source
    )


def another(day: RaceDay, name: str = "open", *, series: str | None = "season") -> RaceDay:
    """Set up a second competition with the same skaters and a 500 m."""
    day.given(
        c.CreateCompetition(
            competition=name,
            name=name.title(),
            city="Gdansk",
            country="POL",
            starts_on="2024-02-16",
            ends_on="2024-02-18",
            series=series,
        ),
        c.AdoptRuleset(competition=name, ruleset="isu-2023-24"),
    )
    for skater, full_name, noc, _ in SKATERS:
        day.when(
            c.EnterSkater(competition=name, skater=skater, name=full_name, noc=noc, gender="women")
        )
    return day.given(
        c.AddDistance(distance=f"{name}/women-500", name="Women 500 m", gender="women", metres=500)
    )


def relay(day: RaceDay, race: str = "cup/women-3000-relay/final-a") -> RaceDay:
    """Have two relay teams skate 3000 m, 4:10.000 and 4:11.000, and make that official."""
    day.given(
        c.AddDistance(
            distance=race.rpartition("/")[0],
            name="Women 3000 m relay",
            gender="women",
            metres=3000,
            relay=True,
        ),
        c.ScheduleRace(race=race, round="FINAL_A", round_name="Final A"),
    )
    for noc in ("CAN", "KOR"):
        skaters = tuple(f"{noc.lower()}-{n}" for n in range(4))
        for skater in skaters:
            day.when(
                c.EnterSkater(
                    competition="cup", skater=skater, name=skater, noc=noc, gender="women"
                )
            )
        day.when(
            c.EnterTeam(
                competition="cup",
                team=f"team-{noc.lower()}",
                name=f"{noc} team",
                noc=noc,
                gender="women",
                skaters=skaters,
            )
        )
    teams = ("team-can", "team-kor")
    day.given(
        c.PublishStartList(
            race=race,
            starters=tuple(
                StarterRequest(team, i, tuple(f"{team[5:]}-{n}" for n in range(4)))
                for i, team in enumerate(teams, 1)
            ),
        ),
        c.StartRace(race=race),
        read(race, {"team-can": 250_000, "team-kor": 251_000}),
        c.EndRace(race=race),
        c.DeclareResultOfficial(race=race),
    )
    return day
