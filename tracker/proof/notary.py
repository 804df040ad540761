"""Signs a checkpoint at each official result, and keeps what was signed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from msgspec.structs import replace

from tracker import sql
from tracker.errors import ChainBroken, NotFound, TrackerError
from tracker.log import commitment
from tracker.log.commitment import Segment, Segmenter
from tracker.log.event_log import EventLog
from tracker.log.recorded_event import RecordedEvent
from tracker.proof.checkpoint import Checkpoint, Key, endorsement, message
from tracker.security.signing import Signer

if TYPE_CHECKING:
    import asyncpg

QUERIES = sql.load(Path(__file__).with_name("queries.sql"))
CHECKPOINTS_LIMIT = 1_000
"""Checkpoints in one answer."""
SIGN_EVERY_S = 0.2
"""How long events are gathered before they are looked through for official results."""
TRY_AGAIN_S = 5.0
"""How long nothing is signed after that failed."""
_PAGE = 1_000
"""Events hashed at a time: a race goes on meanwhile."""
_logger = structlog.get_logger(__name__)


class NoSigningKey(TrackerError):
    """This server has no key to sign with."""

    code = "no-signing-key"


class Signed(Checkpoint, frozen=True):
    """A checkpoint with what its hash was made of."""

    first: int = 0
    digest: bytes = b""

    def public(self) -> Checkpoint:
        """Return what others keep."""
        names = Checkpoint.__struct_fields__
        return Checkpoint(**{name: getattr(self, name) for name in names})


class Notary:
    """Signs for one store, with a key that is looked up each time: it may have been rotated."""

    def __init__(
        self,
        log: EventLog,
        pool: "asyncpg.Pool[Any]",
        key: Callable[[], Signer] | None,
    ) -> None:
        self.log = log
        self._pool = pool
        self._key = key
        self._recorded: set[str] = set()
        self._segmenter: Segmenter | None = None
        self._hash = commitment.START
        self._lock = asyncio.Lock()

    async def secret(self) -> bytes:
        """Return the secret that salts are made of."""
        found: bytes = await self._pool.fetchval(QUERIES["secret"])
        return found

    async def catch_up(self) -> None:
        """Sign every checkpoint that is due.

        Raises NoSigningKey, or ChainBroken when one is there that the log does not lead to.
        """
        async with self._lock:
            if self._segmenter is None or self._segmenter.position == 0:
                row = await self._pool.fetchrow(QUERIES["last_checkpoint"])
                after = 0 if row is None else row["position"]
                self._hash = commitment.START if row is None else row["hash"]
                self._segmenter = Segmenter(await self.secret(), after=after)
            try:
                while page := await self.log.read_after(self._segmenter.position, limit=_PAGE):
                    for event, segment in self._segmenter.cut(page):
                        await self._sign(event, segment)
            except BaseException:
                self._segmenter = None  # some of the page was taken: begin at what is signed
                raise

    async def run(self) -> None:
        """Sign what becomes due until cancelled; what fails is tried again."""
        while True:
            pause = SIGN_EVERY_S
            try:
                await self.catch_up()
            except Exception:  # the edge: a race does not wait for a signature
                _logger.exception("checkpoint_failed")
                pause = TRY_AGAIN_S
            await asyncio.sleep(pause)
            if self._segmenter is not None:
                await self.log.wakeup.wait(self._segmenter.position, timeout=60.0)

    async def at(self, position: int) -> Signed:
        """Return the checkpoint of a position; raises NotFound when there is none."""
        found = await self._after(position - 1, position)
        if not found:
            raise NotFound(f"there is no checkpoint at position {position}")
        return found[0]

    async def between(self, first: int, last: int) -> list[Signed]:
        """Return the checkpoints behind events from one position to another."""
        found: list[Signed] = []
        while page := await self._after(found[-1].position if found else first - 1, last):
            found += page
        return found

    async def checkpoints(self, *, after: int, limit: int, up_to: int = 2**62) -> list[Checkpoint]:
        """Return checkpoints from after a position up to another, the oldest first."""
        found = await self._after(after, up_to, limit)
        return [each.public() for each in found]

    async def keys(self) -> list[Key]:
        """Return every key that has signed, the oldest first."""
        return [
            Key(
                id=row["id"],
                public_key=row["public_key"].hex(),
                since_position=row["since_position"],
                added_at=row["added_at"],
                replaces=row["replaces"],
                endorsement=None if row["endorsement"] is None else row["endorsement"].hex(),
            )
            for row in await self._pool.fetch(QUERIES["keys"])
        ]

    async def signer(self) -> Signer:
        """Return the key, recorded as one that signs for this store."""
        if self._key is None:
            raise NoSigningKey(
                "there is no key to sign with: name its file in BELL_LAP_SIGNING_KEY "
                "(with --data it is made by itself)"
            )
        signer = await asyncio.to_thread(self._key)
        if signer.id not in self._recorded:
            await self.record(signer)
        return signer

    async def record(self, signer: Signer, *, before: Signer | None = None) -> None:
        """Record that a key signs from now on; the one that it replaces may endorse it."""
        known = await self.keys()
        if all(key.id != signer.id for key in known):
            since = await self.log.head() + 1
            word = None if before is None else before.sign(endorsement(signer.public_key, since))
            replaces = before.id if before else known[-1].id if known else None
            await self._pool.execute(
                QUERIES["add_key"], signer.id, signer.public_key, since, replaces, word
            )
        self._recorded.add(signer.id)

    async def _after(
        self, position: int, last: int, limit: int = CHECKPOINTS_LIMIT
    ) -> list[Signed]:
        rows = await self._pool.fetch(QUERIES["checkpoints_after"], position, last, limit)
        return [
            Signed(
                position=row["position"],
                hash=row["hash"].hex(),
                epoch=row["epoch"],
                recorded_at=row["recorded_at"],
                signed_at=row["signed_at"],
                key=row["public_key"].hex(),
                signature=row["signature"].hex(),
                first=row["first"],
                digest=row["digest"],
            )
            for row in rows
        ]

    async def _sign(self, event: RecordedEvent, segment: Segment) -> None:
        """Sign one checkpoint; another process may have been first."""
        signer = await self.signer()
        hash_ = commitment.extend(self._hash, segment.digest)
        unsigned = Checkpoint(
            position=segment.last,
            hash=hash_.hex(),
            epoch=self.log.epoch,
            recorded_at=event.recorded_at,
            signed_at=datetime.now(UTC),
            key=signer.public_key.hex(),
            signature="",
        )
        signature = signer.sign(message(unsigned))
        signed = replace(unsigned, signature=signature.hex())
        await self._pool.execute(
            QUERIES["add_checkpoint"],
            signed.position,
            segment.first,
            segment.digest,
            hash_,
            signed.epoch,
            signed.recorded_at,
            signed.signed_at,
            signer.id,
            signature,
        )
        kept = await self._pool.fetchval(QUERIES["hash_of_checkpoint"], segment.last)
        if kept != hash_:
            raise ChainBroken(
                f"the checkpoint at position {segment.last} was signed over other events: "
                "history was changed"
            )
        self._hash = hash_


@asynccontextmanager
async def running(notary: Notary) -> AsyncIterator[None]:
    """Sign meanwhile."""
    task = asyncio.create_task(notary.run(), name="notary")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
