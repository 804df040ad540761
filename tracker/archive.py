"""A log, or one competition of it, out to NDJSON and in again, with its times preserved.

The first line says what it is; every further line is one event with the hash before it and its own,
so that each line can be checked by itself. Into an empty log a whole archive comes back with the
positions and hashes it had; a part of a log gets new positions, and with them a new chain.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from msgspec import Raw, Struct

from tracker import sql
from tracker.errors import ArchiveDamaged, NotFound
from tracker.log import chain

_SQL = sql.load(Path(__file__).with_suffix(".sql"))
_PAGE = 5_000
FORMAT = "bell-lap-archive-1"
COLUMNS = (
    "position",
    "stream",
    "version",
    "type",
    "data",
    "occurred_at",
    "recorded_at",
    "official",
    "device",
    "device_seq",
    "causation",
    "digest",
    "hash",
)


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: what the archive holds."""

    format: str
    competition: str | None
    """None: the whole log."""
    secret: str | None = None
    """Of a whole log: what its checkpoints are salted with, so that they fit again elsewhere."""


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One event; hashes and the digest are hexadecimal, `data` is byte for byte as recorded."""

    position: int
    stream: str
    version: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    official: str
    device: str
    device_seq: int | None
    causation: int | None
    digest: str | None
    previous: str
    hash: str
    data: Raw

    def linked(self, previous: bytes, position: int, causation: int | None) -> bytes:
        """Return the hash of this event at a position, after a previous hash."""
        return chain.link(
            previous,
            chain.canonical(
                position=position,
                stream=self.stream,
                version=self.version,
                type_=self.type,
                occurred_us=chain.microseconds(self.occurred_at),
                recorded_us=chain.microseconds(self.recorded_at),
                official=self.official,
                device=self.device,
                device_seq=self.device_seq,
                causation=causation,
                data=bytes(self.data),
            ),
        )


async def export(
    connection: "asyncpg.Connection[Any]",
    competition: str | None = None,
    race: str | None = None,
    *,
    up_to: int | None = None,
) -> AsyncIterator[bytes]:
    """Yield the lines of an archive, each with its line end; `up_to` a position, or all.

    With a race of the competition it is that race alone, with its distance and what both hang on.
    Raises NotFound when the log has no such competition or race.
    """
    streams = None
    if competition is not None:
        rows = await connection.fetch(_SQL["streams_of_competition"], competition, up_to)
        streams = [row["stream"] for row in rows]
        if f"competition-{competition}" not in streams:
            raise NotFound(f"the log has no competition {competition}")
        if race is not None:
            own = (f"race-{race}", f"distance-{race.rpartition('/')[0]}")
            if own[0] not in streams:
                raise NotFound(f"the log has no race {race}")
            streams = [s for s in streams if s in own or not s.startswith(("race-", "distance-"))]
    secret = None
    if competition is None:
        secret = (await connection.fetchval(_SQL["secret"])).hex()
    yield msgspec.json.encode(Header(FORMAT, competition, secret)) + b"\n"
    position = 0
    while rows := await connection.fetch(_SQL["page"], position, _PAGE, streams, up_to):
        for row in rows:
            yield msgspec.json.encode(_line(row)) + b"\n"
        position = rows[-1]["position"]


def _line(row: "asyncpg.Record") -> Line:
    return Line(
        position=row["position"],
        stream=row["stream"],
        version=row["version"],
        type=row["type"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        official=row["official"],
        device=row["device"],
        device_seq=row["device_seq"],
        causation=row["causation"],
        digest=None if row["digest"] is None else row["digest"].hex(),
        previous=row["previous"].hex(),
        hash=row["hash"].hex(),
        data=Raw(row["data"].encode()),
    )


def read(
    lines: Iterable[bytes], opened: Callable[[Header], None] = lambda _: None
) -> Iterator[Line]:
    """Yield the events of an archive, each checked against its hashes.

    Raises ArchiveDamaged, naming the line and what is wrong with it.
    """
    header_read = False
    decoder = msgspec.json.Decoder(Line)
    last = 0
    for number, text in enumerate(lines, start=1):
        try:
            if not header_read:
                header = msgspec.json.decode(text, type=Header)
                if header.format != FORMAT:
                    raise ArchiveDamaged(f"line 1: {header.format} is not {FORMAT}")
                opened(header)
                header_read = True
                continue
            line = decoder.decode(text)
            digest = line.linked(bytes.fromhex(line.previous), line.position, line.causation)
        except (msgspec.DecodeError, ValueError) as error:
            raise ArchiveDamaged(f"line {number} cannot be read: {error}") from error
        if digest.hex() != line.hash:
            raise ArchiveDamaged(f"line {number}: its contents do not give the hash it carries")
        if line.position <= last:
            raise ArchiveDamaged(f"line {number}: position {line.position} comes after {last}")
        last = line.position
        yield line
    if not header_read:
        raise ArchiveDamaged("line 1 is missing: an archive begins with what it holds")


async def bring_in(connection: "asyncpg.Connection[Any]", lines: Iterable[bytes]) -> int:
    """Append an archive's events in one transaction, and return how many they were.

    Raises ArchiveDamaged when a line is damaged, when a stream of it is in the log already, or when
    the log has recorded something later than the archive's beginning: times never decrease.
    Nothing is written then.
    """
    async with connection.transaction():
        head = await connection.fetchrow(_SQL["lock_head"])
        assert head is not None
        chained = Chained(head["position"], head["hash"], head["recorded_at"])
        batch: list[tuple[object, ...]] = []
        headers: list[Header] = []
        for line in read(lines, headers.append):
            batch.append(chained.record(line))
            if len(batch) == _PAGE:
                await _write(connection, batch)
                batch = []
        await _refuse_known_streams(connection, chained.streams, head["position"])
        await _write(connection, batch)
        if head["position"] == 0 and headers[0].secret is not None:
            await connection.execute(_SQL["keep_secret"], _secret(headers[0].secret))
        await _move_head(connection, secrets.token_hex(16), chained)
    return int(chained.position - head["position"])


def _secret(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ArchiveDamaged(f"line 1: its secret is not hexadecimal: {error}") from error


async def begin(connection: "asyncpg.Connection[Any]") -> "Chained":
    """Return the beginning of a log that holds nothing yet, which is another store from now on.

    Raises ArchiveDamaged when it holds something.
    """
    async with connection.transaction():
        head = await connection.fetchrow(_SQL["lock_head"])
        assert head is not None
        if head["position"]:
            raise ArchiveDamaged(
                f"the log holds {head['position']} events already: name a fresh one"
            )
        chained = Chained(0, head["hash"], head["recorded_at"])
        chained.epoch = secrets.token_hex(16)
        await _move_head(connection, chained.epoch, chained)
    return chained


async def go_on(
    connection: "asyncpg.Connection[Any]", chained: "Chained", lines: Iterable[Line]
) -> None:
    """Append some more events after the beginning; nobody else may write there meanwhile.

    Raises ArchiveDamaged when somebody did.
    """
    async with connection.transaction():
        head = await connection.fetchrow(_SQL["lock_head"])
        assert head is not None
        if head["hash"] != chained.hash:
            raise ArchiveDamaged("somebody else writes to the log: name a fresh one")
        await _write(connection, [chained.record(line) for line in lines])
        await _move_head(connection, chained.epoch, chained)


async def _move_head(connection: "asyncpg.Connection[Any]", epoch: str, chained: "Chained") -> None:
    await connection.execute(
        _SQL["move_head"], epoch, chained.position, chained.hash, chained.recorded_at
    )
    await connection.execute(_SQL["notify"], str(chained.position))


class Chained:
    """Numbers and chains archived events after the end of a log."""

    def __init__(self, position: int, hash_: bytes, recorded_at: datetime) -> None:
        self.position = position
        self.hash = hash_
        self.recorded_at = recorded_at
        self.epoch = ""
        self.streams: dict[str, int] = {}
        self._moved: dict[int, int] = {}

    def record(self, line: Line) -> tuple[object, ...]:
        """Return an event's row, in the order of COLUMNS."""
        if line.recorded_at < self.recorded_at:
            raise ArchiveDamaged(
                f"{line.stream} version {line.version} was recorded at "
                f"{line.recorded_at.isoformat()}, before the end of this log: "
                "bring the archive into a fresh log"
            )
        version = self.streams.get(line.stream, 0) + 1
        if line.version != version:
            raise ArchiveDamaged(
                f"{line.stream} goes from version {version - 1} to {line.version}: "
                "events are missing"
            )
        self.position += 1
        self._moved[line.position] = self.position
        causation = None if line.causation is None else self._moved.get(line.causation)
        self.hash = line.linked(self.hash, self.position, causation)
        self.recorded_at = line.recorded_at
        self.streams[line.stream] = version
        return (
            self.position,
            line.stream,
            line.version,
            line.type,
            bytes(line.data).decode(),
            line.occurred_at,
            line.recorded_at,
            line.official,
            line.device,
            line.device_seq,
            causation,
            None if line.digest is None else bytes.fromhex(line.digest),
            self.hash,
        )


async def _write(connection: "asyncpg.Connection[Any]", batch: list[tuple[object, ...]]) -> None:
    try:
        await connection.copy_records_to_table("events", records=batch, columns=COLUMNS)
    except asyncpg.UniqueViolationError as error:
        raise ArchiveDamaged(f"the log holds something of this archive already: {error}") from error


async def _refuse_known_streams(
    connection: "asyncpg.Connection[Any]", streams: dict[str, int], before: int
) -> None:
    """Refuse streams that the log had before; only its own rows are looked at."""
    if before == 0:
        return
    rows = await connection.fetch(_SQL["existing_streams"], list(streams), before)
    if rows:
        names = ", ".join(row["stream"] for row in rows[:3])
        raise ArchiveDamaged(f"the log has {names} already: bring the archive into a fresh log")
