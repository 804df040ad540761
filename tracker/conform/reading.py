"""A file of published results, read with care for what people and programs write into one.

Whatever cannot be understood is a problem with its place; the rest of the file is still read.
"""

import re
from typing import Any

import msgspec

from tracker.conform.published import (
    BadPublication,
    Line,
    Problem,
    Published,
    PublishedRace,
    Ranked,
    milliseconds,
    round_of,
)

_MOST_PLACES = 99
_LONGEST = 200
_STATUSES = {
    "PEN": "PEN",
    "PENALTY": "PEN",
    "DQ": "PEN",
    "DSQ": "PEN",
    "DISQ": "PEN",
    "DISQUALIFIED": "PEN",
    "IMP": "PEN",
    "YC": "YC",
    "RC": "RC",
    "YRC": "RC",
    "DNF": "DNF",
    "DNS": "DNS",
    "WDR": "WDR",
    "WD": "WDR",
    "WITHDRAWN": "WDR",
}
_NO_TIME = {"NO TIME", "NOTIME", "NT"}
_NOTHING = {"", "-", "--", "OK", "FIN", "FINISHED", "CLASSIFIED", "NONE", "NULL"}
_MARKS = {
    "ADVA": "ADA",
    "ADV A": "ADA",
    "ADVB": "ADB",
    "ADV B": "ADB",
    "ADVC": "ADC",
    "ADV C": "ADC",
    "ADV.": "ADV",
    "FA": "QA",
    "FB": "QB",
    "FC": "QC",
}
_DASHES = {0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2014: "-", 0x2212: "-"}
_MEDALS = ("gold", "silver", "bronze")


class _Wrong(Exception):
    """A value that cannot be understood."""


def read(text: bytes, file: str) -> Published:
    """Return the publication in a file's text.

    Raises BadPublication, saying where, when it is no publication at all.
    """
    try:
        raw = msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPublication(f"{file}: {_sentence(error)}") from error
    if not isinstance(raw, dict):
        raise BadPublication(f"{file}: holds no object with the key `rounds`")
    if not isinstance(raw.get("rounds"), list):
        raise BadPublication(f"{file}: rounds: is missing, or no list of races")
    problems: list[Problem] = []
    published = Published(
        competition=_words(raw.get("competition")),
        event=_words(raw.get("event")),
        date=_words(raw.get("date")),
        rounds=[],
        file=file,
        problems=problems,
    )
    for i, each in enumerate(raw["rounds"]):
        race = _race(each, f"rounds[{i}]", problems)
        if race is not None:
            published.rounds.append(race)
    published.final_ranking = _ranking(raw.get("final_ranking"), problems)
    published.medals = _medals(raw.get("medals"), problems)
    return published


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()) or "nested too deeply"


def _words(value: Any) -> str:
    """Return a value that is only words, in one line; a list's words one after the other."""
    if isinstance(value, list):
        return "; ".join(_words(each) for each in value[:50])
    text = (
        value.translate(_DASHES)
        if isinstance(value, str)
        else ""
        if value is None
        else f"{value!s:.{_LONGEST}}"
    )
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST]


def _race(raw: Any, where: str, problems: list[Problem]) -> PublishedRace | None:
    if not isinstance(raw, dict):
        problems.append(Problem(where, "is no race"))
        return None
    name = _words(raw.get("round"))
    try:
        round_of(name)
    except BadPublication as error:
        problems.append(Problem(f"{where}.round", error.message))
        return None
    lines = raw.get("results")
    if lines is None:
        lines = []
    if not isinstance(lines, list):
        problems.append(Problem(f"{where}.results", "is no list of lines"))
        return None
    number = _number(raw.get("race"))
    race = PublishedRace(
        round=name,
        results=[],
        race=1 if number is None else number,
        label=_words(raw.get("label")) or None,
        note=_words(raw.get("note")),
        place=where,
    )
    for i, each in enumerate(lines):
        line = _line(each, f"{where}.results[{i}]", problems)
        if line is not None:
            race.results.append(line)
    return race


