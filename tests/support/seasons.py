"""Seasons in memory: distances skated through the deciders, classified and added up."""

from collections.abc import Sequence

from msgspec.structs import replace

from tests.support.race_day import RaceDay
from tracker import rulesets
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain.classification import Classified, classify
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.ruleset import Ruleset
from tracker.domain.standings import Standing, tables
from tracker.domain.values import Gender, Round, StarterRequest

Group = str | tuple[str, ...]
"""Who crosses the line: one, or several in a dead heat."""


class Season:
    """Distances added and skated one after another, and points brought in between."""

    def __init__(self, ruleset: Ruleset | str) -> None:
        self.ruleset = rulesets.load(ruleset) if isinstance(ruleset, str) else ruleset
        self.day = RaceDay()
        self.distances: list[tuple[e.DistanceAdded, tuple[Classified, ...]]] = []
        self.brought: list[e.PointsBroughtIn] = []

    def skate(
        self,
        distance: str,
        *finals: Sequence[Group],
        penalties: Sequence[str] = (),
        number: int | None = None,
    ) -> tuple[Classified, ...]:
        """Skate `competition/gender-metres[-n]`, its Final A first, and classify it.

        A competitor is a slug that ends in its NOC, such as `ann-can`; metres with an `r` are a
        relay's.
        """
        competition, name = distance.split("/")
        self._open(competition)
        gender: Gender = "women" if name.startswith("women") else "men"
        metres = name.split("-")[1]
        relay = metres.endswith("r")
        self.day.when(
            c.AddDistance(
                distance=distance,
                name=name,
                gender=gender,
                metres=int(metres.rstrip("r")),
                relay=relay,
                number=number,
            )
        )
        rounds: tuple[Round, ...] = ("FINAL_A", "FINAL_B")
        for round_, groups in zip(rounds, finals, strict=False):
            starters = tuple(who for group in groups for who in _whole(group))
            self._enter(competition, starters, gender, relay=relay)
            self._race(f"{distance}/{round_[-1].lower()}", round_, groups, penalties)
        races = [self.day.race(f"{distance}/{r[-1].lower()}") for r in rounds[: len(finals)]]
        rows = classify(races, self.ruleset)
        state = self.day.state(f"distance-{distance}")
        assert isinstance(state, Distance)
        assert state.added is not None
        self.distances.append((state.added, rows))
        return rows

    def bring(self, table: str, competitor: str, points: int) -> None:
        """Bring in points that were won outside the log."""
        self.brought.append(
            e.PointsBroughtIn(
                series="season",
                table=table,
                competitor=competitor,
                name=competitor,
                noc=competitor[-3:].upper(),
                points=points,
                competition=None,
                note="",
            )
        )

    def table(self, name: str) -> tuple[Standing, ...]:
        """Return a table as it stands now."""
        return tables(self.ruleset, self.distances, self.brought).get(name, ())

    def points(self, name: str) -> dict[str, int]:
        """Return a table's points by competitor, best first."""
        return {row.competitor: row.points for row in self.table(name)}

    def _open(self, competition: str) -> None:
        state = self.day.state(f"competition-{competition}")
        assert isinstance(state, Competition)
        if state.created is None:
            self.day.given(
                c.CreateCompetition(
                    competition=competition,
                    name=competition,
                    city="-",
                    country="ISU",
                    starts_on="2024-01-01",
                    ends_on="2024-01-01",
                ),
                c.AdoptRuleset(competition=competition, ruleset=self.ruleset),
            )

    def _race(
        self,
        race: str,
        round_: Round,
        groups: Sequence[Group],
        penalties: Sequence[str],
    ) -> None:
        whole = tuple(_whole(group) for group in groups)
        starters = [who for group in whole for who in group]
        self.day.given(
            c.ScheduleRace(race=race, round=round_, round_name=round_),
            c.PublishStartList(
                race=race,
                starters=tuple(StarterRequest(who, i) for i, who in enumerate(starters, 1)),
            ),
            c.StartRace(race=race),
            c.RecordFinishOrder(race=race, groups=whole),
            c.EndRace(race=race),
            *(
                c.CallPenalty(race=race, competitor=who, reason="Impeding")
                for who in penalties
                if who in starters
            ),
            c.DeclareResultOfficial(race=race),
        )

    def _enter(
        self, competition: str, starters: Sequence[str], gender: Gender, *, relay: bool
    ) -> None:
        state = self.day.state(f"competition-{competition}")
        assert isinstance(state, Competition)
        for who in starters:
            noc = who[-3:].upper()
            if relay and who not in state.teams:
                self.day.when(
                    c.EnterTeam(
                        competition=competition,
                        team=who,
                        name=noc,
                        noc=noc,
                        gender=gender,
                        skaters=(),
                    )
                )
            elif not relay and who not in state.skaters:
                self.day.when(
                    c.EnterSkater(
                        competition=competition, skater=who, name=who, noc=noc, gender=gender
                    )
                )


def _whole(group: Group) -> tuple[str, ...]:
    return (group,) if isinstance(group, str) else group


def with_overall(ruleset: Ruleset, **changes: object) -> Ruleset:
    """Return a ruleset with other ways of counting."""
    return replace(ruleset, overall=replace(ruleset.overall, **changes))
