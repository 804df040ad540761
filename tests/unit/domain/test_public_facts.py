"""Decisions under embargo stay out of public sight until they are announced."""

from tracker.domain.events import (
    DecisionsAnnounced,
    DecisionWithdrawn,
    Event,
    FactAmended,
    FactRetracted,
    PenaltyCalled,
    ResultCorrected,
    ResultDeclaredOfficial,
    ReviewOpened,
)
from tracker.domain.public_facts import DECISIVE, secrets

RACE = "dresden-2024/men-500/final-a"


def penalty(*, embargo: bool) -> PenaltyCalled:
    """Return a penalty to Nikisha."""
    return PenaltyCalled(
        race=RACE,
        competitor="denis-nikisha",
        sanction="PEN",
        infringement="F3",
        reason="obstruction",
        zone="finish",
        lap=5,
        victim=None,
        embargo=embargo,
    )


REVIEW = ReviewOpened(race=RACE, reason="contact at the line", competitors=("denis-nikisha",))


def hidden(stream: list[tuple[int, Event]]) -> frozenset[int]:
    """Return the versions that are hidden at the end."""
    return secrets(stream).hidden


def test_a_decision_under_embargo_is_hidden() -> None:
    """Only the penalty itself is held back, not what surrounds it."""
    assert hidden([(1, REVIEW), (2, penalty(embargo=True)), (3, REVIEW)]) == {2}


def test_a_decision_without_embargo_is_public() -> None:
    """A penalty called openly is seen at once."""
    assert hidden([(1, penalty(embargo=False))]) == set()


def test_an_announcement_makes_it_public() -> None:
    """What an announcement names is hidden no longer; what it does not name stays."""
    stream = [
        (1, penalty(embargo=True)),
        (2, penalty(embargo=True)),
        (3, DecisionsAnnounced(race=RACE, decisions=(1,))),
    ]
    assert hidden(stream) == {2}


def test_a_declaration_makes_public_what_it_names() -> None:
    """A result declared official with decisions under embargo carries them, else nothing."""
    stream = [
        (1, penalty(embargo=True)),
        (2, ResultDeclaredOfficial(race=RACE, at_ms=0, announced=(1,))),
    ]
    assert hidden(stream) == set()
    assert secrets(stream).announced == {2: (1,)}
    assert secrets([(1, ResultDeclaredOfficial(race=RACE, at_ms=0))]).announced == {}


def test_what_is_said_about_a_secret_is_secret() -> None:
    """Amending, retracting or withdrawing a hidden decision does not give it away."""
    stream = [
        (1, penalty(embargo=True)),
        (2, FactAmended(race=RACE, target=1, replacement=penalty(embargo=True), reason="zone")),
        (3, penalty(embargo=True)),
        (4, FactRetracted(race=RACE, target=3, reason="wrong skater")),
        (5, DecisionWithdrawn(race=RACE, decision=3, reason="wrong", embargo=False)),
    ]
    assert hidden(stream) == {1, 2, 3, 4, 5}


def test_an_announced_amendment_comes_with_its_decision() -> None:
    """Announcing a decision makes public what had been said about it."""
    stream = [
        (1, penalty(embargo=True)),
        (2, FactAmended(race=RACE, target=1, replacement=penalty(embargo=True), reason="zone")),
        (3, DecisionsAnnounced(race=RACE, decisions=(1,))),
    ]
    assert hidden(stream) == set()


def test_a_corrected_result_announces_everything() -> None:
    """A correction shows what it is made of in the same step."""
    stream = [(1, penalty(embargo=True)), (2, ResultCorrected(race=RACE, reason="video"))]
    assert hidden(stream) == set()


def test_an_announcement_names_what_it_reveals() -> None:
    """Whoever tails the log learns from the announcement what they had not been shown."""
    stream = [
        (1, penalty(embargo=True)),
        (2, REVIEW),
        (3, DecisionsAnnounced(race=RACE, decisions=(1,))),
        (4, penalty(embargo=True)),
        (5, ResultCorrected(race=RACE, reason="video")),
    ]
    assert secrets(stream).announced == {3: (1,), 5: (4,)}


def test_only_decisions_call_for_a_look_at_the_stream() -> None:
    """Crossings and reviews are public whatever else happens."""
    assert "PenaltyCalled" in DECISIVE
    assert not DECISIVE & {"CrossingRecorded", "ReviewOpened", "ResultPublished"}