def _line(raw: Any, where: str, problems: list[Problem]) -> Line | None:
    if not isinstance(raw, dict):
        problems.append(Problem(where, "is no line of a result sheet"))
        return None
    name = _words(raw.get("name"))
    noc = _words(raw.get("noc")).upper()
    if not name and not noc:
        problems.append(Problem(where, "names nobody: `name` and `noc` are missing"))
        return None
    qual = _words(raw.get("qual"))
    team = raw.get("team")
    line = Line(
        name=name or noc,
        noc=noc,
        qual=None if qual in _NOTHING else _MARKS.get(qual.upper(), qual),
        start_pos=_number(raw.get("start_pos")),
        bib=_number(raw.get("bib")),
        team=[_words(each) for each in team] if isinstance(team, list) else [],
        note=_words(raw.get("note")),
    )
    line.no_time = "no time" in line.note.lower() and "not found" not in line.note.lower()
    for key, take in (("rank", _take_rank), ("time", _take_time), ("status", _take_status)):
        try:
            take(line, raw.get(key))
        except _Wrong as error:
            problems.append(Problem(f"{where}.{key}", f"{error} ({line.name})"))
    if line.status is not None:
        line.no_time = False
    return line


def _number(value: Any) -> int | None:
    """Return a whole number that may be written as a word or with a fraction of nothing."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip()):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == value // 1 and 0 <= value < 10**9 else None


def _take_rank(line: Line, value: Any) -> None:
    """Take a place: a number, `2.`, `=2`, or a status in its stead."""
    if value is None:
        return
    number = _number(value.strip(" .=") if isinstance(value, str) else value)
    if number is None:
        _take_word(line, value, "place")
        return
    if not 1 <= number <= _MOST_PLACES:
        raise _Wrong(f"{number} is no place")
    line.rank = number


def _take_time(line: Line, value: Any) -> None:
    """Take a time in any of its forms, with a record's mark behind it, or a status."""
    if value is None:
        return
    text = f"{value:.3f}" if isinstance(value, float) else _words(value)
    if milliseconds(text) is None:
        _take_word(line, value, "time")
    else:
        line.time = text


def _take_status(line: Line, value: Any) -> None:
    if value is not None:
        _take_word(line, value, "status")


def _take_word(line: Line, value: Any, what: str) -> None:
    """Take a status, wherever it is written."""
    words = _words(value).upper()
    if words in _NO_TIME:
        line.no_time = True
    elif words in _STATUSES:
        line.status = _STATUSES[words]
    elif words not in _NOTHING:
        raise _Wrong(f"{_words(value)!r} is no {what} that is known")


def _ranking(raw: Any, problems: list[Problem]) -> list[Ranked]:
    found: list[Ranked] = []
    if raw is not None and not isinstance(raw, list):
        problems.append(Problem("final_ranking", "is no list of ranks"))
        return found
    for i, each in enumerate(raw or ()):
        where = f"final_ranking[{i}]"
        if not isinstance(each, dict):
            problems.append(Problem(where, "is no line of a ranking"))
            continue
        name, noc = _words(each.get("name")), _words(each.get("noc")).upper()
        rank = each.get("rank")
        number = _number(rank.strip(" .=") if isinstance(rank, str) else rank)
        unranked = rank is None or _words(rank).upper() in {*_STATUSES, *_NOTHING}
        if not name and not noc:
            problems.append(Problem(where, "names nobody: `name` and `noc` are missing"))
        elif number is not None and number >= 1:
            ranked = Ranked(rank=number, name=name or noc, noc=noc, note=_words(each.get("note")))
            found.append(ranked)
        elif not unranked:
            problems.append(Problem(f"{where}.rank", f"{_words(rank)!r} is no rank ({name})"))
    return found


def _medals(raw: Any, problems: list[Problem]) -> dict[str, list[str]]:
    """Return the medallists by medal: names, lists of them, or objects with name and NOC."""
    if raw is None:
        return {}
    if isinstance(raw, list):
        raw = {
            _words(each.get("medal")).lower(): each
            for each in raw
            if isinstance(each, dict) and each.get("medal")
        }
    if not isinstance(raw, dict):
        problems.append(Problem("medals", "is no table of medals"))
        return {}
    found: dict[str, list[str]] = {}
    for medal, value in raw.items():
        if medal.lower() in _MEDALS:
            each = value if isinstance(value, list) else [value]
            found[medal.lower()] = [name for name in map(_medallist, each) if name]
    return found


def _medallist(value: Any) -> str:
    if isinstance(value, dict):
        return f"{_words(value.get('name'))} {_words(value.get('noc'))}".strip()
    return _words(value)
