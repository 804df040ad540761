"""Why a competitor has a rank in a distance, a mark in a round, a total in a season."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from tracker.domain.classification import Classified, classify, is_final
from tracker.domain.events import PointsBroughtIn, ProgressionSet
from tracker.domain.explain import Explanation, Step, answer, place, stream
from tracker.domain.marks import is_complete, marks
from tracker.domain.progression import words
from tracker.domain.race import Race, ResultRow
from tracker.domain.result import STATUS_ORDER, sheet
from tracker.domain.ruleset import Ruleset
from tracker.domain.standings import TEAMS, Standing, counting

_NAMES = {
    "FINAL_A": "Final A",
    "FINAL_B": "Final B",
    "FINAL_C": "Final C",
    "RANKING_FINAL": "the ranking finals",
    "SF": "the semifinals",
    "QF": "the quarterfinals",
    "REP_SF": "the repechage semifinals",
    "REP_QF": "the repechage quarterfinals",
    "REP_HEAT": "the repechage heats",
    "HEAT": "the heats",
    "PRELIM": "the preliminaries",
    "PREPRELIM": "the pre-preliminaries",
}


def rank(races: Sequence[Race], ruleset: Ruleset, competitor: str) -> Explanation | None:
    """Explain a rank in the classification of a distance, or return None for who has none."""
    rows = classify(races, ruleset)
    row = next((row for row in rows if row.competitor == competitor), None)
    race = next((r for r in races if row and r.scheduled and r.scheduled.race == row.race), None)
    if row is None or race is None or race.scheduled is None:
        return None
    steps = (
        _last_race(row, race),
        *_better_rounds(rows, row),
        *_within(rows, row, ruleset),
        *_medal(row),
        *(() if is_final(races) else (Step("races are still to come: this may change"),)),
    )
    found = "unranked" if row.rank is None else str(row.rank)
    if row.status is not None:
        found += f" ({row.status})"
    return Explanation(
        f"Why is {row.name} {found} in the classification of {race.scheduled.name}?", found, steps
    )


def _last_race(row: Classified, race: Race) -> Step:
    facts = []
    if race.official is not None:
        facts.append((stream(race), race.official.version))
    sheet_row = next(each for each in sheet(race) if each.competitor == row.competitor)
    if sheet_row.penalty is not None:
        facts.insert(0, (stream(race), sheet_row.penalty.version))
    assert race.scheduled is not None, "a classified race is scheduled"
    return Step(
        f"went as far as {_NAMES.get(row.round, row.round)}: "
        f"{answer(sheet_row)} in {race.scheduled.round_name}",
        "the round reached counts before everything else",
        tuple(facts),
    )


def _better_rounds(rows: Sequence[Classified], row: Classified) -> Iterator[Step]:
    index = rows.index(row)
    ahead: dict[str, int] = {}
    for other in rows[:index]:
        if other.round != row.round:
            ahead[other.round] = ahead.get(other.round, 0) + 1
    if ahead:
        counted = ", ".join(f"{n} from {_NAMES.get(round_, round_)}" for round_, n in ahead.items())
        yield Step(f"ahead: {counted}", "round_order of the ruleset")


def _within(rows: Sequence[Classified], row: Classified, ruleset: Ruleset) -> Iterator[Step]:
    if row.status in {"YC", "RC"} and row.rank is None:
        yield Step(
            "a card costs the results of the distance: no rank, below everybody who has one",
            f"yellow_card = {ruleset.yellow_card}" if row.status == "YC" else "a red card",
        )
        return
    index = rows.index(row)
    same = [other for other in rows[:index] if other.round == row.round]
    by_place = [o for o in same if o.place is not None and o.place != row.place]
    by_time = [o for o in same if o.place is not None and o.place == row.place]
    if by_place:
        yield Step(f"{len(by_place)} of the same round ahead by place", "place before time")
    if by_time:
        whole = ruleset.classification_time == "best_of_distance"
        by = (
            "places in earlier rounds, then the best time" if whole else "the time of the last race"
        )
        yield Step(
            f"{len(by_time)} with the same place ahead by {by}",
            f"classification_time = {ruleset.classification_time}",
        )
    if row.status == "PEN" and row.round == "FINAL_A":
        after = ruleset.final_a_penalty == "after_final_b"
        yield Step(
            "penalised in Final A: " + ("ranks after Final B" if after else "last of Final A"),
            f"final_a_penalty = {ruleset.final_a_penalty}",
        )
    elif row.status in STATUS_ORDER:
        yield Step(
            f"{row.status}: after everybody of the round who has a place",
            "within a round: places, then DNF, then penalties, then DNS",
        )


def _medal(row: Classified) -> Iterator[Step]:
    if row.medal is not None:
        yield Step(f"{row.medal}", "the first three places among those without a penalty")


def mark(
    races: Sequence[Race], progression: ProgressionSet | None, version: int, competitor: str
) -> Explanation | None:
    """Explain where a competitor goes from a round, or that they do not.

    `version` is the event of the distance's stream that set the table; 0 without a table.
    """
    found = next(
        (
            (race, row)
            for race in races
            for row in sheet(race)
            if row.competitor == competitor and race.scheduled is not None
        ),
        None,
    )
    if found is None:
        return None
    race, row = found
    assert race.scheduled is not None, "found above"
    given = marks(races, progression).get(competitor)
    text = "does not go on" if given is None else (given.text or f"goes on to {given.to}")
    steps = list(_table(progression, version))
    explained = place(race, competitor)
    if explained is not None:
        steps.append(
            Step(
                f"{answer(row)} in {race.scheduled.round_name}",
                None,
                explained.steps[-1].facts,
            )
        )
    steps += _right(row, given.right if given else None, race)
    if given is not None and not given.certain:
        waiting = [r.scheduled.round_name for r in races if r.official is None and r.scheduled]
        steps.append(
            Step(
                f"provisional: {', '.join(waiting)} may still change it",
                "a place by time is certain when the whole round is official",
            )
        )
    elif not is_complete(races) and given is None:
        steps.append(Step("the round is not over: this may still change"))
    return Explanation(
        f"Where does {row.name} go on to from {race.scheduled.round_name} "
        f"of {race.scheduled.name}?",
        text,
        tuple(steps),
    )


def _table(progression: ProgressionSet | None, version: int) -> Iterator[Step]:
    if progression is None:
        yield Step("no table of progression is set: only the referee's advancement gives a mark")
    else:
        yield Step(
            f"the round's table: {words(progression.targets)}",
            "the competition's progression",
            ((f"distance-{progression.distance}", version),),
        )


def _right(row: ResultRow, right: str | None, race: Race) -> Iterator[Step]:
    sentences = {
        "place": ("by place", "the first of every race go on"),
        "time": (
            "by time, among those who do not go on by place",
            "places by time go to the best placed who are left, then to the fastest",
        ),
        "rest": ("with everybody who is left", "who started and was not penalised goes on"),
    }
    if right == "referee" and row.advancement is not None:
        yield Step(
            f"advanced by the referee: {row.advancement.reason}",
            "an advancement adds a skater and never displaces a place",
            ((stream(race), row.advancement.version),),
        )
    elif right in sentences:
        yield Step(*sentences[right])
    elif row.penalty is not None:
        yield Step(
            f"penalised for {row.penalty.reason}",
            "who is penalised does not go on",
            ((stream(race), row.penalty.version),),
        )
    else:
        yield Step("neither by place nor by time")


class Season(Struct, frozen=True):
    """What a total is made of."""

    standing: Standing
    table: str
    ruleset: Ruleset
    brought: Sequence[tuple[int, PointsBroughtIn]]
    """With the version of each in the series' stream."""
    sources: Mapping[str, tuple[tuple[str, int], ...]]
    """The events that made each distance's result, by distance."""
    series: str


