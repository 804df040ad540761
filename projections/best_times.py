"""Best times: what stands at a competition and what waits for an official; a season's bests."""

from collections.abc import Iterable, Mapping
from itertools import islice
from operator import is_
from typing import Any, ClassVar, Literal, TypeAlias

from msgspec import Struct

from projections import rendered
from projections.book import Book, Scope
from projections.kept import KEPT
from projections.projection import Document, Row, all_but
from projections.rendered import Rendered
from tracker.domain import best_times
from tracker.domain import events as e
from tracker.domain.best_times import Best, Confirmable, Own, Proposal, Skated, Standing, Void
from tracker.domain.race import Race
from tracker.domain.values import BestTimeKind, ConfirmedKind

MARKS: dict[BestTimeKind, str] = {
    "world": "WR",
    "championship": "CR",
    "track": "TR",
    "season": "SB",
    "personal": "PB",
}
"""How result sheets abbreviate a best time."""
_Beaten: TypeAlias = Mapping[str, tuple[Literal["season", "personal"], ...]]
_Mark: TypeAlias = tuple[Best, ConfirmedKind, bool]
"""A time, what it is the best of, and whether that was confirmed."""
_Marks: TypeAlias = dict[str | None, tuple[_Mark, ...]]
"""By race."""
_Marked: TypeAlias = tuple[tuple[_Mark, ...], _Beaten]
"""What a race had in best times: those to be confirmed, and those that beat a known one."""
_NOTHING: _Beaten = {}
_IN_A_RACE = (
    e.ResultDeclaredOfficial,
    e.ResultCorrected,
    e.LapsMiscounted,
    e.BestTimeConfirmed,
    e.FactRetracted,
    e.FactAmended,
)
"""Facts of a race that may change best times, once its result is official."""
_OF_A_PROGRAMME = (e.CompetitionCreated, e.SeriesCreated, e.DistanceAdded, e.BestTimeStated)
"""Facts of a programme that begin tables, or say what stood."""


class _Races(Struct, frozen=True):
    """What the races of a competition had in best times, with what it follows from."""

    marks: _Marks
    beaten: Mapping[str, _Beaten]
    rendered: Rendered[_Marked]

    @property
    def document(self) -> Document:
        """Return it as it was rendered."""
        return self.rendered.document


def scope_of(series: str, table: str = "") -> str:
    """Return the scope of a season's bests over one distance; without it, of what there is."""
    return f"{series}:{table}"


def races_of(competition: str) -> str:
    """Return the scope of what each race of a competition had in best times."""
    return f"{competition}/races"


def of_race(book: Book, race: Race) -> dict[str, list[Row]]:
    """Return the best times of one race by competitor, as they stand beside its result.

    A season or personal best is one that beat a known one. A proposal is not confirmed.
    """
    if race.scheduled is None:
        return {}
    competition, name = race.scheduled.competition, race.scheduled.race
    beaten = book.own_bests().beaten.get(competition, {}).get(name, _NOTHING)
    return _marked((_marks(book.confirmable(competition)).get(name, ()), beaten))


def tables_of(book: Book, series: str) -> tuple[str, ...]:
    """Return the distances of a series by name, such as `men-500`, and those stated for it."""
    distances = book.distances_in(f"series {series}")
    names = {each.added.code for each in distances if each.added is not None}
    for competition in book.competitions_of.get(series, ()):
        names |= {table for kind, table, _ in book.stated(competition) if kind == "season"}
    return tuple(sorted(names))


