"""Says what adds up over several races: best times of a competition, tables of a series."""

from typing import Any

from projections.results import Results
from tracker.domain import best_times, standings
from tracker.domain import events as e
from tracker.domain.classification import Classified
from tracker.domain.race import Race
from tracker.domain.ruleset import Ruleset
from tracker.domain.standings import Standing


class Totals(Results):
    """Best times and standings, worked out again only when they may be others."""

    def confirmable(self, competition: str) -> best_times.Confirmable:
        """Return the world, championship and track best times of a competition."""

        def confirmable(stated: best_times.Stated, *races: Race) -> best_times.Confirmable:
            before = self._remembered.get(("best times", competition))
            found = best_times.confirmable(races, stated)
            return before.value if before is not None and before.value == found else found

        return self._of(
            ("competition", competition),
            "best times",
            lambda: (self.stated(competition), *self.official_in(competition)),
            confirmable,
        )

    def standings(self, series: str) -> dict[str, tuple[Standing, ...]]:
        """Return the tables of a series in which somebody stands."""
        state = self.series.get(series)
        if state is None or state.created is None:
            return {}
        created, brought_in = state.created, state.brought_in

        def final() -> tuple[object, ...]:
            return (
                created,
                brought_in,
                *(
                    part
                    for each in self.distances_in(f"series {series}")
                    if each.added is not None and self.is_final(each.added.distance)
                    for part in (each.added, self.classified(each.added.distance))
                ),
            )

        def add_up(*given: Any) -> dict[str, tuple[Standing, ...]]:
            ruleset, pairs = created.ruleset, list(zip(given[2::2], given[3::2], strict=True))
            counted: dict[str, list[tuple[e.DistanceAdded, tuple[Classified, ...]]]] = {
                each.table: [] for each in brought_in
            }
            for pair in pairs:
                for name in standings.tables_of(ruleset, pair[0]):
                    counted.setdefault(name, []).append(pair)
            found = {
                name: self._table(series, name, (ruleset, brought_in), counted[name])
                for name in sorted(counted)
            }
            return {name: table for name, table in found.items() if table}

        return self._of(("series", series), "standings", final, add_up)

    def _table(
        self,
        series: str,
        name: str,
        given: tuple[Ruleset, tuple[e.PointsBroughtIn, ...]],
        pairs: list[tuple[e.DistanceAdded, tuple[Classified, ...]]],
    ) -> tuple[Standing, ...]:
        """Return one table of a series: the same object while what counts in it is the same."""

        def add_up(*_: object) -> tuple[Standing, ...]:
            known = self._remembered.get((f"table {name}", series))
            found = standings.tables(given[0], pairs, given[1], name).get(name, ())
            return known.value if known is not None and known.value == found else found

        inputs = (*given, *(part for pair in pairs for part in pair))
        return self._kept((f"table {name}", series), inputs, add_up)
