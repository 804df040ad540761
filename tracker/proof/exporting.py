"""Official results out of the log, as bundles."""

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from tracker.domain import decider
from tracker.domain.public_facts import secrets
from tracker.domain.race import Race
from tracker.domain.refusals import NotOfficial, UnderEmbargo
from tracker.errors import NotFound
from tracker.log import chain, commitment
from tracker.log.codec import decode
from tracker.log.commitment import CHECKPOINTED, START
from tracker.proof.bundle import FORMAT, Bundle, Content, Part, Proven, message, write
from tracker.proof.derivation import RULES, derive, document, streams_of

if TYPE_CHECKING:
    from tracker.log.recorded_event import RecordedEvent
    from tracker.proof.notary import Notary, Signed

_RULES = frozenset(each.__name__ for each in RULES)


async def export(notary: "Notary", race_id: str, *, up_to: int | None = None) -> bytes:
    """Return the bundle of a race's official result, as it was declared or corrected last.

    With a position it is the last declaration by then, as it could have been had at that moment.
    Raises NotFound, NotOfficial, UnderEmbargo when the result is not one of public events alone,
    or NoSigningKey.
    """
    signer = await notary.signer()
    race, position = await _declared(notary, race_id, up_to)
    await notary.catch_up()
    known = secrets((each.version, decode(each)) for each in race)
    rest = await notary.log.read_whole(streams_of(race_id)[:2], up_to=position)
    public = [each for each in race if each.version not in known.hidden]
    public += [each for each in rest if not each.stream.startswith("comp") or each.type in _RULES]
    public.sort(key=lambda each: each.position)
    derived = derive(race_id, public)
    folded = decider.fold(f"race-{race_id}", ((each.version, decode(each)) for each in race))
    assert isinstance(folded, Race)
    if document(folded, derived.ruleset) != derived.result:
        raise UnderEmbargo(
            f"the result of {race_id} rests on decisions that are not public: announce them first"
        )
    secret = await notary.secret()
    parts = await notary.between(public[0].position, position)
    included = {event.position for event in public}
    content = Content(
        race=race_id,
        checkpoint=parts[-1].public(),
        before=await _before(notary, parts[0]),
        parts=[await _part(notary, secret, each, included) for each in parts],
        events=[Proven.of(each, commitment.salt(secret, each.position)) for each in public],
        ruleset=derived.ruleset,
        result=derived.result,
    )
    encoded = msgspec.json.encode(content)
    return write(
        Bundle(
            format=FORMAT,
            key=signer.public_key.hex(),
            signature=signer.sign(message(encoded)).hex(),
            content=Raw(encoded),
        )
    )


async def _declared(
    notary: "Notary", race_id: str, up_to: int | None
) -> "tuple[list[RecordedEvent], int]":
    """Return a race's events up to the last declaration of its result, and that position."""
    events = await notary.log.read_stream(f"race-{race_id}", up_to=up_to)
    if not events:
        raise NotFound(f"no race is called {race_id}: GET /api/v1/competitions leads to all")
    last = max((each.version for each in events if each.type in CHECKPOINTED), default=0)
    if last == 0:
        raise NotOfficial(f"the result of {race_id} is not official yet: there is nothing to sign")
    return events[:last], events[last - 1].position


async def _before(notary: "Notary", first: "Signed") -> str:
    """Return the hash of the checkpoint before a segment."""
    if first.first == 1:
        return START.hex()
    return (await notary.at(first.first - 1)).hash


async def _part(notary: "Notary", secret: bytes, segment: "Signed", included: set[int]) -> Part:
    """Return a segment, with the leaves beside those of the events that are included."""
    positions = range(segment.first, segment.position + 1)
    others: dict[int, str] = {}
    if not included.isdisjoint(positions):
        page = await notary.log.read_after(
            segment.first - 1, limit=len(positions), up_to=segment.position
        )
        for event in page:
            if event.position not in included:
                salt = commitment.salt(secret, event.position)
                others[event.position] = commitment.leaf(salt, chain.body_of(event)).hex()
    return Part(segment.first, segment.position, segment.digest.hex(), others)
