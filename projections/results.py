"""Says what follows from the results of a distance: marks, whether it is final, its order."""

from collections.abc import Mapping
from itertools import compress
from operator import is_not
from typing import TypeAlias

from msgspec import Struct

from projections.kept import same
from projections.states import Scope, States
from projections.touches import Touch, races_between
from tracker.domain import classification, marks
from tracker.domain import events as e
from tracker.domain.classification import Classified
from tracker.domain.distance import Distance
from tracker.domain.marks import Marks
from tracker.domain.race import Race, ResultRow
from tracker.domain.result import sheet
from tracker.domain.ruleset import Ruleset
from tracker.domain.values import Round

_EMPTY = Distance()


class _Shown(Struct, frozen=True):
    """What the public sees of a race's result."""

    scheduled: e.RaceScheduled
    official: bool
    sheet: tuple[ResultRow, ...]


class _Marked(Struct, frozen=True):
    """The marks of a distance by round, with what they follow from."""

    tables: Mapping[str, e.ProgressionSet]
    names: dict[Round, tuple[str, ...]]
    shown: dict[str, _Shown | None]
    marks: dict[str, Marks]


class _Classified(Struct, frozen=True):
    """The classification of a distance, with what it follows from."""

    given: tuple[object, ...]
    rows: tuple[Classified, ...]


_Placed: TypeAlias = tuple[_Shown, tuple[classification.Placed, ...]]
"""The places in a race, with what they follow from."""
_Line: TypeAlias = tuple[classification.Ranked, Classified]
"""A line of a classification, with what it follows from."""


class _Lines(Struct, frozen=True):
    """The lines of a distance's classification by competitor, and the places in its races."""

    ruleset: Ruleset
    final: bool
    placed: dict[str, _Placed]
    lines: dict[str, _Line]
    last: dict[str, classification.Placed]
    """Everybody's last result, in the order of the races in which they started first."""


