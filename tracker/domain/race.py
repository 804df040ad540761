"""What the log says of one race, as it stands after some of its events."""

from typing import Literal

from msgspec import Struct

from tracker.domain.events import RaceEvent, RaceScheduled
from tracker.domain.values import (
    ConfirmedKind,
    Drawn,
    Member,
    Round,
    Sanction,
    Starter,
    TimeSource,
    Zone,
)

Out = Literal["DNS", "DNF", "WDR"]
CLOCKS_APART_MS = 2000
"""How far the clocks of two devices may differ; between two guns lies far more."""


class Crossing(Struct, frozen=True):
    """One crossing of the finish line; `version` is the event that recorded it."""

    version: int
    at_ms: int
    elapsed_ms: int | None
    time_source: TimeSource
    source: str | None
    flags: tuple[str, ...] = ()


class Pen(Struct, frozen=True):
    """The device whose crossings are the race's."""

    version: int
    device: str
    official: str


class Observation(Struct, frozen=True):
    """A crossing as a device without the pen saw it; `version` is the event that recorded it."""

    version: int
    device: str
    competitor: str | None
    crossing: Crossing


class Flag(Struct, frozen=True):
    """What an official at the ice asked the referee to look at."""

    version: int
    competitor: str
    lap: int | None
    at_ms: int
    words: str


class Mark(Struct, frozen=True):
    """Something that happened to a competitor in a lap row."""

    version: int
    kind: Literal["fall", "up", "exchange"]
    row: int
    skater: str | None = None
    source: str | None = None


class OnIce(Struct, frozen=True):
    """A competitor in the current attempt."""

    starter: Starter
    crossings: tuple[Crossing, ...] = ()
    """In the order in which they happened."""
    marks: tuple[Mark, ...] = ()
    fallen: bool = False
    out: Out | None = None
    declared: int | None = None
    """The order key of a competitor declared finished; see `result.sheet`."""
    declared_place: int | None = None
    time_ms: int | None = None
    """The finish time read by the photo finish, or corrected by hand."""
    timed: TimeSource | Literal["none"] | None = None
    """Who read `time_ms`; `none` is an official `no time`; None: nobody has yet."""
    time_stated_by: str | None = None
    photo_read: bool = False
    """Whether the photo-finish judge read a time, which a later one may have replaced."""
    skater: str | None = None
    """Who races now, in a relay."""

    @property
    def rows(self) -> int:
        """Return how many lap rows are completed."""
        return len(self.crossings)


class Decision(Struct, frozen=True):
    """A penalty, a card or an advancement; `version` is its name."""

    version: int
    kind: Sanction | Literal["ADV"]
    competitor: str
    reason: str
    infringement: str = ""
    zone: Zone | None = None
    lap: int | None = None
    victim: str | None = None
    final: Round | None = None
    takes_time_place: bool | None = None
    cause: int | None = None
    in_force: bool = True
    """As the officials see it."""
    announced: bool = False
    """As the public sees it: True while it is announced and not publicly withdrawn."""
    source: str | None = None

    @property
    def pending(self) -> bool:
        """Return whether officials and public see it differently."""
        return self.in_force != self.announced


class Protest(Struct, frozen=True):
    """A protest and what became of it."""

    protest: str
    noc: str
    subject: str
    at_ms: int
    late: bool
    upheld: bool | None = None
    outcome: str = ""


class ResultRow(Struct, frozen=True):
    """A competitor's line on the result sheet."""

    competitor: str
    name: str
    family_name: str
    noc: str
    helmet_number: int | None
    start_position: int
    rank: int | None
    time_ms: int | None
    gap_ms: int | None
    status: str | None
    """`no time`, DNF, WDR, PEN, YC, RC, DNS, or None for an ordinary finish."""
    fallen: bool
    finished: bool
    penalty: Decision | None
    advancement: Decision | None
    line_up: tuple[Member, ...]
    time_stated_by: str | None = None
    """The source of the time, when no official observed it."""
    time_source: TimeSource | None = None
    """What measured `time_ms`."""
    photo_read: bool = False


class Confirmed(Struct, frozen=True):
    """A best time that an official confirmed, whether or not it still holds."""

    version: int
    competitor: str
    kind: ConfirmedKind
    time_ms: int


class OfficialResult(Struct, frozen=True):
    """The sheet as it was declared official, or corrected, last."""

    version: int
    rows: tuple[ResultRow, ...]
    revision: int
    at_ms: int


class Hold(Struct, frozen=True):
    """A hold of the public board; `version` is its name."""

    version: int
    at_ms: int
    shown: "Race"
    """The race as it was when it was held: what the public sees."""


class Race(Struct, frozen=True):
    """A race; `facts` are the events in force, in stream order, for folding again."""

    version: int = 0
    scheduled: RaceScheduled | None = None
    facts: tuple[tuple[int, RaceEvent], ...] = ()
    retracted: tuple[int, ...] = ()
    cancelled: bool = False
    attempt: int = 1
    has_start_list: bool = False
    drawn: Drawn | None = None
    """The draw that the start list was proposed by."""
    started_at_ms: int | None = None
    stopped: bool = False
    ended_at_ms: int | None = None
    bell_rung: bool = False
    field: dict[str, OnIce] = {}
    unassigned: tuple[Crossing, ...] = ()
    finish_groups: tuple[tuple[str, ...], ...] = ()
    false_starts: int = 0
    notice: str | None = None
    decisions: tuple[Decision, ...] = ()
    review_open: bool = False
    reviewing: tuple[str, ...] = ()
    published: bool = False
    official: OfficialResult | None = None
    signed: int = 0
    """The revision of the official result that the competition secretary signed; 0: none."""
    protests: tuple[Protest, ...] = ()
    miscounted: int | None = None
    """How many lap rows were skated, when that was not what the race has."""
    confirmed: tuple[Confirmed, ...] = ()
    pen: Pen | None = None
    """None: every device writes crossings."""
    observations: tuple[Observation, ...] = ()
    flags: tuple[Flag, ...] = ()
    held: Hold | None = None

    @property
    def shown(self) -> "Race":
        """Return the race as the public may see it."""
        return self if self.held is None else self.held.shown

    @property
    def lap_rows(self) -> int:
        """Return how many lap rows the race has."""
        return self.scheduled.lap_rows if self.scheduled else 0

    def before_the_gun(self, at_ms: int) -> bool:
        """Return whether an instant lies before this attempt: a late fact of an earlier one."""
        return self.started_at_ms is not None and at_ms < self.started_at_ms - CLOCKS_APART_MS

    def attempt_at(self, at_ms: int) -> int:
        """Return the attempt that a fact belongs to; only facts of the present one count."""
        return self.attempt - 1 if self.before_the_gun(at_ms) else self.attempt

    @property
    def running(self) -> bool:
        """Return whether skaters race now."""
        return self.started_at_ms is not None and not self.stopped and self.ended_at_ms is None

    def decision(self, version: int) -> Decision | None:
        """Return the decision of that version, or None."""
        return next((d for d in self.decisions if d.version == version), None)
