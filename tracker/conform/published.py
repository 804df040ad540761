"""Published results of one distance, as they stand in a file of JSON."""

import re
from typing import Any

import msgspec
from msgspec import Struct, field

from tracker.domain.values import Gender, Round
from tracker.errors import BadRequest

_TIME = re.compile(r"^(?:(?P<minutes>\d+)[:.])?(?P<seconds>\d{1,2})[.,](?P<fraction>\d{1,3})$")
_ROUNDS: tuple[tuple[str, Round], ...] = (
    # Longer names first: a repechage names its own stage.
    (r"rep.*final ?a|rep.*final$", "REP_SF"),
    (r"rep.*(semi|sf)", "REP_SF"),
    (r"rep.*(quar?ter|qf)", "REP_QF"),
    (r"rep.*(heat|prelim)", "REP_HEAT"),
    (r"rep", "REP_SF"),
    (r"pre-?prelim", "PREPRELIM"),
    (r"prelim|eighth", "PRELIM"),
    (r"ranking|final ?d", "RANKING_FINAL"),
    (r"final ?c", "FINAL_C"),
    (r"final ?b", "FINAL_B"),
    (r"semi", "SF"),
    (r"quar?ter", "QF"),
    (r"heat", "HEAT"),
    (r"final", "FINAL_A"),
)
_JULY = 7
_UNCERTAIN = ("uncertain", "unknown", "not found", "presumably", "inferred", "rank unknown")


class BadPublication(BadRequest):
    """A file of published results that cannot be understood."""

    code = "bad-publication"


class Line(Struct, kw_only=True):
    """A competitor's line on a result sheet."""

    name: str
    noc: str
    rank: int | None = None
    time: str | None = None
    status: str | None = None
    qual: str | None = None
    start_pos: int | None = None
    bib: int | None = None
    team: list[str] = []
    note: str = ""

    @property
    def uncertain(self) -> bool:
        """Return whether the file itself says that the line is not certain."""
        return any(word in self.note.lower() for word in _UNCERTAIN)

    @property
    def no_time(self) -> bool:
        """Return whether the officials gave `no time`."""
        return "no time" in self.note.lower() and "not found" not in self.note.lower()

    @property
    def time_ms(self) -> int | None:
        """Return the time in thousandths."""
        return milliseconds(self.time)


class PublishedRace(Struct, kw_only=True):
    """One race's sheet."""

    round: str
    results: list[Line]
    race: int = 1
    label: str | None = None
    note: str = ""


class Ranked(Struct, kw_only=True):
    """A line of the final ranking."""

    rank: int
    name: str
    noc: str
    note: str = ""


class Published(Struct, kw_only=True):
    """What a file holds of one distance of one competition."""

    competition: str
    event: str
    rounds: list[PublishedRace]
    final_ranking: list[Ranked] = []
    medals: dict[str, list[str]] = {}
    source: Any = None
    date: str = ""
    completeness: str = ""
    file: str = field(default="")


def read(text: bytes, file: str) -> Published:
    """Return the publication in a file's text.

    Raises BadPublication, saying where it cannot be understood.
    """
    try:
        published = msgspec.json.decode(text, type=Published)
    except msgspec.DecodeError as error:
        raise BadPublication(f"{file}: {error}") from error
    published.file = file
    return published


def milliseconds(time: str | None) -> int | None:
    """Return `40.078`, `1:26.406`, `0:47.317` or `1.25,559` in thousandths; None when no time."""
    if time is None:
        return None
    found = _TIME.match(time.strip().split(" ")[0])
    if found is None:
        return None
    fraction = found["fraction"].ljust(3, "0")
    return (int(found["minutes"] or 0) * 60 + int(found["seconds"])) * 1000 + int(fraction)


def round_of(name: str) -> Round:
    """Return the round that a published name means.

    Raises BadPublication for a name that is none.
    """
    plain = name.lower().replace(".", "").replace("_", " ").strip()
    for pattern, found in _ROUNDS:
        if re.search(pattern, plain):
            return found
    raise BadPublication(f"{name!r} is no round that is known")


def gender_of(event: str) -> Gender:
    """Return whose distance an event is, by its name."""
    plain = event.lower()
    if "mixed" in plain:
        return "mixed"
    return "women" if re.search(r"women|ladies|girls", plain) else "men"


def metres_of(event: str) -> int:
    """Return the distance of an event, by its name.

    Raises BadPublication when the name has none.
    """
    found = re.search(r"(\d[\d ,.]*)\s*m", event.lower())
    if found is None:
        raise BadPublication(f"{event!r} names no distance in metres")
    return int(re.sub(r"\D", "", found[1]))


def is_relay(event: str) -> bool:
    """Return whether an event is a relay, by its name."""
    return "relay" in event.lower()


def season_of(published: Published) -> int:
    """Return the year in which the season began, by what the file says; 2023 when nothing."""
    text = f"{published.competition} {published.date}"
    season = re.search(r"(20\d\d)/\d\d", text)
    if season:
        return int(season[1])
    found = re.search(r"(20\d\d)(?:-(\d\d))?", published.date or text)
    if found is None:
        return 2023
    month = int(found[2] or 1)
    # A season begins in July.
    return int(found[1]) if month >= _JULY else int(found[1]) - 1
