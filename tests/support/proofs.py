"""A day with official results in a log, and who signs for it."""

from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from msgspec import Raw

from tests.support.race_day import RaceDay, competition, scheduled, skated
from tests.support.recorded import fill
from tracker.domain import commands as c
from tracker.log.event_log import EventLog
from tracker.proof.bundle import Bundle, Content, message, write
from tracker.proof.notary import Notary
from tracker.security import signing
from tracker.security.signing import Signer

FINAL = "cup/women-500/final-a"
SMALL_FINAL = "cup/women-500/final-b"
ORDER = ("bea-two", "ann-one", "cia-three", "dee-four")


def day() -> RaceDay:
    """Return a day with an official final, in which a decision was taken back under embargo.

    Another decision of the other final is under embargo still.
    """
    found = skated(scheduled(competition()), ORDER)
    found.when(penalty(FINAL, "cia-three"))
    (withdrawn,) = found.versions(FINAL, type(found.log[-1][2]))
    found.given(
        c.WithdrawDecision(race=FINAL, decision=withdrawn, reason="Seen again", embargo=True),
        penalty(FINAL, "ann-one"),
    )
    found.given(c.AnnounceDecisions(race=FINAL), c.PublishResult(race=FINAL))
    scheduled(found, SMALL_FINAL, final="FINAL_B")
    skated(found, ORDER[:2], SMALL_FINAL)
    found.given(penalty(SMALL_FINAL, "bea-two"), c.DeclareResultOfficial(race=FINAL))
    return found


def penalty(race: str, competitor: str) -> c.CallPenalty:
    """Return a penalty under embargo, of which the words are not elsewhere."""
    return c.CallPenalty(
        race=race,
        competitor=competitor,
        infringement="S6",
        reason=f"Secret of {competitor}",
        embargo=True,
    )


def signer(directory: Path) -> signing.Signer:
    """Return the key of a directory."""
    return signing.load(directory / "signing.key")


def notary(log: EventLog, pool: "asyncpg.Pool[Any]", directory: Path) -> Notary:
    """Return who signs, with a key in a directory."""
    return Notary(log, pool, lambda: signer(directory))


async def filled(log: EventLog, found: RaceDay | None = None) -> RaceDay:
    """Append a day to a log."""
    found = found or day()
    await fill(log, found.log)
    return found


def content_of(bundle: bytes) -> Content:
    """Return what a bundle holds."""
    return msgspec.json.decode(msgspec.json.decode(bundle, type=Bundle).content, type=Content)


def signed_again(content: Content, by: Signer) -> bytes:
    """Return a bundle that somebody with a key has made of a content."""
    encoded = msgspec.json.encode(content)
    signature = by.sign(message(encoded)).hex()
    return write(Bundle("bell-lap-bundle-1", by.public_key.hex(), signature, Raw(encoded)))
