"""Which role may do what: a table that leaves no command out."""

import typing

import pytest

from tests.support.race_day import RACE, SKATERS, RaceDay, competition, scheduled, skated
from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.security.roles import (
    MAY,
    ROLES,
    NotYourName,
    NotYourRole,
    Principal,
    authorize,
    authorize_correction,
)

ANN = SKATERS[0][0]


def official(*roles: str, device: str = "tablet-1") -> Principal:
    """Return an official with these roles."""
    return Principal("Kim", device, frozenset(roles))


def envelope(command: c.Command, *, name: str = "Kim", device: str = "tablet-1") -> c.Envelope:
    """Return a command in an envelope."""
    return c.Envelope(command=command, official=name, device=device)


PENALTY = c.CallPenalty(race=RACE, competitor=ANN, reason="Impeding")
CROSSING = c.RecordCrossing(race=RACE, competitor=ANN)


def test_every_command_has_its_roles() -> None:
    """A command that is added without saying who may send it fails here."""
    assert set(MAY) == set(typing.get_args(c.Command))
    assert all(MAY.values())
    assert {role for roles in MAY.values() for role in roles} <= set(ROLES)


@pytest.mark.parametrize(
    ("command", "allowed", "refused"),
    [
        (CROSSING, "lap-recorder", "photo-finish"),
        (PENALTY, "referee", "lap-recorder"),
        (c.AnnounceDecisions(race=RACE), "chief-referee", "referee"),
        (c.DeclareResultOfficial(race=RACE), "chief-referee", "secretary"),
        (c.StartRace(race=RACE), "starter", "photo-finish"),
        (c.HoldPublicBoard(race=RACE), "lap-recorder", "steward"),
        (c.ReleasePublicBoard(race=RACE), "timekeeper", "secretary"),
        (c.RecordFinishOrder(race=RACE, groups=((ANN,),)), "photo-finish", "starter"),
        (c.PublishStartList(race=RACE, starters=()), "steward", "referee"),
    ],
)
def test_a_role_does_what_is_its_own(command: c.Command, allowed: str, refused: str) -> None:
    """The one may, the other is told who may; an admin may everything, a display nothing."""
    authorize(official(allowed), envelope(command))
    authorize(official("admin"), envelope(command))
    for other in (refused, "display", "announcer"):
        with pytest.raises(NotYourRole, match=allowed):
            authorize(official(other), envelope(command))


def test_an_envelope_carries_its_senders_names() -> None:
    """Nobody writes in another's name, or from another's device."""
    for wrong in (envelope(CROSSING, name="Lee"), envelope(CROSSING, device="tablet-2")):
        with pytest.raises(NotYourName):
            authorize(official("lap-recorder"), wrong)
    authorize(official("lap-recorder", device=""), envelope(CROSSING, device="anything"))


@pytest.fixture
def day() -> RaceDay:
    """Return a race that was skated, with a penalty."""
    return skated(scheduled(competition()), [skater[0] for skater in SKATERS[:4]]).given(PENALTY)


def test_facts_are_corrected_by_who_may_record_them(day: RaceDay) -> None:
    """A lap recorder takes a crossing back, and no penalty; the chief referee anything."""
    race = day.race(RACE)
    crossing = c.RetractFact(
        race=RACE, target=day.versions(RACE, e.CrossingRecorded)[0], reason="Misread"
    )
    penalty = c.RetractFact(
        race=RACE, target=day.versions(RACE, e.PenaltyCalled)[0], reason="Misread"
    )
    authorize_correction(official("lap-recorder"), crossing, race)
    for role, command in (("lap-recorder", penalty), ("steward", crossing)):
        with pytest.raises(NotYourRole):
            authorize_correction(official(role), command, race)
    for command in (crossing, penalty):
        authorize_correction(official("chief-referee"), command, race)
