"""Proposed start lists and helmet numbers: from rankings and results to who starts where."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from projections.projection import Document, Row
from tracker.domain.competition import Competition
from tracker.domain.distance import Distance
from tracker.domain.draw import FIRST_ROW, Place, Positions, Seeded, draw
from tracker.domain.events import SkaterEntered, TeamEntered
from tracker.domain.values import Round
from tracker.errors import NotFound

_LAST = 10_000
"""Sorts whoever has no rank after every rank."""
_NO_TIME = 2**40
_BY_RANKING, _BY_RESULT = 0, 1


class Lots(Struct, frozen=True):
    """What the competitors' steward may ask for."""

    seed: str
    separate_nocs: bool | None
    """None: in the rounds in which the ruleset says so."""
    positions: Positions


class Entered(Struct, frozen=True):
    """Somebody who is to start in a round, with where they come from."""

    seeded: Seeded
    came_from: str | None
    """The race they went on from; None for who is seeded by the ranking."""
    certain: bool


Ranking = Mapping[str, int]
"""Rank by competitor, as a table of standings has it."""


class Basis(Struct, frozen=True):
    """What a draw is computed from, all at one position of the log."""

    distance: Distance
    competition: Competition
    rounds: Document
    ranking: Ranking


def proposal(basis: Basis, round_: Round, lots: Lots) -> Document:
    """Return the start lists of a round as they would be drawn.

    A first round is drawn from the entries by ranking, a later one from those who go on, by place,
    then time; whoever the referee advanced comes last, whoever had a bye first. Raises NotFound
    when the round has no races yet.
    """
    rounds = basis.rounds
    row = rounds.entries.get(round_)
    races: list[Row] = row["races"] if row is not None else []
    if not races:
        name = rounds.header["distance"]
        raise NotFound(f"{name} has no races of round {round_}: schedule them first")
    feeding = [
        key
        for key in rounds.order
        if any(target["to"] == round_ for target in rounds.entries[key]["targets"])
    ]
    if feeding:
        entered = _going_on(basis, round_, feeding)
    else:
        byes = row["byes"] if row is not None else 0
        entered = _by_ranking(basis)[byes:]
    apart, first_row = _rules(basis, round_)
    if lots.separate_nocs is not None:
        apart = lots.separate_nocs
    drawn = draw(
        [each.seeded for each in entered],
        len(races),
        seed=lots.seed,
        separate_nocs=apart,
        positions=lots.positions,
        first_row=first_row,
    )
    known = {each.seeded.competitor: each for each in entered}
    computed_from = [
        {"race": race["race"], "revision": race["revision"]}
        for key in feeding
        for race in rounds.entries[key]["races"]
    ]
    return Document(
        {
            "distance": rounds.header["distance"],
            "round": round_,
            "seed": lots.seed,
            "separate_nocs": apart,
            "positions": lots.positions,
            "certain": all(each.certain for each in entered)
            and all(rounds.entries[key]["complete"] for key in feeding),
            "computed_from": computed_from,
        },
        {
            race["race"]: {
                "name": race["name"],
                "starters": [_starter(p, known[p.competitor], basis.competition) for p in places],
                "drawn": {
                    "seed": lots.seed,
                    "computed_from": computed_from,
                    "proposed": [place.competitor for place in places],
                },
            }
            for race, places in zip(races, drawn, strict=True)
        },
        tuple(race["race"] for race in races),
    )


def _rules(basis: Basis, round_: Round) -> tuple[bool, int]:
    """Return whether NOCs are kept apart in a round, and how many start in the first row."""
    ruleset, added = basis.competition.ruleset, basis.distance.added
    if ruleset is None or added is None:
        return False, FIRST_ROW
    form = ruleset.format(added.metres, relay=added.relay)
    return round_ in ruleset.separate_nocs, form.first_row if form is not None else FIRST_ROW


def helmet_numbers(competition: Competition, gender: str, ranking: Ranking) -> Document:
    """Return a helmet number for every skater of a gender: by ranking, then by NOC and name.

    Who leads the ranking wears number 1.
    """
    skaters = [
        each
        for key, each in competition.skaters.items()
        if each.gender == gender and key not in competition.withdrawn
    ]
    skaters.sort(key=lambda s: (ranking.get(s.skater, _LAST), s.noc, s.name))
    return Document(
        {"competition": skaters[0].competition if skaters else "", "gender": gender},
        {
            skater.skater: {
                "name": skater.name,
                "noc": skater.noc,
                "rank": ranking.get(skater.skater),
                "helmet": skater.helmet_number,
                "proposed": number,
            }
            for number, skater in enumerate(skaters, 1)
        },
        tuple(skater.skater for skater in skaters),
    )


def _entries(basis: Basis) -> list[SkaterEntered | TeamEntered]:
    """Return who is entered for a distance."""
    added, competition = basis.distance.added, basis.competition
    if added is None:
        return []
    entries: list[SkaterEntered | TeamEntered] = []
    entries += competition.teams.values() if added.relay else competition.skaters.values()
    return [
        each
        for each in entries
        if each.gender == added.gender
        and _id(each) not in competition.withdrawn
        and (not each.distances or added.distance in each.distances)
    ]


def _id(entry: SkaterEntered | TeamEntered) -> str:
    return entry.skater if isinstance(entry, SkaterEntered) else entry.team


def _rank(entry: SkaterEntered | TeamEntered, ranking: Ranking) -> int:
    """Return a competitor's rank in a table; relay tables are by NOC."""
    key = entry.skater if isinstance(entry, SkaterEntered) else entry.noc
    return ranking.get(key, _LAST)


def _by_ranking(basis: Basis) -> list[Entered]:
    """Return everybody who is entered, best ranked first."""
    ranking = basis.ranking
    entries = sorted(_entries(basis), key=lambda each: (_rank(each, ranking), _id(each)))
    return [
        Entered(
            Seeded(_id(each), each.noc, (_BY_RANKING, _rank(each, ranking))),
            came_from=None,
            certain=True,
        )
        for each in entries
    ]


def _going_on(basis: Basis, round_: Round, feeding: Sequence[str]) -> list[Entered]:
    """Return who goes on to a round, and who skipped the one before it."""
    found: list[Entered] = []
    for order, key in enumerate(sorted(feeding, key=lambda k: k.startswith("REP_"))):
        row = basis.rounds.entries[key]
        if row["byes"] and row["targets"][0]["to"] == round_:
            found += _by_ranking(basis)[: row["byes"]]
        for competitor, mark in row["marks"].items():
            if mark["to"] != round_ or competitor in basis.competition.withdrawn:
                continue
            by_referee = mark["right"] == "referee"
            rank = mark["rank"] if mark["rank"] is not None else _LAST
            time_ms = mark["time_ms"] if mark["time_ms"] is not None else _NO_TIME
            found.append(
                Entered(
                    Seeded(competitor, mark["noc"], (_BY_RESULT, by_referee, order, rank, time_ms)),
                    came_from=mark["race"],
                    certain=mark["certain"],
                )
            )
    return found


def _starter(place: Place, entered: Entered, competition: Competition) -> Row:
    entry = competition.entered(place.competitor)
    return {
        "competitor": place.competitor,
        "name": entry.name if entry else place.competitor,
        "noc": entered.seeded.noc,
        "helmet": entry.helmet_number if entry else None,
        "start_position": place.start_position,
        "row": place.row,
        "seeding": place.seeding,
        "came_from": entered.came_from,
        "certain": entered.certain,
    }
