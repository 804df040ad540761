"""Checks a whole log against its hash chain."""

from msgspec import Struct

from tracker.errors import ChainBroken
from tracker.log.chain import Verifier
from tracker.log.event_log import PAGE, EventLog


class Verified(Struct, frozen=True):
    """How far the chain holds, and the hash it ends with (hexadecimal)."""

    position: int
    hash: str


async def verify(log: EventLog) -> Verified:
    """Check every event: no gap in positions or versions, no time going back, every hash.

    Raises ChainBroken, naming the first position that does not hold.
    """
    verifier = Verifier()
    head, head_hash = await log.end()
    while page := await log.read_after(verifier.position, limit=PAGE, up_to=head):
        for event in page:
            verifier.check(event)
    if verifier.position != head or verifier.hash != head_hash:
        raise ChainBroken(
            f"the log ends at position {verifier.position}, its head says {head} "
            "with another hash: events at the end were removed or changed"
        )
    return Verified(verifier.position, verifier.hash.hex())
