"""The documents of the live feed, by topic, from the book of the read models."""

from collections.abc import Callable
from typing import Any, TypeAlias

from projections import medals, race_board, race_documents, standings
from projections.book import Book
from projections.classification import ClassificationProjection, ranked
from projections.programme import ProgrammeProjection, current_race

Document: TypeAlias = dict[str, Any]

_PROGRAMME = ProgrammeProjection()
_CLASSIFICATION = ClassificationProjection()


def render(topic: str, book: Book) -> Document | None:
    """Return a topic's document, or None when there is none; only `official/…` is not public."""
    kind, _, name = topic.partition("/")
    return _RENDERS[kind](name, book)


def resolve(topic: str, book: Book) -> str:
    """Return the topic that has the same document now: the race that is current."""
    kind, _, name = topic.partition("/")
    race = current_race(book, name) if kind == "current" else None
    return topic if race is None else f"race/{race}"


def _race(name: str, book: Book) -> Document | None:
    race = book.races.get(name)
    if race is None or race.scheduled is None:
        return None
    return race_documents.RENDERS["board"](race, book.marks_of(race)).feed()


def _official(name: str, book: Book) -> Document | None:
    """Return what the officials know of a race, decisions under embargo included."""
    race = book.races.get(name.removeprefix("race/"))
    if race is None or race.scheduled is None:
        return None
    return race_board.render(race, book.marks_of(race), public=False).feed()


def _no_current_race(name: str, book: Book) -> Document | None:
    """Return what follows a competition that has no start list yet."""
    if name not in book.competitions:
        return None
    return {"competition": name, "race": "", "entries": {}, "order": []}


def _programme(name: str, book: Book) -> Document | None:
    document = _PROGRAMME.render(book, name)
    return None if document is None else document.feed()


def _classification(name: str, book: Book) -> Document | None:
    document = _CLASSIFICATION.render(book, name)
    return None if document is None else ranked(document).feed()


def _medals(name: str, book: Book) -> Document | None:
    return medals.feed(book, name) if name in book.competitions else None


def _standings(name: str, book: Book) -> Document | None:
    return standings.feed(book, name) if name in book.series else None


_RENDERS: dict[str, Callable[[str, Book], Document | None]] = {
    "race": _race,
    "current": _no_current_race,
    "programme": _programme,
    "classification": _classification,
    "medals": _medals,
    "standings": _standings,
    "official": _official,
}
