"""A race day in memory: commands in, events out, through the real deciders."""

from collections.abc import Iterable

from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain import decider
from tracker.domain import events as e
from tracker.domain.competition import Competition
from tracker.domain.context import Context
from tracker.domain.distance import Distance
from tracker.domain.race import Race
from tracker.domain.values import StarterRequest

START_MS = 1_707_661_867_000


class RaceDay:
    """Streams folded by the deciders, and every event in the order it was decided."""

    def __init__(self) -> None:
        self.states: dict[str, decider.State] = {}
        self.log: list[tuple[str, int, e.Event]] = []
        self.now_ms = START_MS
        self.device = ""

    def state(self, stream: str) -> decider.State:
        """Return what a stream has come to."""
        return self.states.get(stream) or decider.initial(stream)

    def race(self, race: str) -> Race:
        """Return a race as it stands."""
        state = self.state(f"race-{race}")
        assert isinstance(state, Race)
        return state

    def when(self, command: c.Command, *, after_ms: int = 1000) -> tuple[e.Event, ...]:
        """Decide a command, fold what follows, and return it."""
        self.now_ms += after_ms
        stream = decider.stream_of(command)
        events = decider.decide(command, self.state(stream), self.context(command))
        for event in events:
            self.append(stream, event)
        return events

    def given(self, *commands: c.Command) -> "RaceDay":
        """Decide several commands."""
        for command in commands:
            self.when(command)
        return self

    def append(self, stream: str, event: e.Event) -> None:
        """Fold one event as the log would hold it."""
        version = self.state(stream).version + 1
        self.states[stream] = decider.evolve(self.state(stream), version, event)
        self.log.append((stream, version, event))

    def versions(self, race: str, kind: type[e.Event]) -> list[int]:
        """Return the versions of a race's events of one kind."""
        return [v for s, v, event in self.log if s == f"race-{race}" and isinstance(event, kind)]

    def context(self, command: c.Command) -> Context:
        """Return what the command handler would look up."""
        states = [self.state(stream) for stream in decider.needs(command)]
        named = decider.ruleset_named(command)
        return Context(
            now_ms=self.now_ms,
            official="lap recorder",
            device=self.device,
            ruleset=rulesets.load(named) if named else decider.ruleset_given(command),
            competition=next((s for s in states if isinstance(s, Competition)), None),
            distance=next((s for s in states if isinstance(s, Distance)), None),
        )


SKATERS = (
    ("ann-one", "Ann One", "CAN", 1),
    ("bea-two", "Bea Two", "KOR", 2),
    ("cia-three", "Cia Three", "NED", 3),
    ("dee-four", "Dee Four", "POL", 4),
    ("eva-five", "Eva Five", "KAZ", 5),
)
RACE = "cup/women-500/final-a"


def competition(*, ruleset: str = "isu-2023-24") -> RaceDay:
    """Return a competition in a series, with five skaters and a 500 m."""
    day = RaceDay()
    day.given(
        c.CreateSeries(series="season", name="Season", season="2023/24", ruleset=ruleset),
        c.CreateCompetition(
            competition="cup",
            name="Cup",
            city="Dresden",
            country="GER",
            starts_on="2024-02-09",
            ends_on="2024-02-11",
            series="season",
        ),
        c.AdoptRuleset(competition="cup", ruleset=ruleset),
    )
    for skater, name, noc, number in SKATERS:
        day.when(
            c.EnterSkater(
                competition="cup",
                skater=skater,
                name=name,
                noc=noc,
                gender="women",
                helmet_number=number,
            )
        )
    return add_distance(day, "women-500", 500)


def add_distance(
    day: RaceDay, name: str, metres: int, *, number: int | None = None, order: int = 0
) -> RaceDay:
    """Put an individual women's distance on the programme."""
    return day.given(
        c.AddDistance(
            distance=f"cup/{name}",
            name=f"Women {metres} m",
            gender="women",
            metres=metres,
            number=number,
            order=order,
        )
    )


def scheduled(
    day: RaceDay, race: str = RACE, *, final: str = "FINAL_A", starters: int = 4
) -> RaceDay:
    """Schedule a race and publish its start list, in the order of SKATERS."""
    return day.given(
        c.ScheduleRace(race=race, round=final, round_name=final.replace("_", " ").title()),
        c.PublishStartList(
            race=race,
            starters=tuple(StarterRequest(s[0], i) for i, s in enumerate(SKATERS[:starters], 1)),
        ),
    )


def skated(
    day: RaceDay,
    order: Iterable[str],
    race: str = RACE,
    *,
    winner_ms: int = 42_000,
    gap_ms: int = 100,
) -> RaceDay:
    """Skate a race in one order from gun to tape, and end it."""
    order = list(order)
    rows = day.race(race).lap_rows
    day.given(c.StartRace(race=race))
    for row in range(1, rows + 1):
        for i, competitor in enumerate(order):
            elapsed = winner_ms * row // rows + i * gap_ms
            day.when(c.RecordCrossing(race=race, competitor=competitor, elapsed_ms=elapsed))
    return day.given(c.EndRace(race=race))
