"""Messages of the feed into documents, with proof that none is missing; no socket, no clock."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from tracker.live.merge_patch import apply

Json: TypeAlias = dict[str, Any]


class Missed(Exception):
    """A delta that does not follow what is held: something before it did not arrive."""

    def __init__(self, topic: str, held: int | None, prev: int, rev: int) -> None:
        super().__init__(f"{topic}: {rev} follows {prev}, but {held} is held")
        self.topic = topic
        self.held = held
        self.prev = prev
        self.rev = rev


class Fold:
    """What one viewer holds; it outlives connections."""

    def __init__(self) -> None:
        self.documents: dict[str, Json] = {}
        self.revs: dict[str, int] = {}
        self.epoch: str | None = None
        self.position = 0
        """Up to which position nothing is missing."""
        self.label: str | None = None
        """`replay` when this is not the present."""
        self._changed: list[str] = []

    def hello(self, topics: Iterable[str], **fields: Any) -> Json:
        """Return a hello that resumes what is held, if anything is."""
        hello: Json = {"t": "hello", "v": 1, "topics": list(topics), **fields}
        if self.epoch is not None and self.label is None and "replay" not in fields:
            hello["resume"] = {"epoch": self.epoch, "pos": self.position, "revs": self.revs}
        return hello

    def forget(self) -> None:
        """Hold nothing any more: the next hello begins anew."""
        self.documents, self.revs, self.epoch, self.position = {}, {}, None, 0
        self._changed.clear()

    def take(self, message: Json) -> list[str]:
        """Fold a message; return the topics that the step that it ends has changed.

        Raises Missed.
        """
        match message["t"]:
            case "welcome":
                self._welcome(message)
                return []
            case "snap":
                self.documents[message["topic"]] = message["data"]
                self.revs[message["topic"]] = message["rev"]
                self._changed.append(message["topic"])
            case "delta":
                self._delta(message)
        if message.get("more"):
            return []
        position = message.get("pos", 0)
        replayed = message.get("label") is not None and message["t"] in ("snap", "replay")
        self.position = position if replayed else max(self.position, position)
        changed = list(dict.fromkeys(self._changed))
        self._changed.clear()
        return changed

    def _welcome(self, message: Json) -> None:
        if self.epoch != message["epoch"] or self.label != message.get("label"):
            self.forget()
        self.epoch = message["epoch"]
        self.label = message.get("label")
        self._changed.clear()
        for gone in self.documents.keys() - set(message["topics"]):
            del self.documents[gone]
            del self.revs[gone]

    def _delta(self, message: Json) -> None:
        topic, held = message["topic"], self.revs.get(message["topic"])
        if held is not None and message["rev"] <= held:
            return  # it was on its way when hello was said again
        if held is None or message["prev"] != held:
            raise Missed(topic, held, message["prev"], message["rev"])
        self.documents[topic] = apply(self.documents[topic], message["patch"])
        self.revs[topic] = message["rev"]
        self._changed.append(topic)
