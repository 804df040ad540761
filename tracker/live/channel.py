"""One topic: its document now, and the changes that led there as far back as they are kept."""

from collections import deque

from msgspec import Raw, Struct

from tracker.live.limits import Limits
from tracker.live.merge_patch import Document, diff
from tracker.live.messages import Delta, Label, Snap, encode_document
from tracker.live.packets import AnyPacket, Packet


class Base(Struct, frozen=True):
    """What a viewer holds of a topic: to be kept only while the viewer is behind."""

    rev: int
    document: Document


class Change(Struct, frozen=True):
    """One step of a topic, and what it stepped away from."""

    packet: Packet[Delta]
    base: Base


class Channel:
    """The state of a topic at `rev`, the position of its last change that is known here.

    Documents are without nulls, and are never changed once they are here.
    """

    def __init__(
        self,
        topic: str,
        document: Document,
        position: int,
        limits: Limits,
        *,
        epoch: str = "",
        label: Label | None = None,
    ) -> None:
        self.topic = topic
        self._epoch = epoch
        self._label = label
        self.document = document
        self.rev = position
        self.idle_since_ms: float | None = None
        """Since when nobody follows the topic."""
        self._limits = limits
        self._floor = position
        """Every change after this position is in the ring."""
        self._ring: deque[Packet[Delta]] = deque()
        self._ring_bytes = 0
        self._data: Raw | None = None
        self._snapshot: Packet[Snap] | None = None
        self._patches: dict[int, Raw] = {}
        """Patches to now from the revisions that viewers are behind at."""
        self._packets: dict[tuple[int, int], Packet[Delta]] = {}

    def step(self, document: Document, position: int, patch: Raw | None) -> Change | None:
        """Take the next document; return the change, or None when nothing is different.

        `patch` makes the document of the one before it, and is None when they are the same.
        A position that is not beyond `rev` is already contained.
        """
        if position <= self.rev:
            return None
        base = Base(self.rev, self.document)
        self.document = document
        if patch is None:
            return None
        packet = self._delta(position, position, self.rev, patch)
        self.rev = position
        self._data = self._snapshot = None
        self._patches.clear()
        self._packets.clear()
        self._keep(packet)
        return Change(packet, base)

    def snapshot(self, position: int) -> Packet[Snap]:
        """Return the whole document as of a position, at which it is still the same."""
        position = max(position, self.rev)
        if self._snapshot is None or self._snapshot.message.pos != position:
            snap = Snap(
                topic=self.topic,
                pos=position,
                rev=self.rev,
                data=self._encoded(),
                label=self._label,
            )
            self._snapshot = Packet(snap, self._epoch)
        return self._snapshot

    def catch_up(self, base: Base, position: int) -> AnyPacket:
        """Return all changes since a base in one, or the snapshot where that is shorter.

        It is sent even if the document is the same again, for the revision is another.
        """
        position = max(position, self.rev)
        patch = self._patches.get(base.rev)
        if patch is None:
            patch = encode_document(diff(base.document, self.document))
            self._patches[base.rev] = patch
        if len(patch) > len(self._encoded()):
            return self.snapshot(position)
        packet = self._packets.get((base.rev, position))
        if packet is None:
            packet = self._delta(position, self.rev, base.rev, patch)
            self._packets[base.rev, position] = packet
        return packet

    def missed(self, rev: int) -> list[Packet[Delta]] | None:
        """Return the changes since a revision, or None when they are not all known here."""
        if rev == self.rev:
            return []
        found = [packet for packet in self._ring if packet.message.rev > rev]
        return self._worth_sending(found) if found and found[0].message.prev == rev else None

    def missed_since(self, position: int) -> list[Packet[Delta]] | None:
        """Return the changes after a position, or None when they are not all known here."""
        if position < self._floor:
            return None
        return self._worth_sending([each for each in self._ring if each.message.rev > position])

    def _delta(self, position: int, rev: int, prev: int, patch: Raw) -> Packet[Delta]:
        delta = Delta(
            topic=self.topic, pos=position, rev=rev, prev=prev, patch=patch, label=self._label
        )
        return Packet(delta, self._epoch)

    def _worth_sending(self, packets: list[Packet[Delta]]) -> list[Packet[Delta]] | None:
        size = sum(len(packet.message.patch) for packet in packets)
        if size <= self._limits.resume_bytes or size <= len(self._encoded()):
            return packets
        return None

    def _encoded(self) -> Raw:
        if self._data is None:
            self._data = encode_document(self.document)
        return self._data

    def _keep(self, packet: Packet[Delta]) -> None:
        """Add a change to the ring and let the oldest go that it has no room for."""
        self._ring.append(packet)
        self._ring_bytes += len(packet.message.patch)
        limits = self._limits
        while len(self._ring) > limits.ring_changes or self._ring_bytes > limits.ring_bytes:
            gone = self._ring.popleft().message
            self._ring_bytes -= len(gone.patch)
            self._floor = gone.rev
