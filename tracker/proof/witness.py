"""Compares a log with checkpoints that were kept elsewhere: a rewritten history has no way past."""

from collections.abc import Collection, Sequence

from msgspec import Struct

from tracker.errors import ChainBroken
from tracker.log import commitment
from tracker.log.chain import Verifier
from tracker.log.commitment import Segmenter
from tracker.log.event_log import PAGE, EventLog
from tracker.proof.checkpoint import Checkpoint
from tracker.security import signing


class Witnessed(Struct, frozen=True):
    """How far the log is the one that was signed."""

    checkpoints: int
    position: int
    """Of the last checkpoint."""


async def compare(
    log: EventLog,
    secret: bytes,
    kept: Sequence[Checkpoint],
    trusted: Collection[bytes] = (),
) -> Witnessed:
    """Check that the log is the one that checkpoints were signed over, in rising order.

    Raises ChainBroken, naming the first position that does not fit.
    """
    for each in kept:
        _check_signature(each, trusted)
    verifier = Verifier()
    segmenter = Segmenter(secret)
    reached = commitment.START
    waiting = list(reversed(kept))
    fits = 0
    last = kept[-1].position
    while page := await log.read_after(segmenter.position, limit=PAGE, up_to=last):
        for event in verifier.check_all(page):
            segment = segmenter.add(event)
            if segment is not None:
                reached = commitment.extend(reached, segment.digest)
            while waiting and waiting[-1].position == event.position:
                each = waiting.pop()
                if segment is None or reached.hex() != each.hash:
                    raise ChainBroken(
                        f"position {each.position} does not fit: the checkpoint signed at "
                        f"{each.signed_at.isoformat()} was of other events; history was changed "
                        f"at a position from {fits + 1} to {each.position}"
                    )
                fits = each.position
    if waiting:
        raise ChainBroken(
            f"position {waiting[-1].position} does not fit: the log ends at {segmenter.position}, "
            f"before the checkpoint signed at {waiting[-1].signed_at.isoformat()}"
        )
    return Witnessed(len(kept), last)


def _check_signature(checkpoint: Checkpoint, trusted: Collection[bytes]) -> None:
    where = f"the checkpoint at position {checkpoint.position}"
    if not checkpoint.signed():
        raise ChainBroken(f"{where} is not signed by the key it names: it proves nothing")
    key = bytes.fromhex(checkpoint.key)
    if trusted and key not in trusted:
        raise ChainBroken(
            f"{where} is signed by key {signing.id_of(key)}, which is none of those you trust"
        )