class BestTimesProjection:
    """One document for each competition, one of its races, one for each distance of each series.

    The first result of a race changes the bests of its own competition and season alone; whatever
    changes an earlier result may change all that came after it.
    """

    name: ClassVar[str] = "best-times"
    version: ClassVar[int] = 1
    ignored: ClassVar[tuple[type[e.Event], ...]] = all_but(*_OF_A_PROGRAMME, *_IN_A_RACE)
    reads_notes: ClassVar[bool] = False
    of_a_competition: ClassVar[bool] = False

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}
        """What was rendered last, by scope: Rendered, or what the races had."""

    def scopes(self, event: e.Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the competitions and tables whose best times an event may have changed."""
        found = self._changed(event, touched, book)
        return (*found, *(races_of(scope) for scope in found if ":" not in scope))

    def _changed(self, event: e.Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        match event:
            case e.CompetitionCreated():
                return (event.competition,)
            case e.SeriesCreated() | e.DistanceAdded():
                return _of_series(book, event.series)
            case e.BestTimeStated():
                found = _touched(book, touched)
                if event.kind not in best_times.OWN_KINDS:
                    return found
                official = book.official_names(event.competition)
                return (*found, *_since(book, official[0])) if official else found
            case _ if not isinstance(event, _IN_A_RACE):
                return ()
        race = book.races[event.race]
        if race.official is None or race.scheduled is None:
            return ()
        if isinstance(event, e.ResultDeclaredOfficial):
            table, series = best_times.skated(race).table, race.scheduled.series
            own = () if series is None else (scope_of(series, table),)
            return (race.scheduled.competition, *own)
        if isinstance(event, e.BestTimeConfirmed):
            return (race.scheduled.competition,)
        return _since(book, event.race)

    def render(self, book: Book, scope: str) -> Document | None:
        """Return a competition's best times, its races', or a season's over one distance."""
        known = self._known.pop(scope, None)
        competition, slash, _ = scope.partition("/")
        series, colon, table = scope.partition(":")
        if slash:
            known = _races(book, competition, known)
        elif colon:
            known = _season(book, series, table, known)
        else:
            known = _competition(book, scope, known)
        if known is None:
            return None
        self._known[scope] = known
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        document: Document = known.document
        return document


def ranked(document: Document) -> Document:
    """Return a season's bests, fastest first; they are kept in the order they were set."""

    def best_first(key: str) -> tuple[int, str]:
        return (document.entries[key]["time_ms"], document.entries[key]["name"])

    entries: dict[str, Row] = {}
    before: Row | None = None
    for place, key in enumerate(sorted(document.order, key=best_first), start=1):
        row = document.entries[key]
        tied = before is not None and before["time_ms"] == row["time_ms"]
        rank = before["rank"] if before is not None and tied else place
        before = entries[key] = {"rank": rank, **row}
    return Document(document.header, entries, tuple(entries))


# --- scopes ------------------------------------------------------------------------------------


def _touched(book: Book, touched: Iterable[Scope]) -> tuple[str, ...]:
    """Return the scopes of the competitions and series that an event touched."""
    found: list[str] = []
    for kind, name in sorted(touched):
        if kind == "competition":
            found.append(name)
        elif kind == "series":
            found += _of_series(book, name)
    return tuple(found)


def _of_series(book: Book, series: str | None) -> tuple[str, ...]:
    """Return every scope of a series."""
    if series is None:
        return ()
    return tuple(scope_of(series, table) for table in ("", *tables_of(book, series)))


def _since(book: Book, race: str) -> tuple[str, ...]:
    """Return the scopes that a race's official result may have changed with all later ones."""
    series = book.series_of(race.split("/", 1)[0])
    tables = (scope for each in series for scope in _of_series(book, each))
    return (*book.official_since(race), *tables)


# --- documents ---------------------------------------------------------------------------------


def _competition(
    book: Book, competition: str, known: Rendered[Standing | Own] | None
) -> Rendered[Standing | Own] | None:
    state = book.competitions.get(competition)
    if state is None or state.created is None:
        return None
    found = book.confirmable(competition)
    values: dict[str, Standing | Own] = {
        f"{each.kind}/{each.skated.table}": each for each in found.standing
    }
    values |= best_times.stated_own(state.best_times)
    values |= book.own_bests().left.get(competition, {})
    header = {
        "competition": competition,
        "name": state.created.name,
        "proposals": [_proposal(each) for each in found.proposals],
        "void": [_void(each) for each in found.void],
    }
    return rendered.render(known, header, values, _row)


def _row(each: Standing | Own) -> Row:
    return _standing(each) if isinstance(each, Standing) else _own(each)


def _races(book: Book, competition: str, known: _Races | None) -> _Races | None:
    state = book.competitions.get(competition)
    if state is None or state.created is None:
        return None
    marks = _marks(book.confirmable(competition))
    beaten = book.own_bests().beaten.get(competition, {})
    before = None if known is None else known.rendered
    if known is not None and known.marks == marks and _goes_on(beaten, known.beaten):
        new = islice(beaten.items(), len(known.beaten), None)
        more = {race: (marks.get(race, ()), own) for race, own in new if any(own.values())}
        values = {**known.rendered.values, **more} if more else known.rendered.values
    else:
        values = _values(book.official_names(competition), marks, beaten, before)
    found = rendered.render(before, {"competition": competition}, values, _marked)
    return _Races(marks, beaten, found)


def _goes_on(now: Mapping[str, _Beaten], before: Mapping[str, _Beaten]) -> bool:
    """Say whether there is all that was there before, and maybe more."""
    return all(map(is_, map(now.get, before), before.values()))


def _values(
    races: Iterable[str],
    marks: _Marks,
    beaten: Mapping[str, _Beaten],
    known: Rendered[_Marked] | None,
) -> dict[str, _Marked]:
    """Return what there is to be told of races, in their order."""
    before = {} if known is None else known.values
    values: dict[str, _Marked] = {}
    for race in races:
        own, found = beaten.get(race, _NOTHING), marks.get(race, ())
        value = before.get(race)
        if value is not None and value[1] is own and value[0] == found:
            values[race] = value
        elif found or any(own.values()):
            values[race] = (found, own)
    return values


def _marks(found: Confirmable) -> _Marks:
    """Return the times that were confirmed and those that wait to be, by race."""
    marks: _Marks = {}
    for kind, best in found.held:
        marks[best.race] = (*marks.get(best.race, ()), (best, kind, True))
    for each in found.proposals:
        race = each.best.race
        marks[race] = (*marks.get(race, ()), (each.best, each.kind, False))
    return marks


def _marked(value: _Marked) -> dict[str, list[Row]]:
    """Return what each competitor of a race had in best times."""
    marks, beaten = value
    row: dict[str, list[Row]] = {}
    for best, kind, confirmed in marks:
        row.setdefault(best.competitor or "", []).append(_mark(kind, confirmed=confirmed))
    for competitor, kinds in beaten.items():
        for own in kinds:
            row.setdefault(competitor, []).append(_mark(own, confirmed=True))
    return row


def _own(own: Own) -> Row:
    return {**_head(own.kind, own.skated), **_best(own.best), "beats": _beaten(own.before)}


def _mark(kind: BestTimeKind, *, confirmed: bool) -> Row:
    return {"best": MARKS[kind], "confirmed": confirmed}


def _season(
    book: Book, series: str, table: str, known: Rendered[Best] | None
) -> Rendered[Best] | None:
    state = book.series.get(series)
    tables = tables_of(book, series)
    if state is None or state.created is None or (table and table not in tables):
        return None
    bests: dict[str, Best] = {}
    for competition in book.competitions_of.get(series, ()):
        for kind, about, holder in (stated := book.stated(competition)):
            best = best_times.of_statement(stated[kind, about, holder])[1]
            if (kind, about) == ("season", table):
                bests[holder] = min(best, bests.get(holder, best), key=lambda each: each.time_ms)
    season = best_times.season_of("", series)
    skated = book.own_bests().season.get((season, table), {})
    for holder, best in skated.items() if bests else ():
        bests[holder] = min(best, bests.get(holder, best), key=lambda each: each.time_ms)
    header = {
        "series": series,
        "name": state.created.name,
        "season": state.created.season,
        "table": table,
        "tables": list(tables),
    }
    return rendered.render(known, header, bests or skated, _best)


def _head(kind: BestTimeKind, skated: Skated) -> Row:
    return {
        "kind": kind,
        "best": MARKS[kind],
        "table": skated.table,
        "gender": skated.gender,
        "metres": skated.metres,
        "relay": skated.relay,
    }


def _best(best: Best) -> Row:
    return {
        "holder": best.holder or None,
        "name": best.name,
        "noc": best.noc,
        "time_ms": best.time_ms,
        "race": best.race,
        "set_on": best.set_on,
        "set_at": best.set_at,
    }


def _beaten(best: Best | None) -> Row | None:
    return None if best is None else _best(best)


def _standing(each: Standing) -> Row:
    return {
        **_head(each.kind, each.skated),
        **_best(each.best),
        "beats": _beaten(each.before),
        "equalled_by": [_best(best) for best in each.equalled_by],
    }


def _proposal(each: Proposal) -> Row:
    return {
        **_head(each.kind, each.skated),
        "race": each.best.race,
        "competitor": each.best.competitor,
        "name": each.best.name,
        "noc": each.best.noc,
        "time_ms": each.best.time_ms,
        "beats": _best(each.beats),
        "by_ms": each.beats.time_ms - each.best.time_ms,
    }


def _void(each: Void) -> Row:
    return {
        **_head(each.kind, each.skated),
        "race": each.race,
        "version": each.version,
        "competitor": each.competitor,
        "time_ms": each.time_ms,
        "why": each.why,
    }
