"""Published results of one distance, and what their words mean."""

import re

from msgspec import Struct, field

from tracker.domain.values import Gender, Round
from tracker.errors import BadRequest

_TIME = re.compile(r"^(?:(?P<minutes>\d{1,3})[:.])?(?P<seconds>\d{1,2})[.,](?P<fraction>\d{1,3})$")
_ROUNDS: tuple[tuple[str, Round], ...] = (
    # Ranking races decide places among those who are out, and a repechage names its own stage.
    (r"ranking|final ?d", "RANKING_FINAL"),
    (r"rep.*(semi|sf)", "REP_SF"),
    (r"rep.*(qua|qf)", "REP_QF"),
    (r"rep.*(heat|prelim)", "REP_HEAT"),
    (r"\brep", "REP_SF"),
    (r"pre-?prelim", "PREPRELIM"),
    (r"prelim|qualif", "PRELIM"),
    (r"final ?c", "FINAL_C"),
    (r"final ?b|\bb.final|small final", "FINAL_B"),
    (r"sem\w*final|semi|\bsf\b", "SF"),
    (r"qua\w*final|quarter|\bqf\b", "QF"),
    (r"eighth?-?final|1/8|heat|round|race|series", "HEAT"),
    (r"final", "FINAL_A"),
)
_SEASON = re.compile(r"((?:19|20)\d\d)[/_-]((?:19|20)?\d\d)(?!\d)")
_JULY = 7
_MOST_METRES = 100_000
_UNCERTAIN = ("uncertain", "unknown", "not found", "presumably", "inferred", "rank unknown")
_RELAY_METRES: dict[Gender, int] = {"women": 3000, "men": 5000, "mixed": 2000}


class BadPublication(BadRequest):
    """A file of published results that cannot be understood."""

    code = "bad-publication"


class Problem(Struct, frozen=True):
    """Something in a file that cannot be understood, and where it stands."""

    where: str
    sentence: str


class Line(Struct, kw_only=True):
    """A competitor's line on a result sheet."""

    name: str
    noc: str = ""
    rank: int | None = None
    time: str | None = None
    status: str | None = None
    qual: str | None = None
    start_pos: int | None = None
    bib: int | None = None
    team: list[str] = []
    note: str = ""
    no_time: bool = False
    """Whether the officials gave `no time`."""

    @property
    def uncertain(self) -> bool:
        """Return whether the file itself says that the line is not certain."""
        return any(word in self.note.lower() for word in _UNCERTAIN)

    @property
    def blank(self) -> bool:
        """Return whether the line has neither a place nor a time nor a reason for having none."""
        return self.rank is None and self.time is None and self.status is None and not self.no_time

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
    place: str = ""
    """Where in the file it stands."""

    @property
    def words(self) -> str:
        """Return what the race is called: `Semifinals Heat 1`, `Final B`."""
        if self.label is None:
            return f"{self.round} {self.race}"
        return self.label if self.label == self.round else f"{self.round} {self.label}"


class Ranked(Struct, kw_only=True):
    """A line of the final ranking."""

    rank: int
    name: str
    noc: str = ""
    note: str = ""

    @property
    def uncertain(self) -> bool:
        """Return whether the file itself says that the rank is not certain."""
        return any(word in self.note.lower() for word in _UNCERTAIN)


class Published(Struct, kw_only=True):
    """What a file holds of one distance of one competition."""

    competition: str
    event: str
    rounds: list[PublishedRace]
    final_ranking: list[Ranked] = []
    medals: dict[str, list[str]] = {}
    date: str = ""
    file: str = ""
    problems: list[Problem] = field(default_factory=list)


def milliseconds(time: str | None) -> int | None:
    """Return `40.078`, `1:26.406`, `0:47.317` or `1.25,559` in thousandths; None when no time."""
    if time is None:
        return None
    first = time.strip().split(" ")[0]
    found = _TIME.match(first)
    if found is None:
        return None
    fraction = found["fraction"].ljust(3, "0")
    return (int(found["minutes"] or 0) * 60 + int(found["seconds"])) * 1000 + int(fraction)


def plain(name: str) -> str:
    """Return a round's name without capitals, dots and underlines."""
    return " ".join(name.lower().replace(".", "").replace("_", " ").split())


def round_of(name: str) -> Round:
    """Return the round that a published name means.

    Raises BadPublication for a name that is none.
    """
    for pattern, found in _ROUNDS:
        if re.search(pattern, plain(name)):
            return found
    raise BadPublication(f"{name!r} is no round that is known")


def stage_of(name: str) -> str:
    """Return what tells the rounds of one publication apart.

    Two of them may count as one round here: the heats and the heats of the ranking races.
    """
    if re.search(r"eighth?-?final|1/8", plain(name)) and "rep" not in plain(name):
        return "EIGHTH"
    found = round_of(name)
    if found == "REP_SF" and "final" in plain(name) and "semi" not in plain(name):
        return "REP_FINAL"
    if found == "HEAT" and "heat" not in plain(name):
        return f"{found} {plain(name)}"
    return f"{found} {plain(name)}" if found == "RANKING_FINAL" else found


def gender_of(event: str) -> Gender:
    """Return whose distance an event is, by its name."""
    words = event.lower()
    if "mixed" in words:
        return "mixed"
    return "women" if re.search(r"women|ladies|girls|female", words) else "men"


def metres_of(event: str) -> int:
    """Return the distance of an event, by its name; a relay's usual one when it names none.

    Raises BadPublication when the name has none.
    """
    found = re.search(r"(\d[\d ,.]*)\s*m", event.lower())
    metres = int(re.sub(r"\D", "", found[1])) if found else 0
    if 0 < metres <= _MOST_METRES:
        return metres
    if is_relay(event):
        return _RELAY_METRES[gender_of(event)]
    raise BadPublication(f"event: {event!r} names no distance in metres")


def is_relay(event: str) -> bool:
    """Return whether an event is a relay, by its name."""
    return "relay" in event.lower()


def season_of(published: Published) -> int:
    """Return the year in which the season began, by what the file says; 2023 when nothing."""
    for begun, ended in _SEASON.findall(published.competition):
        if (int(begun) + 1) % 100 == int(ended) % 100:
            return int(begun)
    found = re.search(r"((?:19|20)\d\d)(?:-(\d\d))?", published.date or published.competition)
    if found is None:
        return 2023
    month = int(found[2] or 1)
    # A season begins in July.
    return int(found[1]) if month >= _JULY else int(found[1]) - 1
