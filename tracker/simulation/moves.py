"""What a simulated day consists of: commands that officials send, and draws they ask for."""

from typing import TypeAlias

from msgspec import Struct

from tracker.domain import commands as c
from tracker.domain.values import Drawn, Round


class Official(Struct, frozen=True):
    """Who sends a command, and the device in their hands."""

    name: str
    device: str
    role: str
    """What the server lets them do, once it has officials."""


SECRETARY = Official("Competition secretary", "office", "secretary")
STEWARD = Official("Competitors steward", "heat-box", "steward")
STARTER = Official("Starter", "start-pistol", "starter")
LAP_RECORDER = Official("Lap recorder 1", "lap-tablet", "lap-recorder")
EXCHANGE_RECORDER = Official("Lap recorder 2", "exchange-tablet", "lap-recorder")
PHOTO_FINISH = Official("Photo-finish judge", "finish-camera", "photo-finish")
REFEREE = Official("Referee", "referee-tablet", "referee")
CHIEF_REFEREE = Official("Chief referee", "chief-tablet", "chief-referee")
OFFICIALS = (
    SECRETARY,
    STEWARD,
    STARTER,
    LAP_RECORDER,
    EXCHANGE_RECORDER,
    PHOTO_FINISH,
    REFEREE,
    CHIEF_REFEREE,
)


def signed(official: Official, series: str) -> tuple[str, str]:
    """Return the names of an official and their device in a simulated series.

    They say that nobody really stood there, and are no other simulation's.
    """
    return f"{official.name} ({series})", f"{series}-{official.device}"


class Step(Struct, frozen=True, kw_only=True):
    """One command of a device; moments count from the start of the simulation."""

    sent_ms: int
    """When the device reaches the server."""
    occurs_ms: int
    """When it happened at the rink; earlier than it was sent when the network was cut."""
    official: Official
    by: str
    """The official's name, as it stands beside the events."""
    device: str
    device_seq: int
    command: c.Command
    stream: str
    versions: tuple[int, ...] = ()
    """The events that follow, by version; none when it is refused."""
    kinds: tuple[str, ...] = ()
    """The types of the events that follow."""
    refusal: str | None = None
    """The code it is refused with, where the official errs on purpose."""
    again: bool = False
    """Whether the device sends once more what had arrived before."""
    title: str = ""
    """What a person watching would say; empty for the work in between."""


class Place(Struct, frozen=True):
    """A competitor on a start list as drawn."""

    competitor: str
    start_position: int


class DrawnRace(Struct, frozen=True):
    """A race as it should be drawn."""

    race: str
    places: tuple[Place, ...]
    drawn: Drawn


class Drawing(Struct, frozen=True):
    """The steward asks for the draw of a round, which must be this one."""

    sent_ms: int
    distance: str
    round: Round
    seed: str
    races: tuple[DrawnRace, ...]


class Skated(Struct, frozen=True, kw_only=True):
    """A race is about to go off: what will happen on the ice, for who watches or scores."""

    sent_ms: int
    race: str
    name: str
    gun_ms: int
    labels: dict[str, str]
    """What to call each competitor: the helmet number, in a relay the start position."""
    crossings: dict[str, tuple[int, ...]]
    """Elapsed at each crossing, by competitor."""


class Decided(Struct, frozen=True):
    """A race is official, and all that followed from it at once is done."""

    sent_ms: int
    race: str


Move: TypeAlias = Step | Drawing | Skated | Decided
