"""Golden logs: what each released version wrote, and what every later one must read in it.

`python -m tests.support.golden VERSION` writes the log of a new version, once. `python -m
tests.support.golden --expect VERSION` writes its expectations anew, when a document was meant to
change; the log itself is never written again.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from projections import ALL, race_documents
from projections.book import Book
from projections.medals import TABLES
from projections.standings import table_names
from tests.support.documents import as_read
from tests.support.golden_day import day
from tests.support.recorded import recorded
from tracker import archive
from tracker.log import chain
from tracker.log.commitment import CHECKPOINTED
from tracker.log.recorded_event import RecordedEvent

GOLDEN = Path(__file__).parent.parent / "golden"


def versions() -> list[str]:
    """Return every version that has left a log."""
    return sorted(path.stem for path in GOLDEN.glob("*.ndjson"))


def read(version: str) -> list[RecordedEvent]:
    """Return the events of a version's log, each checked against its hash."""
    lines = (GOLDEN / f"{version}.ndjson").read_bytes().splitlines()
    return [
        RecordedEvent(
            position=line.position,
            stream=line.stream,
            version=line.version,
            type=line.type,
            data=bytes(line.data),
            occurred_at=line.occurred_at,
            recorded_at=line.recorded_at,
            official=line.official,
            device=line.device,
            device_seq=line.device_seq,
            causation=line.causation,
            hash=bytes.fromhex(line.hash),
        )
        for line in archive.read(lines)
    ]


def documents(events: Iterable[RecordedEvent]) -> dict[str, Any]:
    """Return the documents at each official result and at the end, by position and name.

    A document that is as it was at the position before is left out.
    """
    book = Book()
    found: dict[str, Any] = {}
    before: dict[str, Any] = {}
    for event in events:
        book.fold(event)
        if event.type in CHECKPOINTED:
            now = _documents(book)
            found[str(event.position)] = _changed(before, now)
            before = now
    found["end"] = _changed(before, _documents(book))
    as_sent: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(found))
    return as_sent


def _changed(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in now.items() if before.get(name) != each}


def _documents(book: Book) -> dict[str, Any]:
    found = {
        f"{projection.name} {scope}": document.api()
        for projection in ALL
        for scope in _scopes(book)[projection.name]
        if (document := as_read(projection, book, scope)) is not None
    }
    renders = {**race_documents.RENDERS, **race_documents.FOR_OFFICIALS}
    for name, render in renders.items():
        for race_id, race in book.races.items():
            found[f"{name} {race_id}"] = render(race, book.marks_of(race)).api()
    return found


def _scopes(book: Book) -> dict[str, list[str]]:
    """Return whatever a stored document can be of."""
    competitions, series = list(book.competitions), list(book.series)
    return {
        "programme": competitions,
        "classification": list(book.distances),
        "rounds": list(book.distances),
        "proposals": competitions,
        "medals": [f"{each}:{table}" for each in competitions for table in TABLES],
        "standings": [f"{each}:{table}" for each in series for table in table_names(book, each)],
        "journal": [*competitions, *book.races],
        "best-times": [
            *(scope for each in competitions for scope in (each, f"{each}/races")),
            *(scope for each in series for scope in (f"{each}:", f"{each}:women-500")),
        ],
    }


def expected(version: str) -> dict[str, Any]:
    """Return what a version's log led to when it was written."""
    found: dict[str, Any] = msgspec.json.decode((GOLDEN / f"{version}.json").read_bytes())
    return found


def lines() -> Iterator[bytes]:
    """Yield the golden day as an archive of this version."""
    yield msgspec.json.encode(archive.Header(archive.FORMAT, None)) + b"\n"
    previous = chain.GENESIS
    for plain in recorded(day().log):
        event = replace(plain, device_seq=plain.position)
        if plain.type == "DecisionsAnnounced":
            event = replace(event, causation=plain.position - 1, device_seq=None)
        event = replace(event, recorded_at=event.recorded_at + timedelta(microseconds=7))
        hash_ = chain.hash_of(previous, event)
        line = archive.Line(
            position=event.position,
            stream=event.stream,
            version=event.version,
            type=event.type,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            official=event.official,
            device=event.device,
            device_seq=event.device_seq,
            causation=event.causation,
            digest=sha256(event.data).hexdigest() if event.device_seq else None,
            previous=previous.hex(),
            hash=hash_.hex(),
            data=Raw(event.data),
        )
        yield msgspec.json.encode(line) + b"\n"
        previous = hash_


def main(arguments: list[str]) -> None:
    """Write the log of a version that has none yet, or expectations anew."""
    version = arguments[-1]
    if arguments[0] != "--expect":
        with (GOLDEN / f"{version}.ndjson").open("xb") as file:
            file.writelines(lines())
    found = msgspec.json.encode(documents(read(version)), order="sorted")
    (GOLDEN / f"{version}.json").write_bytes(msgspec.json.format(found, indent=0) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