class Results(States):
    """What follows from results, worked out again only for the races that are others."""

    def _begin_to_remember(self) -> None:
        super()._begin_to_remember()
        self._named: dict[str, dict[Round, tuple[str, ...]]] = {}
        self._rounds: dict[tuple[str, Round], tuple[tuple[str, ...], frozenset[Scope]]] = {}
        """The races of rounds, as what is touched."""
        self._final: dict[str, tuple[Touch | None, bool]] = {}
        """Whether every race of a distance was official."""
        self._waiting: dict[str, str] = {}
        """A race of a distance that was not official when it was looked for last."""
        self._shown: dict[str, tuple[Touch | None, dict[str, _Shown | None]]] = {}
        """What the public sees of the results of a distance."""
        self._marked: dict[str, _Marked] = {}
        self._classified: dict[str, _Classified] = {}
        self._lines: dict[str, _Lines] = {}
        self._sheets: dict[str, tuple[Race, tuple[ResultRow, ...]]] = {}

    def forget(self) -> None:
        """Work everything out again: somebody has put in states that did not come by the log."""
        super().forget()
        for known in (
            self._named,
            self._rounds,
            self._final,
            self._waiting,
            self._shown,
            self._marked,
            self._classified,
            self._lines,
        ):
            known.clear()

    def names_in(self, distance: str) -> dict[Round, tuple[str, ...]]:
        """Return the races of a distance by round, by name, as far as they are not cancelled."""
        found = self._named.get(distance)
        if found is None:
            found = {}
            for race in self.races_in(distance):
                if race.scheduled is not None and not race.cancelled:
                    names = found.get(race.scheduled.round, ())
                    found[race.scheduled.round] = (*names, race.scheduled.race)
            self._named[distance] = found
        return found

    def marks_in(self, distance: str) -> dict[str, Marks]:
        """Return the marks of each round of a distance."""
        tables = self.distances.get(distance, _EMPTY).progressions
        names, shown = self.names_in(distance), self._shown_in(distance)
        known = self._marked.get(distance)
        rounds = None if known is None else _others(known, tables, names, shown)
        if known is None or rounds is None:
            found: dict[str, Marks] = {
                each: self._marks(distance, each, tables.get(each)) for each in names
            }
            if known is not None and known.marks.keys() == found.keys():
                before = known.marks
                if same((*before.values(),), (*found.values(),)):
                    found = before
        else:
            found = known.marks
            again: dict[str, Marks] = {
                each: self._marks(distance, each, tables.get(each)) for each in rounds
            }
            if any(each is not found[name] for name, each in again.items()):
                found = {**found, **again}
            elif shown is known.shown:
                return found
        self._marked[distance] = _Marked(tables, names, shown, found)
        return found

    def _marks(self, distance: str, round_: Round, table: e.ProgressionSet | None) -> Marks:
        """Return a round's marks: the same object as long as its results are the same."""
        names, shown = self.names_in(distance)[round_], self._shown_in(distance)
        results = [found for name in names if (found := shown.get(name)) is not None]
        official = {each.scheduled.race for each in results if each.official}
        complete = len(official) == len(names)

        def mark(*_: object) -> Marks:
            races = [self.races[each.scheduled.race].shown for each in results]
            if table is None:
                return marks.marks(races, None)
            sheets = (part for each in results for part in (each.scheduled, each.sheet))
            goers = self._kept(
                (f"going on from {round_}", distance),
                (table, *sheets),
                lambda *_: marks.going(races, table),
            )
            return marks.marked(goers, table, official=official, complete=complete)

        return self._kept((f"marks {round_}", distance), (table, complete, *results), mark)

    def _shown_in(self, distance: str) -> dict[str, _Shown | None]:
        """Return what is shown of each race's result; the same object while none is another."""
        touch = self.touch("distance", distance)
        known = self._shown.get(distance)
        if known is not None and touch is not None and known[0] is touch:
            return known[1]
        before = {} if known is None else known[1]
        races = None if known is None else races_between(known[0], touch)
        found = {
            race: self._result(race, before.get(race))
            for race in (self.races_of.get(distance, ()) if races is None else races)
        }
        if races is not None:
            others = [
                race for race in found if race not in before or found[race] is not before[race]
            ]
            found = {**before, **found} if others else before
        self._shown[distance] = (touch, found)
        return found

    def _result(self, name: str, before: _Shown | None) -> _Shown | None:
        """Return what is shown of a race's result, None while nothing is."""
        race = self.races[name].shown
        if race.scheduled is None or race.cancelled or not classification.counts(race):
            return None
        shown = _Shown(race.scheduled, race.official is not None, self.sheet(race))
        return before if before == shown else shown

    def shows_nothing(self, distance: str) -> bool:
        """Say whether no result of a distance is shown."""
        return not any(self._shown_in(distance).values())

    def marks_of(self, race: Race) -> Marks:
        """Return the marks of a race's competitors, as the public sees them."""
        scheduled = race.scheduled
        if scheduled is None:
            return {}
        if race.held is not None and scheduled.race in self._marks_held:
            return self._marks_held[scheduled.race]
        return self.marks_in(scheduled.distance).get(scheduled.round, {})

    def is_final(self, distance: str) -> bool:
        """Return whether every race of a distance is official."""
        if distance in self.settled:
            return True
        if self.waits(distance):
            return False
        touch = self.touch("distance", distance)
        known = self._final.get(distance)
        if known is None or touch is None or known[0] is not touch:
            races = self.races
            skated = [race for names in self.names_in(distance).values() for race in names]
            waiting = (race for race in reversed(skated) if races[race].shown.official is None)
            left = self._waiting[distance] = next(waiting, "")
            known = self._final[distance] = (touch, bool(skated) and not left)
        return known[1]

    def waits(self, distance: str, *, but: str = "") -> bool:
        """Say whether a race, and not a certain one, is known to keep a distance from its end."""
        name = self._waiting.get(distance)
        race = self.races.get(name) if name and name != but else None
        if race is None or race.shown.scheduled is None:
            return False
        shown = race.shown
        return shown.official is None and not shown.cancelled

    def classified(self, distance: str) -> tuple[Classified, ...]:
        """Return the classification of a distance."""
        if distance in self.settled:
            return self.settled[distance]
        ruleset = self.ruleset_of(distance.split("/", 1)[0])
        if ruleset is None:
            return ()
        shown, final = self._shown_in(distance), self.is_final(distance)
        names = self.races_of.get(distance, ())
        known, given = self._classified.get(distance), (ruleset, final, names, shown)
        if known is None or not same(known.given, given):
            known = _Classified(given, self._classify(distance, ruleset, final=final))
            self._classified[distance] = known
        return known.rows

    def last_results(self, distance: str) -> Mapping[str, classification.Placed]:
        """Return everybody's last result, in the order of the races in which they started first."""
        if not self.classified(distance):
            return {}
        return self._lines[distance].last

    def _classify(self, distance: str, ruleset: Ruleset, *, final: bool) -> tuple[Classified, ...]:
        """Return a classification: the same object as long as all results say the same."""
        shown = self._shown_in(distance)
        results = [
            found for name in self.races_of.get(distance, ()) if (found := shown[name]) is not None
        ]

        def classify(*_: object) -> tuple[Classified, ...]:
            known = self._lines.get(distance)
            if known is None or known.ruleset is not ruleset:
                known = _Lines(ruleset, final, {}, {}, {})
            placed = {each.scheduled.race: _placed(known, each) for each in results}
            races = [places for _, places in placed.values()]
            before = known.lines if known.final is final else {}
            lines: dict[str, _Line] = {}
            for ranked in classification.in_order(races, ruleset, final=final):
                competitor = ranked[0].row.competitor
                line = before.get(competitor)
                if line is None or line[0] != ranked:  # what is the same object is not looked into
                    line = (ranked, classification.line(ranked, ruleset, final=final))
                lines[competitor] = line
            names = dict.fromkeys(one.row.competitor for each in races for one in each)
            last = {competitor: lines[competitor][0][0] for competitor in names}
            self._lines[distance] = _Lines(ruleset, final, placed, lines, last)
            return tuple(line for _, line in lines.values())

        parts = (part for each in results for part in (each.scheduled, each.sheet))
        return self._kept(("classified", distance), (ruleset, final, *parts), classify)

    def sheet(self, race: Race) -> tuple[ResultRow, ...]:
        """Return a race's public result: the same object as long as it says the same."""
        assert race.scheduled is not None, "a race that was skated was scheduled"
        known = self._sheets.get(race.scheduled.race)
        if known is not None and known[0] is race:
            return known[1]
        rows = sheet(race)
        if known is not None and known[1] == rows:
            rows = known[1]
        self._sheets[race.scheduled.race] = (race, rows)
        return rows


def _others(
    known: _Marked,
    tables: Mapping[str, e.ProgressionSet],
    names: dict[Round, tuple[str, ...]],
    shown: dict[str, _Shown | None],
) -> set[Round] | None:
    """Return the rounds in which a result is another; None when anything may be."""
    before = known.shown
    if known.tables is not tables or known.names is not names or len(before) != len(shown):
        return None
    if shown is before:
        return set()
    races = compress(shown, map(is_not, shown.values(), map(before.get, shown)))
    results = (shown[race] or before[race] for race in races)
    return {each.scheduled.round for each in results if each is not None}


def _placed(known: _Lines, shown: _Shown) -> _Placed:
    """Return the places in a race: the same object as long as its result is the same one."""
    before = known.placed.get(shown.scheduled.race)
    if before is not None and before[0] is shown:
        return before
    return shown, classification.place(shown.scheduled, shown.sheet, known.ruleset)
