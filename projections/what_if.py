"""What would have been different, down to the season, had races gone on other facts."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from projections.book import Book
from projections.classification import read_classified
from projections.differences import Difference, between_books
from projections.projection import Row
from projections.read_models import ReadModels
from tracker.domain import events as e
from tracker.domain import standings
from tracker.domain.commands import RaceCommand
from tracker.domain.competition import Competition
from tracker.domain.context import Context
from tracker.domain.ruleset import Ruleset
from tracker.domain.series import Series
from tracker.domain.what_if import BadWhatIf, Changes, Facts, Move, named, supposed
from tracker.errors import NotFound
from tracker.log.codec import decode

MOST_DISTANCES = 6
"""Distances in one question: each has all its races read."""


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody supposes of one race; events by position, or by a word."""

    race: str
    drop: tuple[int | str, ...] = ()
    change: dict[str, dict[str, Any]] = {}
    move: tuple[tuple[int | str, int | str], ...] = ()
    """Which event would have come before which."""
    add: tuple[RaceCommand, ...] = ()
    """Commands about the race, as officials send them."""


_FactsOf: TypeAlias = dict[str, tuple[Mapping[int, int], Facts]]
"""By race: the version at each position, and the events."""


class WhatIf:
    """Answers from the streams that are touched, and from the stored read models for the rest."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models

    async def ask(
        self,
        asked: Sequence[Asked],
        ruleset: Ruleset | None,
        *,
        as_of: int,
        against: Sequence[Asked] = (),
        public: bool = True,
    ) -> list[Difference]:
        """Return what would have been different, as of a position; nothing is written.

        It is compared with what is, or with what is supposed `against` it. The races may be of
        several distances, of several competitions too. The public asks about what it knows: an
        event under embargo is not there, so no question can bring it out.

        Raises BadWhatIf, NotFound, and the Refusal of a command that could not have been decided.
        """
        for side in (asked, against):
            _once(side)
        distances = tuple(dict.fromkeys(_distance_of(each.race) for each in (*asked, *against)))
        if len(distances) > MOST_DISTANCES:
            raise BadWhatIf(f"{len(distances)} distances in one question: at most {MOST_DISTANCES}")
        before, facts = await self._book(distances, as_of)
        known = _known if public else _unheld
        facts = {race: known(before, race, *found) for race, found in facts.items()}
        after = before.copy()
        if ruleset is not None:
            for competition in map(_competition_of, distances):
                state = after.competitions[competition]
                after.competitions[competition] = replace(state, ruleset=ruleset)
        _suppose(after, asked, facts)
        _suppose(before, against, facts)
        found: list[Difference] = []
        for document in between_books(before, after, distances):
            found += document
            await _turn()
        return found

    async def _book(self, distances: Sequence[str], as_of: int) -> tuple[Book, _FactsOf]:
        """Return a book of some distances, and each race's facts with versions by position."""
        book = Book()
        facts: _FactsOf = {}
        for competition in dict.fromkeys(map(_competition_of, distances)):
            state = await self._models.state(f"competition-{competition}", as_of=as_of)
            assert isinstance(state, Competition), "a competition's stream folds into one"
            book.competitions[competition] = state
        for distance in distances:
            facts |= await self._fold(book, distance, as_of)
        await self._beside(book, distances, as_of)
        return book, facts

    async def _fold(self, book: Book, distance: str, as_of: int) -> _FactsOf:
        """Fold a distance and its races into a book; return the races' facts."""
        rounds = await self._models.read("rounds", distance, as_of=as_of)
        names = [each["race"] for row in rounds.entries.values() for each in row["races"]]
        streams = [f"distance-{distance}", *(f"race-{name}" for name in names)]
        recorded = await self._models.streams(streams, as_of=as_of)
        for stream in streams:
            for each in recorded[stream]:
                book.fold(each)
            await _turn()
        return {
            name: (
                {each.position: each.version for each in recorded[f"race-{name}"]},
                [(each.version, decode(each)) for each in recorded[f"race-{name}"]],  # type: ignore[misc]  # a race's stream holds facts of a race
            )
            for name in names
        }

    async def _beside(self, book: Book, distances: Sequence[str], as_of: int) -> None:
        """Put in the settled results that stand in a medal table or a season's beside these."""
        all_added = [added for each in distances if (added := book.distances[each].added)]
        owners = {added.competition for added in all_added}
        rulesets: dict[str, Ruleset] = {}
        for series in dict.fromkeys(each.series for each in all_added if each.series is not None):
            state = await self._models.state(f"series-{series}", as_of=as_of)
            assert isinstance(state, Series), "a series' stream folds into one"
            book.series[series] = state
            if state.created is not None:
                rulesets[series] = state.created.ruleset
        programmes = (await self._models.headers("programme", as_of=as_of)).entries
        others: list[str] = []
        for competition, header in programmes.items():
            official = [each for each in header["distances"] if each["official"]]
            ruleset = rulesets.get(header["series"])
            if competition in owners:
                others += [each["id"] for each in official]
            elif ruleset is not None:
                among = [each for each in all_added if each.series == header["series"]]
                others += [
                    each["id"]
                    for each in official
                    if any(_may_share_a_table(each, added, ruleset) for added in among)
                ]
                book.competitions[competition] = Competition(created=_created(header))
        others = [each for each in others if each not in distances]
        streams = await self._models.streams([f"distance-{each}" for each in others], as_of=as_of)
        stored = await self._models.read_many("classification", others, as_of=as_of)
        for other in others:
            for each in streams[f"distance-{other}"]:
                book.fold(each)
            book.settled[other] = read_classified(stored[other])
            await _turn()
        book.position = as_of


