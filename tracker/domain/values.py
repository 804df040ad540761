"""Small values that events and commands are made of."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

_SLUG = "[a-z0-9]+(-[a-z0-9]+)*"

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Slug = Annotated[str, Meta(pattern=f"^{_SLUG}$", max_length=64)]
"""Lower-case letters, digits and single hyphens."""
SeriesId = Slug
CompetitionId = Slug
SkaterId = Slug
"""Who somebody is; a helmet number is only what they wear."""
CompetitorId = Slug
"""A skater's or a relay team's id, as it stands on a start list."""
DistanceId = Annotated[str, Meta(pattern=f"^{_SLUG}/{_SLUG}$", max_length=130)]
"""`competition/distance`, such as `dresden-2024/men-1000-1`."""
RaceId = Annotated[str, Meta(pattern=f"^{_SLUG}/{_SLUG}/{_SLUG}$", max_length=200)]
"""`competition/distance/race`, such as `dresden-2024/men-500/final-a`."""
Noc = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
"""An IOC code of three capitals; `noc.check` knows which exist."""
HelmetNumber = Annotated[int, Meta(ge=1, le=9999)]
StartPosition = Annotated[int, Meta(ge=1, le=20)]
"""1 is the innermost."""
Place = Annotated[int, Meta(ge=1, le=99)]
Thousandths = Annotated[int, Meta(ge=0, le=7_200_000)]
"""A duration in thousandths of a second, at most two hours."""
FinishedIn = Annotated[int, Meta(ge=1, le=7_200_000)]
"""A finish time in thousandths of a second."""
Metres = Annotated[int, Meta(ge=100, le=10_000)]
EpochMs = Annotated[int, Meta(ge=0, le=32_503_680_000_000)]
"""An instant, as milliseconds since 1970-01-01 UTC."""
Lap = Annotated[int, Meta(ge=1, le=200)]
"""A lap row: the stretch between two crossings of the leader; the first may be half a lap."""
Count = Annotated[int, Meta(ge=1, le=999)]
"""How often an official result has been declared or corrected."""
Version = Annotated[int, Meta(ge=1)]
"""The number of an event within its stream: how a later event names an earlier one."""
Source = Annotated[str, Meta(min_length=1, max_length=200)]
"""What states a fact that no official observed: a publication, or `reconstructed`."""
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]

Gender = Literal["men", "women", "mixed"]
Sanction = Literal["PEN", "YC", "RC"]
"""A penalty, a yellow card, a red card."""
Zone = Literal["start", "straight", "corner", "finish", "relay", "other"]
TimeSource = Literal["photo", "hand", "transponder"]
BestTimeKind = Literal["world", "championship", "track", "season", "personal"]
ConfirmedKind = Literal["world", "championship", "track"]
"""Best times that an official confirms; season and personal bests follow from the results."""
Round = Literal[
    "PREPRELIM",
    "PRELIM",
    "HEAT",
    "REP_HEAT",
    "REP_QF",
    "REP_SF",
    "QF",
    "SF",
    "RANKING_FINAL",
    "FINAL_C",
    "FINAL_B",
    "FINAL_A",
]


class Target(Struct, frozen=True):
    """Where a round leads to: so many of every race by place, so many of the round by time."""

    to: Round
    by_place: Annotated[int, Meta(ge=0, le=20)] = 0
    by_time: Annotated[int, Meta(ge=0, le=60)] = 0
    rest: bool = False
    """Whether everybody who is left goes there: to the repechage, to a ranking final."""


class Member(Struct, frozen=True):
    """A skater in a relay team's line-up."""

    skater: SkaterId
    name: Name


class Starter(Struct, frozen=True):
    """A competitor on a start list, complete in itself so that a race's stream can stand alone."""

    competitor: CompetitorId
    name: Name
    family_name: str
    noc: Noc
    start_position: StartPosition
    helmet_number: HelmetNumber | None
    line_up: tuple[Member, ...] = ()


class StarterRequest(Struct, frozen=True):
    """A competitor to be put on a start list; names and helmet numbers come from the entries."""

    competitor: CompetitorId
    start_position: StartPosition
    line_up: tuple[SkaterId, ...] = ()


class Revision(Struct, frozen=True):
    """A race as its result stood: 0 before it was official, then 1 and up."""

    race: RaceId
    revision: Annotated[int, Meta(ge=0, le=999)]


class Drawn(Struct, frozen=True):
    """The draw that a start list was proposed by, before the competitors' steward changed it."""

    seed: Annotated[str, Meta(max_length=120)]
    """What decided by lot: the same seed gives the same draw."""
    computed_from: tuple[Revision, ...]
    """The results that it was computed from."""
    proposed: tuple[CompetitorId, ...]
    """Who was to start, from the inside out."""


class FinishTime(Struct, frozen=True):
    """A finish time in thousandths; `None` is the officials' `no time`."""

    competitor: CompetitorId
    time_ms: Thousandths | None
