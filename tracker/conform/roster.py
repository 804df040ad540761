"""Who is who in one publication: one competitor for every person or team, however spelled.

A publication spells the same skater in several ways between rounds, and different skaters alike.
Nobody stands in one round twice, which is what tells the two apart.
"""

import re
from collections import Counter

from msgspec import Struct, field

from tracker.conform import names
from tracker.conform.published import Line, Problem, Published, PublishedRace, stage_of
from tracker.domain import noc as nocs

_ALIKE, _ALIKE_WITH_NUMBER = 0.85, 0.6
"""How alike two spellings must be; less where the helmet number is the same."""
_RUSSIAN = {"RUS", "ROC", "OAR", "RSU", "AIN"}
"""Codes under which the same skaters started."""


class Person(Struct):
    """A skater or a team, with every line that is theirs."""

    key: str
    name: str
    noc: str
    bibs: set[int] = field(default_factory=set)
    stages: set[str] = field(default_factory=set)
    lines: list[tuple[int, int]] = field(default_factory=list)
    """Race and line, counted from 0."""


class Roster(Struct):
    """Everybody of a publication."""

    people: list[Person] = field(default_factory=list)
    who: dict[tuple[int, int], str] = field(default_factory=dict)
    """The competitor of each line that counts; a line that stands there twice has none."""
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def roster(published: Published, *, relay: bool) -> Roster:
    """Return who is who: exact names first, then spellings that can only be one person."""
    found = Roster()
    several = _several_teams(published) if relay else set()
    for i, race in enumerate(published.rounds):
        for j, line in enumerate(race.results):
            by_nation = relay and line.noc != "" and line.noc not in several
            person = _exact(found, line, (i, stage_of(race.round)), by_nation=by_nation)
            if person is not None and i in {r for r, _ in person.lines}:
                if not _two_people(person, line):
                    _twice(found, race, j)
                    continue
                person = None
            if person is None:
                person = _new(found, line)
            _add(person, line, (i, j), stage_of(race.round))
    _merge_spellings(found)
    found.who = {at: person.key for person in found.people for at in person.lines}
    return found


def _several_teams(published: Published) -> set[str]:
    """Return the nations that stand in one round with more than one team, and mixed ones."""
    teams: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for race in published.rounds:
        for line in race.results:
            at = (stage_of(race.round), line.noc)
            teams.setdefault(at, set()).add(names.words(line.name))
    # The same team may start twice in a repechage; under two names it is two teams.
    return {noc for (stage, noc), each in teams.items() if len(each) > 1 and stage[:3] != "REP"}


def _exact(found: Roster, line: Line, at: tuple[int, str], *, by_nation: bool) -> Person | None:
    race, stage = at
    same = [
        person
        for person in found.people
        if person.noc == line.noc and (by_nation or names.alike(person.name, line.name) == 1.0)
    ]
    # Two of the same name and nation are told apart by their numbers.
    same.sort(key=lambda one: (line.bib not in one.bibs, race in {r for r, _ in one.lines}))
    if not same:
        return None
    best, other_number = same[0], line.bib is not None and line.bib not in same[0].bibs
    if other_number and (len(same) > 1 or (best.bibs and stage in best.stages)):
        return None
    return best


def _two_people(person: Person, line: Line) -> bool:
    return line.bib is not None and bool(person.bibs) and line.bib not in person.bibs


def _twice(found: Roster, race: PublishedRace, j: int) -> None:
    line = race.results[j]
    where = f"{race.place}.results[{j}]" if race.place else race.words
    found.problems.append(Problem(where, f"{line.name} stands in {race.words} twice"))


def _new(found: Roster, line: Line) -> Person:
    key = names.slug(line.name, line.noc) or "line"
    taken = {person.key for person in found.people}
    number = 1
    while key in taken:
        number += 1
        key = f"{names.slug(line.name, line.noc)[:52] or 'line'}-{number}"
    person = Person(key, line.name, line.noc)
    found.people.append(person)
    return person


def _add(person: Person, line: Line, at: tuple[int, int], stage: str) -> None:
    person.lines.append(at)
    person.stages.add(stage)
    if line.bib is not None:
        person.bibs.add(line.bib)


def _merge_spellings(found: Roster) -> None:
    """Take two spellings for one person where nothing speaks against it; say so."""
    by_start: dict[str, list[Person]] = {}
    for person in found.people:
        by_start.setdefault(person.noc, []).append(person)
    pairs = [
        (names.alike(one.name, other.name), one, other)
        for group in (*by_start.values(), *_same_words(found.people))
        for i, one in enumerate(group)
        for other in group[i + 1 :]
        if not one.stages & other.stages and one.key != other.key
    ]
    gone: set[str] = set()
    for alike, one, other in sorted(pairs, key=lambda pair: -pair[0]):
        if {one.key, other.key} & gone or one.stages & other.stages:
            continue
        if _one_person(alike, one, other):
            found.notes.append(f"{other.name} {other.noc} taken for {one.name} {one.noc}")
            one.lines += other.lines
            one.stages |= other.stages
            one.bibs |= other.bibs
            gone.add(other.key)
    found.people = [person for person in found.people if person.key not in gone]


def _same_words(people: list[Person]) -> list[list[Person]]:
    """Return those who have one name and several nations, where a code may be mistyped.

    It may where it is no IOC code, where a neutral team's code stands for the nation's, and where
    the helmet number is the same.
    """
    count = Counter(names.words(person.name) for person in people)
    groups = [
        [person for person in people if names.words(person.name) == words]
        for words, times in count.items()
        if times > 1
    ]
    return [
        [one, other]
        for group in groups
        for i, one in enumerate(group)
        for other in group[i + 1 :]
        if one.bibs & other.bibs
        or {one.noc, other.noc} <= _RUSSIAN
        or not {one.noc, other.noc} <= nocs.CODES
    ]


def _one_person(alike: float, one: Person, other: Person) -> bool:
    if one.bibs and other.bibs:
        same_number = bool(one.bibs & other.bibs)
        return alike >= (_ALIKE_WITH_NUMBER if same_number else 1.0)
    digits = [re.findall(r"\d+|\b[a-c]\b", names.plain(each.name)) for each in (one, other)]
    return alike >= _ALIKE and digits[0] == digits[1]