async def _turn() -> None:
    """Let others of the process have their turn: viewers of a race are not kept waiting."""
    await asyncio.sleep(0)


def _distance_of(race: str) -> str:
    return race.rsplit("/", 1)[0]


def _competition_of(distance: str) -> str:
    return distance.split("/", 1)[0]


def _once(asked: Sequence[Asked]) -> None:
    """Refuse a question in which one race stands twice: the second would not know of the first."""
    races = [each.race for each in asked]
    for race in races:
        if races.count(race) > 1:
            raise BadWhatIf(f"{race} stands {races.count(race)} times in the question: ask once")


def _may_share_a_table(each: Row, added: e.DistanceAdded, ruleset: Ruleset) -> bool:
    """Say whether a distance as a programme has it may count in a table beside another one."""
    one, other = (each["gender"], each["relay"]), (added.gender, added.relay)
    return standings.may_share_a_table(ruleset, one, other)


def _created(header: Row) -> e.CompetitionCreated:
    return e.CompetitionCreated(
        competition=header["competition"],
        name=header["name"],
        city=header["city"],
        country=header["country"],
        starts_on=header["starts_on"],
        ends_on=header["ends_on"],
        series=header["series"],
    )


def _known(
    book: Book, race: str, positions: Mapping[int, int], facts: Facts
) -> tuple[Mapping[int, int], Facts]:
    """Return a race's facts without those that the public may not read of yet."""
    hidden = {note.version for note in book.notes.get(race, ()) if note.public_at is None}
    held = book.races[race].held
    if held is not None:
        hidden |= {version for version, _ in facts if version >= held.version}
    return _without(hidden, positions, facts)


def _unheld(
    book: Book, race: str, positions: Mapping[int, int], facts: Facts
) -> tuple[Mapping[int, int], Facts]:
    """Return a race's facts as if its board were not held now: officials ask how it stands."""
    held = book.races[race].held
    if held is None:
        return positions, facts
    book.races[race] = replace(book.races[race], held=None)
    return _without({held.version}, positions, facts)


def _without(
    hidden: Collection[int], positions: Mapping[int, int], facts: Facts
) -> tuple[Mapping[int, int], Facts]:
    return (
        {position: version for position, version in positions.items() if version not in hidden},
        [(version, event) for version, event in facts if version not in hidden],
    )


def _suppose(book: Book, asked: Sequence[Asked], facts: _FactsOf) -> None:
    """Put races in a book as they would have been."""
    for each in asked:
        if each.race not in facts:
            raise NotFound(f"no race {each.race} was on the programme at that position")
        positions, own = facts[each.race]
        distance = _distance_of(each.race)
        context = Context(
            now_ms=_last_moment(own),
            competition=book.competitions[_competition_of(distance)],
            distance=book.distances[distance],
        )
        book.races[each.race] = supposed(own, _changes(each, positions, own), context)
    book.forget()


def _last_moment(facts: Facts) -> int:
    """Return the last instant at the rink that a race's facts tell."""
    return max((getattr(event, "at_ms", None) or 0 for _, event in facts), default=0)


def _changes(asked: Asked, positions: Mapping[int, int], facts: Facts) -> Changes:
    """Return the changes by version."""

    def version(event: int | str) -> int:
        if isinstance(event, str) and not event.isdecimal():
            return named(facts, event)
        found = positions.get(int(event))
        if found is None:
            raise BadWhatIf(f"position {event} is no event of {asked.race}")
        return found

    for command in asked.add:
        if command.race != asked.race:
            raise BadWhatIf(
                f"a {type(command).__name__} about {command.race} stands among the commands about "
                f"{asked.race}: ask about that race beside it"
            )
    return Changes(
        drop=tuple(version(event) for event in asked.drop),
        change={version(event): fields for event, fields in asked.change.items()},
        move=tuple(Move(version(one), version(other)) for one, other in asked.move),
        add=asked.add,
    )
