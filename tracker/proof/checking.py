"""Checks a bundle by itself: no database, no network, only what it says and who signed it."""

from collections.abc import Collection, Iterator

import msgspec
from msgspec import Struct

from tracker.errors import TrackerError
from tracker.log import commitment
from tracker.log.commitment import CHECKPOINTED
from tracker.proof.bundle import FORMAT, Bundle, Content, Part, Proven, message, write
from tracker.proof.derivation import derive, streams_of
from tracker.security import signing

_UNFOLDABLE = (
    msgspec.MsgspecError,
    TrackerError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What a fold may say to events that no decider has made."""


class Finding(Struct, frozen=True):
    """One thing that was checked."""

    part: str
    """What of the bundle: file, signature, checkpoint, chain, events, ruleset or result."""
    code: str
    """What is wrong, in a word that stays the same; empty where all is right."""
    said: str

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return not self.code


def check(text: bytes, trusted: Collection[bytes] = ()) -> list[Finding]:
    """Return what is right and what is wrong in a bundle.

    With trusted keys, somebody else's signature is wrong.
    """
    try:
        bundle = msgspec.json.decode(text, type=Bundle)
        content = msgspec.json.decode(bundle.content, type=Content)
        spelled = write(bundle) == text and msgspec.json.encode(content) == bytes(bundle.content)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return [_wrong("file", f"no bundle can be read in it: {error}")]
    if bundle.format != FORMAT:
        return [_wrong("file", f"{bundle.format[:40]!r} is not {FORMAT}")]
    found = [
        _right("file", "in the one spelling that a bundle has")
        if spelled
        else _wrong("file", "not spelled as a bundle is written: it was edited")
    ]
    found.append(_signature(bundle, content, trusted))
    found.append(_checkpoint(content, trusted))
    proof = list(_proof(content))
    found += proof
    streams = list(_streams(content))
    found += streams
    if all(each.right for each in (*proof, *streams)):
        found += _result(content)
    else:
        found.append(_wrong("result", "not folded, because the events are not those of the log"))
    return found


def _right(part: str, said: str) -> Finding:
    return Finding(part, "", f"{part}: {said}")


def _wrong(part: str, said: str, code: str | None = None) -> Finding:
    return Finding(part, code or f"wrong-{part}", f"{part}: {said}")


def _signature(bundle: Bundle, content: Content, trusted: Collection[bytes]) -> Finding:
    try:
        key, signature = bytes.fromhex(bundle.key), bytes.fromhex(bundle.signature)
    except ValueError:
        return _wrong("signature", "key or signature is not hexadecimal")
    if not signing.verified(key, signature, message(bytes(bundle.content))):
        return _wrong("signature", "it is not of this content: something was changed after signing")
    return _whose("signature", key, trusted, f"the result of {content.race}")


def _checkpoint(content: Content, trusted: Collection[bytes]) -> Finding:
    checkpoint = content.checkpoint
    if not checkpoint.signed():
        return _wrong("checkpoint", f"position {checkpoint.position} is not signed by its key")
    what = f"position {checkpoint.position}, at {checkpoint.signed_at.isoformat()}"
    return _whose("checkpoint", bytes.fromhex(checkpoint.key), trusted, what)


def _whose(which: str, key: bytes, trusted: Collection[bytes], what: str) -> Finding:
    name = signing.id_of(key)
    if not trusted:
        return _right(which, f"{what}, signed by key {name}; give --key to know whose that is")
    if key not in trusted:
        return _wrong(
            which, f"signed by key {name}, which is none of those you trust", "untrusted-key"
        )
    return _right(which, f"{what}, signed by key {name}, which you trust")


def _proof(content: Content) -> Iterator[Finding]:
    """Compute every leaf, every part and the whole, and compare with the checkpoint."""
    events = {each.position: each for each in content.events}
    faults = list(_order(content, events))
    try:
        reached = bytes.fromhex(content.before)
        for part in content.parts:
            fault = _part(part, events)
            if fault:
                faults.append(fault)
            reached = commitment.extend(reached, bytes.fromhex(part.digest))
    except (ValueError, OverflowError) as error:
        faults.append(f"the proof cannot be computed: {error}")
    else:
        if reached.hex() != content.checkpoint.hash:
            faults.append(f"it does not lead to the checkpoint at {content.checkpoint.position}")
    if not faults:
        yield _right(
            "chain",
            f"{len(events)} events stand in the log as it was signed "
            f"at position {content.checkpoint.position}",
        )
    for fault in faults:
        yield _wrong("chain", f"{fault}")


def _order(content: Content, events: dict[int, Proven]) -> Iterator[str]:
    positions = [each.position for each in content.events]
    if positions != sorted(set(positions)):
        yield "events are not in the order of their positions"
    if not content.parts:
        yield "there is no proof"
        return
    following = content.parts[0].first
    for part in content.parts:
        if part.first != following or part.last < part.first:
            yield f"the part from {part.first} to {part.last} does not begin at {following}"
        following = part.last + 1
    if following - 1 != content.checkpoint.position:
        yield f"the parts end at {following - 1}, not at the checkpoint"
    outside = [p for p in events if not content.parts[0].first <= p < following]
    if outside:
        yield f"position {outside[0]} is in none of the parts"


def _part(part: Part, events: dict[int, Proven]) -> str | None:
    """Return what is wrong between two checkpoints."""
    own = [p for p in events if part.first <= p <= part.last]
    if not own:
        return "a part without events has leaves" if part.others else None
    positions = sorted([*own, *part.others])
    if positions != [*range(part.first, part.first + len(positions))] or positions[-1] != part.last:
        return f"an event from {part.first} to {part.last} is missing, or stands there twice"
    leaves = [events[p].leaf() if p in events else bytes.fromhex(part.others[p]) for p in positions]
    if commitment.digest(part.first, leaves).hex() != part.digest:
        return f"an event from {part.first} to {part.last} is not the one that was recorded"
    return None


def _streams(content: Content) -> Iterator[Finding]:
    """Check that the events are those that a result rests on."""
    if content.race.count("/") != 2:  # noqa: PLR2004 - competition/distance/race
        yield _wrong("events", f"{content.race[:60]!r} is no race")
        return
    wanted = streams_of(content.race)
    faults = [
        f"{each.stream} at position {each.position} has nothing to do with {content.race}"
        for each in content.events
        if each.stream not in wanted
    ]
    versions: dict[str, list[int]] = {stream: [] for stream in wanted}
    for each in content.events:
        versions.setdefault(each.stream, []).append(each.version)
    for stream, found in versions.items():
        if found != sorted(set(found)):
            faults.append(f"the versions of {stream} are not in order")
    distance, race = versions[wanted[1]], versions[wanted[2]]
    if distance != [*range(1, len(distance) + 1)] or not distance:
        faults.append(f"events of {wanted[1]} are missing")
    last = content.events[-1] if content.events else None
    if last is None or last.stream != wanted[2] or last.type not in CHECKPOINTED:
        faults.append("the last event does not declare the result")
    elif last.position != content.checkpoint.position:
        faults.append("the checkpoint is not that of the declaration")
    for fault in faults:
        yield _wrong("events", f"{fault}")
    if not faults:
        left_out = race[-1] - len(race)
        said = f"; {left_out} of the race never became public" if left_out else ""
        yield _right("events", f"the race's own, its distance's, its competition's rules{said}")


def _result(content: Content) -> Iterator[Finding]:
    """Fold the events again, and compare."""
    try:
        derived = derive(content.race, (each.recorded() for each in content.events))
    except _UNFOLDABLE as error:
        yield _wrong("result", f"the events cannot be folded: {error}")
        return
    if derived.ruleset == content.ruleset:
        yield _right("ruleset", f"{content.ruleset.id}, as the competition adopted it")
    else:
        yield _wrong("ruleset", "not the one that the competition adopted")
    differing = sorted(
        key
        for key in {*derived.result, *content.result}
        if derived.result.get(key) != content.result.get(key)
    )
    if differing:
        yield _wrong("result", f"the events lead to another one: {', '.join(differing)}")
        return
    places = ", ".join(
        f"{row['rank']} {row['name']}" for row in derived.result["rows"] if row["rank"]
    )
    revision = derived.result["revision"]
    again = "" if revision == 1 else f"; revision {revision}"
    yield _right("result", f"folded again and equal: {places}{again}")