def points(season: Season) -> Explanation:
    """Explain a total of the standings."""
    standing, ruleset = season.standing, season.ruleset
    steps = [
        Step(
            f"{each.points} brought into the season{_note(each)}",
            "points from before the log began, as stated",
            ((f"series-{season.series}", version),),
        )
        for version, each in season.brought
    ]
    for scored in standing.results:
        text = f"{scored.points} for rank {scored.rank} in {scored.distance}"
        if season.table == TEAMS:
            text = (
                f"{scored.points} of all skaters in {scored.distance}, the best rank {scored.rank}"
            )
        if not scored.counts:
            text += ", not counted"
        steps.append(Step(text, "points.by_rank", season.sources.get(scored.distance, ())))
    best = counting(ruleset, season.table)
    if best and len(standing.results) > best:
        overall = season.table in {"men", "women"}
        steps.append(
            Step(
                f"the best {best} of {len(standing.results)} results count",
                "overall.count_best" if overall else "overall.count_best_distance",
            )
        )
    if standing.bonus:
        steps.append(
            Step(
                f"{standing.bonus} for the best of a distance skated twice",
                "points.double_distance_bonus",
            )
        )
    steps.append(
        Step(
            f"{standing.points} in all: rank {standing.rank} of the table {season.table}",
            "tie_break = " + ", ".join(ruleset.overall.tie_break),
        )
    )
    return Explanation(
        f"Why does {standing.name} have {standing.points} points in {season.table}?",
        str(standing.points),
        tuple(steps),
    )


def _note(each: PointsBroughtIn) -> str:
    return f": {each.note}" if each.note else ""
